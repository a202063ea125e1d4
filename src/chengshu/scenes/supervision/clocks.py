"""Time limits of supervision itself, in working days to the end of the last one."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from chengshu.foundation.calendar import local_day, published_calendar
from chengshu.foundation.calendar.moments import at


def working_days_after(moment: datetime, days: int) -> datetime:
    """The end of the last working day of a limit that begins at ``moment``; the first day is not counted."""
    last = published_calendar().add_wd(local_day(moment), days)
    return at(last + timedelta(days=1), time(0))
