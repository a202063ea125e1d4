"""A situation report on paper, from the figures that are kept with it. Everything printed is Chinese."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from chengshu.foundation.papers.layout import Cell, Imprint, Paper, Part, Row
from chengshu.scenes.command.models import SituationReport


def report_paper(report: SituationReport, number: str, issued_at: datetime) -> Paper:
    """The report as a paper, with where each figure comes from."""
    span = f"{_moment(report.since)} 至 {_moment(report.until)}"
    rows = [
        Row(tuple(Cell(head, "label") for head in ("项目", "数值", "依据")), heading=True),
        *[_line(figure) for figure in report.figures],
        Row((Cell("研判意见", "label"), Cell(report.remark or "（无）", columns=2))),
    ]
    part = Part(
        name=report.template.title,
        title=f"{report.unit.name}{report.template.title}",
        widths=(60, 50, 70),
        rows=tuple(rows),
        orientation="portrait",
        above=(f"编号：{number}", f"时段：{span}"),
        below=(
            f"签发时间：{_moment(issued_at)}",
            "数值均由平台记录和指标计算，不含演练和模拟数据；演练另列。",
        ),
        font_size=11,
    )
    return Paper(
        parts=(part,),
        imprint=Imprint(timezone.localtime(issued_at), version=number, simulated=report.simulated),
    )


def _line(figure: dict[str, Any]) -> Row:
    value = "—" if figure["value"] is None else f"{figure['value']}{figure['unit']}"
    return Row((Cell(figure["title"]), Cell(value), Cell(basis(figure))))


def basis(figure: dict[str, Any]) -> str:
    """Where a figure comes from, or why there is none."""
    if figure["value"] is None:
        return f"无数值：{figure['why']}"
    if figure.get("observation"):
        return f"指标观测值 {figure['observation']}，取证摘要 {figure['digest'][:16]}"
    return f"平台记录 {len(figure['records'])} 条"


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
