"""The facts of the source tables that ship with the project: names, amounts, indicators, printed values.

The long texts (goals, contents of tasks) are not facts and stay out. This module writes the file from the
tables: ``python -m chengshu.hub.promises.tables.facts --from FILE FILE``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import ChengshuError, InvalidFile, Missing, Place
from chengshu.hub.promises.tables.amounts import ZERO, amount
from chengshu.hub.promises.tables.data import (
    BudgetLine,
    DepartmentTable,
    IndicatorRow,
    ProjectRow,
    ProjectTable,
    SourceTables,
    TaskRow,
    UnitRow,
)
from chengshu.hub.promises.tables.indicators import Printed, read_indicator
from chengshu.hub.promises.tables.problems import Findings, refusal, say
from chengshu.hub.promises.tables.text import DEFAULT_YEAR, read_tables

FOLDER = Path(__file__).parent.parent / "facts"


def facts_path(year: int) -> Path:
    """The file that holds the facts of a budget year."""
    return FOLDER / f"nansha-{year}.json"


def load(year: int = DEFAULT_YEAR) -> SourceTables:
    """The rows of both tables as an import gives them, with empty goals and task contents.

    :raises Missing: if no facts are shipped for the year
    """
    path = facts_path(year)
    if not path.exists():
        raise Missing(
            say(_("No facts are shipped for %(year)s."), {"year": year}),
            code="tables.no_facts",
            hint=_("Import the tables of that year instead."),
        )
    facts = json.loads(path.read_text(encoding="utf-8"))
    return SourceTables(
        facts["year"], _project_table(facts["project_table"]), _department_table(facts["department_table"])
    )


def without_prose(tables: SourceTables) -> SourceTables:
    """The same tables with goals and task contents emptied: what :func:`load` can give back."""
    projects, department = tables.projects, tables.department
    return SourceTables(
        tables.year,
        replace(projects, units=tuple(_unit_without_prose(unit) for unit in projects.units))
        if projects
        else None,
        replace(
            department,
            goal="",
            other_tasks="",
            tasks=tuple(replace(task, content="", goal="") for task in department.tasks),
        )
        if department
        else None,
    )


def _unit_without_prose(unit: UnitRow) -> UnitRow:
    return replace(unit, projects=tuple(replace(project, goal="") for project in unit.projects))


# Writing


def as_facts(tables: SourceTables) -> dict[str, Any]:
    """The facts of both tables as JSON values.

    :raises InvalidFile: if a table is absent, or a cell is not simply its numbered indicators
    """
    if tables.projects is None or tables.department is None:
        raise InvalidFile(
            _("Both tables are needed to write facts."),
            code="tables.incomplete",
            hint=_("Give the files of both tables after --from."),
        )
    return {
        "source": "项目支出绩效目标表（含转移支付项目）；部门整体预算绩效目标申报表。金额单位：万元。",
        "year": tables.year,
        "project_table": {
            "department": tables.projects.department,
            "amount": _text(tables.projects.amount),
            "units": [_unit_facts(unit) for unit in tables.projects.units],
        },
        "department_table": _department_facts(tables.department),
    }


def _text(value: Decimal) -> str:
    return f"{value:.2f}"


def _unit_facts(unit: UnitRow) -> dict[str, Any]:
    return {
        "line": unit.place.line,
        "name": unit.name,
        "amount": _text(unit.amount),
        "projects": [_project_facts(project) for project in unit.projects],
    }


def _project_facts(project: ProjectRow) -> dict[str, Any]:
    if _cell([indicator.raw for indicator in project.indicators]) != project.indicators_raw:
        raise InvalidFile(
            say(
                _("The indicator cell of “%(name)s” holds more than its indicators."), {"name": project.name}
            ),
            place=project.place,
            code="tables.incomplete",
            hint=_("Number the indicators 1, 2, 3 … and end each with 。 and nothing else."),
        )
    facts: dict[str, Any] = {
        "ref": project.ref,
        "line": project.place.line,
        "column": project.indicators[0].place.column,
        "name": project.name,
        "amount": _text(project.amount),
        "fiscal": _text(project.fiscal),
        "special_account": _text(project.special_account),
        "other": _text(project.other),
        "indicators": [indicator.raw for indicator in project.indicators],
    }
    return {key: value for key, value in facts.items() if value != "0.00"}


def _cell(raws: Sequence[str]) -> str:
    return "".join(f"{number}、{raw}。" for number, raw in enumerate(raws, start=1))


def _department_facts(table: DepartmentTable) -> dict[str, Any]:
    return {
        "department": table.department,
        "budget": [
            {
                "line": line.place.line,
                "column": line.place.column,
                "name": line.name,
                "amount": _text(line.amount),
            }
            for line in table.budget
        ],
        "tasks": [
            {"line": task.place.line, "number": task.number, "name": task.name, "amount": _text(task.amount)}
            for task in table.tasks
        ],
        "indicators": [_indicator_facts(indicator) for indicator in table.indicators],
    }


def _indicator_facts(indicator: IndicatorRow) -> dict[str, Any]:
    return {
        "ref": indicator.ref,
        "line": indicator.place.line,
        "column": indicator.place.column,
        "l1_name": indicator.l1_name,
        "l2_name": indicator.l2_name,
        "name": indicator.name,
        "period": indicator.period_raw,
        "annual": indicator.annual_raw,
    }


# Reading


def _amount(facts: Mapping[str, Any], name: str = "amount") -> Decimal:
    return amount(facts.get(name, "0.00")) or ZERO


def _project_table(facts: Mapping[str, Any]) -> ProjectTable:
    return ProjectTable(facts["department"], _amount(facts), tuple(_unit(unit) for unit in facts["units"]))


def _unit(facts: Mapping[str, Any]) -> UnitRow:
    projects = tuple(_project(project, facts["name"]) for project in facts["projects"])
    return UnitRow(facts["name"], _amount(facts), projects, Place(facts["line"]))


def _project(facts: Mapping[str, Any], unit: str) -> ProjectRow:
    return ProjectRow(
        ref=facts["ref"],
        name=facts["name"],
        unit=unit,
        amount=_amount(facts),
        fiscal=_amount(facts, "fiscal"),
        special_account=_amount(facts, "special_account"),
        other=_amount(facts, "other"),
        goal="",
        indicators=_project_indicators(facts),
        indicators_raw=_cell(facts["indicators"]),
        place=Place(facts["line"]),
    )


def _project_indicators(facts: Mapping[str, Any]) -> tuple[IndicatorRow, ...]:
    findings, place = Findings(), Place(facts["line"], facts["column"], "绩效指标")
    pieces = [Printed(number, raw) for number, raw in enumerate(facts["indicators"], start=1)]
    rows = [read_indicator(piece, facts["ref"], place, findings) for piece in pieces]
    if findings.problems:
        raise refusal(tuple(findings.problems))
    return tuple(row for row in rows if row is not None)


def _department_table(facts: Mapping[str, Any]) -> DepartmentTable:
    return DepartmentTable(
        department=facts["department"],
        budget=tuple(
            BudgetLine(line["name"], _amount(line), Place(line["line"], line["column"], line["name"]))
            for line in facts["budget"]
        ),
        goal="",
        tasks=tuple(
            TaskRow(task["number"], task["name"], "", _amount(task), "", Place(task["line"]))
            for task in facts["tasks"]
        ),
        indicators=tuple(
            _department_indicator(number, row) for number, row in enumerate(facts["indicators"], start=1)
        ),
    )


def _department_indicator(number: int, facts: Mapping[str, Any]) -> IndicatorRow:
    return IndicatorRow(
        ref=facts["ref"],
        number=number,
        l1_code="",
        l1_name=facts["l1_name"],
        l2_code="",
        l2_name=facts["l2_name"],
        name=facts["name"],
        period_raw=facts["period"],
        annual_raw=facts["annual"],
        raw="；".join((facts["name"], facts["period"], facts["annual"])),
        has_value_labels=True,
        place=Place(facts["line"], facts["column"], "三级指标"),
    )


# Command


def merged(results: Sequence[SourceTables], year: int) -> SourceTables:
    """The tables that were found in several files, as one."""
    projects = next((tables.projects for tables in results if tables.projects), None)
    department = next((tables.department for tables in results if tables.department), None)
    return SourceTables(year, projects, department)


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the facts of a year from the files of the two tables; 0 when done, 1 with the reasons if not."""
    parser = argparse.ArgumentParser(
        prog="python -m chengshu.hub.promises.tables.facts", description=main.__doc__
    )
    parser.add_argument("--from", dest="files", nargs="+", type=Path, required=True, metavar="FILE")
    parser.add_argument("--year", type=int, default=DEFAULT_YEAR)
    parser.add_argument("--to", type=Path, help="the file to write; the shipped one by default")
    given = parser.parse_args(arguments)
    if not settings.configured:
        settings.configure(USE_I18N=False)
    try:
        read = [
            read_tables(path.read_bytes(), filename=path.name, year=given.year).accepted
            for path in given.files
        ]
        facts = as_facts(merged(read, given.year))
    except (ChengshuError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    target: Path = given.to or facts_path(given.year)
    target.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
