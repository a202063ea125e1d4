"""A limit: so many working days, natural days, months or hours, and the source it rests on.

Only what a limit *is*; how it runs over a calendar is ``timekeeping``'s, what may stop it is ``law``'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words


class Evidence(StrEnum):
    """How well the source of a value is known."""

    PRIMARY = "primary"
    """Read in the legal text itself."""
    CORROBORATED = "corroborated"
    """Confirmed by a second public source."""
    PROMISED = "promised"
    """A public promise of the district, as its published target tables print it."""
    SPECIALIST = "specialist"
    """Known to the trade, not looked up again."""
    UNCERTAIN = "uncertain"
    """A default for the city to replace; never to be quoted as law."""

    @property
    def is_law(self) -> bool:
        """Whether no configuration may change the value."""
        return self is Evidence.PRIMARY


EVIDENCE_WORDS: Final[dict[Evidence, Words]] = {
    Evidence.PRIMARY: _("read in the legal text"),
    Evidence.CORROBORATED: _("confirmed by a second source"),
    Evidence.PROMISED: _("public promise"),
    Evidence.SPECIALIST: _("not looked up again"),
    Evidence.UNCERTAIN: _("default, to be configured"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stands, such as 行政许可法第四十二条第一款."""

    text: str
    evidence: Evidence
    note: str = ""


UNSOURCED: Final = Source("", Evidence.UNCERTAIN)


class LimitUnit(StrEnum):
    WORKING_DAYS = "wd"
    DAYS = "d"
    MONTHS = "m"
    HOURS = "h"


UNIT_WORDS: Final[dict[LimitUnit, Words]] = {
    LimitUnit.WORKING_DAYS: _("%(amount)s working days"),
    LimitUnit.DAYS: _("%(amount)s natural days"),
    LimitUnit.MONTHS: _("%(amount)s months"),
    LimitUnit.HOURS: _("%(amount)s hours"),
}

_NOTATION = re.compile(r"(?P<amount>\d{1,4})\s*(?P<unit>wd|d|m|h)(?:\s*(?P<manner>5[x×]8|7[x×]24|rolls))?")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    :param amount: in ``unit``, 0 or more; 0 working days means "the same day"
    :param in_office_hours: hours run only while the office is open (5×8) instead of round the clock (7×24)
    :param rolls: a last day that is a day off moves to the next working day (民法典 Art. 203); only for natural
        days and months, and only where the rule itself says so
    :raises InvalidInput: ``clocks.limit`` for a negative amount or a manner that does not fit the unit
    """

    amount: int
    unit: LimitUnit
    in_office_hours: bool = False
    rolls: bool = False
    source: Source = field(default=UNSOURCED, compare=False)

    def __post_init__(self) -> None:
        fits = (not self.in_office_hours or self.unit is LimitUnit.HOURS) and (
            not self.rolls or self.unit in (LimitUnit.DAYS, LimitUnit.MONTHS)
        )
        if self.amount < 0 or not fits:
            raise _unreadable(self.notation)

    @property
    def notation(self) -> str:
        """The limit as models and rule files write it: ``20wd``, ``60d``, ``15d rolls``, ``8h 5x8``."""
        manner = " 5x8" if self.in_office_hours else " rolls" if self.rolls else ""
        return f"{self.amount}{self.unit.value}{manner}"

    @property
    def words(self) -> str:
        """The limit for people, in the reader's language."""
        return str(UNIT_WORDS[self.unit]) % {"amount": self.amount}


@lru_cache(maxsize=1024)
def read_limit(text: str) -> Limit:
    """The limit that a notation such as ``20wd``, ``7d``, ``24h`` or ``8h 5x8`` means.

    :raises InvalidInput: ``clocks.limit`` for any other text
    """
    found = _NOTATION.fullmatch(text.strip().lower())
    if not found:
        raise _unreadable(text)
    manner = found["manner"] or ""
    return Limit(
        int(found["amount"]),
        LimitUnit(found["unit"]),
        in_office_hours=manner.startswith("5"),
        rolls=manner == "rolls",
    )


def limit_variable(text: str) -> str:
    """The variable of the case that holds the limit, where a model says ``= name``; empty where it says a limit."""
    name = text.strip().removeprefix("=").strip()
    return name if text.strip().startswith("=") and name.isidentifier() else ""


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput(
        _("“%(text)s” is not a limit.") % {"text": text},
        field="limit",
        code="clocks.limit",
        hint=_(
            "Write a number and a unit: 20wd for working days, 7d for natural days, 3m for months, 24h for hours."
        ),
        data={"text": text},
    )
