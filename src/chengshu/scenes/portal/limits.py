"""How far a promise undercuts the statute.

Working days are compared with working days only. Where the statute counts natural days they are counted out on the
published calendar from today; they are never multiplied by five sevenths.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chengshu.foundation.calendar import NoticeMissing, published_calendar
from chengshu.hub.services.limits import read_limit


@dataclass(frozen=True)
class Saving:
    """How far a promise is shorter than the statute.

    :param percent: such as 80; negative when the promise is longer
    :param converted: the statute counts natural days, so the share was computed on the calendar from today
    """

    percent: int
    converted: bool


def saving(promised: str, legal: str, *, today: date) -> Saving | None:
    """The share by which the promise is shorter; None where the two cannot be compared."""
    promise, statute = read_limit(promised), read_limit(legal)
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
