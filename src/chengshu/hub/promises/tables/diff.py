"""What changed between two versions of the tables: the question of every second import.

Places are not compared: moving a row is no change of what is promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from chengshu.hub.promises.tables.data import DepartmentTable, ProjectTable, SourceTables

NOT_COMPARED = frozenset({"place", "indicators", "projects", "units", "tasks", "budget"})


class Sort(StrEnum):
    """What happened to a row or value."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``field`` is empty when a whole row came or went; then the text names the row.

    ``ref`` is ``P36``, ``P36#1``, ``D16``, ``task 3``, ``budget 项目支出``, ``unit …``, ``project table``,
    ``department table`` or ``tables``.
    """

    sort: Sort
    ref: str
    field: str
    before: str
    after: str


def difference(old: SourceTables, new: SourceTables) -> tuple[Change, ...]:
    """Every change from the old to the new tables, in the order of the forms; empty when they say the same.

    Projects are matched by unit and name, the rest by number or name. A project that an inserted or removed
    one moved elsewhere is a change of its field ``ref`` and of nothing else; whoever keeps things by
    reference must heed it, since the old reference now means another project.
    """
    before, after = dict(_rows(old)), dict(_rows(new))
    return tuple(_changes(before, after))


Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    ref: str
    name: str
    values: Mapping[str, str]


def _rows(tables: SourceTables) -> Iterator[tuple[Key, _Facts]]:
    yield ("tables",), _Facts("tables", "", {"year": str(tables.year)})
    if tables.projects is not None:
        yield from _project_rows(tables.projects)
    if tables.department is not None:
        yield from _department_rows(tables.department)


def _project_rows(table: ProjectTable) -> Iterator[tuple[Key, _Facts]]:
    yield ("projects",), _facts("project table", table.department, table)
    for unit in table.units:
        yield ("unit", unit.name), _facts(f"unit {unit.name}", unit.name, unit)
    for project in table.projects:
        key = ("project", project.unit, project.name)
        yield key, _facts(project.ref, project.name, project, "indicators_raw")
        for indicator in project.indicators:
            yield (
                (*key, str(indicator.number)),
                _facts(indicator.ref, indicator.name or indicator.raw, indicator, "ref"),
            )


def _department_rows(table: DepartmentTable) -> Iterator[tuple[Key, _Facts]]:
    yield ("department",), _facts("department table", table.department, table)
    for line in table.budget:
        yield ("budget", line.name), _facts(f"budget {line.name}", line.name, line)
    for task in table.tasks:
        yield ("task", str(task.number)), _facts(f"task {task.number}", task.name, task)
    for indicator in table.indicators:
        yield ("indicator", indicator.ref), _facts(indicator.ref, indicator.name, indicator)


def _facts(ref: str, name: str, row: Any, *left_out: str) -> _Facts:
    shown = (item.name for item in fields(row) if item.name not in NOT_COMPARED and item.name not in left_out)
    return _Facts(ref, name, {field: _shown(getattr(row, field)) for field in shown})


def _shown(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _changes(before: Mapping[Key, _Facts], after: Mapping[Key, _Facts]) -> Iterator[Change]:
    for key in _in_order(before, after):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            yield Change(Sort.ADDED, new.ref, "", "", new.name)
        elif new is None and old is not None:
            yield Change(Sort.REMOVED, old.ref, "", old.name, "")
        elif old is not None and new is not None:
            yield from _value_changes(old, new)


def _in_order(before: Iterable[Key], after: Mapping[Key, _Facts]) -> list[Key]:
    return [*after, *(key for key in before if key not in after)]


def _value_changes(old: _Facts, new: _Facts) -> Iterator[Change]:
    for field, value in new.values.items():
        if old.values[field] != value:
            yield Change(Sort.CHANGED, new.ref, field, old.values[field], value)
