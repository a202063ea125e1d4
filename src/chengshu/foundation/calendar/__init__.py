"""Working days, deadlines, office hours and service clocks of the mainland of China.

A day is a working day because a State Council notice says so, never because it is not a weekend day:
make-up Saturdays and Sundays are worked, and a year without a notice raises :class:`NoticeMissing`.
All moments are aware and read in Asia/Shanghai. Nothing here needs a database, and nothing here knows a case,
a permit or a hotline order: they bring their limits from their own dated tables.
"""

from chengshu.foundation.calendar.moments import SHANGHAI, local_day
from chengshu.foundation.calendar.notices import (
    DayKind,
    Notice,
    NoticeMissing,
    YearNotices,
    published_years,
)
from chengshu.foundation.calendar.office import (
    Closure,
    OfficeHours,
    Season,
    Window,
    due_at,
    receipt_day,
)
from chengshu.foundation.calendar.service import (
    ROUND_THE_CLOCK,
    MomentPause,
    ServiceWindow,
    add_service_hours,
    elapsed_service_seconds,
    service_window,
)
from chengshu.foundation.calendar.working import Day, Pause, WorkingCalendar, published_calendar

__all__ = [
    "ROUND_THE_CLOCK",
    "SHANGHAI",
    "Closure",
    "Day",
    "DayKind",
    "MomentPause",
    "Notice",
    "NoticeMissing",
    "OfficeHours",
    "Pause",
    "Season",
    "ServiceWindow",
    "Window",
    "WorkingCalendar",
    "YearNotices",
    "add_service_hours",
    "due_at",
    "elapsed_service_seconds",
    "local_day",
    "published_calendar",
    "published_years",
    "receipt_day",
    "service_window",
]
