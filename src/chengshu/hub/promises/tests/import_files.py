"""Files to import: the shipped facts in the official layout, and small tables of two projects of one sub-unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from chengshu.foundation.papers.layout import Imprint
from chengshu.hub.promises.forms import TargetsForm, render
from chengshu.hub.promises.models import (
    BudgetYear,
    Commitment,
    Finding,
    Form,
    FormVersion,
    Indicator,
    Project,
)
from chengshu.hub.promises.tables import facts
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tables.tests import forms

DEPARTMENT = "广州市南沙区政务服务和数据管理局"
SUB_UNIT = "广州南沙政务服务中心"
CONTENTS = {"units": 3, "projects": 46, "indicators": 281, "department_indicators": 25, "amount": "13074.48"}


def facts_workbook() -> bytes:
    """Both tables of the facts as an .xlsx file, as the platform itself writes them.

    The facts have no prose, and a key task without any cannot be read; so each gets a word of it.
    """
    tables = facts.load()
    assert tables.department is not None
    tasks = tuple(replace(task, content="略", goal="略") for task in tables.department.tasks)
    return _workbook(replace(tables, department=replace(tables.department, tasks=tasks)))


def projects_workbook() -> bytes:
    """The project table of the facts alone, which says exactly what the facts say."""
    return _workbook(replace(facts.load(), department=None))


def _workbook(tables: SourceTables) -> bytes:
    return render(TargetsForm(tables, Imprint(datetime(2025, 1, 1, tzinfo=UTC), "test")), "xlsx")


def small_table(*rows: str, total: str = "100.00", heading: str = forms.HEADING) -> str:
    """A project table of the real department with one unit and two projects, unless other rows are given."""
    given = rows or (
        forms.unit(SUB_UNIT, "100.00"), forms.project(), forms.project("大厅经费", "30.00", forms.TWO)
    )  # fmt: skip
    return forms.form(*given, total=total, heading=heading).replace("某区某局", DEPARTMENT)


DEFECTS: Mapping[str, tuple[bytes, str, int]] = {
    "corrupted sum": (small_table(total="100.01").encode(), "tables.", 5),
    "amount with an unknown operator": (
        small_table(
            forms.unit(SUB_UNIT), forms.project(amount="≮70.00"), forms.project("大厅经费", "30.00")
        ).encode(),
        "tables.",
        7,
    ),
    "missing column": (small_table(heading=forms.HEADING.replace("总计\t", "")).encode(), "tables.", 4),
    "GB18030": (small_table().encode("gb18030"), "tables.encoding", 1),
    "truncated workbook": (facts_workbook()[:-2000], "tables.damaged", 0),
}
"""What is wrong with each file: its bytes, how the code of its first problem begins, and the line; 0 if it has none."""


def uploaded(content: bytes, name: str = "table.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def row_counts() -> list[int]:
    """How many rows of the promises there are, to see that nothing was written."""
    tables = (BudgetYear, Project, Form, FormVersion, Indicator, Commitment, Finding)
    return [table.objects.count() for table in tables]
