"""Office hours: weekly windows by season, half-day closures, the moment at which a deadline falls, and the
day on which something counts as received.

Office hours never decide which days are working days; that is the calendar's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar.moments import at, in_shanghai
from chengshu.foundation.calendar.working import WorkingCalendar
from chengshu.foundation.errors import InvalidInput

MONDAY = 0


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of a day in which an office is open, from ``opens`` up to but not including ``closes``."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise InvalidInput(
                _("An office cannot close before it opens."),
                field="windows",
                code="calendar.window",
                hint=_("Give each window as opening time and a later closing time on the same day."),
            )


@dataclass(frozen=True, slots=True)
class Season:
    """Hours that hold in one part of each year, both ends included; it may run over New Year.

    :param first: month and day, such as (5, 1)
    :param last: month and day, such as (9, 30)
    :param week: windows by weekday, 0 for Monday to 6 for Sunday; a weekday that is not named is closed
    :param make_up: windows of a make-up workday whose weekday has none; Monday's when not given
    """

    first: tuple[int, int]
    last: tuple[int, int]
    week: Mapping[int, tuple[Window, ...]]
    make_up: tuple[Window, ...] | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the season contains this day."""
        month_day = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= month_day <= self.last
        return month_day >= self.first or month_day <= self.last

    def windows(self, day: date) -> tuple[Window, ...]:
        """The windows of a day that is worked."""
        own = self.week.get(day.weekday(), ())
        if own or day.weekday() < 5:
            return own
        return self.make_up if self.make_up is not None else self.week.get(MONDAY, ())


@dataclass(frozen=True, slots=True)
class Closure:
    """One day with other hours than its season says.

    :param windows: what is left of the day; empty when the office stays closed
    :param reason: why, in the office's own words
    """

    day: date
    windows: tuple[Window, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When an office is open.

    :param calendar: which days are worked
    :param seasons: the first one that holds on a day decides; together they must cover the year
    :param closures: days or half-days with other hours
    :param due_at_midnight: whether a deadline ends at 24:00 instead of the end of business, as for electronic
        submission
    :raises InvalidInput: ``calendar.season_gap`` or ``calendar.window_overlap``
    """

    calendar: WorkingCalendar
    seasons: tuple[Season, ...]
    closures: tuple[Closure, ...] = ()
    due_at_midnight: bool = False
    _closed: Mapping[date, Closure] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for season in self.seasons:
            for windows in season.week.values():
                _refuse_overlap(windows)
        for closure in self.closures:
            _refuse_overlap(closure.windows)
        _refuse_uncovered(self.seasons)
        closed = MappingProxyType({closure.day: closure for closure in self.closures})
        object.__setattr__(self, "_closed", closed)

    def windows(self, day: date) -> tuple[Window, ...]:
        """When the office is open on this day, in order; empty on a day off or a closure.

        :raises NoticeMissing: when the day's year has no notice on file
        """
        if not self.calendar.is_workday(day):
            return ()
        closure = self._closed.get(day)
        if closure is not None:
            return tuple(sorted(closure.windows))
        season = next(season for season in self.seasons if season.holds_on(day))
        return tuple(sorted(season.windows(day)))

    def is_open(self, moment: datetime) -> bool:
        """Whether the office is open at this moment."""
        local = in_shanghai(moment)
        clock = local.time()
        return any(window.opens <= clock < window.closes for window in self.windows(local.date()))

    def due_at(self, day: date) -> datetime:
        """The moment at which a deadline on this day has passed: the end of business, or 24:00.

        A day on which the office stays closed ends at 24:00: closing an office does not move a deadline.
        """
        windows = () if self.due_at_midnight else self.windows(day)
        return at(day, windows[-1].closes) if windows else midnight_after(day)

    def receipt_day(self, moment: datetime, *, by_business_day: bool) -> date:
        """The day on which something counts as received.

        :param by_business_day: True where the rule counts 收到之日 by business day, so that what comes on a
            day off or after the end of business is received on the next working day; False where the system's
            time decides, as for electronic submission
        """
        local = in_shanghai(moment)
        day = local.date()
        if not by_business_day:
            return day
        windows = self.windows(day)
        if windows and local.time() < windows[-1].closes:
            return day
        return self._next_open_day(day)

    def _next_open_day(self, day: date) -> date:
        following = self.calendar.next_workday(day)
        while not self.windows(following):
            following = self.calendar.next_workday(following)
        return following


def due_at(day: date, office: OfficeHours | None) -> datetime:
    """The moment at which a deadline on this day has passed.

    :param office: the office whose end of business counts; None for 24:00
    """
    return office.due_at(day) if office is not None else midnight_after(day)


def receipt_day(moment: datetime, office: OfficeHours, *, by_business_day: bool) -> date:
    """The day on which something counts as received; see :meth:`OfficeHours.receipt_day`."""
    return office.receipt_day(moment, by_business_day=by_business_day)


def midnight_after(day: date) -> datetime:
    """24:00 of a day, which is 00:00 of the next."""
    return at(day + timedelta(days=1), time())


def _refuse_overlap(windows: tuple[Window, ...]) -> None:
    ordered = sorted(windows)
    if any(later.opens < earlier.closes for earlier, later in pairwise(ordered)):
        raise InvalidInput(
            _("Two windows of the same day overlap."),
            field="windows",
            code="calendar.window_overlap",
            hint=_("Join them, or let one close before the next opens."),
        )


def _refuse_uncovered(seasons: tuple[Season, ...]) -> None:
    leap_year = (date(2024, 1, 1) + timedelta(days=offset) for offset in range(366))
    for day in leap_year:
        if not any(season.holds_on(day) for season in seasons):
            raise InvalidInput(
                _("No season covers %(month)s-%(day)s.") % {"month": day.month, "day": day.day},
                field="seasons",
                code="calendar.season_gap",
                hint=_("Let the seasons together cover the whole year."),
            )
