"""How limits run: the measure of each unit over the official calendar, and the moment at which a day ends.

A deadline that is a day ends when the office closes on that day (民法典 Art. 203: where there are business hours,
the end of business), or at the end of the day where electronic submission counts. Its date is always the due day.

Years whose holiday notice is not on file are never guessed. Where a limit reaches one, the due day is *provisional*:
the earliest it can be, every unknown day counted as worked; the true day is that day or later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import ClassVar, Protocol, TypeVar

from chengshu.engines.cases.clocks.limits import Limit, LimitUnit
from chengshu.foundation.calendar import (
    ROUND_THE_CLOCK,
    SHANGHAI,
    NoticeMissing,
    OfficeHours,
    ServiceWindow,
    WorkingCalendar,
    add_service_hours,
    elapsed_service_seconds,
    local_day,
)

T = TypeVar("T")
Span = tuple[datetime, datetime]
"""A stretch in which a clock stood still; for day units the first day still counts, the last does not."""

_LAST_SECOND = time(23, 59, 59)
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit falls due.

    :param at: the last moment that is still in time
    :param missing_year: the year whose holiday notice would be needed; then ``at`` is the earliest it can be.
        None when the day is certain
    """

    at: datetime
    missing_year: int | None = None

    @property
    def on(self) -> date:
        return local_day(self.at)

    @property
    def is_provisional(self) -> bool:
        return self.missing_year is not None


class Measure(Protocol):
    """One unit's way of counting, over points that are day numbers, or seconds for hours.

    ``plus`` and ``between`` undo each other; ``between`` excludes its first point and includes its last.
    ``size`` is how many steps make one unit of the limit.
    """

    size: ClassVar[int]

    def point(self, moment: datetime) -> int: ...

    def plus(self, point: int, steps: int) -> int: ...

    def between(self, earlier: int, later: int) -> int: ...


class _Days:
    size: ClassVar[int] = 1

    def point(self, moment: datetime) -> int:
        return local_day(moment).toordinal()


@dataclass(frozen=True, slots=True)
class WorkingDays(_Days):
    """Counted by the State Council's notices; raises ``NoticeMissing`` where one is not on file."""

    calendar: WorkingCalendar

    def plus(self, point: int, steps: int) -> int:
        return self.calendar.add_wd(date.fromordinal(point), steps).toordinal()

    def between(self, earlier: int, later: int) -> int:
        return self.calendar.count_wd(date.fromordinal(earlier), date.fromordinal(later))


@dataclass(frozen=True, slots=True)
class EarliestWorkingDays(_Days):
    """The same where notices are missing: a bound that the true day can only exceed.

    Beyond the last day on file every day is counted as worked while a limit runs, and none while it is paused.
    """

    known: WorkingDays

    @property
    def last(self) -> int:
        return self.known.calendar.last_day.toordinal()

    def plus(self, point: int, steps: int) -> int:
        certain = self.known.between(point, self.last) if point <= self.last else 0
        if steps <= certain:
            return self.known.plus(point, steps)
        return max(point, self.last) + steps - certain

    def between(self, earlier: int, later: int) -> int:
        return self.known.between(min(earlier, self.last), min(later, self.last))


class NaturalDays(_Days):
    """Every day counts; no notice is needed."""

    def plus(self, point: int, steps: int) -> int:
        return point + steps

    def between(self, earlier: int, later: int) -> int:
        return later - earlier


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a service window, to the second."""

    size: ClassVar[int] = _SECONDS_PER_HOUR
    window: ServiceWindow

    def point(self, moment: datetime) -> int:
        return int(moment.timestamp())

    def plus(self, point: int, steps: int) -> int:
        hours = Decimal(steps) / _SECONDS_PER_HOUR
        return round(add_service_hours(_moment(point), hours, self.window).timestamp())

    def between(self, earlier: int, later: int) -> int:
        if later < earlier:
            return -self.between(later, earlier)
        return elapsed_service_seconds(_moment(earlier), _moment(later), self.window)


@dataclass(frozen=True)
class Timekeeping:
    """The calendar and the office hours by which clocks run.

    :param office: whose end of business ends a due day, and whose hours a 5×8 limit counts
    """

    calendar: WorkingCalendar
    office: OfficeHours

    def measure(self, limit: Limit, *, earliest: bool = False) -> Measure:
        """How this limit is counted; months are counted in natural days once their end is known.

        :param earliest: bound years without a notice from below instead of raising
        """
        if limit.unit is LimitUnit.WORKING_DAYS:
            known = WorkingDays(self.calendar)
            return EarliestWorkingDays(known) if earliest else known
        if limit.unit is LimitUnit.HOURS:
            return Hours(ServiceWindow("5×8", self.office) if limit.in_office_hours else ROUND_THE_CLOCK)
        return NaturalDays()

    def end(self, limit: Limit, point: int) -> datetime:
        """The last moment in time of a limit whose last point is known."""
        if limit.unit is LimitUnit.HOURS:
            return _moment(point)
        day = date.fromordinal(point)
        return self.end_of(self.calendar.add_days(day, 0) if limit.rolls else day)

    def end_of(self, day: date) -> datetime:
        """The last moment of a due day: closing time, or 23:59:59 when the office does not open on it."""
        try:
            windows = () if self.office.due_at_midnight else self.office.windows(day)
        except NoticeMissing:
            windows = ()
        return datetime.combine(day, windows[-1].closes if windows else _LAST_SECOND, tzinfo=SHANGHAI)

    def due(self, start: datetime, limit: Limit) -> Due:
        """When a limit that was neither paused nor extended falls due."""

        def whole(measure: Measure) -> datetime:
            begun = measure.point(start)
            return self.end(limit, self.unpaused_end(measure, begun, (limit,)))

        return self.bounded(limit, whole)

    def bounded(self, limit: Limit, moment: Callable[[Measure], datetime]) -> Due:
        """A moment computed with the limit's measure, or its earliest bound where a notice is missing."""
        try:
            return Due(moment(self.measure(limit)))
        except NoticeMissing as missing:
            return Due(moment(self.measure(limit, earliest=True)), missing.year)

    def counted(self, limit: Limit, count: Callable[[Measure], T]) -> T:
        """A count with the limit's measure, or what is known of it where a notice is missing."""
        try:
            return count(self.measure(limit))
        except NoticeMissing:
            return count(self.measure(limit, earliest=True))

    def length(self, measure: Measure, begun: int, amounts: Sequence[Limit]) -> int:
        """How many steps a limit and its extensions are together."""
        if amounts[0].unit is LimitUnit.MONTHS:
            return measure.between(begun, self.unpaused_end(measure, begun, amounts))
        return measure.size * sum(each.amount for each in amounts)

    def unpaused_end(self, measure: Measure, begun: int, amounts: Sequence[Limit]) -> int:
        """Where a limit and its extensions, in the order granted, would end if nothing paused them."""
        if amounts[0].unit is not LimitUnit.MONTHS:
            return measure.plus(begun, self.length(measure, begun, amounts))
        end = date.fromordinal(begun)
        for each in amounts:
            end = self.calendar.add_months(end, each.amount, roll=False)
        return end.toordinal()


def moved(measure: Measure, end: int, pauses: Iterable[tuple[int, int]]) -> int:
    """An end moved by pauses in order; one that begins after the limit has run out changes nothing."""
    for since, until in pauses:
        if since > end:
            break
        end = measure.plus(end, measure.between(since, until))
    return end


def merged(measure: Measure, begun: int, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Pauses as points of a measure: cut at the clock's beginning, in order, overlapping ones joined."""
    joined: list[tuple[int, int]] = []
    for since, until in sorted((max(measure.point(a), begun), measure.point(b)) for a, b in spans):
        if until <= since:
            continue
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


def _moment(point: int) -> datetime:
    return datetime.fromtimestamp(point, SHANGHAI)
