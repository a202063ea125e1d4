"""Reads 部门整体预算绩效目标申报表: the budget overview, the key tasks, and the department's own indicators.

Its cells shift at page breaks, so nothing is read by column number: a block is known by its label,
an amount by the name before it, an indicator's levels by their official words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Place
from chengshu.hub.promises.tables.amounts import ZERO, amount, report_amount, report_sum
from chengshu.hub.promises.tables.data import BudgetLine, DepartmentTable, IndicatorRow, TaskRow
from chengshu.hub.promises.tables.grid import Grid, Row
from chengshu.hub.promises.tables.problems import Findings, excerpt, say
from chengshu.hub.promises.tables.project_lines import NOTE, report_note
from chengshu.hub.promises.tables.project_table import read_department

TITLE = re.compile(r"部门整体(?:预算|支出)?绩效目标")
OVERVIEW, GOAL, TASKS, OTHER_TASKS = "预算整体情况", "总体绩效目标", "年度重点工作任务", "其他需完成的任务"
LEVEL_1 = frozenset({"产出指标", "效益指标", "满意度指标", "成本指标"})
LEVEL_2 = frozenset(
    {
        *("数量指标", "质量指标", "时效指标"),
        *("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"),
        *("服务对象满意度指标", "帮扶对象满意度指标"),
        *("经济成本指标", "社会成本指标", "生态环境成本指标"),
    }
)
BLOCK_WORDS = frozenset({"绩效指标", "年度绩效指标"})
HEADING_WORDS = frozenset({"一级指标", "二级指标", "三级指标", "实施周期指标值", "年度指标值"})
TASK_HEADINGS = ("名称", "主要实施内容", "拟投入的资金", "期望达到的目标")
TASK_NAME = re.compile(r"任务\s*(\d{1,3})\s*[：:、.]\s*(.+)", re.DOTALL)
OPERATING, PROJECTS, FISCAL, OTHER = "基本支出", "项目支出", "财政拨款", "其他资金"
SPECIAL_FUNDS, OTHER_DEVELOPMENT = "财政专项资金", "其他事业发展性支出"
OWN_LEVEL, TRANSFERS = "区本级使用资金", "拟用于对下转移支付资金"
SPENDING = (OPERATING, PROJECTS, SPECIAL_FUNDS, OTHER_DEVELOPMENT)
SOURCES = (FISCAL, OTHER)
LEVELS = (OWN_LEVEL, TRANSFERS)
REQUIRED = (OPERATING, PROJECTS, FISCAL)
BUDGET_NAMES = (*SPENDING, *SOURCES, *LEVELS)


def is_overview(row: Row) -> bool:
    """True of the row that only this table has, with which its budget overview begins."""
    return OVERVIEW in row.filled


@dataclass(slots=True)
class _Blocks:
    """The rows of the table sorted by the block they stand in."""

    preface: list[Row] = field(default_factory=list)
    overview: list[Row] = field(default_factory=list)
    goal: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    other_tasks: list[Row] = field(default_factory=list)
    indicators: list[Row] = field(default_factory=list)


def _blocks(rows: Grid) -> _Blocks:
    blocks = _Blocks()
    current = blocks.preface
    for row in rows:
        first = row.filled[0] if row.filled else ""
        if first == OVERVIEW:
            current = blocks.overview
        elif first.startswith(GOAL):
            current = blocks.goal
        elif first.startswith(TASKS):
            current = blocks.tasks
        elif first.startswith(OTHER_TASKS):
            current = blocks.other_tasks
        elif HEADING_WORDS.issubset(row.filled):
            current = blocks.indicators
        current.append(row)
    return blocks


def read_department_table(rows: Grid, findings: Findings) -> DepartmentTable | None:
    """The department table in these rows, or None if the findings now hold a problem."""
    before = len(findings.problems)
    blocks = _blocks(rows)
    department = read_department(blocks.preface, rows, findings)
    budget = tuple(_budget(blocks.overview, findings))
    _compare_budget(budget, rows, findings)
    tasks = tuple(_tasks(blocks.tasks, findings))
    indicators = _Indicators(findings).read(blocks.indicators)
    if not indicators:
        findings.problem(
            "department_indicators",
            rows[0].place() if rows else None,
            _("The table has no indicators."),
            _("Check that its rows 一级指标, 二级指标, 三级指标, 实施周期指标值, 年度指标值 are complete."),
        )
    if len(findings.problems) > before:
        return None
    return DepartmentTable(
        department=department,
        budget=budget,
        goal=_block_text(blocks.goal, GOAL),
        tasks=tasks,
        indicators=indicators,
        other_tasks=_block_text(blocks.other_tasks, OTHER_TASKS),
    )


def _block_text(rows: list[Row], label: str) -> str:
    return "\n".join(cell for row in rows for cell in row.filled if not cell.startswith(label))


def _budget(rows: list[Row], findings: Findings) -> Iterator[BudgetLine]:
    """Every name that is followed by an amount. Sub-headings are followed by 预算金额（万元） instead."""
    for row in rows:
        for index, (name, text) in enumerate(zip(row.cells, (*row.cells[1:], ""), strict=True)):
            value = amount(text)
            if name in BUDGET_NAMES and value is not None:
                yield BudgetLine(name, value, row.place(index + 1, name))
            elif name in BUDGET_NAMES:
                _report_budget_amount(name, text, row.place(index + 1, name), findings)
            elif value is not None:
                _report_unknown_line(name, row.place(index + 1), findings)


def _report_budget_amount(name: str, text: str, place: Place, findings: Findings) -> None:
    if text:
        report_amount(text, place, findings)
        return
    findings.problem(
        "amount_missing",
        place,
        say(_("“%(name)s” has no amount."), {"name": name}),
        _("Enter the amount in 万元 with two decimals."),
    )


def _report_unknown_line(name: str, place: Place, findings: Findings) -> None:
    findings.problem(
        "budget_line_unknown",
        place,
        say(_("The overview has no line “%(name)s”."), {"name": excerpt(name)}),
        say(_("The lines of the form are %(names)s."), {"names": "、".join(BUDGET_NAMES)}),
    )


def _compare_budget(budget: tuple[BudgetLine, ...], rows: Grid, findings: Findings) -> None:
    lines = {line.name: line for line in budget}
    missing = [name for name in REQUIRED if name not in lines]
    if missing:
        _report_missing_lines(missing, rows, findings)
        return
    spending = _total(lines, SPENDING)
    for names in (SOURCES, LEVELS):
        present = [lines[name] for name in names if name in lines]
        if present and _total(lines, names) != spending:
            of = say(_("the lines %(names)s"), {"names": "、".join(SPENDING)})
            report_sum(present[0].place, of, _total(lines, names), spending, findings)


def _total(lines: dict[str, BudgetLine], names: tuple[str, ...]) -> Decimal:
    return sum((lines[name].amount for name in names if name in lines), ZERO)


def _report_missing_lines(missing: list[str], rows: Grid, findings: Findings) -> None:
    findings.problem(
        "budget_line_missing",
        rows[0].place() if rows else None,
        say(_("The budget overview has no readable line %(names)s."), {"names": "、".join(missing)}),
        _("Enter the line with its amount in 万元."),
    )


def _tasks(rows: list[Row], findings: Findings) -> Iterator[TaskRow]:
    for row in rows:
        cells = [cell for cell in row.filled if not cell.startswith(TASKS)]
        if not cells or cells[0] == TASK_HEADINGS[0]:
            continue
        named = TASK_NAME.fullmatch(cells[0])
        if named is None or len(cells) != len(TASK_HEADINGS):
            _report_task(row, findings)
            continue
        value = amount(cells[2])
        if value is None:
            report_amount(cells[2], row.place(row.cells.index(cells[2]), TASK_HEADINGS[2]), findings)
            continue
        yield TaskRow(int(named[1]), named[2].strip(), cells[1], value, cells[3], row.place())


def _report_task(row: Row, findings: Findings) -> None:
    findings.problem(
        "task",
        row.place(),
        say(_("“%(text)s” is not a complete key task."), {"text": excerpt(row.filled[0])}),
        _("Give its name as 任务1: …, its content, its amount in 万元 and its goal."),
    )


class _Indicators:
    """Reads indicator rows; levels are printed once and hold until another is printed.

    The first level is told by its official words wherever they stand: in the real table the column 一级指标
    repeats the second level in the first block, and holds 生态效益指标 further down.
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.level_1 = self.level_2 = ""

    def read(self, rows: list[Row]) -> tuple[IndicatorRow, ...]:
        found: list[IndicatorRow] = []
        for row in rows:
            if len(row.filled) == 1 and NOTE.fullmatch(row.filled[0]):
                report_note(row, self.findings)
                continue
            cells = self._take_levels(row)
            if len(cells) == 3 and self.level_2:
                found.append(self._indicator(len(found) + 1, cells, row))
            elif cells:
                self._report(row, cells)
        return tuple(found)

    def _take_levels(self, row: Row) -> list[str]:
        """Notes the levels that a row prints and returns its other cells."""
        cells = [cell for cell in row.filled if cell not in HEADING_WORDS and cell not in BLOCK_WORDS]
        while cells and cells[0] in LEVEL_1 | LEVEL_2:
            word = cells.pop(0)
            if word in LEVEL_1:
                self.level_1, self.level_2 = word, ""
            else:
                self.level_2 = word
                self.level_1 = LEVEL_1_OF[word]
        return cells

    def _indicator(self, number: int, cells: list[str], row: Row) -> IndicatorRow:
        name, period, annual = cells
        return IndicatorRow(
            ref=f"D{number:02d}",
            number=number,
            l1_code="",
            l1_name=self.level_1,
            l2_code="",
            l2_name=self.level_2,
            name=name,
            period_raw=period,
            annual_raw=annual,
            raw="；".join(cells),
            has_value_labels=True,
            place=row.place(row.cells.index(name), "三级指标"),
        )

    def _report(self, row: Row, cells: list[str]) -> None:
        if row.loose:
            reason = say(_("“%(text)s” is not a row of the table."), {"text": excerpt(cells[0])})
        elif len(cells) > 3:
            reason = say(_("“%(text)s” is not a known level of indicators."), {"text": excerpt(cells[0])})
        else:
            reason = say(
                _("“%(text)s” lacks its level, its period value or its annual value."),
                {"text": excerpt(cells[0])},
            )
        self.findings.problem(
            "department_indicator",
            row.place(),
            reason,
            _("Give the official second level, the name, and both values."),
        )


LEVEL_1_OF = {
    **dict.fromkeys(("数量指标", "质量指标", "时效指标"), "产出指标"),
    **dict.fromkeys(("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"), "效益指标"),
    **dict.fromkeys(("服务对象满意度指标", "帮扶对象满意度指标"), "满意度指标"),
    **dict.fromkeys(("经济成本指标", "社会成本指标", "生态环境成本指标"), "成本指标"),
}
