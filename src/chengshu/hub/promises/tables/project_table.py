"""Reads 项目支出绩效目标表: units, their projects, and the indicators of each project.

Columns are found from the heading row; a table without one must have the columns of the official form.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.tables.data import ProjectTable
from chengshu.hub.promises.tables.grid import Grid, Row
from chengshu.hub.promises.tables.problems import Findings, excerpt, say
from chengshu.hub.promises.tables.project_lines import COLUMNS, is_heading, plain, read_line
from chengshu.hub.promises.tables.project_units import UnitReader

DEPARTMENT = re.compile(r"部门名称[：:\s]*([^\t]+?)\s*(?=\t|$|\s单位[：:])")
UNIT_OF_AMOUNTS = re.compile(r"(?:^|[\t\s（(])(?:金额)?单位\s*[：:]\s*([^\t\s）)]+)")
LONGEST_PREFACE = 300
TITLE = re.compile(r"项目支出绩效目标")


def read_project_table(rows: Grid, findings: Findings) -> ProjectTable | None:
    """The project table in these rows, or None if the findings now hold a problem."""
    before = len(findings.problems)
    start = next((index for index, row in enumerate(rows) if is_heading(row)), None)
    columns = _columns(rows[start], findings) if start is not None else _official_columns()
    if columns is None:
        return None
    preface, body = (rows[:start], rows[start + 1 :]) if start is not None else _without_heading(rows)
    department = read_department(preface, rows, findings)
    _require_ten_thousands(preface, findings)
    lines = [line for row in body if (line := read_line(row, columns, findings)) is not None]
    total, units = UnitReader(findings).read(lines, rows)
    if len(findings.problems) > before:
        return None
    return ProjectTable(department, total, units)


def _official_columns() -> dict[str, int]:
    return {column: index for index, column in enumerate(COLUMNS)}


def _without_heading(rows: Grid) -> tuple[Grid, Grid]:
    start = next(
        (index for index, row in enumerate(rows) if not row.loose and len(row.cells) >= 6), len(rows)
    )
    return rows[:start], rows[start:]


def _columns(heading: Row, findings: Findings) -> dict[str, int] | None:
    """Where each column stands, or None after reporting the missing ones."""
    cells = [plain(cell) for cell in heading.cells]
    columns: dict[str, int] = {}
    for column, label in COLUMNS.items():
        found = [index for index, cell in enumerate(cells) if cell.startswith(label)]
        if found:
            columns[column] = found[0]
        else:
            findings.problem(
                "missing_column",
                heading.place(label=label),
                say(_("The column %(label)s is missing."), {"label": label}),
                say(
                    _("Add it to the heading row; the official columns are %(all)s."),
                    {"all": "、".join(COLUMNS.values())},
                ),
            )
    return columns if len(columns) == len(COLUMNS) else None


def read_department(preface: Grid, rows: Grid, findings: Findings) -> str:
    """The department named above the table; reports when none is."""
    for row in preface:
        if found := DEPARTMENT.search("\t".join(row.filled)[:LONGEST_PREFACE]):
            return found[1].strip("：: \u3000")
    findings.problem(
        "department",
        rows[0].place() if rows else None,
        _("The table does not name its department."),
        _("Put a line such as 部门名称：… above the table."),
    )
    return ""


def _require_ten_thousands(preface: Grid, findings: Findings) -> None:
    for row in preface:
        found = UNIT_OF_AMOUNTS.search("\t".join(row.filled)[:LONGEST_PREFACE])
        if found and not found[1].startswith("万元"):
            findings.problem(
                "amount_unit",
                row.place(),
                say(_("The amounts are in %(unit)s."), {"unit": excerpt(found[1])}),
                _("Convert all amounts to 万元 with two decimals and write 单位：万元."),
            )
