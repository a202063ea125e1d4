"""The two tables' facts as first content, so that a fresh installation shows real promises."""

from __future__ import annotations

from chengshu.hub.promises.actions.importing import Source, import_tables
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.tables import facts


def load() -> str:
    """Import the shipped facts unless any budget year is known; says what was done."""
    if BudgetYear.objects.exists():
        return "kept"
    tables = facts.load()
    imported = import_tables(
        department=department_of(tables), tables=tables, source=Source(facts.facts_path(tables.year).name)
    )
    return f"imported {len(imported.changes)} facts"
