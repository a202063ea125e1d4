"""Who is asking: the one place that ties a request, a command or a job to its powers and its transaction.

``asking(asker)`` opens a transaction, tells the database who asks (row-level security reads it), and makes the
asker known to actions. A refusal inside is written to the audit chain after the rollback, so that what did not
happen leaves a trace too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from chengshu.foundation import prepared
from chengshu.foundation.errors import NotSignedIn

EVERYWHERE: Final = "*"
Units = frozenset[int] | str
"""Unit ids, or ``EVERYWHERE``."""


@dataclass(frozen=True)
class Lent:
    """What one account lets another use for a time.

    :param permissions: what may be used; always on behalf of ``giver_id``
    :param role_units: the giver's roles and the units where it holds them: whose work may be taken on
    """

    giver_id: int
    permissions: frozenset[str]
    role_units: Mapping[str, Units] = field(default_factory=dict)


@dataclass(frozen=True)
class Asker:
    """Somebody who asks, with the powers held now.

    :param account_id: None for the anonymous public and for the system itself
    :param name: what the audit chain prints, such as ``perf.officer``
    :param powers: permission → units where it is held
    :param channel: ``web``, ``api``, ``cli`` or ``worker``
    :param on_behalf_of: permission → account id of the giver, where a power comes from a delegation
    """

    account_id: int | None
    name: str
    powers: Mapping[str, Units] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    unit_id: int | None = None
    unit_name: str = ""
    title: str = ""
    ip: str = ""
    terminal: str = ""
    session: str = ""
    channel: str = "web"
    trace: str = ""
    is_system: bool = False
    is_service: bool = False
    """A rule that people put in force asks, with the powers written in it and nobody's account."""
    must_change_password: bool = False
    on_behalf_of: Mapping[str, int] = field(default_factory=dict)
    role_units: Mapping[str, Units] = field(default_factory=dict)
    """Role key → units where a post of the account carries it: whose work it may take on."""
    lent: tuple[Lent, ...] = ()

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None or self.is_system or self.is_service

    def units(self, permission: str) -> Units:
        """Where this permission is held; an empty set when it is not."""
        if self.is_system:
            return EVERYWHERE
        return self.powers.get(permission, frozenset())

    def holds(self, permission: str) -> bool:
        """Whether the permission is held anywhere at all."""
        return bool(self.units(permission))

    def holds_at(self, permission: str, unit_id: int) -> bool:
        units = self.units(permission)
        return units == EVERYWHERE or unit_id in units

    def reading_scope(self) -> dict[str, list[int] | str]:
        """For each app, the units whose rows may be read: those of every ``<app>.view…`` permission together."""
        if self.is_system:
            return {EVERYWHERE: EVERYWHERE}
        scope: dict[str, set[int] | str] = {}
        for permission, units in self.powers.items():
            app, _dot, verb = permission.partition(".")
            if not verb.startswith("view"):
                continue
            known = scope.get(app, set())
            if isinstance(units, str) or isinstance(known, str):
                scope[app] = EVERYWHERE
            else:
                scope[app] = known | units
        return {app: units if isinstance(units, str) else sorted(units) for app, units in scope.items()}

    @cached_property
    def reading_scope_text(self) -> str:
        """The reading scope as the database is told it."""
        return json.dumps(self.reading_scope(), separators=(",", ":"))


NOBODY = Asker(account_id=None, name="anonymous")


def system(name: str, channel: str) -> Asker:
    """The platform itself: the command line of its operator, or its own worker."""
    return Asker(account_id=None, name=name, channel=channel, is_system=True, roles=("system",))


@dataclass
class _Frame:
    asker: Asker
    afterwards: list[Callable[[], None]] = field(default_factory=list)


_current: ContextVar[_Frame | None] = ContextVar("asking", default=None)


def current_asker() -> Asker:
    """Who asks now; the anonymous public when nobody said otherwise."""
    frame = _current.get()
    return frame.asker if frame else NOBODY


def signed_in_asker() -> Asker:
    """Who asks now.

    :raises NotSignedIn: if it is the anonymous public
    """
    asker = current_asker()
    if not asker.is_signed_in:
        raise NotSignedIn(_("Sign in to continue."))
    return asker


@contextmanager
def asking(asker: Asker) -> Iterator[None]:
    """Run a block in one transaction on behalf of ``asker``."""
    outer = _current.get()
    frame = _Frame(asker)
    token = _current.set(frame)
    try:
        with transaction.atomic(), prepared.opening(_settings(asker)):
            yield
            if outer is not None and not connection.needs_rollback:
                prepared.tell(_settings(outer.asker))  # a rollback brings the outer asker back by itself
    finally:
        try:
            for write in frame.afterwards:
                write()
        finally:
            _current.reset(token)


def after_rollback(write: Callable[[], None]) -> None:
    """Have ``write`` run in a transaction of its own once the present one has ended, however it ends."""
    frame = _current.get()
    if frame is None:
        write()
    else:
        frame.afterwards.append(write)


def rebind(asker: Asker) -> None:
    """Replace the asker within the running transaction, as signing in does."""
    frame = _current.get()
    if frame is not None:
        frame.asker = asker
    prepared.tell(_settings(asker))


def _settings(asker: Asker) -> dict[str, str]:
    return {"chengshu.read": asker.reading_scope_text, "chengshu.account": str(asker.account_id or "")}
