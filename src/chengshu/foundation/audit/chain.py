"""Adding to the audit chain.

The chain has ``LANES`` lanes; a transaction takes the first lane that no running transaction holds, so writers do
not queue behind each other's commits, and every entry is linked before its transaction commits.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from chengshu.foundation import prepared
from chengshu.foundation.asking import Asker
from chengshu.foundation.audit.canonical import canonical, reference, sm3, storable
from chengshu.foundation.audit.changes import briefs
from chengshu.foundation.errors import ChengshuError

LANES = 16
START = "0" * 64
"""What the first entry of a lane links to."""


@dataclass(frozen=True)
class Entry:
    """The facts of one entry, before it has its place in the chain."""

    actor: str
    action: str
    outcome: str
    at: datetime
    account_id: int | None = None
    roles: str = ""
    unit_id: int | None = None
    unit_name: str = ""
    ip: str = ""
    terminal: str = ""
    session: str = ""
    channel: str = "web"
    trace: str = ""
    thing: str = ""
    reason: str = ""
    on_behalf_of: int | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def written_details(self) -> bytes:
        """The details in canonical form."""
        return canonical(self.details)

    @classmethod
    def of(
        cls,
        asker: Asker,
        action: str,
        outcome: str,
        *,
        given: Mapping[str, Any],
        changes: list[dict[str, Any]] | None = None,
        result: Any = None,
        error: ChengshuError | None = None,
    ) -> Entry:
        details: dict[str, Any] = {"given": briefs(given.items())}
        if changes:
            details["changes"] = changes
        if error is not None:
            details["error"] = {"code": error.code, "message": str(error.message)}
        return cls(
            actor=asker.name,
            action=action,
            outcome=outcome,
            at=datetime.now(UTC),
            account_id=asker.account_id,
            roles=",".join(asker.roles)[:300],
            unit_id=asker.unit_id,
            unit_name=asker.unit_name,
            ip=asker.ip,
            terminal=storable(asker.terminal[:200]),
            session=asker.session[:16],
            channel=asker.channel,
            trace=asker.trace,
            thing=_thing(result, changes),
            reason=storable(str(given.get("reason", ""))),
            on_behalf_of=asker.on_behalf_of.get(action),
            details=details,
        ).without_floats()

    def without_floats(self) -> Entry:
        """Numbers that no database gives back digit by digit become text."""
        if _MAYBE_FLOAT.search(self.written_details) is None:
            return self
        return replace(self, details=json.loads(self.written_details, parse_float=str, parse_constant=str))


_MAYBE_FLOAT = re.compile(rb"[:,\[]-?[0-9]+[.eE]|NaN|Infinity")


def _thing(result: Any, changes: list[dict[str, Any]] | None) -> str:
    if isinstance(result, Model) and result.pk is not None:
        return reference(result)
    return str(changes[0]["object"])[:200] if changes else ""


FACTS = tuple(f.name for f in fields(Entry))
"""The columns a digest covers, besides the place in the chain."""

_HEAD = 'SELECT lane, "position", digest FROM audit_head(%s, %s)'
_INSERT = (
    f"INSERT INTO audit_auditentry (lane, position, previous, digest, {', '.join(FACTS)})"
    f" VALUES (%s, %s, %s, %s, {', '.join(['%s'] * len(FACTS))})"
)

_COLUMNS = ", ".join(["lane", '"position"', "previous", "digest", *FACTS])
_INSERT_ALL = (
    f"INSERT INTO audit_auditentry ({_COLUMNS})"
    f" SELECT {_COLUMNS} FROM jsonb_populate_recordset(NULL::audit_auditentry, %s::jsonb)"
)

Place = tuple[int, int, str]
"""A lane that this transaction holds, and the position and digest of its last entry."""

_reserved: ContextVar[tuple[Place, list[str | None]] | None] = ContextVar("place in the chain", default=None)
"""The place for the next entry, with the savepoints that were open when it was taken."""


def digest_of(lane: int, position: int, previous: str, facts: Mapping[str, Any]) -> str:
    """The digest that an entry with these facts must carry."""
    covered = {name: facts[name] for name in FACTS}
    return sm3(canonical({"lane": lane, "position": position, "previous": previous, **covered}))


def place_query() -> prepared.Call:
    """Takes a lane for this transaction; what it gives is for :func:`reserve`."""
    return _HEAD, [os.getpid() % LANES, LANES]


def reserve(place: prepared.Row) -> None:
    """Keep a place for the entry of the running action, which then needs not ask for one."""
    if place is not None:
        _reserved.set((place, list(connection.savepoint_ids)))


def forget_place() -> None:
    """An action is over: a place that it did not use may be somebody else's by now."""
    _reserved.set(None)


def _place() -> Place:
    """The reserved place, unless a savepoint from then is gone and the lane with it, perhaps; else a new one."""
    reserved = _reserved.get()
    if reserved is not None:
        _reserved.set(None)
        place, savepoints = reserved
        if connection.savepoint_ids[: len(savepoints)] == savepoints:
            return place
    return prepared.run(*place_query()) or (0, 0, START)


def append(entry: Entry) -> None:
    """Link one entry within the running transaction; it is written before anything else happens there."""
    link, digest, facts = _linked(entry, _place())
    facts["details"] = entry.written_details
    prepared.later(_INSERT, [*link.values(), digest, *facts.values()])


def append_all(entries: Sequence[Entry]) -> None:
    """Link many entries one after the other, written in one statement; the next one follows in the same lane."""
    if not entries:
        return
    lane, position, previous = _place()
    rows = []
    for entry in entries:
        link, previous, facts = _linked(entry, (lane, position, previous))
        position += 1
        rows.append({**facts, **link, "digest": previous, "details": entry.details})
    prepared.later(_INSERT_ALL, [canonical(rows)])
    reserve((lane, position, previous))


def _linked(entry: Entry, place: Place) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """What ties an entry to the one before it, its digest, and its facts without the details."""
    lane, position, previous = place
    facts = {name: getattr(entry, name) for name in FACTS} | {"details": None}
    link = {"lane": lane, "position": position + 1, "previous": previous}
    details = entry.written_details
    return link, sm3(canonical(facts | link).replace(_NO_DETAILS, b'"details":' + details, 1)), facts


_NO_DETAILS = b'"details":null'
"""Where the details, written once, go into the canonical form. Within a text its quotes would be escaped."""


def append_alone(entry: Entry) -> None:
    """Link one entry in a transaction of its own: for what was refused or failed."""
    with transaction.atomic():
        append(entry)
