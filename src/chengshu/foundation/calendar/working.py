"""Working-day arithmetic: limits, pauses, extensions, natural days and months.

Sources: 行政许可法 Art. 82 (limits are working days), 行政处罚法 Art. 85, 民法典 Art. 200–204 (the first day
is not counted; a month ends on the same numbered day or at month end; a last day on a holiday moves to the
day after it), and the State Council's yearly notices.

Every question costs one or two table look-ups: the days on file are numbered once, when the calendar is made.

The last days of December may still be changed by the next year's notice; while that is not on file,
:meth:`WorkingCalendar.is_provisional` says so.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar.notices import DayKind, NoticeMissing, Settled, YearNotices, published_years
from chengshu.foundation.errors import InvalidInput

_SATURDAY = 5
_PROVISIONAL_FROM = (12, 29)
"""The earliest day of a year that a later year's notice has settled so far (2018-12-29)."""


@dataclass(frozen=True, slots=True)
class Day:
    """What one day is, and why.

    :param occasion: the holiday's name as the notice prints it, empty on ordinary days
    """

    day: date
    kind: DayKind
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which a limit does not run: the day of the pause still counts, the day of resuming does not.

    :param start: the day on which the clock was stopped
    :param end: the day on which it was started again; None while it still stands
    """

    start: date
    end: date | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise InvalidInput(
                _("A pause cannot end before it starts."),
                field="pauses",
                code="calendar.pause_reversed",
                hint=_("Check the days on which the clock was stopped and started again."),
            )


class WorkingCalendar:
    """The working days of the years whose notices are on file.

    :param years: notices of consecutive years
    :raises InvalidInput: ``calendar.no_years`` or ``calendar.gap`` when the years are none or not consecutive
    """

    def __init__(self, years: Iterable[YearNotices]) -> None:
        self.years = tuple(sorted(years, key=lambda entry: entry.year))
        _refuse_gaps([entry.year for entry in self.years])
        self.first_day = date(self.years[0].year, 1, 1)
        self.last_day = date(self.years[-1].year, 12, 31)
        self._origin = self.first_day.toordinal()
        self._settled: dict[date, Settled] = {
            entry.day: entry for year in self.years for entry in year.settled
        }
        self._workdays, self._counted = self._number_the_days()

    def _number_the_days(self) -> tuple[list[date], list[int]]:
        workdays: list[date] = []
        counted: list[int] = []
        for ordinal in range(self._origin, self.last_day.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if self._kind(day).is_worked:
                workdays.append(day)
            counted.append(len(workdays))
        return workdays, counted

    def _kind(self, day: date) -> DayKind:
        settled = self._settled.get(day)
        if settled is not None:
            return settled.kind
        return DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKDAY

    def _rank(self, day: date) -> int:
        """How many working days the calendar has up to and including this day."""
        index = _plain(day).toordinal() - self._origin
        if not 0 <= index < len(self._counted):
            raise NoticeMissing(day.year)
        return self._counted[index]

    def _nth(self, rank: int) -> date:
        if rank < 1:
            raise NoticeMissing(self.first_day.year - 1)
        if rank > len(self._workdays):
            raise NoticeMissing(self.last_day.year + 1)
        return self._workdays[rank - 1]

    def day(self, day: date) -> Day:
        """What this day is.

        :raises NoticeMissing: when its year has no notice on file
        """
        self._rank(day)
        settled = self._settled.get(day)
        return Day(day, self._kind(day), settled.occasion if settled else "")

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day.

        :raises NoticeMissing: when its year has no notice on file
        """
        self._rank(day)
        return self._kind(day).is_worked

    def is_provisional(self, day: date) -> bool:
        """Whether a notice that is not on file yet may still change this day (the last days of December)."""
        return day.year == self.last_day.year and (day.month, day.day) >= _PROVISIONAL_FROM

    def add_wd(self, start: date, n: int) -> date:
        """The n-th working day after a day; the day after ``start`` is the first that can count.

        :param n: working days, 0 or more; 0 gives ``start`` itself
        :raises InvalidInput: ``calendar.negative`` when n is below 0
        :raises NoticeMissing: when the span reaches a year without a notice
        """
        _refuse_negative(n)
        rank = self._rank(start)
        return self._nth(rank + n) if n else start

    def subtract_wd(self, end: date, n: int) -> date:
        """The n-th working day before a day, for limits such as "notify 7 working days before the hearing".

        :param n: working days, 0 or more; 0 gives ``end`` itself
        :raises InvalidInput: ``calendar.negative`` when n is below 0
        :raises NoticeMissing: when the span reaches a year without a notice
        """
        _refuse_negative(n)
        before = self._rank(end) - int(self._kind(end).is_worked)
        return self._nth(before - n + 1) if n else end

    def count_wd(self, a: date, b: date) -> int:
        """Working days after ``a`` up to and including ``b``; negative when ``b`` lies before ``a``.

        :raises NoticeMissing: when either day lies in a year without a notice
        """
        return self._rank(b) - self._rank(a)

    def next_workday(self, day: date) -> date:
        """The first working day after this day."""
        return self.add_wd(day, 1)

    def previous_workday(self, day: date) -> date:
        """The last working day before this day."""
        return self.subtract_wd(day, 1)

    def paused_wd(self, pauses: Iterable[Pause], *, since: date, as_of: date | None = None) -> int:
        """Working days that the pauses take out of a limit running since a day, each counted once.

        :param since: the day on which the limit began; pauses before it take nothing
        :param as_of: up to when a pause that still stands is counted
        :raises InvalidInput: ``calendar.pause_open`` when a pause still stands and ``as_of`` is not given
        """
        return sum(self.count_wd(start, end) for start, end in _merged(pauses, since, as_of))

    def due_with_pauses(
        self, start: date, n: int, pauses: Iterable[Pause], *, as_of: date | None = None
    ) -> date:
        """The due day of a limit that was paused: ``add_wd(due, paused working days)``.

        Overlapping pauses count once; pausing and resuming on the same day counts nothing; a pause that
        begins after the limit has run out changes nothing.

        :param n: the limit in working days
        :param as_of: up to when a pause that still stands is counted
        :raises InvalidInput: ``calendar.pause_open`` when a pause still stands and ``as_of`` is not given
        """
        due = self.add_wd(start, n)
        for paused, resumed in _merged(pauses, start, as_of):
            if paused > due:
                break
            due = self.add_wd(due, self.count_wd(paused, resumed))
        return due

    def extend(self, due: date, n: int) -> date:
        """The due day after an approved extension, counted from the old due day.

        :param n: the extension in working days
        """
        return self.add_wd(due, n)

    def add_days(self, start: date, n: int, *, roll: bool = True) -> date:
        """The last day of a limit in natural days; the first day is not counted (民法典 201).

        :param n: natural days, 0 or more
        :param roll: move a last day that is a day off to the next working day (民法典 203); give False for
            administrative limits whose own rule does not say so
        """
        _refuse_negative(n)
        return self._rolled(start + timedelta(days=n), roll)

    def add_months(self, start: date, n: int, *, roll: bool = True) -> date:
        """The last day of a limit in months: the same numbered day, else month end (民法典 202).

        :param n: months, 0 or more; 12 make a year
        :param roll: as in :meth:`add_days`
        """
        _refuse_negative(n)
        years, month0 = divmod(start.year * 12 + start.month - 1 + n, 12)
        last = monthrange(years, month0 + 1)[1]
        return self._rolled(date(years, month0 + 1, min(start.day, last)), roll)

    def _rolled(self, day: date, roll: bool) -> date:
        return self.next_workday(day) if roll and not self.is_workday(day) else day

    def workdays_of(self, year: int) -> int:
        """How many working days a year has."""
        return self.count_wd(date(year, 1, 1), date(year, 12, 31)) + int(self.is_workday(date(year, 1, 1)))


@cache
def published_calendar() -> WorkingCalendar:
    """The calendar of the notices that the project carries."""
    return WorkingCalendar(published_years())


def _merged(pauses: Iterable[Pause], since: date, as_of: date | None) -> list[tuple[date, date]]:
    """Pauses cut at ``since``, in order, overlapping ones joined."""
    merged: list[tuple[date, date]] = []
    for start, end in sorted((max(pause.start, since), _end_of(pause, as_of)) for pause in pauses):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _end_of(pause: Pause, as_of: date | None) -> date:
    end = pause.end if pause.end is not None else as_of
    if end is None:
        raise InvalidInput(
            _("The clock is still stopped, so there is no due day yet."),
            field="pauses",
            code="calendar.pause_open",
            hint=_("Resume the clock first, or ask for the due day as of a certain day."),
        )
    return end


def _plain(day: date) -> date:
    if isinstance(day, datetime):
        raise InvalidInput(
            _("A day is needed here, not a moment."),
            field="day",
            code="calendar.moment_for_day",
            hint=_("Give the day in Shanghai on which the moment lies."),
        )
    return day


def _refuse_negative(n: int) -> None:
    if n < 0:
        raise InvalidInput(
            _("A limit cannot be negative."),
            field="n",
            code="calendar.negative",
            hint=_("Give 0 or a positive number of days."),
        )


def _refuse_gaps(years: list[int]) -> None:
    if not years:
        raise InvalidInput(
            _("A calendar needs the notice of at least one year."),
            field="years",
            code="calendar.no_years",
            hint=_("Add the State Council's notice as calendar/published/%(file)s.")
            % {"file": "<year>.toml"},
        )
    missing = sorted(set(range(years[0], years[-1] + 1)) - set(years))
    if missing or len(set(years)) < len(years):
        raise InvalidInput(
            _("The holiday notices on file are not one for each year in a row."),
            field="years",
            code="calendar.gap",
            hint=_("Give one file for each year from the first to the last."),
            data={"missing": missing},
        )
