"""The window in which a target must be available: whole days, or stretches of every day or of working days."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes.spans import Span, common
from chengshu.foundation.calendar import local_day, published_calendar
from chengshu.foundation.calendar.moments import at
from chengshu.foundation.errors import InvalidInput

DAY = timedelta(days=1)


def read_times(text: str) -> tuple[tuple[time, time], ...]:
    """``08:30-12:00 14:00-17:30`` in order; empty: the whole day. ``24:00`` is the end of a day.

    :raises InvalidInput: ``window_times``
    """
    try:
        found = tuple(
            _stretch(one) for one in text.replace("，", " ").replace(",", " ").replace("—", "-").split()
        )
    except ValueError as error:
        raise _no_times() from error
    for earlier, later in pairwise(found):
        if earlier[1] > later[0] or earlier[1] == time.max:
            raise _no_times()
    return found


def _no_times() -> InvalidInput:
    return InvalidInput(
        _("These are no hours of a day in order."),
        field="window_times",
        code="probes.window",
        hint=_("Such as 08:30-12:00 14:00-17:30; empty: the whole day."),
    )


def _stretch(text: str) -> tuple[time, time]:
    opens, _dash, closes = text.partition("-")
    begin = time.fromisoformat(opens)
    end = time.max if closes == "24:00" else time.fromisoformat(closes)
    if begin.tzinfo or end.tzinfo or not begin < end:
        raise ValueError(text)
    return begin, end


def agreed_spans(days: str, times: str, since: datetime, until: datetime) -> tuple[Span, ...]:
    """The service window between two moments.

    :param days: ``every`` or ``working``
    :raises NoticeMissing: for working days of a year whose holidays are not published yet
    """
    stretches = read_times(times)
    if days == "every" and not stretches:
        return (Span(since, until),)
    calendar = published_calendar() if days == "working" else None
    first = local_day(since)
    spans = []
    for offset in range((local_day(until) - first).days + 1):
        day = first + timedelta(days=offset)
        if calendar is not None and not calendar.is_workday(day):
            continue
        for begin, end in stretches or ((time.min, time.max),):
            closes = at(day + DAY, time.min) if end == time.max else at(day, end)
            spans.append(Span(at(day, begin), closes))
    return common(spans, [Span(since, until)])
