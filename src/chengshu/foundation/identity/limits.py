"""What signing in is held to: dated figures with sources, in ``limits.toml``; not code, so districts can differ."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

SOURCE = Path(__file__).with_name("limits.toml")


@dataclass(frozen=True)
class Limit:
    """One dated figure.

    :param verified: whether the figure itself stands in the source, and is not only common practice under it
    """

    key: str
    value: int
    unit: str
    valid_from: date
    source: str
    verified: bool


@dataclass(frozen=True)
class Limits:
    """The figures in force on one day; units as in ``limits.toml``."""

    password_length: int
    password_classes: int
    passwords_remembered: int
    password_days: int
    failures_until_lock: int
    lock_minutes: int
    failures_per_address: int
    address_window_minutes: int
    idle_minutes: int
    idle_minutes_administrator: int
    session_hours: int
    sessions_at_once: int
    sessions_at_once_administrator: int
    pending_minutes: int
    token_days: int

    @property
    def lock(self) -> timedelta:
        return timedelta(minutes=self.lock_minutes)

    @property
    def password_age(self) -> timedelta:
        return timedelta(days=self.password_days)

    @property
    def lifetime(self) -> timedelta:
        return timedelta(hours=self.session_hours)

    def idle(self, is_administrator: bool) -> timedelta:
        return timedelta(minutes=self.idle_minutes_administrator if is_administrator else self.idle_minutes)

    def at_once(self, is_administrator: bool) -> int:
        return self.sessions_at_once_administrator if is_administrator else self.sessions_at_once


@functools.cache
def table() -> tuple[Limit, ...]:
    """Every figure ever in force, as the file has it."""
    rows = tomllib.loads(SOURCE.read_text(encoding="utf-8"))["limit"]
    return tuple(Limit(**row) for row in rows)


def limits() -> Limits:
    """The figures in force today."""
    return limits_on(timezone.localdate())


@functools.lru_cache(maxsize=8)
def limits_on(day: date) -> Limits:
    """The figures in force on ``day``: of each key the latest that had begun.

    :raises TypeError: if a key has no figure on that day; a limit that is missing must not read as "none"
    """
    in_force = sorted((row for row in table() if row.valid_from <= day), key=lambda row: row.valid_from)
    return Limits(**{row.key: row.value for row in in_force})
