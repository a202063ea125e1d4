"""How long before its end a licence is to be renewed: dated law as data, in ``facts/renewal.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from chengshu.foundation.calendar import NoticeMissing, published_calendar

FACTS: Final = Path(__file__).parents[1] / "facts" / "renewal.toml"


@dataclass(frozen=True, slots=True)
class RenewalTerm:
    """Renewal is applied for ``amount`` days (``d``) or working days (``wd``) before the licence ends."""

    matter: str
    amount: int
    unit: str
    source: str


@cache
def renewal_terms() -> tuple[RenewalTerm, ...]:
    """What the law says for single matters; ``*`` for all others."""
    entries = tomllib.loads(FACTS.read_text("utf-8"))["term"]
    return tuple(
        RenewalTerm(entry["matter"], entry["amount"], entry["unit"], entry["source"]) for entry in entries
    )


def renew_by(definition: str, valid_until: date) -> date | None:
    """The last day on which a renewal is applied for in time; None while that year has no notice of working days.

    :param definition: key of the process, or of the matter, such as ``approvals.pollution_permit_first``
    """
    matter = definition.removeprefix("approvals.")
    terms = {term.matter: term for term in renewal_terms()}
    term = terms.get(matter, terms["*"])
    if term.unit == "d":
        return valid_until - timedelta(days=term.amount)
    try:
        return published_calendar().subtract_wd(valid_until, term.amount)
    except NoticeMissing:
        return None
