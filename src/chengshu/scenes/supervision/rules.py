"""The rules of supervision as dated data: triggers, leads and figures, each with its source and how sure we are of it.

Shipped in ``facts/rules.toml``; a city adds its own in ``<data directory>/supervision/rules.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile, Place, Words

SHIPPED = Path(__file__).parent / "facts" / "rules.toml"


class Level(StrEnum):
    """How grave a sign is."""

    LEAD = "lead"
    WARNING = "warning"
    YELLOW = "yellow"
    RED = "red"


MARKS: Mapping[str, Words] = {
    "V": _("Verified in the text"),
    "V2": _("Seen in one published rule or platform"),
    "U": _("Not verified: configuration"),
}


@dataclass(frozen=True)
class Trigger:
    """One thing that supervision looks for.

    :param steps: words in the name of a step that make it a preliminary review
    :param statuses: national status codes that need a reason
    :param most: how often it may happen
    """

    key: str
    title: str
    title_en: str
    level: Level
    source: str
    mark: str
    valid_from: date
    steps: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    most: int = 0
    note: str = ""

    @property
    def shown(self) -> str:
        return self.title_en if (get_language() or "").startswith("en") else self.title

    @property
    def mark_words(self) -> Words:
        return MARKS[self.mark]


@dataclass(frozen=True)
class Figure:
    """A threshold or a number of points."""

    key: str
    value: int
    unit: str
    source: str
    mark: str
    valid_from: date

    @property
    def mark_words(self) -> Words:
        return MARKS[self.mark]


@dataclass(frozen=True)
class RuleBook:
    """What holds on a day.

    :param leads: detail code of a bad rating → key of the trigger it may point to
    """

    triggers: Mapping[str, Trigger]
    figures: Mapping[str, Figure]
    leads: Mapping[str, str]

    def figure(self, key: str) -> int:
        return self.figures[key].value


def rule_book(on: date) -> RuleBook:
    """The rules in force on a day.

    :raises InvalidFile: if a file of the city cannot be read; names it
    """
    texts = [_read(path) for path in (SHIPPED, own_file()) if path.is_file()]
    triggers = [_trigger(entry) for text in texts for entry in text.get("trigger", ())]
    figures = [Figure(**entry) for text in texts for entry in text.get("figure", ())]
    leads = {entry["code"]: entry["trigger"] for text in texts for entry in text.get("lead", ())}
    return RuleBook(_in_force(triggers, on), _in_force(figures, on), leads)


def own_file() -> Path:
    """Where a city writes its own rules."""
    return Path(settings.DATA_DIR) / "supervision" / "rules.toml"


T = TypeVar("T", Trigger, Figure)


def _in_force(entries: Iterable[T], on: date) -> dict[str, T]:
    """Of each key the latest that has begun; of two of one day the one read last."""
    chosen: dict[str, T] = {}
    for entry in entries:
        known = chosen.get(entry.key)
        if entry.valid_from <= on and (known is None or known.valid_from <= entry.valid_from):
            chosen[entry.key] = entry
    return chosen


def _trigger(entry: Mapping[str, Any]) -> Trigger:
    lists = {name: tuple(entry[name]) for name in ("steps", "statuses") if name in entry}
    return Trigger(**{**entry, **lists, "level": Level(entry["level"])})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidFile(
            _("The rules of supervision cannot be read: %(reason)s") % {"reason": error},
            place=Place(1, label=path.name),
            code="supervision.rules",
            hint=_("Mend the file in the data directory."),
        ) from error
