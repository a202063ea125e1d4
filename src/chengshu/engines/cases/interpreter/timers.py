"""When a timer is due: dates, ISO 8601 durations and repeating cycles, given as text or as FEEL values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.feel.temporal import DaysDuration, YearsDuration
from chengshu.foundation.errors import InvalidInput

_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_CYCLE = re.compile(r"R(?P<times>\d*)/(?:(?P<start>\d{4}-[^/]+)/)?(?P<every>P[^/]+)")


@dataclass(frozen=True, slots=True)
class Due:
    """When next, and how often after that.

    :param every: ISO duration between repetitions, empty for a timer that fires once
    :param remaining: repetitions after this one; -1 for no end
    """

    at: datetime
    every: str = ""
    remaining: int = 0


MOST_TIMES = 1_000_000
"""Repetitions of a cycle that has an end."""


def first_due(kind: str, value: Any, now: datetime) -> Due:
    """Work out when a timer that starts now is due.

    :param kind: ``date``, ``duration`` or ``cycle``
    :param value: ISO 8601 text or a FEEL value
    :raises InvalidInput: it is no time
    """
    if kind == "date":
        return Due(_moment(value, now))
    if kind == "cycle" and isinstance(value, str):
        return _first_of_cycle(value, now)
    every = _as_text(value)
    return Due(later_by(now, every), every if kind == "cycle" else "", -1 if kind == "cycle" else 0)


def next_due(previous: datetime, every: str, remaining: int) -> Due:
    """The repetition after ``previous``."""
    return Due(later_by(previous, every), every, remaining - 1 if remaining > 0 else remaining)


def _first_of_cycle(text: str, now: datetime) -> Due:
    match = _CYCLE.fullmatch(text.strip())
    if not match:
        raise _unreadable(text, _("Write a cycle such as R3/PT1H: three times, every hour."))
    times = int(match["times"]) - 1 if match["times"] else -1
    if match["times"] == "0":
        raise _unreadable(text, _("A cycle happens at least once."))
    if times > MOST_TIMES or later_by(now, match["every"]) <= now:
        raise _unreadable(text, _("Write a cycle such as R3/PT1H: three times, every hour."))
    at = _moment(match["start"], now) if match["start"] else later_by(now, match["every"])
    return Due(at, match["every"], times)


def _moment(value: Any, now: datetime) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise _unreadable(value, _("Write a date and time such as 2026-05-06T09:00:00+08:00.")) from error
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=now.tzinfo)
    if isinstance(value, date):
        return datetime.combine(value, time(), now.tzinfo)
    raise _unreadable(value, _("Give a date, or a date and time."))


def _as_text(value: Any) -> str:
    """A duration as ISO text, whatever form it has."""
    if isinstance(value, DaysDuration):
        return f"PT{value.timedelta.total_seconds():.6f}".rstrip("0").rstrip(".") + "S"
    if isinstance(value, YearsDuration):
        return f"P{value.months}M"
    return str(value).strip()


def later_by(moment: datetime, text: str) -> datetime:
    """The moment plus an ISO 8601 duration; months and years count by the calendar.

    :raises InvalidInput: the text is no duration
    """
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groups()):
        raise _unreadable(text, _("Write a duration such as P3D or PT2H."))
    part = {name: value or "0" for name, value in match.groupdict().items()}
    months = int(part["years"]) * 12 + int(part["months"])
    try:
        return _months_later(moment, months) + timedelta(
            weeks=int(part["weeks"]),
            days=int(part["days"]),
            hours=int(part["hours"]),
            minutes=int(part["minutes"]),
            seconds=float(part["seconds"]),
        )
    except (OverflowError, ValueError) as error:
        raise _unreadable(text, _("It lies too far in the future.")) from error


def _months_later(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return moment.replace(
        year=year, month=month + 1, day=min(moment.day, (first_of_next - timedelta(days=1)).day)
    )


def _unreadable(value: Any, hint: Any) -> InvalidInput:
    return InvalidInput(
        _("“%(text)s” is no time that a timer understands.") % {"text": value},
        field="timer",
        code="cases.timer_unreadable",
        hint=hint,
    )
