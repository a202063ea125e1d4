"""Clocks in hours: response and recovery times that run round the clock or only in service hours.

Hour-based limits use the wall clock (7×24) unless a 5×8 window is given; 5×8 means the windows of an office
on its working days, not literally eight hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar.moments import at, in_shanghai
from chengshu.foundation.calendar.office import OfficeHours
from chengshu.foundation.errors import InvalidInput

_MICROSECONDS_PER_HOUR = 3_600_000_000
_SPELLING = re.compile(r"\s*([57])\s*[×xX*＊✕]\s*(24|8)\s*(?:小时|h)?\s*")


@dataclass(frozen=True, slots=True)
class ServiceWindow:
    """When a service clock runs.

    :param name: ``7×24`` or ``5×8``
    :param office: whose hours count; None when the clock always runs
    """

    name: str
    office: OfficeHours | None = None


ROUND_THE_CLOCK = ServiceWindow("7×24")


@dataclass(frozen=True, slots=True)
class MomentPause:
    """A stretch in which a service clock stands still, from ``start`` up to ``end``."""

    start: datetime
    end: datetime


def service_window(text: str, office: OfficeHours | None = None) -> ServiceWindow:
    """The window that a service promise names, such as ``7*24小时`` or ``5×8``.

    :param office: the hours behind 5×8
    :raises InvalidInput: ``calendar.service_window`` for any other text, ``calendar.office_missing`` for 5×8
        without office hours
    """
    found = _SPELLING.fullmatch(text)
    if found and found.groups() == ("7", "24"):
        return ROUND_THE_CLOCK
    if not found or found.groups() != ("5", "8"):
        raise InvalidInput(
            _("This is not a service window that the platform knows."),
            field="window",
            code="calendar.service_window",
            hint=_("Give 7×24 or 5×8."),
        )
    if office is None:
        raise InvalidInput(
            _("A 5×8 service needs the hours of an office."),
            field="office",
            code="calendar.office_missing",
            hint=_("Name the office whose opening hours count."),
        )
    return ServiceWindow("5×8", office)


def add_service_hours(
    start: datetime, hours: Decimal | int, window: ServiceWindow = ROUND_THE_CLOCK
) -> datetime:
    """The moment at which this much service time has passed.

    :param hours: hours of service time, 0 or more
    :raises InvalidInput: ``calendar.naive_moment`` or ``calendar.negative``
    :raises NoticeMissing: when a 5×8 clock reaches a year without a notice
    """
    local = in_shanghai(start, "start")
    left = timedelta(microseconds=int(Decimal(hours) * _MICROSECONDS_PER_HOUR))
    if left < timedelta():
        raise InvalidInput(
            _("A limit cannot be negative."),
            field="hours",
            code="calendar.negative",
            hint=_("Give 0 or a positive number of hours."),
        )
    if window.office is None or not left:
        return (local.astimezone(UTC) + left).astimezone(local.tzinfo)
    return _spend(window.office, local, left)


def _spend(office: OfficeHours, start: datetime, left: timedelta) -> datetime:
    for opens, closes in _stretches(office, start):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise AssertionError("the stretches of an office end only by NoticeMissing")


def _stretches(office: OfficeHours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What an office is open from a moment on, until its calendar ends with NoticeMissing."""
    day = start.date()
    while True:
        for window in office.windows(day):
            opens, closes = max(at(day, window.opens), start), at(day, window.closes)
            if opens < closes:
                yield opens, closes
        day += timedelta(days=1)


def elapsed_service_seconds(
    start: datetime,
    end: datetime,
    window: ServiceWindow = ROUND_THE_CLOCK,
    pauses: Iterable[MomentPause] = (),
) -> int:
    """Whole seconds of service time between two moments, without the pauses; overlapping pauses count once.

    :raises InvalidInput: ``calendar.naive_moment``, or ``calendar.reversed`` when the end is before the start
    :raises NoticeMissing: when a 5×8 clock reaches a year without a notice
    """
    first, last = in_shanghai(start, "start"), in_shanghai(end, "end")
    if last < first:
        raise InvalidInput(
            _("The end lies before the start."),
            field="end",
            code="calendar.reversed",
            hint=_("Give the earlier moment first."),
        )
    running = sum((_open_time(window, *gap) for gap in _gaps(first, last, pauses)), timedelta())
    return running // timedelta(seconds=1)


def _gaps(
    first: datetime, last: datetime, pauses: Iterable[MomentPause]
) -> Iterator[tuple[datetime, datetime]]:
    """The parts of a span that no pause covers."""
    position = first
    spans = ((in_shanghai(each.start, "pauses"), in_shanghai(each.end, "pauses")) for each in pauses)
    for start, end in sorted(spans):
        if start > position:
            yield position, min(start, last)
        position = max(position, min(end, last))
        if position >= last:
            return
    yield position, last


def _open_time(window: ServiceWindow, first: datetime, last: datetime) -> timedelta:
    if window.office is None or last <= first:
        return max(last - first, timedelta())
    return sum(
        (_overlap(window.office, day, first, last) for day in _days(first.date(), last.date())), timedelta()
    )


def _overlap(office: OfficeHours, day: date, first: datetime, last: datetime) -> timedelta:
    stretches = (
        min(at(day, each.closes), last) - max(at(day, each.opens), first) for each in office.windows(day)
    )
    return sum((stretch for stretch in stretches if stretch > timedelta()), timedelta())


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
