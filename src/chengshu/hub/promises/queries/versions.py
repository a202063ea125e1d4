"""The tables of a year as they stood at a time, and when they changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from chengshu.foundation.errors import Place
from chengshu.hub.promises.models import BudgetYear, Commitment, Form, FormVersion, VersionState
from chengshu.hub.promises.rows import DEPARTMENT_REF, row_of
from chengshu.hub.promises.tables.data import (
    DepartmentTable,
    IndicatorRow,
    ProjectRow,
    ProjectTable,
    SourceTables,
    UnitRow,
)
from chengshu.hub.promises.tables.diff import Change, difference

TOGETHER = timedelta(minutes=2)
"""Versions from one source made within this time are one import."""

NOWHERE = Place(0)
VALID = (VersionState.PROPOSED, VersionState.CURRENT, VersionState.REPLACED)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time at which forms got new versions: an import, or an adjustment."""

    number: int
    at: datetime
    source: str
    forms: int


def moments(budget_year: BudgetYear) -> list[Moment]:
    """Every change of the year's forms, oldest first; what came in one import is one moment."""
    versions = FormVersion.objects.filter(form__budget_year=budget_year, state__in=VALID, step="")
    found: list[tuple[datetime, datetime, str, int]] = []
    for at, source, origin in versions.order_by("created_at").values_list(
        "created_at", "source_name", "origin"
    ):
        name = source or origin
        if found and found[-1][2] == name and at - found[-1][1] <= TOGETHER:
            found[-1] = (found[-1][0], at, name, found[-1][3] + 1)
        else:
            found.append((at, at, name, 1))
    return [
        Moment(number, end, name, forms) for number, (_start, end, name, forms) in enumerate(found, start=1)
    ]


def changes_between(budget_year: BudgetYear, before: Moment, after: Moment) -> tuple[Change, ...]:
    """What changed in the whole year from one moment to another."""
    old = _tables(budget_year, _versions_at(budget_year, before.at))
    return difference(old, _tables(budget_year, _versions_at(budget_year, after.at)))


def changes_of_form(budget_year: BudgetYear, before: FormVersion, after: FormVersion) -> tuple[Change, ...]:
    """What one version of a form changes against another."""
    return difference(_tables(budget_year, [before.pk]), _tables(budget_year, [after.pk]))


def _versions_at(budget_year: BudgetYear, at: datetime) -> list[int]:
    """The latest version of each form that existed at that time."""
    versions = FormVersion.objects.filter(form__budget_year=budget_year, state__in=VALID, created_at__lte=at)
    latest = versions.order_by("form_id", "-number").distinct("form_id")
    return list(latest.values_list("pk", flat=True))


def _tables(budget_year: BudgetYear, version_ids: Collection[int]) -> SourceTables:
    """The tables that these versions, at most one of each form, make up."""
    rows: defaultdict[int, list[IndicatorRow]] = defaultdict(list)
    commitments = Commitment.objects.filter(version__in=version_ids).select_related("indicator__form")
    for commitment in commitments.order_by("indicator__form__ref", "indicator__number"):
        rows[commitment.version_id].append(row_of(commitment))
    versions = FormVersion.objects.filter(pk__in=version_ids).select_related("form__project")
    ordered = sorted(versions, key=lambda version: version.form.ref)
    return SourceTables(
        budget_year.year,
        ProjectTable(budget_year.department_name, Decimal("0.00"), _units(ordered, rows)),
        next((_department(v, rows[v.pk]) for v in ordered if v.form.ref == DEPARTMENT_REF), None),
    )


def _units(versions: Sequence[FormVersion], rows: dict[int, list[IndicatorRow]]) -> tuple[UnitRow, ...]:
    by_unit: defaultdict[str, list[ProjectRow]] = defaultdict(list)
    for version in versions:
        project = version.form.project
        if project is not None:
            by_unit[project.unit_name].append(
                ProjectRow(
                    project.ref,
                    project.name,
                    project.unit_name,
                    project.amount,
                    project.fiscal,
                    project.special_account,
                    project.other,
                    version.goal,
                    tuple(rows[version.pk]),
                    "",
                    NOWHERE,
                )
            )
    return tuple(UnitRow(name, Decimal("0.00"), tuple(found), NOWHERE) for name, found in by_unit.items())


def _department(version: FormVersion, rows: list[IndicatorRow]) -> DepartmentTable:
    return DepartmentTable("", (), version.goal, (), tuple(rows))


def versions_of(form: Form) -> list[FormVersion]:
    """Every version of a form, newest first."""
    return list(form.versions.select_related("created_by"))
