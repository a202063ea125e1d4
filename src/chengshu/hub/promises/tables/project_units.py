"""Units and projects of the project table, built from its lines; every printed sum is computed again."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.tables.amounts import ZERO, report_sum
from chengshu.hub.promises.tables.data import ProjectRow, UnitRow
from chengshu.hub.promises.tables.grid import Grid
from chengshu.hub.promises.tables.indicators import RETYPE, read_indicators
from chengshu.hub.promises.tables.problems import Findings, excerpt, say
from chengshu.hub.promises.tables.project_lines import Line, plain

GRAND_TOTAL = "合计"


class UnitReader:
    """Reads units one after the other, numbering the projects of all units through in printed order."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.count = 0

    def read(self, lines: list[Line], rows: Grid) -> tuple[Decimal, tuple[UnitRow, ...]]:
        totals = [line for line in lines if plain(line.name) == GRAND_TOTAL]
        groups = self._groups([line for line in lines if plain(line.name) != GRAND_TOTAL])
        units = tuple(self._unit(head, members) for head, members in groups)
        if not totals:
            self.findings.problem(
                "total_missing",
                rows[0].place() if rows else None,
                _("The table has no row 合计."),
                _("Add the row 合计 with the grand total above the first unit."),
            )
            return ZERO, units
        for again in totals[1:]:
            self._report_second_total(again)
        self._compare_total(totals[0], [head for head, _members in groups])
        return totals[0].amounts["amount"], units

    def _report_second_total(self, line: Line) -> None:
        self.findings.problem(
            "total_twice",
            line.place("name"),
            _("A second row 合计 stands here."),
            _("Import the table of one department at a time, and remove repeated totals."),
        )

    def _groups(self, lines: list[Line]) -> list[tuple[Line, list[Line]]]:
        groups: list[tuple[Line, list[Line]]] = []
        for line in lines:
            if not line.name:
                self._report_name(line)
            if not line.is_project:
                groups.append((line, []))
            elif groups:
                groups[-1][1].append(line)
            else:
                self._report_no_unit(line)
                self._project(line, "")
        return groups

    def _report_name(self, line: Line) -> None:
        self.findings.problem(
            "name_missing",
            line.place("name"),
            _("The row has amounts or indicators but no name."),
            _("Enter the name of the project or unit."),
        )

    def _report_no_unit(self, line: Line) -> None:
        self.findings.problem(
            "unit_missing",
            line.place("name"),
            say(_("“%(name)s” stands above the first unit."), {"name": excerpt(line.name)}),
            _("Put a row with the name and the sub-total of its unit above the project."),
        )

    def _compare_total(self, total: Line, heads: list[Line]) -> None:
        computed = sum((head.amounts["amount"] for head in heads), ZERO)
        readable = total.sound and all(head.sound for head in heads)
        if readable and computed != total.amounts["amount"]:
            stated = total.amounts["amount"]
            report_sum(total.place("amount"), _("the units"), stated, computed, self.findings)

    def _unit(self, head: Line, members: list[Line]) -> UnitRow:
        projects = tuple(self._project(line, head.name) for line in members)
        self._report_duplicates(members)
        if not members:
            self.findings.problem(
                "unit_empty",
                head.place("name"),
                say(
                    _("“%(name)s” has neither goal and indicators nor projects."),
                    {"name": excerpt(head.name)},
                ),
                _("If a project, enter its goal and indicators; if a unit, list its projects below it."),
            )
        elif head.sound and all(line.sound for line in members):
            self._compare_unit(head, projects)
        return UnitRow(head.name, head.amounts["amount"], projects, head.row.place())

    def _compare_unit(self, head: Line, projects: tuple[ProjectRow, ...]) -> None:
        computed = sum((project.amount for project in projects), ZERO)
        if computed != head.amounts["amount"]:
            of = say(_("the projects of “%(name)s”"), {"name": excerpt(head.name)})
            report_sum(head.place("amount"), of, head.amounts["amount"], computed, self.findings)

    def _report_duplicates(self, members: list[Line]) -> None:
        seen: dict[str, int] = {}
        for line in members:
            if line.name and line.name in seen:
                self.findings.problem(
                    "duplicate_project",
                    line.place("name"),
                    say(
                        _("“%(name)s” already stands in line %(line)s of the same unit."),
                        {"name": excerpt(line.name), "line": seen[line.name]},
                    ),
                    _("Remove one of the two rows, or give the projects different names."),
                )
            seen.setdefault(line.name, line.row.line)

    def _project(self, line: Line, unit: str) -> ProjectRow:
        self.count += 1
        ref = f"P{self.count:02d}"
        cell, place = line.texts["indicators"], line.place("indicators")
        if not cell:
            self.findings.problem(
                "indicators_missing",
                place,
                say(_("“%(name)s” has no indicators."), {"name": excerpt(line.name)}),
                RETYPE,
            )
        if not line.texts["goal"]:
            self.findings.warning(
                "goal_missing",
                line.place("goal"),
                say(_("“%(name)s” has no goal."), {"name": excerpt(line.name)}),
                _("Check that the cell was not lost."),
            )
        return ProjectRow(
            ref=ref,
            name=line.name,
            unit=unit,
            goal=line.texts["goal"],
            indicators=read_indicators(cell, ref, place, self.findings),
            indicators_raw=cell,
            place=line.row.place(),
            **line.amounts,
        )
