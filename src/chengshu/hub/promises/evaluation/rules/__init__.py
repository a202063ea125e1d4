"""The dated, cited rules of evaluation: weights, grades, thresholds, deadlines, as data.

``rules.at(date)`` is the law as it stood on a day. Each rule lives in a TOML file beside this module, with
the source it rests on and how well we know that source. Nothing here computes; scoring and monitoring do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile, Missing, Words

_FOLDER = Path(__file__).parent
_FIELDS = {
    "rule_id",
    "value",
    "unit",
    "legal_basis",
    "valid_from",
    "valid_to",
    "evidence",
    "verified",
    "configurable",
}
_OPTIONAL = {"valid_to"}


class Evidence(StrEnum):
    """How well the source of a rule is known."""

    PRIMARY = "primary"
    CORROBORATED = "corroborated"
    SPECIALIST = "specialist"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one rule; ``valid_to`` is the last day it holds, ``None`` while it is open.

    ``verified`` is true only for what was read in the legal text itself.
    """

    rule_id: str
    value: Any
    unit: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    evidence: Evidence
    verified: bool
    configurable: bool

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def number(self) -> Decimal:
        """The value of a rule that is a single number."""
        return Decimal(self.value)

    @property
    def numbers(self) -> dict[str, Decimal]:
        """The value of a rule that maps names to numbers, in the order of the file."""
        return {name: Decimal(number) for name, number in self.value.items()}

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """The value of a rule that is a table."""
        return tuple(self.value)

    def row(self, code: str) -> Mapping[str, Any]:
        """The row with this code.

        :raises Missing: if the table has no such row
        """
        for row in self.rows:
            if row.get("code") == code:
                return row
        raise Missing(
            _("The rule %(rule)s has no entry %(code)s.") % {"rule": self.rule_id, "code": code},
            code="rules.entry",
            hint=_("Choose one of the entries listed in the rule."),
            data={"rule_id": self.rule_id, "entries": [str(row.get("code")) for row in self.rows]},
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold on one day."""

    on: date
    by_id: Mapping[str, Rule] = field(repr=False)

    def __getitem__(self, rule_id: str) -> Rule:
        """:raises Missing: if no such rule holds on this day"""
        if rule_id not in self.by_id:
            raise Missing(
                _("There is no rule %(rule)s for %(day)s.") % {"rule": rule_id, "day": self.on.isoformat()},
                code="rules.none",
                hint=_("Add a dated version of the rule with its legal basis, or choose another date."),
                data={"rule_id": rule_id, "on": self.on.isoformat()},
            )
        return self.by_id[rule_id]

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self.by_id


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All versions of all rules, proven free of overlaps and gaps."""

    versions: tuple[Rule, ...]

    def at(self, day: date) -> Rules:
        """The rules as they stood on ``day``."""
        return Rules(day, {rule.rule_id: rule for rule in self.versions if rule.holds_on(day)})

    def replaced_by(self, own: Iterable[Rule]) -> RuleBook:
        """This book with a deployment's own rules in place of ours.

        :raises InvalidFile: if a rule is unknown here, or is law that may not be configured
        """
        own = tuple(own)
        configurable = {rule.rule_id for rule in self.versions if rule.configurable}
        for rule in own:
            if rule.rule_id not in configurable:
                raise _broken(
                    rule.rule_id, "rules.fixed", _("This rule may not be replaced by configuration.")
                )
        replaced = {rule.rule_id for rule in own}
        kept = tuple(rule for rule in self.versions if rule.rule_id not in replaced)
        return _book(kept + own)


def at(day: date) -> Rules:
    """The shipped rules as they stood on ``day``."""
    return shipped().at(day)


@cache
def shipped() -> RuleBook:
    """The rules that come with the platform."""
    return _book(
        rule for path in sorted(_FOLDER.glob("*.toml")) for rule in read(path.read_text("utf-8"), path.name)
    )


def label(row: Mapping[str, Any]) -> Words:
    """The name of a row, in the language of the reader; its English stands in the file."""
    english = str(row["label"])
    return _(english)


def read(text: str, name: str) -> tuple[Rule, ...]:
    """The rules in one TOML text, unchecked against each other.

    :param name: the file's name, for messages
    :raises InvalidFile: if it is not TOML or an entry is not a complete rule
    """
    try:
        entries = tomllib.loads(text, parse_float=Decimal)["rule"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise _broken(name, "rules.toml", _("The rule file cannot be read.")) from error
    return tuple(_rule(entry) for entry in entries)


def book(*texts: str) -> RuleBook:
    """The rules of these TOML texts as a book.

    :raises InvalidFile: if versions of a rule overlap or leave a gap
    """
    return _book(rule for number, text in enumerate(texts, 1) for rule in read(text, f"#{number}"))


def _rule(entry: Mapping[str, Any]) -> Rule:
    rule_id = str(entry.get("rule_id", "?"))
    wrong = sorted((_FIELDS - _OPTIONAL - entry.keys()) | (entry.keys() - _FIELDS))
    if wrong:
        raise _broken(rule_id, "rules.fields", _("These fields are missing or unknown: %(names)s.") % {
            "names": ", ".join(wrong)
        })  # fmt: skip
    if not str(entry["legal_basis"]).strip():
        raise _broken(rule_id, "rules.uncited", _("A rule needs the source it rests on."))
    rule = Rule(**{"valid_to": None, **entry, "evidence": _evidence(rule_id, entry["evidence"])})
    if rule.verified != (rule.evidence is Evidence.PRIMARY):
        raise _broken(rule_id, "rules.verified", _("Only a rule read in the legal text itself is verified."))
    return rule


def _evidence(rule_id: str, word: object) -> Evidence:
    try:
        return Evidence(str(word))
    except ValueError as error:
        raise _broken(rule_id, "rules.evidence", _("This kind of evidence is unknown.")) from error


def _book(rules: Iterable[Rule]) -> RuleBook:
    ordered = tuple(sorted(rules, key=lambda rule: (rule.rule_id, rule.valid_from)))
    for rule in ordered:
        if rule.valid_to is not None and rule.valid_to < rule.valid_from:
            raise _broken(rule.rule_id, "rules.dates", _("The rule ends before it begins."))
    for earlier, later in _successions(ordered):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise _broken(later.rule_id, "rules.overlap", _("Two versions of the rule hold on the same day."))
        if earlier.valid_to + timedelta(days=1) != later.valid_from:
            raise _broken(
                later.rule_id, "rules.gap", _("Between two versions of the rule there are days without one.")
            )
    return RuleBook(ordered)


def _successions(ordered: tuple[Rule, ...]) -> Iterator[tuple[Rule, Rule]]:
    return ((earlier, later) for earlier, later in pairwise(ordered) if earlier.rule_id == later.rule_id)


def _broken(rule_id: str, code: str, message: Any) -> InvalidFile:
    return InvalidFile(
        message,
        field=rule_id,
        code=code,
        hint=_("Correct the entry %(rule)s in the rule file.") % {"rule": rule_id},
        data={"rule_id": rule_id},
    )
