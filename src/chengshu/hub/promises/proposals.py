"""The linter over content that is not in force yet: the whole department's tables with one form's rows replaced.

A cross-check needs every form of the department, more than a unit may read; so the platform itself reads the tables
here, and only findings about the one form leave this module.
"""

from __future__ import annotations

from dataclasses import replace

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.hub.promises.drafts import Draft, as_rows, draft_of
from chengshu.hub.promises.findings import form_ref, key_of
from chengshu.hub.promises.lint import Finding as Found
from chengshu.hub.promises.lint import Severity, lint
from chengshu.hub.promises.models import BudgetYear, Finding, FindingState, Form, FormVersion
from chengshu.hub.promises.rows import DEPARTMENT_REF, tables_of
from chengshu.hub.promises.tables.data import ProjectTable, SourceTables


def findings_of(form: Form, draft: Draft) -> list[Found]:
    """What the linter would say of this form if the draft were its content; new indicators must be named."""
    with asking(system("linter", current_asker().channel)):
        tables = tables_of(BudgetYear.objects.get(pk=form.budget_year_id))
    return [found for found in lint(_with(tables, form, draft)) if form_ref(found.ref) == form.ref]


def errors_left(form: Form, version: FormVersion) -> list[Found]:
    """Errors in a proposed version that nobody has dismissed on the version in force."""
    dismissed = set(
        Finding.objects.filter(form=form, version=form.current_id, state=FindingState.DISMISSED).values_list(
            "key", flat=True
        )
    )
    found = findings_of(form, draft_of(version))
    return [one for one in found if one.severity is Severity.ERROR and key_of(one) not in dismissed]


def _with(tables: SourceTables, form: Form, draft: Draft) -> SourceTables:
    """The department's tables with the draft in the place of the form's present content."""
    if form.ref == DEPARTMENT_REF:
        assert tables.department is not None
        department = replace(tables.department, goal=draft.goal, indicators=as_rows(draft))
        return replace(tables, department=department)
    assert tables.projects is not None
    return replace(tables, projects=_with_project(tables.projects, form, draft))


def _with_project(table: ProjectTable, form: Form, draft: Draft) -> ProjectTable:
    units = tuple(
        replace(
            unit,
            projects=tuple(
                replace(project, goal=draft.goal, indicators=as_rows(draft))
                if project.ref == form.ref
                else project
                for project in unit.projects
            ),
        )
        for unit in table.units
    )
    return replace(table, units=units)
