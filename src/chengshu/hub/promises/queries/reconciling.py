"""The arithmetic checks of a year, computed once for the same printed amounts."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import lru_cache

from chengshu.foundation.errors import Place
from chengshu.hub.promises.models import BudgetYear, Form
from chengshu.hub.promises.reconcile import Check, reconcile
from chengshu.hub.promises.rows import DEPARTMENT_REF
from chengshu.hub.promises.tables.data import (
    BudgetLine,
    DepartmentTable,
    ProjectRow,
    ProjectTable,
    SourceTables,
    TaskRow,
    UnitRow,
)

NOWHERE = Place(0)


def checks_of(budget_year: BudgetYear, ref: str) -> list[Check]:
    """The checks in which the project ``ref`` is a summand; for the department's line, every check.

    Nothing for an asker who does not see the whole department: sums over a part would only mislead.
    """
    if not Form.objects.filter(budget_year=budget_year, ref=DEPARTMENT_REF).exists():
        return []
    checks = _checked(_amounts(budget_year))
    if ref == DEPARTMENT_REF:
        return list(checks)
    return [check for check in checks if any(term.ref == ref for term in check.terms)]


@lru_cache(maxsize=32)
def _checked(tables: SourceTables) -> tuple[Check, ...]:
    return reconcile(tables)


def _amounts(budget_year: BudgetYear) -> SourceTables:
    """The year's tables with everything that has an amount, and nothing else."""
    by_unit: defaultdict[str, list[ProjectRow]] = defaultdict(list)
    for project in budget_year.projects.order_by("order"):
        by_unit[project.unit_name].append(
            ProjectRow(
                project.ref,
                project.name,
                project.unit_name,
                project.amount,
                project.fiscal,
                project.special_account,
                project.other,
                "",
                (),
                "",
                NOWHERE,
            )
        )
    units = tuple(
        UnitRow(name, sum((row.amount for row in rows), Decimal("0.00")), tuple(rows), NOWHERE)
        for name, rows in by_unit.items()
    )
    name = budget_year.department_name
    lines = tuple(
        BudgetLine(line["name"], Decimal(line["amount"]), NOWHERE) for line in budget_year.budget_lines
    )
    tasks = tuple(
        TaskRow(task.number, task.name, "", task.amount, "", NOWHERE)
        for task in budget_year.tasks.order_by("-number")
    )
    return SourceTables(
        budget_year.year,
        ProjectTable(name, budget_year.amount, units),
        DepartmentTable(name, lines, "", tasks, ()),
    )
