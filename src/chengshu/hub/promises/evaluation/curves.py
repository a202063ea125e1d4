"""How much of a year's target is planned to be done by a day: the yardstick of monitoring.

A day counts as ended: what is due on a day is expected on that day. Shares run from 0 to 1.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput

from .measures import ONE, ZERO


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day of what is promised.

    :raises InvalidInput: if it ends before it begins
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise _bad_curve("curve.period", _("The period ends before it begins."))

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def share_by(self, day: date) -> Decimal:
        """The part of the period's days that have passed, the day itself included."""
        passed = min(max((day - self.start).days + 1, 0), self.days)
        return Decimal(passed) / self.days


def year(number: int) -> Period:
    """The budget year: the calendar year."""
    return Period(date(number, 1, 1), date(number, 12, 31))


class Curve(Protocol):
    """A plan: the share of the target expected by the end of a day."""

    @property
    def runs_evenly(self) -> bool:
        """Whether the past pace says something about the future."""

    def expected_by(self, day: date) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Linear:
    """The same amount each day of the period; the default."""

    period: Period
    runs_evenly = True

    def expected_by(self, day: date) -> Decimal:
        return self.period.share_by(day)


@dataclass(frozen=True, slots=True)
class Steps:
    """Deliverables: nothing before a due date, then at once; pairs of due date and cumulative share.

    :raises InvalidInput: unless dates and shares rise and the last share is 1
    """

    steps: tuple[tuple[date, Decimal], ...]
    runs_evenly = False

    def __post_init__(self) -> None:
        dates = [day for day, _share in self.steps]
        if not dates or any(later <= earlier for earlier, later in pairwise(dates)):
            raise _bad_curve("curve.steps", _("Due dates are given in order, each once."))
        _require_rising([share for _day, share in self.steps])

    def expected_by(self, day: date) -> Decimal:
        return max((share for due, share in self.steps if due <= day), default=ZERO)


@dataclass(frozen=True, slots=True)
class Monthly:
    """A plan of the unit's own: the cumulative share at the end of each of the twelve months, even within a
    month.

    :raises InvalidInput: unless there are twelve rising shares that end with 1
    """

    year: int
    shares: tuple[Decimal, ...]
    runs_evenly = True

    def __post_init__(self) -> None:
        if len(self.shares) != 12:
            raise _bad_curve("curve.months", _("A monthly plan has twelve shares."))
        _require_rising(self.shares)

    def expected_by(self, day: date) -> Decimal:
        if day.year != self.year:
            return ZERO if day.year < self.year else ONE
        before = self.shares[day.month - 2] if day.month > 1 else ZERO
        of_month = Decimal(day.day) / monthrange(day.year, day.month)[1]
        return before + (self.shares[day.month - 1] - before) * of_month


def due_on(day: date) -> Steps:
    """The plan of a single deliverable."""
    return Steps(((day, ONE),))


def _require_rising(shares: list[Decimal] | tuple[Decimal, ...]) -> None:
    if shares[0] < 0 or shares[-1] != ONE or any(later < earlier for earlier, later in pairwise(shares)):
        raise _bad_curve("curve.shares", _("Planned shares never fall and end with 1."))


def _bad_curve(code: str, message: object) -> InvalidInput:
    return InvalidInput(str(message), field="plan", code=code, hint=_("Correct the plan of this indicator."))
