"""Importing the two official tables: compared with what is known, then written whole or not at all.

A form in draft takes the new content as its next version. A form that was approved changes through an adjustment
only, so an import that would change it is refused and names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.changes import record_many
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.orgs.queries import unit_by_name
from chengshu.hub.promises.actions.standing import restand_form
from chengshu.hub.promises.events import TablesImported
from chengshu.hub.promises.findings import refresh_findings
from chengshu.hub.promises.models import (
    Binding,
    BindingKind,
    BudgetYear,
    Commitment,
    Form,
    FormKind,
    FormState,
    FormVersion,
    Indicator,
    KeyTask,
    Project,
    Standing,
    VersionOrigin,
    VersionState,
)
from chengshu.hub.promises.rows import DEPARTMENT_REF, commitment_of, start_of, tables_of
from chengshu.hub.promises.tables.data import IndicatorRow, ProjectRow, SourceTables
from chengshu.hub.promises.tables.diff import Change, Sort, difference

_LOCK_SPACE = 7402
"""The first key of the advisory locks of imports; the second is the department's id."""

PROPER = "（本级）"
"""The bureau's own share of the budget is printed under the bureau's name; the unit that spends it has this suffix."""

OPEN_STATES = (FormState.DRAFT, FormState.RETURNED)
"""States in which a form's content may be replaced by an import."""


@dataclass(frozen=True)
class Imported:
    """What an import did: the year it wrote to and how it differs from what was known."""

    budget_year: BudgetYear
    changes: tuple[Change, ...]
    is_first: bool


@dataclass(frozen=True)
class Source:
    """Where the rows come from: a name for people and the SM3 digest of the files."""

    name: str
    digest: str = ""


def preview(department: Unit, tables: SourceTables) -> tuple[Change, ...]:
    """What an import would change, without changing anything."""
    known = BudgetYear.objects.filter(unit=department, year=tables.year).first()
    before = tables_of(known) if known else SourceTables(tables.year, None, None)
    return difference(before, _as_known(before, tables))


@action(title=_("Import performance tables"), at=lambda *, department, **_rest: department.pk)
def import_tables(*, department: Unit, tables: SourceTables, source: Source) -> Imported:
    """Write the tables of one department and year.

    :raises InvalidInput: if a budget unit is not in the organisation
    :raises Conflict: if a form that is no longer a draft would change, a known project or indicator is missing, or
        another import of this department is under way
    """
    _one_at_a_time(department)
    units = _units_of(tables)
    known = BudgetYear.objects.filter(unit=department, year=tables.year).first()
    changes = preview(department, tables)
    if known is not None and not changes:
        return Imported(known, (), is_first=False)
    budget_year = _budget_year(department, tables, source, known)
    if known is None:
        _create_all(budget_year, tables, units, source)
    else:
        _require_replaceable(budget_year, changes)
        _replace_changed(budget_year, tables, units, source, changes)
    refresh_findings(budget_year)
    if known is not None:
        _judge_again(budget_year, changes)
    emit(TablesImported(budget_year=budget_year.pk, changes=len(changes)))
    return Imported(budget_year, changes, is_first=known is None)


def _judge_again(budget_year: BudgetYear, changes: Iterable[Change]) -> None:
    """Where the promises of the changed forms stand follows from their new content."""
    for form in budget_year.forms.filter(ref__in={_form_ref(change.ref) for change in changes}):
        restand_form(form)


def check_replaceable(department: Unit, tables: SourceTables, changes: Iterable[Change]) -> None:
    """Refuse, without writing, what :func:`import_tables` would refuse.

    :raises InvalidInput: if a budget unit is not in the organisation
    :raises Conflict: if a form that is no longer a draft would change, or a known project is missing
    """
    _units_of(tables)
    known = BudgetYear.objects.filter(unit=department, year=tables.year).first()
    if known is not None:
        _require_replaceable(known, changes)


def _one_at_a_time(department: Unit) -> None:
    """Hold the department until the transaction ends; the database lets go by itself when it breaks off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, department.pk])
        if not cursor.fetchone()[0]:
            raise Conflict(
                _("Tables of this department are being imported just now."),
                code="import.running",
                hint=_("Wait a moment, then try again: what that import wrote will be compared with yours."),
            )


def _as_known(before: SourceTables, tables: SourceTables) -> SourceTables:
    """An import of one of the two tables says nothing about the other, which therefore stays as it is known."""
    return SourceTables(
        tables.year, tables.projects or before.projects, tables.department or before.department
    )


def _units_of(tables: SourceTables) -> dict[str, Unit]:
    """The budget units by their printed names.

    :raises InvalidInput: naming every unit that the organisation does not know
    """
    names = [unit.name for unit in tables.projects.units] if tables.projects else []
    found = {name: unit_by_name(f"{name}{PROPER}") or unit_by_name(name) for name in names}
    if unknown := [name for name, unit in found.items() if unit is None]:
        raise InvalidInput(
            _("These budget units are not in the organisation: %(names)s.") % {"names": "、".join(unknown)},
            field="units",
            code="import.unknown_unit",
            hint=_("Add them, or add the printed name as an alias of the unit it means."),
            data={"units": unknown},
        )
    return {name: unit for name, unit in found.items() if unit is not None}


def _budget_year(
    department: Unit, tables: SourceTables, source: Source, known: BudgetYear | None
) -> BudgetYear:
    budget_year = known or BudgetYear(unit=department, year=tables.year)
    printed = tables.department or tables.projects
    if printed is None:
        raise InvalidInput(_("The files hold no table."), field="files", code="import.empty")
    budget_year.department_name = printed.department
    budget_year.source_digest = source.digest
    if tables.projects:
        budget_year.amount = tables.projects.amount
    elif known is None:
        assert tables.department is not None
        budget_year.amount = tables.department.budget_amount("项目支出")
    if tables.department:
        budget_year.budget_lines = [
            {"name": line.name, "amount": str(line.amount)} for line in tables.department.budget
        ]
        budget_year.goal = tables.department.goal
        budget_year.other_tasks = tables.department.other_tasks
    budget_year.save()
    return budget_year


def _create_all(
    budget_year: BudgetYear, tables: SourceTables, units: dict[str, Unit], source: Source
) -> None:
    for order, row in enumerate(tables.projects.projects if tables.projects else (), start=1):
        _create_project(budget_year, row, order, units[row.unit], source)
    if tables.department:
        _write_tasks(budget_year, tables)
        _create_form(
            budget_year,
            budget_year.unit,
            DEPARTMENT_REF,
            None,
            tables.department.goal,
            tables.department.indicators,
            source,
        )


def _create_project(budget_year: BudgetYear, row: ProjectRow, order: int, unit: Unit, source: Source) -> None:
    project = Project(budget_year=budget_year, ref=row.ref, order=order, unit=unit)
    _fill_project(project, row)
    _create_form(budget_year, unit, row.ref, project, row.goal, row.indicators, source)


def _fill_project(project: Project, row: ProjectRow) -> None:
    project.name, project.unit_name = row.name, row.unit
    project.amount, project.fiscal = row.amount, row.fiscal
    project.special_account, project.other = row.special_account, row.other
    project.save()


def _create_form(
    budget_year: BudgetYear,
    unit: Unit,
    ref: str,
    project: Project | None,
    goal: str,
    rows: Sequence[IndicatorRow],
    source: Source,
) -> None:
    kind = FormKind.PROJECT if project else FormKind.DEPARTMENT
    form = Form(budget_year=budget_year, unit=unit, kind=kind, project=project, ref=ref)
    form.save()
    _write_version(form, goal, rows, source)


def _write_version(form: Form, goal: str, rows: Sequence[IndicatorRow], source: Source) -> FormVersion:
    """The form's next version from an import; the version before it, if any, is replaced but kept."""
    before = form.current
    version = FormVersion(
        form=form,
        unit_id=form.unit_id,
        number=before.number + 1 if before else 1,
        origin=VersionOrigin.IMPORT,
        goal=goal,
        source_name=source.name,
        source_digest=source.digest,
        created_by_id=current_asker().account_id,
    )
    version.save()
    if before:
        before.state = VersionState.REPLACED
        before.save()
    form.current = version
    form.save()
    _write_commitments(form, version, rows)
    return version


def _write_commitments(form: Form, version: FormVersion, rows: Sequence[IndicatorRow]) -> None:
    known = {indicator.ref: indicator for indicator in form.indicators.all()}
    new = [
        Indicator(form=form, unit_id=form.unit_id, ref=row.ref, number=row.number)
        for row in rows
        if row.ref not in known
    ]
    Indicator.objects.bulk_create(new)
    record_many("create", new)
    known.update({indicator.ref: indicator for indicator in new})
    commitments = [commitment_of(row, known[row.ref], version) for row in rows]
    Commitment.objects.bulk_create(commitments)
    record_many("create", commitments)
    _start_unproven(form, new)


def _start_unproven(form: Form, indicators: Sequence[Indicator]) -> None:
    """A new promise starts unbound and unproven."""
    first_day = start_of(form.budget_year.year)
    bindings = [
        Binding(indicator=i, unit_id=i.unit_id, number=1, kind=BindingKind.UNBOUND, valid_from=first_day)
        for i in indicators
    ]
    standings = [Standing(indicator=i, unit_id=i.unit_id, as_of=first_day) for i in indicators]
    Binding.objects.bulk_create(bindings)
    Standing.objects.bulk_create(standings)
    record_many("create", bindings)


def _write_tasks(budget_year: BudgetYear, tables: SourceTables) -> None:
    assert tables.department is not None
    known = {task.number: task for task in budget_year.tasks.all()}
    for row in tables.department.tasks:
        task = known.pop(row.number, None) or KeyTask(
            budget_year=budget_year, unit_id=budget_year.unit_id, number=row.number
        )
        task.name, task.content, task.amount, task.goal = row.name, row.content, row.amount, row.goal
        task.save()
    for gone in known.values():
        gone.delete()


def _require_replaceable(budget_year: BudgetYear, changes: Iterable[Change]) -> None:
    """Refuse what an import may not do to known forms."""
    removed = [change.ref for change in changes if change.sort is Sort.REMOVED and "#" not in change.ref]
    if removed := [ref for ref in removed if ref.startswith("P")]:
        raise Conflict(
            _("The new tables no longer contain: %(refs)s.") % {"refs": ", ".join(removed)},
            code="import.removed",
            hint=_("Nothing is removed by an import. Complete the tables, or withdraw these projects first."),
            data={"refs": removed},
        )
    if moved := [change.ref for change in changes if change.field == "ref"]:
        raise Conflict(
            _("These projects would take another place in the order: %(refs)s.") % {"refs": ", ".join(moved)},
            code="import.moved",
            hint=_("What proves a promise belongs to its place. Add new projects at the end of the table."),
            data={"refs": moved},
        )
    touched = {_form_ref(change.ref) for change in changes} - {""}
    closed = budget_year.forms.filter(ref__in=touched).exclude(state__in=OPEN_STATES)
    if refs := sorted(form.ref for form in closed):
        raise Conflict(
            _("These forms are no longer drafts and would change: %(refs)s.") % {"refs": ", ".join(refs)},
            code="import.not_draft",
            hint=_("Propose an adjustment of each of them instead."),
            data={"refs": refs},
        )


def _form_ref(ref: str) -> str:
    """``P36#1`` → ``P36``, ``D16`` → ``D``; changes of the overview belong to no form."""
    if ref.startswith("D") and ref[1:].isdigit():
        return DEPARTMENT_REF
    if ref == "department table":
        return DEPARTMENT_REF
    return ref.partition("#")[0] if ref.startswith("P") and ref[1:2].isdigit() else ""


def _replace_changed(
    budget_year: BudgetYear,
    tables: SourceTables,
    units: dict[str, Unit],
    source: Source,
    changes: Iterable[Change],
) -> None:
    touched = {_form_ref(change.ref) for change in changes}
    forms = {form.ref: form for form in budget_year.forms.select_related("project", "current")}
    for order, row in enumerate(tables.projects.projects if tables.projects else (), start=1):
        form = forms.get(row.ref)
        if form is None:
            _create_project(budget_year, row, order, units[row.unit], source)
        elif row.ref in touched and form.project is not None:
            _fill_project(form.project, row)
            _write_version(form, row.goal, row.indicators, source)
    if tables.department:
        _write_tasks(budget_year, tables)
        department_form = forms.get(DEPARTMENT_REF)
        facts = tables.department
        if department_form is None:
            _create_form(
                budget_year, budget_year.unit, DEPARTMENT_REF, None, facts.goal, facts.indicators, source
            )
        elif DEPARTMENT_REF in touched:
            _write_version(department_form, facts.goal, facts.indicators, source)
