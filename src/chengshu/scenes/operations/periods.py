"""The periods of an inspection plan and of a monthly report. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from chengshu.foundation.calendar.moments import at
from chengshu.scenes.operations.models import Rhythm


def period_of(rhythm: str, day: date) -> tuple[date, date]:
    """First and last day of the period that a day is in; a week begins on Monday."""
    if rhythm == Rhythm.DAY:
        return day, day
    if rhythm == Rhythm.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    months = 3 if rhythm == Rhythm.QUARTER else 1
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, month_after(first, months) - timedelta(days=1)


def month_after(first: date, months: int = 1) -> date:
    """The first day of a later month."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def moments_of(month: date) -> tuple[datetime, datetime]:
    """The first moment of a month, and the first moment after it."""
    return at(month, time()), at(month_after(month), time())
