"""Layout of the two target forms, exactly as the printed originals and as :mod:`..tables` reads them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chengshu.foundation.papers.layout import Cell, Look, Part, Row
from chengshu.hub.promises.tables.data import (
    DepartmentTable,
    IndicatorRow,
    ProjectRow,
    ProjectTable,
    TaskRow,
    UnitRow,
)

from .cells import centered, class_cells, label, labels, number, text
from .data import TargetsForm

_PROJECT_WIDTHS = (40, 19, 19, 21, 17, 62, 95)
_PROJECT_HEADINGS = (
    "项目名称（资金使用单位）",
    "总计",
    "财政拨款",
    "财政专户拨款",
    "其他资金",
    "绩效目标",
    "绩效指标",
)

_DEPARTMENT_WIDTHS = (17, 26, 36, 35, 36, 36)
_AMOUNT = "预算金额（万元）"
_INDICATOR_HEADINGS = ("一级指标", "二级指标", "三级指标", "实施周期指标值", "年度指标值")
_CLASSES = (
    ("产出指标", ("数量指标", "质量指标", "时效指标")),
    ("效益指标", ("经济效益指标", "社会效益指标", "生态效益指标")),
    ("满意度指标", ("服务对象满意度指标",)),
    ("成本指标", ("经济成本指标", "社会成本指标", "生态环境成本指标")),
)
"""What the department's form prints whether or not a class has indicators (财预〔2021〕101号)."""

_OVERVIEW = (
    (("部门预算支出", "收入来源"), (("基本支出", "财政拨款"), ("项目支出", "其他资金"))),
    (
        ("事业发展性支出", "按预算级次划分"),
        (("财政专项资金", "区本级使用资金"), ("其他事业发展性支出", "拟用于对下转移支付资金")),
    ),
)


def target_parts(form: TargetsForm) -> tuple[Part, ...]:
    """The department's form and the projects' form, those that the tables hold.

    :raises ValueError: if the tables hold neither
    """
    parts = []
    if form.tables.department is not None:
        parts.append(_department_part(form.tables.department))
    if form.tables.projects is not None:
        parts.append(_project_part(form.tables.projects, form.note))
    if not parts:
        raise ValueError("the tables hold neither a department nor projects")
    return tuple(parts)


# 项目支出绩效目标表


def _project_part(table: ProjectTable, note: str) -> Part:
    projects = table.projects
    total = _amounts_row("合计", table.amount, projects, "total")
    return Part(
        name="项目支出绩效目标表",
        title="项目支出绩效目标表（含转移支付项目）",
        widths=_PROJECT_WIDTHS,
        rows=(
            Row(labels(*_PROJECT_HEADINGS), heading=True),
            total,
            *(row for unit in table.units for row in _unit_rows(unit)),
        ),
        above=(f"部门名称：{table.department}", *((note,) if note else ())),
        above_right="单位：万元",
        font_size=8.5,
    )


def _unit_rows(unit: UnitRow) -> Iterator[Row]:
    yield _amounts_row(unit.name, unit.amount, unit.projects, "section")
    for project in unit.projects:
        amounts = (_source(project.fiscal), _source(project.special_account), _source(project.other))
        goal, indicators = text(project.goal), text(_indicator_text(project))
        yield Row((text(project.name), number(project.amount), *amounts, goal, indicators))


def _amounts_row(name: str, amount: Decimal, projects: Sequence[ProjectRow], look: Look) -> Row:
    sums = (
        sum((getattr(project, source) for project in projects), Decimal(0))
        for source in ("fiscal", "special_account", "other")
    )
    return Row((Cell(name, look), number(amount), *(_source(value) for value in sums), text(""), text("")))


def _source(value: Decimal) -> Cell:
    """The form leaves a source of money blank that gives nothing."""
    return number(value or None)


def _indicator_text(project: ProjectRow) -> str:
    """All indicators of the project as its cell prints them; the cell itself where it is known."""
    if project.indicators_raw:
        return project.indicators_raw
    numbered = (f"{indicator.number}、{_one_indicator(indicator)}。" for indicator in project.indicators)
    return "".join(numbered)


def _one_indicator(indicator: IndicatorRow) -> str:
    if indicator.raw:
        return indicator.raw
    levels = f"{indicator.l1_code}-{indicator.l1_name}：{indicator.l2_code}-{indicator.l2_name}"
    values = f"实施周期指标值：{indicator.period_raw}；年度指标值：{indicator.annual_raw}"
    return f"{levels}：{indicator.name}；{values}"


# 部门整体预算绩效目标申报表


def _department_part(table: DepartmentTable) -> Part:
    other_tasks = (label("其他需完成的任务（可选填）"), text(table.other_tasks, 5))
    rows = (
        Row((label("部门名称"), text(table.department, 5))),
        *_overview(table),
        Row((label("总体绩效目标"), text(table.goal, 5))),
        *_tasks(table.tasks),
        Row(other_tasks),
        *_indicators(table.indicators),
    )
    title = "部门整体预算绩效目标申报表"
    return Part(title, title, _DEPARTMENT_WIDTHS, rows, orientation="portrait")


def _overview(table: DepartmentTable) -> Iterator[Row]:
    amounts = {line.name: line.amount for line in table.budget}
    side: tuple[Cell, ...] = (label("预算整体情况", rows=6),)
    for (spending, income), lines in _OVERVIEW:
        yield Row((*side, label(spending), label(_AMOUNT), label(income), label(_AMOUNT, 2)))
        side = ()
        for left, right in lines:
            yield Row(
                (
                    centered(left),
                    Cell(amounts.get(left), "number", align="center"),
                    centered(right),
                    Cell(amounts.get(right), "number", columns=2, align="center"),
                )
            )


def _tasks(tasks: Sequence[TaskRow]) -> Iterator[Row]:
    headings = (
        label("名称"),
        label("主要实施内容"),
        label("拟投入的资金（万元）"),
        label("期望达到的目标（概述）", 2),
    )
    yield Row((label("年度重点工作任务", rows=max(2, len(tasks) + 1)), *headings))
    if not tasks:
        yield Row((text(""), text(""), text(""), text("", 2)))
    for task in tasks:
        amount = Cell(task.amount, "number", align="center")
        yield Row((text(f"任务{task.number}: {task.name}"), text(task.content), amount, text(task.goal, 2)))


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the indicator block; without an indicator it shows that its class has none."""

    l1_name: str
    l2_name: str
    values: tuple[str, str, str] = ("", "", "")


def _indicators(indicators: Sequence[IndicatorRow]) -> Iterator[Row]:
    lines = list(_lines(indicators))
    yield Row((Cell("", "label", joins_below=True), *labels(*_INDICATOR_HEADINGS)), heading=True)
    side: tuple[Cell, ...] = (Cell("绩效指标", "label", rows=len(lines), joins_above=True),)
    for classes, line in zip(class_cells(lines), lines, strict=True):
        name, period, annual = line.values
        yield Row((*side, *classes, text(name), centered(period), centered(annual)))
        side = ()


def _lines(indicators: Sequence[IndicatorRow]) -> Iterator[_Line]:
    """The official classes in their order, blank where empty; then whatever stands in no official class."""
    official = {l2_name for _l1_name, names in _CLASSES for l2_name in names}
    for l1_name, l2_names in _CLASSES:
        for l2_name in l2_names:
            members = [_line(l1_name, row) for row in indicators if row.l2_name == l2_name]
            yield from members or [_Line(l1_name, l2_name)]
    yield from (_line(row.l1_name, row) for row in indicators if row.l2_name not in official)


def _line(l1_name: str, row: IndicatorRow) -> _Line:
    return _Line(l1_name, row.l2_name, (row.name, row.period_raw, row.annual_raw))
