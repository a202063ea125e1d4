"""How far a promise undercuts the law: ``1 − promised / legal``, per item and over many.

Working days are divided by working days. Where the law counts natural days, they are first counted out on the real
calendar; they are never multiplied by five sevenths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.limits import Limit, LimitUnit
from chengshu.engines.cases.clocks.timekeeping import Timekeeping
from chengshu.foundation.calendar import SHANGHAI, WorkingCalendar
from chengshu.foundation.errors import InvalidInput

_PLACES: Final = Decimal("0.0001")
_NOON: Final = time(12)


def compression(promised: Limit, legal: Limit, *, start: date, calendar: WorkingCalendar) -> Decimal:
    """The share by which a promise is shorter than the law, such as 0.8 for 4 of 20 working days.

    Negative when the promise is longer than the law.

    :param start: the day on which both begin; it matters only where natural days are converted
    :raises InvalidInput: ``clocks.not_comparable`` for hours, or a legal limit of no length
    :raises NoticeMissing: when counting natural days reaches a year without a notice
    """
    return _rounded(1 - _workdays(promised, start, calendar) / _positive(_workdays(legal, start, calendar)))


def compression_over(promised: Limit, legal: Limit, *, year: int, calendar: WorkingCalendar) -> Decimal:
    """The same as the mean over every working day of a year on which both could begin.

    :raises NoticeMissing: when a limit that begins late in the year reaches a year without a notice
    """
    if promised.unit is legal.unit is LimitUnit.WORKING_DAYS:
        return compression(promised, legal, start=date(year, 1, 1), calendar=calendar)
    days = [
        day
        for offset in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
        if calendar.is_workday(day := date(year, 1, 1) + timedelta(days=offset))
    ]
    shares = [
        1 - _workdays(promised, day, calendar) / _positive(_workdays(legal, day, calendar)) for day in days
    ]
    return _rounded(sum(shares, Fraction()) / len(shares))


def exceeds(promised: Limit, legal: Limit, *, start: date, timekeeping: Timekeeping) -> bool:
    """Whether a promise that begins on a day falls due later than the law allows."""
    begins = datetime.combine(start, _NOON, tzinfo=SHANGHAI)
    return timekeeping.due(begins, promised).at > timekeeping.due(begins, legal).at


@dataclass(frozen=True, slots=True)
class Line:
    """One item in a comparison: its compression and how many cases it had."""

    share: Decimal
    cases: int = 0


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Compression over many items; None where there is nothing to divide by.

    :param mean: every item counts once
    :param weighted: every case counts once
    """

    items: int
    cases: int
    mean: Decimal | None
    weighted: Decimal | None


def aggregate(lines: Iterable[Line]) -> Aggregate:
    """The two aggregates, always shown together: by item and by case."""
    lines = tuple(lines)
    cases = sum(line.cases for line in lines)
    by_item = sum((Fraction(line.share) for line in lines), Fraction())
    by_case = sum((Fraction(line.share) * line.cases for line in lines), Fraction())
    return Aggregate(
        len(lines),
        cases,
        _rounded(by_item / len(lines)) if lines else None,
        _rounded(by_case / cases) if cases else None,
    )


def _workdays(limit: Limit, start: date, calendar: WorkingCalendar) -> Fraction:
    if limit.unit is LimitUnit.WORKING_DAYS:
        return Fraction(limit.amount)
    if limit.unit is LimitUnit.DAYS:
        return Fraction(calendar.count_wd(start, calendar.add_days(start, limit.amount, roll=limit.rolls)))
    if limit.unit is LimitUnit.MONTHS:
        return Fraction(calendar.count_wd(start, calendar.add_months(start, limit.amount, roll=limit.rolls)))
    raise _not_comparable(limit)


def _positive(workdays: Fraction) -> Fraction:
    if workdays <= 0:
        raise _not_comparable(None)
    return workdays


def _not_comparable(limit: Limit | None) -> InvalidInput:
    return InvalidInput(
        _("These limits cannot be compared in working days."),
        field="limit",
        code="clocks.not_comparable",
        hint=_("Compare limits in working days, natural days or months that are longer than none."),
        data={"limit": limit.notation if limit else ""},
    )


def _rounded(share: Fraction) -> Decimal:
    return (Decimal(share.numerator) / Decimal(share.denominator)).quantize(_PLACES)
