"""The whole year of the shipped facts, and browsers of the personas who look at it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.test import Client

from chengshu.foundation.asking import asking
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.testing.personas import Cast, cast_in
from chengshu.hub.promises.actions.importing import Source, import_tables
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.tables import facts

LOOKING = ("department_officer", "unit_officer", "other_department_officer", "supervisor", "resident")


@dataclass(frozen=True)
class FullYear:
    """The imported year and whoever looks at it."""

    year: BudgetYear
    cast: Cast

    def browser(self, name: str) -> Client:
        """A signed-in browser of this persona, in English."""
        client = Client(headers={"accept-language": "en"})
        self.cast[name].sign_in(client)
        return client

    def as_persona(self, name: str) -> AbstractContextManager[None]:
        return asking(self.cast[name].asker())


def build_full_year() -> FullYear:
    """Import the facts of the two tables and appoint who looks at them."""
    load_base_data()
    tables = facts.load()
    imported = import_tables(department=department_of(tables), tables=tables, source=Source("facts"))
    cast = cast_in()
    for name in LOOKING:
        cast[name]
    return FullYear(imported.budget_year, cast)
