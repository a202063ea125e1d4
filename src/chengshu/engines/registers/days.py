"""Days as people write them, and the days that a definition means by ``today+5wd``."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar import NoticeMissing, published_calendar
from chengshu.foundation.errors import InvalidInput, Words

_WRITTEN = re.compile(
    r"([0-9]{4})\s*(?:[-/.．。]|年)\s*([0-9]{1,2})\s*(?:[-/.．。]|月)\s*([0-9]{1,2})\s*日?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_RELATIVE = re.compile(r"today(?:([+-])([0-9]+)(d|wd))?")


def day_in(text: str) -> date | None:
    """The day in a text: 2026-01-05, 2026/1/5, 2026年1月5日 or 20260105; None if it is none."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_meant(expression: str, today: date) -> date | None:
    """The day that a limit of a definition means today; None for no limit.

    :raises NoticeMissing: if working days are counted into a year without a holiday notice
    """
    match = _RELATIVE.fullmatch(expression)
    if match is None:
        return date.fromisoformat(expression) if expression else None
    sign, number, unit = match.groups()
    if sign is None:
        return today
    count = int(number)
    if unit == "d":
        return today + timedelta(days=count if sign == "+" else -count)
    calendar = published_calendar()
    return calendar.add_wd(today, count) if sign == "+" else calendar.subtract_wd(today, count)


def note_on_working_day(day: date) -> Words:
    """What to say of a day that is not worked; empty for a working day."""
    try:
        calendar = published_calendar()
        if calendar.is_workday(day):
            return ""
        return _("%(day)s is not a working day; the next one is %(next)s.") % {
            "day": day.isoformat(),
            "next": calendar.next_workday(day).isoformat(),
        }
    except NoticeMissing as missing:
        return missing.message


def within(day: date, *, earliest: str, latest: str, today: date, path: str) -> date:
    """The day, if it lies between the limits of its field.

    :raises InvalidInput: ``date.too_early`` or ``date.too_late``
    """
    first, last = day_meant(earliest, today), day_meant(latest, today)
    if first is not None and day < first:
        raise InvalidInput(
            _("This day is too early."),
            field=path,
            code="date.too_early",
            hint=_("The earliest day is %(day)s.") % {"day": first.isoformat()},
        )
    if last is not None and day > last:
        raise InvalidInput(
            _("This day is too late."),
            field=path,
            code="date.too_late",
            hint=_("The latest day is %(day)s.") % {"day": last.isoformat()},
        )
    return day
