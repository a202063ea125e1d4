"""Service hours of a contract: round the clock, or windows of working days."""

from __future__ import annotations

import tomllib
from datetime import datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar import (
    NoticeMissing,
    OfficeHours,
    Season,
    ServiceWindow,
    Window,
    add_service_hours,
    local_day,
    published_calendar,
    service_window,
)
from chengshu.foundation.calendar.moments import at
from chengshu.foundation.errors import InvalidInput
from chengshu.scenes.operations.reckoning.spans import Span, common

ROUND: Final = "7×24"
OFFICE: Final = "5×8"
_FINE: Final = Decimal("1e-12")
"""So that a third of an hour is twenty minutes to the microsecond."""


@cache
def usual_windows() -> tuple[str, ...]:
    """The windows of a day where the contract names none."""
    path = Path(__file__).parent / "facts" / "hours.toml"
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))["windows"])


def read_windows(text: str) -> tuple[Window, ...]:
    """``09:00-12:00 13:00-17:00`` as windows; empty text: the usual ones.

    :raises InvalidInput: ``windows``
    """
    try:
        return tuple(
            _window(one) for one in text.replace("，", " ").replace("—", "-").split() or usual_windows()
        )
    except ValueError as error:
        raise InvalidInput(
            _("Write service hours as 09:00-12:00 13:00-17:00."), field="windows", code="operations.windows"
        ) from error


def _window(text: str) -> Window:
    opens, _dash, closes = text.partition("-")
    return Window(time.fromisoformat(opens), time.fromisoformat(closes))


def hours_of(hours: str, windows: str = "") -> ServiceWindow:
    """The clock by which a contract counts.

    :param hours: ``7×24`` or ``5×8``
    """
    if hours == ROUND:
        return service_window(ROUND)
    week = dict.fromkeys(range(5), read_windows(windows))
    return service_window(OFFICE, OfficeHours(published_calendar(), (Season((1, 1), (12, 31), week),)))


def due_after(start: datetime, minutes: int, clock: ServiceWindow) -> datetime | None:
    """When a limit ends; None where it reaches into a year whose holidays are not published yet."""
    try:
        return add_service_hours(start, (Decimal(minutes) / 60).quantize(_FINE, ROUND_CEILING), clock)
    except NoticeMissing:
        return None


def agreed_spans(since: datetime, until: datetime, clock: ServiceWindow) -> tuple[Span, ...]:
    """The service time between two moments.

    :raises NoticeMissing: for 5×8 in a year whose holidays are not published
    """
    if clock.office is None:
        return (Span(since, until),)
    first, days = local_day(since), (local_day(until) - local_day(since)).days
    spans = (
        Span(at(day, window.opens), at(day, window.closes))
        for day in (first + timedelta(days=offset) for offset in range(days + 1))
        for window in clock.office.windows(day)
    )
    return common(spans, [Span(since, until)])
