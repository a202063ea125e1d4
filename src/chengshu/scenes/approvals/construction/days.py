"""Days by law, by promise and in fact, and how far one undercuts another. Pure.

Working days are divided by working days. Where one limit counts natural days both are counted out on the real calendar
from the day of acceptance; nothing is ever multiplied by five sevenths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from chengshu.foundation.calendar import NoticeMissing, Pause, WorkingCalendar

_LIMIT: Final = re.compile(r"(\d{1,4})(wd|d)")
_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Days:
    """A limit in working (``wd``) or natural (``d``) days."""

    amount: int
    unit: str


def read_days(text: str) -> Days | None:
    """The limit that ``20wd`` or ``7d`` means; None for anything else, such as hours or nothing."""
    found = _LIMIT.fullmatch(text.strip())
    return Days(int(found[1]), found[2]) if found else None


def due_day(start: date, limit: Days, calendar: WorkingCalendar) -> date:
    return (
        calendar.add_wd(start, limit.amount) if limit.unit == "wd" else start + timedelta(days=limit.amount)
    )


def in_workdays(limit: Days, start: date, calendar: WorkingCalendar) -> int:
    """How many working days a limit that begins on a day really has."""
    return limit.amount if limit.unit == "wd" else calendar.count_wd(start, due_day(start, limit, calendar))


def used_workdays(
    accepted: date, until: date, pauses: Iterable[tuple[date, date | None]], calendar: WorkingCalendar
) -> int:
    """Working days from the acceptance to the decision or to today, without the lawful pauses."""
    spans = [Pause(start, min(end or until, until)) for start, end in pauses if start < until]
    return calendar.count_wd(accepted, until) - calendar.paused_wd(spans, since=accepted, as_of=until)


def compression(shorter: int, legal: int) -> Decimal | None:
    """``1 − shorter / legal`` of working days; None when the law gives none to divide by."""
    return (1 - Decimal(shorter) / legal).quantize(_PLACES) if legal > 0 else None


@dataclass(frozen=True, slots=True)
class CaseDays:
    """One decided case in working days.

    :param item: key of its matter
    """

    item: str
    legal: int | None
    promised: int | None
    used: int

    @property
    def promised_share(self) -> Decimal | None:
        if self.legal is None or self.promised is None:
            return None
        return compression(self.promised, self.legal)

    @property
    def used_share(self) -> Decimal | None:
        return compression(self.used, self.legal) if self.legal is not None else None


def case_days(
    item: str,
    *,
    accepted: date,
    until: date,
    legal: str,
    promised: str,
    pauses: Iterable[tuple[date, date | None]],
    calendar: WorkingCalendar,
) -> CaseDays:
    """One case on the calendar; a limit that reaches a year without a notice is not known, never guessed."""
    return CaseDays(
        item,
        _known(legal, accepted, calendar),
        _known(promised, accepted, calendar),
        used_workdays(accepted, until, pauses, calendar),
    )


def _known(text: str, start: date, calendar: WorkingCalendar) -> int | None:
    limit = read_days(text)
    if limit is None:
        return None
    try:
        return in_workdays(limit, start, calendar)
    except NoticeMissing:
        return None


@dataclass(frozen=True, slots=True)
class Shares:
    """Compression over many cases; None where nothing can be divided.

    :param by_item: every item counts once, with the mean of its cases
    :param by_case: every case counts once
    """

    items: int
    cases: int
    by_item: Decimal | None
    by_case: Decimal | None


def shares(pairs: Iterable[tuple[str, Decimal | None]]) -> Shares:
    """The mean over items and over cases of (item, share); cases whose share is not known are left out."""
    by_item: dict[str, list[Decimal]] = {}
    for item, share in pairs:
        if share is not None:
            by_item.setdefault(item, []).append(share)
    every = [share for own in by_item.values() for share in own]
    return Shares(
        len(by_item), len(every), _mean([_mean(own) or Decimal() for own in by_item.values()]), _mean(every)
    )


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return (sum(values, Decimal()) / len(values)).quantize(_PLACES) if values else None
