"""Limits of a matter against one another. Natural days are counted out on the real calendar, never taken ×5/7."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar import NoticeMissing, WorkingCalendar
from chengshu.hub.services.data import Elements
from chengshu.scenes.matters.linting.found import Finding, Surroundings, error, note, warning

_NOTATION: Final = re.compile(r"(\d{1,4})(wd|d|m)")
AT_ONCE: Final = "1"
"""办件类型: decided at once (即办件)."""


@dataclass(frozen=True)
class Limit:
    amount: int
    unit: str


def limit_of(text: str) -> Limit | None:
    """``20wd``, ``60d``, ``3m``; None for anything else."""
    found = _NOTATION.fullmatch(text)
    return Limit(int(found[1]), found[2]) if found else None


def limit_findings(elements: Elements, around: Surroundings) -> Iterator[Finding]:
    legal, promised = limit_of(elements.legal_limit), limit_of(elements.promised_limit)
    for element, text, read in (
        ("legal_limit", elements.legal_limit, legal),
        ("promised_limit", elements.promised_limit, promised),
    ):
        if text and read is None:
            yield error(
                "limit.unreadable",
                element,
                _("The limit “%(text)s” cannot be read.") % {"text": text},
                _("Write 20wd for working days, 60d for natural days, 3m for months."),
            )
    if legal and promised:
        yield from _beyond_law(promised, legal, elements, around)
    if elements.case_kind == AT_ONCE and promised and _is_longer_than_a_day(promised):
        yield error(
            "limit.at_once",
            "promised_limit",
            _("It is decided at once, but promised within %(limit)s.") % {"limit": elements.promised_limit},
            _("Promise at most one working day, or call it a promised matter."),
        )
    yield from _against_rule(elements, around)


def _is_longer_than_a_day(limit: Limit) -> bool:
    return limit.unit == "m" or limit.amount > 1


def _beyond_law(promised: Limit, legal: Limit, elements: Elements, around: Surroundings) -> Iterator[Finding]:
    words = {"promised": elements.promised_limit, "legal": elements.legal_limit}
    if promised.unit == legal.unit:
        if promised.amount > legal.amount:
            yield error(
                "limit.beyond_law",
                "promised_limit",
                _("The promise %(promised)s is longer than the law allows: %(legal)s.") % words,
                _("Shorten the promise, or correct the legal limit with its basis."),
            )
        return
    try:
        later = _days_later(promised, legal, around.today, around.calendar)
    except NoticeMissing as missing:
        yield note("limit.no_notice", "promised_limit", missing.message, missing.hint)
        return
    if later.count:
        yield error(
            "limit.beyond_law",
            "promised_limit",
            _(
                "Accepted on %(day)s, the promise %(promised)s would end after the legal limit %(legal)s; "
                "so on %(count)s of %(all)s working days."
            )
            % {**words, "day": later.first, "count": later.count, "all": later.of},
            _("Shorten the promise: the two count different days."),
        )


@dataclass(frozen=True)
class _Later:
    """On how many working days of a year a promise that begins there ends too late."""

    count: int
    of: int
    first: str


def _days_later(promised: Limit, legal: Limit, today: date, calendar: WorkingCalendar) -> _Later:
    return _counted_later(promised, legal, today.year - 1, calendar)


@lru_cache(maxsize=256)
def _counted_later(promised: Limit, legal: Limit, year: int, calendar: WorkingCalendar) -> _Later:
    """Over every working day of a whole year whose notices are known: the one before."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    working = [day for day in days if calendar.is_workday(day)]
    late = [day for day in working if _end(promised, day, calendar) > _end(legal, day, calendar)]
    return _Later(len(late), len(working), late[0].isoformat() if late else "")


def _end(limit: Limit, start: date, calendar: WorkingCalendar) -> date:
    if limit.unit == "wd":
        return calendar.add_wd(start, limit.amount)
    if limit.unit == "d":
        return calendar.add_days(start, limit.amount, roll=False)
    return calendar.add_months(start, limit.amount, roll=False)


def _against_rule(elements: Elements, around: Surroundings) -> Iterator[Finding]:
    """The clock that runs and the limit that is printed must be one."""
    if not elements.rule or not around.rules:
        return
    rule = around.rules.get(elements.rule)
    if rule is None:
        yield error(
            "rule.unknown",
            "rule",
            _("There is no clock rule “%(rule)s”.") % {"rule": elements.rule},
            _("Choose one of ./chengshu cases rules."),
        )
        return
    for element, said, law in (
        ("legal_limit", elements.legal_limit, rule.get("legal", "")),
        ("promised_limit", elements.promised_limit, rule.get("promised", "")),
    ):
        if said and law and said != law:
            yield warning(
                "rule.differs",
                element,
                _("It says %(said)s, but its clock rule “%(rule)s” counts %(law)s.")
                % {"said": said, "law": law, "rule": elements.rule},
                _("Make the two the same, so that what is printed is what is counted."),
            )
