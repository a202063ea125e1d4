"""The two tables' facts as first content, so that a fresh installation shows real promises, bound as the indicators
declare."""

from __future__ import annotations

from chengshu.hub.promises.actions.computed import bind_declared
from chengshu.hub.promises.actions.importing import Source, import_tables
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.tables import facts


def load() -> str:
    """Import the shipped facts unless any budget year is known, and bind what is declared; says what was done."""
    imported = "kept" if BudgetYear.objects.exists() else f"imported {_import()} facts"
    bound = sum(len(bind_declared(budget_year=year).bound) for year in BudgetYear.objects.order_by("year"))
    return f"{imported}, bound {bound} promises"


def _import() -> int:
    """How many facts were imported."""
    tables = facts.load()
    source = Source(facts.facts_path(tables.year).name)
    return len(import_tables(department=department_of(tables), tables=tables, source=source).changes)
