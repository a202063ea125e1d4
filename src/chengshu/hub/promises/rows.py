"""Between the database and the tables' rows: the same facts, so that an import is compared with what is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models import F

from chengshu.foundation.errors import Place
from chengshu.hub.promises.families import family_code
from chengshu.hub.promises.models import BudgetYear, Commitment, Form, FormVersion, Indicator
from chengshu.hub.promises.tables.data import (
    BudgetLine,
    DepartmentTable,
    IndicatorRow,
    ProjectRow,
    ProjectTable,
    SourceTables,
    TaskRow,
    UnitRow,
)
from chengshu.hub.promises.targets import Target, direction, parse

DEPARTMENT_REF = "D"


def tables_of(budget_year: BudgetYear) -> SourceTables:
    """The tables as the current versions of all forms tell them, within the asker's scope."""
    forms = {form.ref: form for form in budget_year.forms.select_related("current", "project").all()}
    rows = _indicator_rows(budget_year)
    return SourceTables(
        budget_year.year,
        _project_table(budget_year, forms, rows),
        _department_table(budget_year, forms.get(DEPARTMENT_REF), rows),
    )


def _indicator_rows(budget_year: BudgetYear) -> dict[str, list[IndicatorRow]]:
    found: dict[str, list[IndicatorRow]] = defaultdict(list)
    commitments = (
        Commitment.objects.filter(version__form__budget_year=budget_year, version=F("version__form__current"))
        .select_related("indicator__form")
        .order_by("indicator__form__ref", "indicator__number")
    )
    for commitment in commitments:
        found[commitment.indicator.form.ref].append(row_of(commitment))
    return found


def row_of(commitment: Commitment) -> IndicatorRow:
    """One commitment as the table prints it."""
    return IndicatorRow(
        ref=commitment.indicator.ref,
        number=commitment.indicator.number,
        l1_code=commitment.l1_code,
        l1_name=commitment.l1_name,
        l2_code=commitment.l2_code,
        l2_name=commitment.l2_name,
        name=commitment.name,
        period_raw=commitment.period_raw,
        annual_raw=commitment.annual_raw,
        raw=commitment.raw,
        has_value_labels=commitment.has_value_labels,
        place=Place(**commitment.place) if commitment.place else Place(0),
    )


def _project_table(
    budget_year: BudgetYear, forms: dict[str, Form], rows: dict[str, list[IndicatorRow]]
) -> ProjectTable | None:
    projects = list(budget_year.projects.all())
    if not projects:
        return None
    by_unit: dict[str, list[ProjectRow]] = defaultdict(list)
    for project in projects:
        form = forms.get(project.ref)
        goal = form.current.goal if form and form.current else ""
        by_unit[project.unit_name].append(
            ProjectRow(
                ref=project.ref,
                name=project.name,
                unit=project.unit_name,
                amount=project.amount,
                fiscal=project.fiscal,
                special_account=project.special_account,
                other=project.other,
                goal=goal,
                indicators=tuple(rows.get(project.ref, ())),
                indicators_raw=cell_text(rows.get(project.ref, ())),
                place=Place(0),
            )
        )
    units = tuple(
        UnitRow(name, sum((p.amount for p in found), Decimal("0.00")), tuple(found), Place(0))
        for name, found in by_unit.items()
    )
    total = sum((unit.amount for unit in units), Decimal("0.00"))
    return ProjectTable(budget_year.department_name, total, units)


def cell_text(rows: Sequence[IndicatorRow]) -> str:
    """The cell of the project table that prints these indicators, put together again from their texts."""
    return "".join(f"{row.number}、{row.raw}。" for row in rows)


def _department_table(
    budget_year: BudgetYear, form: Form | None, rows: dict[str, list[IndicatorRow]]
) -> DepartmentTable | None:
    if form is None:
        return None
    return DepartmentTable(
        department=budget_year.department_name,
        budget=tuple(
            BudgetLine(line["name"], Decimal(line["amount"]), Place(0)) for line in budget_year.budget_lines
        ),
        goal=form.current.goal if form.current else "",
        tasks=tuple(
            TaskRow(task.number, task.name, task.content, task.amount, task.goal, Place(0))
            for task in budget_year.tasks.order_by("-number")
        ),
        indicators=tuple(rows.get(DEPARTMENT_REF, ())),
        other_tasks=budget_year.other_tasks,
    )


def commitment_of(row: IndicatorRow, indicator: Indicator, version: FormVersion) -> Commitment:
    """An unsaved commitment with what the row says and what it means."""
    annual = parse(row.annual_raw, row.name)
    return Commitment(
        indicator=indicator,
        version=version,
        unit_id=version.unit_id,
        l1_code=row.l1_code,
        l1_name=row.l1_name,
        l2_code=row.l2_code,
        l2_name=row.l2_name,
        family=family_code(row.l1_code, row.l2_code, row.l2_name),
        name=row.name,
        period_raw=row.period_raw,
        annual_raw=row.annual_raw,
        raw=row.raw,
        has_value_labels=row.has_value_labels,
        period_target=target_data(parse(row.period_raw, row.name)),
        annual_target=target_data(annual),
        direction=direction(row.name, annual).value,
        place={name: value for name, value in asdict(row.place).items() if value},
    )


def target_data(target: Target) -> dict[str, Any]:
    """The parsed target for programs: only what it has, numbers as text."""
    return {
        name: _plain(value)
        for name, value in _parts_of(target).items()
        if value not in (None, "", (), frozenset())
    }


def _parts_of(target: Target) -> dict[str, Any]:
    return {name: getattr(target, name) for name in Target.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, Target):
        return target_data(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, frozenset):
        return sorted(str(_plain(part)) for part in value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def start_of(year: int) -> date:
    return date(year, 1, 1)
