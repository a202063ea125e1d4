"""Administrative division codes (GB/T 2260, GB/T 10114, statistical village codes) and the register of
Nansha.

Codes of 6, 9 and 12 digits stand for district and above, town or street, and village or community. The
register keeps days of validity and predecessors: records keep the code they were written with, and
statistics group them through :meth:`DivisionRegister.lineage`.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.codes.typed import compact, is_digits
from chengshu.foundation.errors import InvalidInput

FACTS: Final = Path(__file__).parent / "facts"


class Level(StrEnum):
    """How far down a code reaches."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class DivisionCode:
    """A code in its shortest form: 440115, 440115001, 440115001200."""

    value: str

    def __str__(self) -> str:
        return self.value

    @property
    def level(self) -> Level:
        """How far down this code reaches."""
        if len(self.value) == 12:
            return Level.VILLAGE
        if len(self.value) == 9:
            return Level.TOWN
        if not self.value.endswith("00"):
            return Level.DISTRICT
        return Level.PROVINCE if self.value.endswith("0000") else Level.CITY

    @property
    def parent(self) -> DivisionCode | None:
        """The division above; None above a province."""
        match self.level:
            case Level.VILLAGE:
                return DivisionCode(self.value[:9])
            case Level.TOWN:
                return DivisionCode(self.value[:6])
            case Level.DISTRICT:
                return DivisionCode(self.value[:4] + "00")
            case Level.CITY:
                return DivisionCode(self.value[:2] + "0000")
            case Level.PROVINCE:
                return None

    @property
    def statistical(self) -> str:
        """The twelve digits of the statistical code, filled with zeros."""
        return self.value.ljust(12, "0")

    def contains(self, other: DivisionCode) -> bool:
        """Whether a division lies in this one by its code, or is this one."""
        above: DivisionCode | None = other
        while above is not None and above != self:
            above = above.parent
        return above is not None


def division_code(text: str, *, field: str = "division") -> DivisionCode:
    """The division code in a text; zeros that only fill it up are dropped.

    :raises InvalidInput: ``division.empty``, ``division.character``, ``division.length`` or ``division.zero``
    """
    value = compact(text, prefix="division", field=field)
    if not is_digits(value):
        raise InvalidInput(
            _("A division code has only digits."),
            field=field,
            code="division.character",
            hint=_("Enter the code, not the name."),
        )
    if len(value) not in (6, 9, 12):
        raise InvalidInput(
            _("A division code has 6, 9 or 12 digits, this has %(count)s.") % {"count": len(value)},
            field=field,
            code="division.length",
            hint=_("A district has 6 digits, a town or street 9, a village or community 12."),
        )
    value = _shortest(value)
    if value.startswith("0") or value[2:4] == "00" != value[4:6] or "000" in (value[6:9], value[9:12]):
        raise InvalidInput(
            _("This division code skips a level."),
            field=field,
            code="division.zero",
            hint=_("A part that is all zeros may only stand at the end."),
        )
    return DivisionCode(value)


def _shortest(value: str) -> str:
    while len(value) > 6 and value.endswith("000"):
        value = value[:-3]
    return value


@dataclass(frozen=True, slots=True)
class Division:
    """One division of the register.

    :param kind: ``district``, ``street``, ``town``, ``community``, ``village`` or ``living_area``
    :param valid_from: first day, when known
    :param valid_to: last day, when it has ended
    :param predecessors: codes of which this division took over a part or all
    :param verified: whether the code was read in a published list
    :param note: what a reader of the code should know
    """

    code: DivisionCode
    name: str
    kind: str
    valid_from: date | None = None
    valid_to: date | None = None
    predecessors: tuple[DivisionCode, ...] = ()
    verified: bool = True
    note: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the division existed on a day, as far as its days are known."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class DivisionRegister:
    """Divisions by code, with their history.

    :raises InvalidInput: ``division.register`` when a code stands twice or a parent or predecessor is not
        listed
    """

    def __init__(self, divisions: Iterable[Division]) -> None:
        self.divisions = tuple(divisions)
        self._by_code = {each.code: each for each in self.divisions}
        _refuse_open_ends(self.divisions, self._by_code)

    def find(self, code: str | DivisionCode) -> Division | None:
        """The division of a code in any form, if it is listed."""
        return self._by_code.get(division_code(code) if isinstance(code, str) else code)

    def on(self, day: date) -> tuple[Division, ...]:
        """The divisions that existed on a day."""
        return tuple(each for each in self.divisions if each.holds_on(day))

    def children(self, code: DivisionCode, *, on: date | None = None) -> tuple[Division, ...]:
        """The divisions directly below one, on a day or ever."""
        return tuple(
            each for each in self.divisions if each.code.parent == code and (on is None or each.holds_on(on))
        )

    def lineage(self, code: DivisionCode) -> tuple[DivisionCode, ...]:
        """The code and all it came from, nearest first: what to group when comparing with years before a
        split.
        """
        found: list[DivisionCode] = []
        waiting = [code]
        while waiting:
            current = waiting.pop(0)
            if current not in found:
                found.append(current)
                division = self._by_code.get(current)
                waiting.extend(division.predecessors if division else ())
        return tuple(found)


def _refuse_open_ends(divisions: tuple[Division, ...], by_code: dict[DivisionCode, Division]) -> None:
    counted = Counter(each.code for each in divisions)
    top = min((len(each.code.value) for each in divisions), default=6)
    for each in divisions:
        needed = [*each.predecessors]
        if len(each.code.value) > top and each.code.parent is not None:
            needed.append(each.code.parent)
        if any(code not in by_code for code in needed) or counted[each.code] > 1:
            raise InvalidInput(
                _("The register of divisions is not closed at %(code)s.") % {"code": each.code},
                field="divisions",
                code="division.register",
                hint=_("List each code once, and its parent and predecessors too."),
            )


@cache
def nansha_divisions() -> DivisionRegister:
    """The district, its 10 towns and streets, and their villages and communities as the project carries them.

    Villages stand under the codes of the list they come from, which is older than 港湾街道; the villages that
    moved there in December 2023 therefore still stand under 南沙街道.
    """
    upper = json.loads((FACTS / "nansha_divisions.json").read_text("utf-8"))["divisions"]
    with (FACTS / "nansha_villages.csv").open(encoding="utf-8", newline="") as lines:
        villages = [
            Division(DivisionCode(row["code"]), row["name"], row["kind"]) for row in csv.DictReader(lines)
        ]
    return DivisionRegister([*(_division_of(entry) for entry in upper), *villages])


def _division_of(entry: dict[str, Any]) -> Division:
    return Division(
        code=DivisionCode(entry["code"]),
        name=entry["name"],
        kind=entry["kind"],
        valid_from=date.fromisoformat(entry["valid_from"]) if entry.get("valid_from") else None,
        valid_to=date.fromisoformat(entry["valid_to"]) if entry.get("valid_to") else None,
        predecessors=tuple(DivisionCode(code) for code in entry.get("predecessors", ())),
        verified=entry.get("verified", True),
        note=entry.get("note", ""),
    )
