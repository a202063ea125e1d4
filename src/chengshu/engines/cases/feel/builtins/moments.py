"""Built-in functions on dates, times and durations. The present comes only from the clock that the limits carry."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel import temporal
from chengshu.engines.cases.feel.builtins.registry import built_in
from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.numbers import whole
from chengshu.engines.cases.feel.temporal import NANOS, DaysDuration, YearsDuration
from chengshu.engines.cases.feel.values import DATE_AND_TIME, DAYS, YEARS, text_of

_MOMENT = f"date | {DATE_AND_TIME}"
_DAYS_OF_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _invalid(run: Run, name: str, *values: Any) -> Any:
    return run.null("invalid_value", name=name, value=", ".join(text_of(value) for value in values))


@built_in("date", f"from: string | {_MOMENT}")
def date(run: Run, value: Any) -> Any:
    if not isinstance(value, str):
        return temporal.date_part(value)
    return temporal.parse_date(value) or _invalid(run, "date", value)


@built_in("date", "year: number, month: number, day: number")
def date_of(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Any:
    parts = [whole(part) for part in (year, month, day)]
    try:
        return temporal.make_date(*(part for part in parts if part is not None))
    except (ValueError, TypeError):
        return _invalid(run, "date", year, month, day)


@built_in("time", f"from: string | time | {_MOMENT}")
def time(run: Run, value: Any) -> Any:
    if isinstance(value, str):
        return temporal.parse_time(value) or _invalid(run, "time", value)
    if isinstance(value, temporal.TIMES):
        return value
    return temporal.time_part(
        value if isinstance(value, temporal.DATE_TIMES) else temporal.at_midnight(value)
    )


@built_in("time", f"hour: number, minute: number, second: number, offset?: {DAYS}")
def time_of(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysDuration | None = None
) -> Any:
    clock = _clock(hour, minute, second, offset)
    return clock or _invalid(run, "time", hour, minute, second, offset)


def _clock(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysDuration | None) -> Any:
    """The time of day; None if there is no such one."""
    hours, minutes = whole(hour), whole(minute)
    if hours is None or minutes is None or not 0 <= second < 60:
        return None
    nanos = int(second * NANOS)
    try:
        zone = None if offset is None else temporal.zone_of_offset(offset.nanos // NANOS)
        return temporal.make_time(hours, minutes, nanos // NANOS, nanos % NANOS, zone)
    except ValueError:
        return None


@built_in("date and time", f"from: string | {_MOMENT}")
def date_and_time(run: Run, value: Any) -> Any:
    if isinstance(value, str):
        return temporal.parse_date_time(value) or _invalid(run, "date and time", value)
    return value if isinstance(value, temporal.DATE_TIMES) else temporal.at_midnight(value, None)


@built_in("date and time", f"date: {_MOMENT}, time: time")
def date_with_time(_run: Run, day: Any, clock: Any) -> Any:
    return temporal.make_date_time(
        day if isinstance(day, temporal.FarDate) else temporal.date_part(day), clock, clock.tzinfo
    )


@built_in("date and time", f"date: {DATE_AND_TIME}, timezone: string")
def moved_to_zone(run: Run, moment: Any, timezone: str) -> Any:
    """The same instant on the wall clock of another zone."""
    try:
        zone = temporal.named_zone(timezone)
    except ValueError:
        return _invalid(run, "date and time", timezone)
    local = temporal.instant(moment)
    near = temporal.date_time_of_nanos(local, zone)
    return temporal.date_time_of_nanos(local + (temporal.offset_seconds(near) or 0) * NANOS, zone)


@built_in(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, "
    f"offset?: {DAYS} | string",
)
@built_in(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, timezone: string",
)
def date_and_time_of(
    run: Run,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    zone: Any = None,
) -> Any:
    """The last argument is an offset, or the name of a time zone."""
    the_date = date_of(run, year, month, day)
    clock = _clock(hour, minute, second, None if isinstance(zone, str) else zone)
    if the_date is None or clock is None:
        return _invalid(run, "date and time", year, month, day, hour, minute, second)
    try:
        place = temporal.named_zone(zone) if isinstance(zone, str) else clock.tzinfo
    except ValueError:
        return _invalid(run, "date and time", zone)
    return temporal.make_date_time(the_date, clock, place)


@built_in("duration", f"from: string | {DAYS} | {YEARS}")
def duration(run: Run, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return temporal.parse_duration(value) or _invalid(run, "duration", value)


@built_in("years and months duration", f"from: {_MOMENT}, to: {_MOMENT}")
def years_and_months_duration(_run: Run, start: Any, end: Any) -> YearsDuration:
    return YearsDuration(temporal.months_between(start, end))


@built_in("day of year", f"date: {_MOMENT}")
def day_of_year(_run: Run, value: Any) -> Decimal:
    return Decimal(temporal.day_of_year(value))


@built_in("day of week", f"date: {_MOMENT}")
def day_of_week(_run: Run, value: Any) -> str:
    return _DAYS_OF_WEEK[temporal.weekday(value) - 1]


@built_in("month of year", f"date: {_MOMENT}")
def month_of_year(_run: Run, value: Any) -> str:
    return _MONTHS[value.month - 1]


@built_in("week of year", f"date: {_MOMENT}")
def week_of_year(_run: Run, value: Any) -> Decimal:
    return Decimal(temporal.week_of_year(value))


@built_in("last day of month", f"date: {_MOMENT}")
def last_day_of_month(_run: Run, value: Any) -> Any:
    return temporal.make_date(value.year, value.month, temporal.days_in_month(value.year, value.month))


@built_in("now")
def now(run: Run) -> Any:
    return run.limits.now or run.null("no_clock", name="now")


@built_in("today")
def today(run: Run) -> Any:
    return run.limits.now.date() if run.limits.now else run.null("no_clock", name="today")
