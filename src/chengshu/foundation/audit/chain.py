"""Adding to the audit chain.

The chain has ``LANES`` lanes; a transaction takes the first lane that no running transaction holds, so writers do
not queue behind each other's commits, and every entry is linked before its transaction commits.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from chengshu.foundation import prepared
from chengshu.foundation.asking import Asker
from chengshu.foundation.audit.canonical import canonical, plain, reference, sm3, storable
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
            details=json.loads(canonical(details), parse_float=str, parse_constant=str),
        )


def _thing(result: Any, changes: list[dict[str, Any]] | None) -> str:
    if isinstance(result, Model) and result.pk is not None:
        return reference(result)
    return str(changes[0]["object"])[:200] if changes else ""


FACTS = tuple(f.name for f in fields(Entry))
"""The columns a digest covers, besides the place in the chain."""

SET_SCOPE = "SELECT set_config('chengshu.action', %s, true), set_config('chengshu.write', %s, true)"
"""Tells the database which action runs, and in which units it may write."""
_HEAD = 'SELECT lane, "position", digest FROM audit_head(%s, %s)'
_INSERT = (
    f"INSERT INTO audit_auditentry (lane, position, previous, digest, {', '.join(FACTS)})"
    f" VALUES (%s, %s, %s, %s, {', '.join(['%s'] * len(FACTS))})"
)
_INSERT_AND_LEAVE = f"WITH linked AS ({_INSERT} RETURNING id) {SET_SCOPE} FROM linked"


def digest_of(lane: int, position: int, previous: str, facts: Mapping[str, Any]) -> str:
    """The digest that an entry with these facts must carry."""
    covered = {name: facts[name] for name in FACTS}
    return sm3(canonical({"lane": lane, "position": position, "previous": previous, **covered}))


def append(entry: Entry, *, leaving: tuple[str, str] | None = None) -> None:
    """Link one entry within the running transaction.

    :param leaving: the action and write scope that hold again from now on; set in the same round trip
    """
    facts = {name: getattr(entry, name) for name in FACTS}
    lane, position, previous = prepared.run(_HEAD, [os.getpid() % LANES, LANES]) or (0, 0, START)
    digest = digest_of(lane, position + 1, previous, facts)
    columns = [_column(facts[name]) for name in FACTS]
    row = [lane, position + 1, previous, digest, *columns]
    if leaving is None:
        prepared.run(_INSERT, row)
    else:
        prepared.run(_INSERT_AND_LEAVE, [*row, *leaving])


def append_alone(entry: Entry) -> None:
    """Link one entry in a transaction of its own: for what was refused or failed."""
    with transaction.atomic():
        append(entry)


def _column(value: Any) -> Any:
    return json.dumps(value, default=plain, ensure_ascii=False) if isinstance(value, dict) else value
