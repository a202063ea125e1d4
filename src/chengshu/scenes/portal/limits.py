"""Limits for people: “20wd” in words, and how far a promise undercuts the statute.

Working days are compared with working days only. Where the statute counts natural days they are counted out on the
published calendar from today; they are never multiplied by five sevenths.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengshu.foundation.calendar import NoticeMissing, published_calendar

_LIMIT = re.compile(r"(\d{1,4})\s*(wd|d|m|h)\b.*")


@dataclass(frozen=True)
class Saving:
    """How far a promise is shorter than the statute.

    :param percent: such as 80; negative when the promise is longer
    :param converted: the statute counts natural days, so the share was computed on the calendar from today
    """

    percent: int
    converted: bool


def words_of(limit: str) -> str:
    """“20wd” as “20 working days”; an unreadable notation stands as it is, an empty one stays empty."""
    read = _read(limit)
    if read is None:
        return limit
    amount, unit = read
    if unit == "wd":
        if amount == 0:
            return _("the same day")
        return ngettext("%(count)s working day", "%(count)s working days", amount) % {"count": amount}
    if unit == "d":
        return ngettext("%(count)s natural day", "%(count)s natural days", amount) % {"count": amount}
    if unit == "m":
        return ngettext("%(count)s month", "%(count)s months", amount) % {"count": amount}
    return ngettext("%(count)s hour", "%(count)s hours", amount) % {"count": amount}


def saving(promised: str, legal: str, *, today: date) -> Saving | None:
    """The share by which the promise is shorter; None where the two cannot be compared."""
    promise, statute = _read(promised), _read(legal)
    if promise is None or statute is None or promise[1] != "wd":
        return None
    try:
        allowed = _working_days(statute, today)
    except NoticeMissing:
        return None
    if not allowed:
        return None
    share = 1 - Decimal(promise[0]) / Decimal(allowed)
    return Saving(int((share * 100).to_integral_value()), converted=statute[1] != "wd")


def _working_days(limit: tuple[int, str], today: date) -> int:
    """Working days that a limit gives from today; 0 for one in hours."""
    amount, unit = limit
    calendar = published_calendar()
    if unit == "wd":
        return amount
    if unit == "d":
        return calendar.count_wd(today, calendar.add_days(today, amount))
    return calendar.count_wd(today, calendar.add_months(today, amount)) if unit == "m" else 0


def _read(limit: str) -> tuple[int, str] | None:
    found = _LIMIT.fullmatch(limit.strip().lower())
    return (int(found[1]), found[2]) if found else None
