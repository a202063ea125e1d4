"""Runs a definition's query: reading only, with a time limit, and undone afterwards whatever it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from chengshu.engines.indicators.definitions import IndicatorDefinition
from chengshu.engines.indicators.periods import Period, budget_year

PLANNING_SECONDS = 10


@contextmanager
def reading(seconds: int) -> Iterator[CursorWrapper]:
    """A cursor that cannot write and stops after so many seconds. Its savepoint is rolled back in the end, which also
    takes back the settings."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{int(seconds)}s'")
            cursor.execute("SET LOCAL transaction_read_only = on")
            yield cursor
        transaction.set_rollback(True)


def query_parameters(
    definition: IndicatorDefinition, period: Period, given: Mapping[str, str]
) -> dict[str, Any]:
    """Everything a query may name: the period, and each declared parameter as given or by default."""
    return {
        "since": period.since,
        "until": period.until,
        "first_day": period.first_day,
        "last_day": period.last_day,
        **{name: given.get(name, parameter.default) for name, parameter in definition.parameters.items()},
    }


def filler(definition: IndicatorDefinition) -> dict[str, Any]:
    """Parameters good enough for planning."""
    given = {name: parameter.default or "1" for name, parameter in definition.parameters.items()}
    return query_parameters(definition, budget_year(2025), given)


def columns_of(sql: str, parameters: Mapping[str, Any]) -> list[str]:
    """The names of the columns a query would return; it is planned, not run."""
    with reading(PLANNING_SECONDS) as cursor:
        cursor.execute(f"SELECT * FROM ({sql}) AS planned LIMIT 0", dict(parameters))
        return [column.name for column in cursor.description or ()]


def tables_of(sql: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The tables that a query reads, as its plan says."""
    with reading(PLANNING_SECONDS) as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", dict(parameters))
        plan = cursor.fetchone()[0]
    return tuple(sorted(set(_relations(plan))))


def _relations(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for part in plan:
            yield from _relations(part)
    elif isinstance(plan, dict):
        if "Relation Name" in plan:
            yield str(plan["Relation Name"])
        for part in plan.values():
            yield from _relations(part)
