"""Small hand-written forms in the official layout, and the same rows as .xlsx and .docx files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import docx
import openpyxl

from chengshu.hub.promises.tables.grid import Row

HEADING = "项目名称（资金使用单位）\t总计\t财政拨款\t财政专户拨款\t其他资金\t绩效目标\t绩效指标"
ONE = "1、1-产出指标：11-数量指标：巡查次数；实施周期指标值：≥500次；年度指标值：≥500次。"
TWO = f"{ONE}2、3-满意度指标：31-服务对象满意度；用户满意度；实施周期指标值：≥95%；年度指标值：≥95%。"


def project(
    name: str = "热线经费", amount: str = "70.00", indicators: str = ONE, *, goal: str = "办好热线。"
) -> str:
    return f"{name}\t{amount}\t{amount}\t\t\t{goal}\t{indicators}"


def form(*rows: str, total: str = "100.00", heading: str = HEADING) -> str:
    """A project table with the given rows, or with one unit of two projects."""
    given = rows or (unit(), project(), project("大厅经费", "30.00", TWO))
    return "\n".join(
        [
            "项目支出绩效目标表",
            "部门名称：某区某局",
            "单位：万元",
            heading,
            f"合计\t{total}\t{total}\t\t\t\t",
            *given,
        ]
    )


def unit(name: str = "某区某局", amount: str = "100.00") -> str:
    return f"{name}\t{amount}\t{amount}\t\t\t\t"


DEPARTMENT = """部门整体预算绩效目标申报表

| 部门名称 | 某区某局 | | | | |
|---|---|---|---|---|---|
| 预算整体情况 | 部门预算支出 | 预算金额（万元） | 收入来源 | 预算金额（万元） | |
| | 基本支出 | 50.00 | 财政拨款 | 150.00 | |
| | 项目支出 | 100.00 | 其他资金 | 0.00 | |
| 总体绩效目标 | 把事办好。 | | | | |
| 年度重点工作任务 | 名称 | 主要实施内容 | 拟投入的资金（万元） | 期望达到的目标（概述） | |
| | 任务2: 热线 | 接听。 | 70.00 | 快。 | |
| 其他需完成的任务（可选填） | | | | | |
| 产出指标 | 一级指标 | 二级指标 | 三级指标 | 实施周期指标值 | 年度指标值 |
| | 数量指标 | 数量指标 | 环境巡查次数 | 500次 | 500次 |

| | | | | | | |
|---|---|---|---|---|---|---|
| 绩效指标 | | | 会议次数 | 400次 | 400次 | |
| | | 质量指标 | | 系统平均响应时间 | ≤3S | ≤3S |
| | 效益指标 | 经济效益指标 | | | | |
| | | 社会效益指标 | 服务人次 | ≥200,000 | ≥200,000 | |
| | 生态效益指标 | | | | | |
| | 满意度指标 | 服务对象满意度指标 | 用户满意度 | 满意 | 满意 | |
"""


def workbook(rows: Iterable[Row], *, merged: Sequence[str] = ()) -> bytes:
    """The rows as one sheet, every cell a text."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row.cells, start=1):
            if text:
                cell = sheet.cell(number, column)
                cell.value, cell.data_type = text, "s"
    for area in merged:
        sheet.merge_cells(area)
    return saved(book)


def document(rows: Sequence[Row]) -> bytes:
    """Loose rows as paragraphs; each run of other rows as a table of the width of its widest row."""
    file = docx.Document()
    run: list[Row] = []
    for row in (*rows, None):
        if row is not None and not row.loose:
            run.append(row)
            continue
        if run:
            table = file.add_table(rows=len(run), cols=max(len(item.cells) for item in run))
            for cells, item in zip(table.rows, run, strict=True):
                for cell, text in zip(cells.cells, item.cells, strict=False):
                    cell.text = text
            run = []
        if row is not None:
            file.add_paragraph(row.cells[0])
    return saved(file)


def saved(file: object) -> bytes:
    buffer = BytesIO()
    file.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()
