"""The plan of a project as facts: stages with one lead each, items, specials, expert fields. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import get_language

from chengshu.foundation.calendar import OfficeHours, Season, Window, published_calendar

_FILE: Final = Path(__file__).parent / "facts" / "plan.toml"
OUTSIDE: Final = 0
"""The number of what stands outside the stages."""
GRANTED: Final = frozenset({"11", "12"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the four stages.

    :param lead: key of the one unit that leads it
    """

    number: int
    title: str
    title_en: str
    lead: str

    @property
    def shown_title(self) -> str:
        return self.title_en if (get_language() or "").startswith("en") else self.title


@dataclass(frozen=True, slots=True)
class Item:
    """An approval that a project may need.

    :param after: keys of items that must be granted before it is
    :param basis: the law that says so
    :param closes_outside: everything outside the stages must be decided before it
    """

    key: str
    title: str
    stage: int
    unit: str
    after: tuple[str, ...] = ()
    basis: str = ""
    closes_outside: bool = False


@dataclass(frozen=True, slots=True)
class Special:
    """专项: what one unit looks at in a joint acceptance."""

    key: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Plan:
    stages: tuple[Stage, ...]
    items: tuple[Item, ...]
    specials: tuple[Special, ...]
    fields: Mapping[str, str]
    notice_days: Mapping[str, int]
    visit_windows: tuple[Window, ...]

    def stage(self, number: int) -> Stage | None:
        return next((stage for stage in self.stages if stage.number == number), None)

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)

    def units(self) -> frozenset[str]:
        """Keys of all units that take part in a project."""
        return frozenset({*(s.lead for s in self.stages), *(i.unit for i in self.items)})


@dataclass(frozen=True, slots=True)
class Standing:
    """How one item of a project stands, as far as order matters."""

    key: str
    stage: int
    title: str
    needed: bool
    status: str

    @property
    def is_granted(self) -> bool:
        return not self.needed or self.status in GRANTED


def obstacles(item: Item, standings: Iterable[Standing]) -> tuple[Standing, ...]:
    """What must be granted before this item may be, and is not."""
    wanted: Collection[str] = item.after
    return tuple(
        standing
        for standing in standings
        if not standing.is_granted
        and (standing.key in wanted or (item.closes_outside and standing.stage == OUTSIDE))
    )


@cache
def shipped_plan() -> Plan:
    """The plan that comes with the software."""
    return read_plan(tomllib.loads(_FILE.read_text("utf-8")))


def read_plan(content: Mapping[str, Any]) -> Plan:
    """A plan from the content of a file such as ``facts/plan.toml``."""
    return Plan(
        stages=tuple(Stage(**entry) for entry in content["stage"]),
        items=tuple(Item(**{**entry, "after": tuple(entry.get("after", ()))}) for entry in content["item"]),
        specials=tuple(Special(**entry) for entry in content["special"]),
        fields={entry["key"]: entry["title"] for entry in content["field"]},
        notice_days=dict(content["notice"]),
        visit_windows=tuple(_window(text) for text in content["visit"]["windows"]),
    )


def visiting_hours(plan: Plan | None = None) -> OfficeHours:
    """When people can come to a site: on working days, make-up days included."""
    windows = (plan or shipped_plan()).visit_windows
    season = Season((1, 1), (12, 31), dict.fromkeys(range(5), windows), windows)
    return OfficeHours(published_calendar(), (season,))


def _window(text: str) -> Window:
    opens, closes = text.split("-")
    return Window(time.fromisoformat(opens), time.fromisoformat(closes))
