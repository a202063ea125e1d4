"""Dates, times and durations of FEEL: reading, writing, taking apart and putting together.

Python's own ``date``, ``time`` and ``datetime`` are used wherever they can hold the value. FEEL goes further: years up
to ±999,999,999 and nanoseconds. Only for those there are :class:`FarDate`, :class:`FineTime` and :class:`FarDateTime`,
with the same attributes (and ``nanosecond`` in place of ``microsecond``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

NANOS = 1_000_000_000
DAY_NANOS = 86_400 * NANOS
MOST_YEARS = 999_999_999


@dataclass(frozen=True, slots=True)
class DaysDuration:
    """A duration in days, hours, minutes and seconds, exact to the nanosecond."""

    nanos: int

    @classmethod
    def of(cls, delta: timedelta) -> DaysDuration:
        return cls(((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds) * 1_000)

    @property
    def timedelta(self) -> timedelta:
        """The same as Python's duration; what is below a microsecond is cut off.

        :raises OverflowError: beyond 999,999,999 days
        """
        return timedelta(microseconds=self.nanos // 1_000)


@dataclass(frozen=True, slots=True)
class YearsDuration:
    """A duration in years and months, which have no fixed number of days."""

    months: int


@dataclass(frozen=True, slots=True)
class FarDate:
    """A date before the year 1 or after the year 9999."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class FineTime:
    """A time of day with nanoseconds."""

    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class FarDateTime:
    """A date and time out of the reach of ``datetime``: a far year, or nanoseconds."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: tzinfo | None = None


DATES = (date, FarDate)
TIMES = (time, FineTime)
DATE_TIMES = (datetime, FarDateTime)

# ---- calendar ------------------------------------------------------------------------------------------------


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def epoch_day(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar, for any year."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970-01-01."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


# ---- making --------------------------------------------------------------------------------------------------


def make_date(year: int, month: int, day: int) -> date | FarDate:
    """:raises ValueError: if there is no such day"""
    if 1 <= year <= 9999:
        return date(year, month, day)
    if abs(year) > MOST_YEARS or not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        raise ValueError("no such day")
    return FarDate(year, month, day)


def make_time(hour: int, minute: int, second: int, nanos: int, zone: tzinfo | None) -> time | FineTime:
    """:raises ValueError: if there is no such time"""
    whole = time(hour, minute, second, nanos // 1_000, tzinfo=zone)
    return FineTime(hour, minute, second, nanos, zone) if nanos % 1_000 else whole


def make_date_time(day: Any, clock: Any, zone: tzinfo | None) -> datetime | FarDateTime:
    """A date and a time of day together, in ``zone``."""
    nanos = nanosecond(clock)
    if nanos % 1_000 or not isinstance(day, date):
        return FarDateTime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second, nanos, zone)
    return datetime(
        day.year, day.month, day.day, clock.hour, clock.minute, clock.second, nanos // 1_000, tzinfo=zone
    )


def date_of_day(days: int) -> date | FarDate:
    return make_date(*civil(days))


def time_of_nanos(nanos: int, zone: tzinfo | None) -> time | FineTime:
    seconds, rest = divmod(nanos % DAY_NANOS, NANOS)
    return make_time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest, zone)


def date_time_of_nanos(nanos: int, zone: tzinfo | None) -> datetime | FarDateTime:
    """The local date and time so many nanoseconds after 1970-01-01T00:00:00 on the wall clock of ``zone``."""
    days, rest = divmod(nanos, DAY_NANOS)
    return make_date_time(date_of_day(days), time_of_nanos(rest, None), zone)


# ---- taking apart --------------------------------------------------------------------------------------------


def nanosecond(value: Any) -> int:
    if isinstance(value, (time, datetime)):
        return value.microsecond * 1_000
    return int(value.nanosecond)


def day_number(value: Any) -> int:
    """Days since 1970-01-01 of a date, or of the date of a date and time."""
    return epoch_day(value.year, value.month, value.day)


def nanos_of_day(value: Any) -> int:
    seconds: int = value.hour * 3600 + value.minute * 60 + value.second
    return seconds * NANOS + nanosecond(value)


def local_nanos(value: Any) -> int:
    """Nanoseconds since 1970-01-01T00:00:00 on the value's own wall clock."""
    return day_number(value) * DAY_NANOS + nanos_of_day(value)


def offset_seconds(value: Any) -> int | None:
    """Seconds east of Greenwich; None without a zone. A bare time in a named zone takes that zone's winter offset."""
    zone = value.tzinfo
    if zone is None:
        return None
    if isinstance(value, datetime):
        offset = value.utcoffset()
    else:
        year = 2000 + value.year % 400 if isinstance(value, FarDateTime) else 1970
        month, day = (value.month, value.day) if isinstance(value, FarDateTime) else (1, 1)
        offset = zone.utcoffset(
            datetime(year, month, day, value.hour, value.minute, value.second, tzinfo=zone)
        )
    return None if offset is None else offset.days * 86_400 + offset.seconds


def instant(value: Any) -> int:
    """Nanoseconds since 1970-01-01T00:00:00Z; without a zone, as if it were UTC."""
    return local_nanos(value) - (offset_seconds(value) or 0) * NANOS


def time_instant(value: Any) -> int:
    """Nanoseconds of the day in UTC, not brought back into one day, so that order is kept."""
    return nanos_of_day(value) - (offset_seconds(value) or 0) * NANOS


def date_part(value: Any) -> date | FarDate:
    return make_date(value.year, value.month, value.day)


def time_part(value: Any) -> time | FineTime:
    return make_time(value.hour, value.minute, value.second, nanosecond(value), value.tzinfo)


def at_midnight(value: Any, zone: tzinfo | None = UTC) -> datetime | FarDateTime:
    """A date as the date and time of its first moment."""
    return make_date_time(value, time(0), zone)


# ---- moving --------------------------------------------------------------------------------------------------


def plus_months(value: Any, months: int) -> Any:
    """A date, or date and time, so many months later; the day is cut to the month's last.

    :raises ValueError: beyond the years FEEL knows
    """
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    day = min(value.day, days_in_month(year, month + 1))
    moved = make_date(year, month + 1, day)
    return make_date_time(moved, value, value.tzinfo) if isinstance(value, DATE_TIMES) else moved


def plus_nanos(value: Any, nanos: int) -> Any:
    """A date, time, or date and time moved; a date keeps no time of day, a time runs around the clock.

    :raises ValueError: beyond the years FEEL knows
    """
    if isinstance(value, DATE_TIMES):
        if isinstance(value.tzinfo, ZoneInfo):
            return _in_zone(instant(value) + nanos, value.tzinfo)
        return date_time_of_nanos(local_nanos(value) + nanos, value.tzinfo)
    if isinstance(value, DATES):
        return date_of_day((day_number(value) * DAY_NANOS + nanos) // DAY_NANOS)
    return time_of_nanos(nanos_of_day(value) + nanos, value.tzinfo)


def _in_zone(moment: int, zone: ZoneInfo) -> datetime | FarDateTime:
    """The wall clock of ``zone`` at an instant; the offset is found by trying the one before and after."""
    near = date_time_of_nanos(moment, zone)
    guess = date_time_of_nanos(moment + (offset_seconds(near) or 0) * NANOS, zone)
    if instant(guess) == moment:
        return guess
    again = date_time_of_nanos(moment + (offset_seconds(guess) or 0) * NANOS, zone)
    if instant(again) == moment:
        return again
    return again.replace(fold=1) if isinstance(again, datetime) else again


def months_between(start: Any, end: Any) -> int:
    """Whole months from one date to the other, cut towards zero; times of day do not count."""
    months = int((end.year - start.year) * 12 + end.month - start.month)
    left = int(end.day) - int(start.day)
    if months > 0 and left < 0:
        return months - 1
    return months + 1 if months < 0 and left > 0 else months


# ---- reading -------------------------------------------------------------------------------------------------

_DATE = r"(?P<year>-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_TIME = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<oh>[0-9]{2}):(?P<om>[0-9]{2})(?::(?P<os>[0-9]{2}))?|@(?P<zone>[^\s@]+))?"
)
_DATE_TEXT = re.compile(_DATE)
_TIME_TEXT = re.compile(_TIME)
_DATE_TIME_TEXT = re.compile(f"{_DATE}T{_TIME}")
_DAYS_TEXT = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+)(?:\.(?P<fraction>[0-9]*))?S)?)?"
)
_YEARS_TEXT = re.compile(r"(?P<sign>-?)P(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?")
_LONGEST_TEXT = 100
_MOST_OFFSET = 18 * 3600


def parse_date(text: str) -> date | FarDate | None:
    """The date of an XML Schema date without zone; None if the text is none."""
    match = _DATE_TEXT.fullmatch(text)
    try:
        return _read_date(match) if match else None
    except ValueError:
        return None


def parse_time(text: str) -> time | FineTime | None:
    match = _TIME_TEXT.fullmatch(text)
    try:
        return _read_time(match) if match else None
    except ValueError:
        return None


def parse_date_time(text: str) -> datetime | FarDateTime | None:
    """Also reads a date alone, as its midnight."""
    match = _DATE_TIME_TEXT.fullmatch(text)
    try:
        if match:
            clock = _read_time(match)
            return make_date_time(_read_date(match), clock, clock.tzinfo)
        day = parse_date(text)
        return None if day is None else at_midnight(day, None)
    except ValueError:
        return None


def parse_duration(text: str) -> DaysDuration | YearsDuration | None:
    """A duration of days *or* of years; None for a mixture."""
    if len(text) > _LONGEST_TEXT or text[-1:] in ("P", "T", ""):
        return None
    if match := _YEARS_TEXT.fullmatch(text):
        return YearsDuration(_signed(match, int(match["years"] or 0) * 12 + int(match["months"] or 0)))
    if match := _DAYS_TEXT.fullmatch(text):
        seconds = (int(match["days"] or 0) * 24 + int(match["hours"] or 0)) * 3600
        seconds += int(match["minutes"] or 0) * 60 + int(match["seconds"] or 0)
        return DaysDuration(_signed(match, seconds * NANOS + _fraction(match)))
    return None


def parse_any(text: str) -> Any:
    """What ``@"…"`` stands for: a date and time, date, time or duration; None if it is nothing of these."""
    if len(text) > _LONGEST_TEXT:
        return None
    return (
        parse_date(text)
        or (parse_date_time(text) if "T" in text else None)
        or (parse_time(text) if ":" in text else None)
        or parse_duration(text)
    )


def _signed(match: re.Match[str], amount: int) -> int:
    return -amount if match["sign"] else amount


def _fraction(match: re.Match[str]) -> int:
    return int((match["fraction"] or "0")[:9].ljust(9, "0"))


def _read_date(match: re.Match[str]) -> date | FarDate:
    return make_date(int(match["year"]), int(match["month"]), int(match["day"]))


def _read_time(match: re.Match[str]) -> time | FineTime:
    return make_time(
        int(match["hour"]), int(match["minute"]), int(match["second"]), _fraction(match), _read_zone(match)
    )


def _read_zone(match: re.Match[str]) -> tzinfo | None:
    if match["utc"]:
        return UTC
    if match["sign"]:
        if int(match["om"]) > 59 or int(match["os"] or 0) > 59:
            raise ValueError("no such offset")
        seconds = int(match["oh"]) * 3600 + int(match["om"]) * 60 + int(match["os"] or 0)
        return zone_of_offset(-seconds if match["sign"] == "-" else seconds)
    return named_zone(match["zone"]) if match["zone"] else None


def zone_of_offset(seconds: int) -> tzinfo:
    """:raises ValueError: beyond 18 hours"""
    if abs(seconds) > _MOST_OFFSET:
        raise ValueError("no such offset")
    return timezone(timedelta(seconds=seconds)) if seconds else UTC


@lru_cache(maxsize=128)
def named_zone(name: str) -> tzinfo:
    """:raises ValueError: if the IANA database has no such zone"""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*", name):
        raise ValueError("no such zone")
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError("no such zone") from error


# ---- writing -------------------------------------------------------------------------------------------------


def temporal_text(value: Any) -> str:
    """A date, time or duration as FEEL writes it in ``@"…"``."""
    if isinstance(value, DaysDuration):
        return _days_text(value.nanos)
    if isinstance(value, YearsDuration):
        return _years_text(value.months)
    if isinstance(value, DATE_TIMES):
        return f"{_date_text(value)}T{_time_text(value)}"
    return _date_text(value) if isinstance(value, DATES) else _time_text(value)


def _date_text(value: Any) -> str:
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def _time_text(value: Any) -> str:
    nanos = nanosecond(value)
    fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
    return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction}{_zone_text(value)}"


def _zone_text(value: Any) -> str:
    if isinstance(value.tzinfo, ZoneInfo):
        return f"@{value.tzinfo.key}"
    offset = offset_seconds(value)
    if not offset:
        return "" if offset is None else "Z"
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def _days_text(nanos: int) -> str:
    seconds, fraction = divmod(abs(nanos), NANOS)
    days, seconds = divmod(seconds, 86_400)
    shown = str(seconds % 60) + (f".{fraction:09d}".rstrip("0") if fraction else "")
    clock = (f"{seconds // 3600}H" if seconds >= 3600 else "") + (
        f"{seconds // 60 % 60}M" if seconds // 60 % 60 else ""
    )
    clock += f"{shown}S" if shown != "0" else ""
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if nanos < 0 else ''}P{text or 'T0S'}"


def _years_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return f"{'-' if months < 0 else ''}P{text or '0M'}"


# ---- properties ----------------------------------------------------------------------------------------------


def temporal_property(value: Any, name: str) -> Any:
    """``d.year`` and its like (table 65 of DMN 1.3): a Decimal, str or duration; None where there is none."""
    if isinstance(value, DaysDuration):
        return _days_property(value, name)
    if isinstance(value, YearsDuration):
        return _years_property(value, name)
    if name in ("year", "month", "day", "weekday") and isinstance(value, (*DATES, *DATE_TIMES)):
        return Decimal(weekday(value) if name == "weekday" else getattr(value, name))
    return _clock_property(value, name) if isinstance(value, (*TIMES, *DATE_TIMES)) else None


def _clock_property(value: Any, name: str) -> Any:
    if name in ("hour", "minute"):
        return Decimal(getattr(value, name))
    if name == "second":
        return Decimal(value.second * NANOS + nanosecond(value)).scaleb(-9).normalize()
    if name == "time offset":
        offset = offset_seconds(value)
        return None if offset is None else DaysDuration(offset * NANOS)
    if name == "timezone" and isinstance(value.tzinfo, ZoneInfo):
        return value.tzinfo.key
    return None


def _days_property(value: DaysDuration, name: str) -> Decimal | None:
    sign = -1 if value.nanos < 0 else 1
    seconds, fraction = divmod(abs(value.nanos), NANOS)
    parts = {
        "days": Decimal(seconds // 86_400),
        "hours": Decimal(seconds // 3600 % 24),
        "minutes": Decimal(seconds // 60 % 60),
        "seconds": Decimal(seconds % 60 * NANOS + fraction).scaleb(-9).normalize(),
    }
    return parts[name] * sign + 0 if name in parts else None


def _years_property(value: YearsDuration, name: str) -> Decimal | None:
    sign = -1 if value.months < 0 else 1
    parts = {"years": abs(value.months) // 12, "months": abs(value.months) % 12}
    return Decimal(sign * parts[name]) if name in parts else None


def weekday(value: Any) -> int:
    """1 for Monday to 7 for Sunday."""
    return (day_number(value) + 3) % 7 + 1


def day_of_year(value: Any) -> int:
    return day_number(value) - epoch_day(value.year, 1, 1) + 1


def week_of_year(value: Any) -> int:
    """The week's number by ISO 8601."""
    thursday = day_number(value) - weekday(value) + 4
    return (thursday - epoch_day(civil(thursday)[0], 1, 1)) // 7 + 1
