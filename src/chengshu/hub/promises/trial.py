"""What an import would do, found out without writing anything: the first of its two steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chengshu.foundation.action import require
from chengshu.foundation.asking import current_asker
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.promises.actions.importing import check_replaceable, preview
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.findings import found_in, key_of
from chengshu.hub.promises.lint import Finding as Found
from chengshu.hub.promises.models import BudgetYear, Finding, FindingState, Severity
from chengshu.hub.promises.reading import content_of
from chengshu.hub.promises.reconcile import Check, reconcile
from chengshu.hub.promises.rows import cell_text
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tables.diff import Change


@dataclass(frozen=True)
class Tally:
    """Findings of one severity: in the new tables, and how many of them are not known yet."""

    severity: str
    found: int
    new: int


@dataclass(frozen=True)
class Trial:
    """The tables of one department held against what is known of it.

    :param content: how much the tables hold (``content_of``)
    :param is_first: nothing is known of this department and year yet
    """

    department: Unit
    tables: SourceTables
    content: Mapping[str, Any]
    checks: tuple[Check, ...]
    changes: tuple[Change, ...]
    is_first: bool
    tallies: tuple[Tally, ...]
    new_findings: tuple[Found, ...]


def try_import(tables: SourceTables) -> Trial:
    """Compare without writing.

    :raises InvalidInput: if the department or a budget unit is not in the organisation
    :raises Refused: if the asker may not import tables of this department
    :raises Conflict: if the import would be refused for what it changes
    """
    department = department_of(tables)
    require(current_asker(), "promises.import_tables", department.pk)
    changes = preview(department, tables)
    check_replaceable(department, tables, changes)
    known = BudgetYear.objects.filter(unit=department, year=tables.year).first()
    found = found_in(_as_stored(tables))
    new = _unknown(found, known)
    return Trial(
        department,
        tables,
        content_of(tables),
        reconcile(tables),
        changes,
        known is None,
        _tallies(found, new),
        tuple(new),
    )


def _as_stored(tables: SourceTables) -> SourceTables:
    """The cells' whole text as it is kept, so that the same findings are not new at every import."""
    if tables.projects is None:
        return tables
    units = tuple(
        replace(
            unit,
            projects=tuple(
                replace(project, indicators_raw=cell_text(project.indicators)) for project in unit.projects
            ),
        )
        for unit in tables.projects.units
    )
    return replace(tables, projects=replace(tables.projects, units=units))


def _unknown(found: Sequence[Found], known: BudgetYear | None) -> list[Found]:
    if known is None:
        return list(found)
    keys = set(
        Finding.objects.filter(form__budget_year=known)
        .exclude(state=FindingState.GONE)
        .values_list("key", flat=True)
    )
    return [one for one in found if key_of(one) not in keys]


def _tallies(found: Sequence[Found], new: Sequence[Found]) -> tuple[Tally, ...]:
    all_of, new_of = (Counter(one.severity.value for one in some) for some in (found, new))
    return tuple(Tally(s.value, all_of[s.value], new_of[s.value]) for s in Severity)
