"""A small department for tests of the life-cycle: the two projects of one unit, as the shipped facts print them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chengshu.foundation.orgs.base_data import load as load_organisation
from chengshu.hub.promises.actions.findings import dismiss_finding
from chengshu.hub.promises.actions.importing import Source, import_tables
from chengshu.hub.promises.actions.lifecycle import record_budget_dates
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.evaluation.self_evaluation import Grade
from chengshu.hub.promises.models import BudgetYear, Finding, Form
from chengshu.hub.promises.tables import facts

RATINGS = {
    "completeness": Grade.GOOD,
    "relevance": Grade.EXCELLENT,
    "adequacy": Grade.GOOD,
    "feasibility": Grade.FAIR,
}
REF = "P44"


def small_year() -> BudgetYear:
    """Two projects of one sub-unit, imported into a fresh organisation, the budget adopted and replied to."""
    load_organisation()
    tables = facts.load()
    assert tables.projects is not None
    unit = next(u for u in tables.projects.units if any(p.ref == REF for p in u.projects))
    projects = replace(tables.projects, units=(unit,))
    small = replace(tables, projects=projects, department=None)
    imported = import_tables(department=department_of(tables), tables=small, source=Source("facts"))
    year = imported.budget_year
    return record_budget_dates(
        budget_year=year, adopted_on=date(year.year, 1, 16), replied_on=date(year.year, 1, 24)
    )


def form_of(year: BudgetYear, ref: str = REF) -> Form:
    return Form.objects.select_related("budget_year", "project", "current").get(budget_year=year, ref=ref)


def decide_errors(form: Form) -> None:
    """Dismiss every open error, so that the form may be submitted."""
    for finding in Finding.objects.filter(form=form, severity="E", state="open"):
        dismiss_finding(finding=finding, reason="按印发文本执行")
