"""The one time zone of the platform, and the refusal of moments that carry none."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput

SHANGHAI = ZoneInfo("Asia/Shanghai")


def in_shanghai(moment: datetime, field: str = "moment") -> datetime:
    """The same moment on Shanghai's clock.

    :raises InvalidInput: ``calendar.naive_moment`` when the moment carries no time zone
    """
    if moment.utcoffset() is None:
        raise InvalidInput(
            _("This moment has no time zone."),
            field=field,
            code="calendar.naive_moment",
            hint=_("Give the offset as well, such as 2026-02-10T09:00:00+08:00."),
        )
    return moment.astimezone(SHANGHAI)


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in Shanghai.

    :raises InvalidInput: ``calendar.naive_moment`` when the moment carries no time zone
    """
    return in_shanghai(moment).date()


def at(day: date, clock: time) -> datetime:
    """That clock time of that day in Shanghai."""
    return datetime.combine(day, clock, tzinfo=SHANGHAI)
