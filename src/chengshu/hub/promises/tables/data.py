"""What the two official tables say, row by row, with every printed text kept as it was printed.

Nothing here is interpreted: values stay raw, and every part knows its place in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chengshu.foundation.errors import Place


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator as printed. Absent parts are empty strings.

    ``ref`` is ``P36#1`` in the project table and ``D16`` in the department table.
    """

    ref: str
    number: int
    l1_code: str
    """Printed code of the first level: ``1``, ``2``, ``3``; empty in the department table."""
    l1_name: str
    l2_code: str
    """Printed code of the second level, such as ``11``; empty when not printed."""
    l2_name: str
    name: str
    period_raw: str
    """Target over the whole implementation period, verbatim."""
    annual_raw: str
    """Target of the budget year, verbatim."""
    raw: str
    """The whole indicator as it stands in the cell, without its number and its closing 。"""
    has_value_labels: bool
    """False where the period and annual labels are missing (then both raws hold the single printed value)."""
    place: Place


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One budget project. Amounts are in 万元 with two decimals, as printed."""

    ref: str
    name: str
    unit: str
    amount: Decimal
    fiscal: Decimal
    special_account: Decimal
    other: Decimal
    goal: str
    """The performance goal, verbatim, paragraph tags included; empty when the source is the shipped facts."""
    indicators: tuple[IndicatorRow, ...]
    indicators_raw: str
    place: Place


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One budget unit and its projects; ``amount`` is the printed subtotal in 万元."""

    name: str
    amount: Decimal
    projects: tuple[ProjectRow, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ProjectTable:
    """项目支出绩效目标表: units, their projects and indicators; ``amount`` is the printed grand total."""

    department: str
    amount: Decimal
    units: tuple[UnitRow, ...]

    @property
    def projects(self) -> tuple[ProjectRow, ...]:
        return tuple(project for unit in self.units for project in unit.projects)

    @property
    def indicators(self) -> tuple[IndicatorRow, ...]:
        return tuple(indicator for project in self.projects for indicator in project.indicators)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One key task of the year; ``amount`` in 万元, ``number`` as printed (任务3 → 3)."""

    number: int
    name: str
    content: str
    amount: Decimal
    goal: str
    place: Place


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One printed amount of the department's budget overview, such as 基本支出, in 万元."""

    name: str
    amount: Decimal
    place: Place


@dataclass(frozen=True, slots=True)
class DepartmentTable:
    """部门整体预算绩效目标申报表: the overview, the key tasks and the department's own indicators."""

    department: str
    budget: tuple[BudgetLine, ...]
    goal: str
    tasks: tuple[TaskRow, ...]
    indicators: tuple[IndicatorRow, ...]
    other_tasks: str = ""
    """其他需完成的任务, an optional block of free text."""

    def budget_amount(self, name: str) -> Decimal:
        """The printed amount of one overview line.

        :raises KeyError: if the table prints no such line
        """
        for line in self.budget:
            if line.name == name:
                return line.amount
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class SourceTables:
    """Both tables of one department and year; either may be absent."""

    year: int
    projects: ProjectTable | None
    department: DepartmentTable | None
