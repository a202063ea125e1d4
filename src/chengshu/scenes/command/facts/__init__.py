"""Dated code lists, decision tables and limits of this scene, each with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

CENTRE: Final = "city-operation-centre"
"""Key of the unit whose duty desk takes what no unit is named for; it comes with the base data."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event. ``code`` is its class, or its class, a point and its name."""

    code: str
    title: str
    source: str
    valid_from: date
    valid_until: date | None

    @property
    def family(self) -> str:
        """The class that it belongs to."""
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True)
class GradeRow:
    """A row holds as soon as one of its limits is reached.

    :ivar deaths: persons
    :ivar injured: seriously injured persons
    :ivar loss: direct loss in 万元
    """

    grade: str
    deaths: int
    injured: int
    loss: Decimal


@dataclass(frozen=True, slots=True)
class GradeTable:
    key: str
    title: str
    kinds: tuple[str, ...]
    source: str
    rows: tuple[GradeRow, ...]
    valid_from: date
    valid_until: date | None


def kinds(on: date) -> tuple[Kind, ...]:
    """The kinds in force on a day, classes before what is below them."""
    return tuple(one for one in _all_kinds() if _holds(one.valid_from, one.valid_until, on))


def kind_title(code: str) -> str:
    """What a kind is called; its code where it is no longer known."""
    return _titles().get(code, code)


def grade_table(kind: str, on: date) -> GradeTable | None:
    """The table of a kind in force on a day; None where a person grades."""
    fitting = [one for one in _tables() if kind in one.kinds and _holds(one.valid_from, one.valid_until, on)]
    return max(fitting, key=lambda one: one.valid_from, default=None)


def limit(group: str, name: str) -> int:
    """One of the limits of this scene."""
    return int(_read("limits")[group][name])


def limit_source(group: str) -> str:
    return str(_read("limits")[group]["source"])


@cache
def _titles() -> Mapping[str, str]:
    return {one.code: one.title for one in _all_kinds()}


@cache
def _all_kinds() -> tuple[Kind, ...]:
    return tuple(
        Kind(row["code"], row["title"], table["source"], table["valid_from"], table.get("valid_until"))
        for table in _read("kinds")["list"]
        for row in table["kinds"]
    )


@cache
def _tables() -> tuple[GradeTable, ...]:
    return tuple(_table(row) for row in _read("grading")["table"])


def _table(row: Mapping[str, Any]) -> GradeTable:
    rows = (
        GradeRow(one["grade"], one["deaths"], one["injured"], Decimal(one["loss"])) for one in row["rows"]
    )
    return GradeTable(
        key=row["key"],
        title=row["title"],
        kinds=tuple(row["kinds"]),
        source=row["source"],
        rows=tuple(rows),
        valid_from=row["valid_from"],
        valid_until=row.get("valid_until"),
    )


def files(folder: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and content of each fact file of a folder, by name."""
    for path in sorted((Path(__file__).parent / folder).glob("*.toml")):
        yield path.stem, tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def _holds(first: date, last: date | None, on: date) -> bool:
    return first <= on and (last is None or on <= last)


def shipped_reports() -> list[Mapping[str, Any]]:
    """The templates of situation reports that come with the software."""
    return list(_read("reports")["report"])
