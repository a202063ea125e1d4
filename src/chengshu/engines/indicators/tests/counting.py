"""Indicators over stored files, a table of the foundation that is scoped by unit: ``ok`` in the name counts, ``sim``
is simulated, the size is the amount."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.utils import timezone

from chengshu.engines.indicators.api import register_indicators, withdraw_indicators
from chengshu.engines.indicators.data import IndicatorDefinition, Parameter, Period, budget_year, to_date
from chengshu.foundation import prepared
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Unit

RECORDS = """
    SELECT f.id AS key, f.name AS label, '/files/' || f.id || '/' AS url, f.name LIKE 'ok%%' AS counted,
           f.name LIKE '%%sim%%' AS simulated, c.size AS amount, u.key AS unit
    FROM files_file f JOIN files_content c ON c.id = f.content_id JOIN orgs_unit u ON u.id = f.unit_id
    WHERE f.created_at >= %(since)s AND f.created_at < %(until)s AND f.purpose = %(purpose)s
"""
RATE = IndicatorDefinition(
    name="files.ok_rate",
    title="Files that are fine",
    meaning="Of the files stored in the period, those whose name begins with ok.",
    unit="%",
    kind="rate",
    owner="data-bureau",
    records_sql=RECORDS,
    parameters={"purpose": Parameter("Purpose", default="test")},
    dimensions={"unit": "Unit"},
)
COUNT = replace(RATE, name="files.ok_count", unit="件", kind="count")


def this_year() -> Period:
    return to_date(budget_year(timezone.localdate().year))


def variant(base: IndicatorDefinition = RATE, **changes: Any) -> IndicatorDefinition:
    return replace(base, **changes)


@contextmanager
def known(*definitions: IndicatorDefinition) -> Iterator[None]:
    """Registered for as long as the block runs."""
    register_indicators(*definitions)
    try:
        yield
    finally:
        withdraw_indicators(*definitions)


def stored(*names: str, unit: str = "data-bureau") -> list[File]:
    """Files of these names, each of its own content."""
    of = Unit.objects.get(key=unit)
    return [
        store_file(unit=of, name=f"{name}.txt", content=f"{unit} {name}\n".encode(), purpose="test")
        for name in names
    ]


@contextmanager
def written_freely() -> Iterator[None]:
    """Rows may be changed in the block as if an action did it."""
    prepared.tell({"chengshu.action": "test", "chengshu.write": '{"files": "*", "indicators": "*"}'})
    yield
    prepared.tell({"chengshu.action": "", "chengshu.write": ""})
