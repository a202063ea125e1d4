"""Periods of whole days in the district's time zone, and the moments at which they begin and end."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the first to the last day, both included.

    :raises InvalidInput: if it ends before it begins
    """

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise InvalidInput(
                _("The period ends before it begins."),
                field="period",
                code="indicators.period",
                hint=_("Give its first day before its last."),
            )

    @property
    def since(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first_day, time()))

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return timezone.make_aware(datetime.combine(self.last_day + timedelta(days=1), time()))

    @property
    def length(self) -> str:
        """``day``, ``month``, ``year``, or ``span`` for anything else, such as a year to date."""
        first, last = self.first_day, self.last_day
        if first == last:
            return "day"
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
            return "year"
        return "month" if self == month(first.year, first.month) else "span"

    def __str__(self) -> str:
        return f"{self.first_day.isoformat()}/{self.last_day.isoformat()}"


def budget_year(year: int) -> Period:
    """A whole calendar year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def month(year: int, number: int) -> Period:
    """A whole month."""
    return Period(date(year, number, 1), date(year, number, monthrange(year, number)[1]))


def day(on: date) -> Period:
    """A single day."""
    return Period(on, on)


def to_date(whole: Period, today: date | None = None) -> Period:
    """What has passed of a period, today included; the first day at least.

    :param today: the present day if None
    """
    return Period(whole.first_day, max(whole.first_day, min(whole.last_day, today or timezone.localdate())))


def months_of(period: Period) -> Iterator[Period]:
    """The months of a period, the first and the last perhaps cut."""
    at = period.first_day
    while at <= period.last_day:
        whole = month(at.year, at.month)
        yield Period(at, min(whole.last_day, period.last_day))
        at = whole.last_day + timedelta(days=1)


def read_period(text: str) -> Period:
    """``2025``, ``2025-03``, ``2025-03-07`` or ``2025-01-01/2025-03-31``.

    :raises InvalidInput: if it is none of these
    """
    try:
        if not text.isascii():
            raise ValueError(text)
        if "/" in text:
            first, _sign, last = text.partition("/")
            return Period(date.fromisoformat(first.strip()), date.fromisoformat(last.strip()))
        parts = [int(part) for part in text.strip().split("-")]
        if len(parts) == 1:
            return budget_year(parts[0])
        return month(*parts) if len(parts) == 2 else day(date(*parts))
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise InvalidInput(
            _("“%(text)s” is no period.") % {"text": text[:40]},
            field="period",
            code="indicators.period",
            hint=_("Write 2025, 2025-03, 2025-03-07 or 2025-01-01/2025-03-31."),
        ) from error
