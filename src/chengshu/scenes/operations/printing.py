"""The monthly report on paper, from the figures that are kept with it. Everything printed is Chinese."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from chengshu.foundation.papers.docx import write_docx
from chengshu.foundation.papers.layout import Cell, Imprint, Paper, Part, Row
from chengshu.foundation.papers.pdf import write_pdf
from chengshu.scenes.operations.models import Contract

FORMULAS: Final = {"service": "整体", "devices": "设备平均"}
COUNTS: Final = (
    ("opened", "受理故障和请求", "件"),
    ("repaired", "其中已修复", "件"),
    ("unrepaired", "期末未修复", "件"),
    ("late_response", "响应超时", "件"),
    ("late_arrival", "到场超时", "件"),
    ("late_repair", "修复超时", "件"),
    ("rounds", "应完成巡检", "次"),
    ("rounds_in_time", "其中按时完成", "次"),
    ("calls", "报障来电", "次"),
    ("calls_answered", "其中接听", "次"),
    ("surveys", "满意度评价", "份"),
    ("surveys_satisfied", "其中满意", "份"),
)
MEASURES: Final = {
    "availability": "可用率低于约定",
    "late_response": "响应超时",
    "late_arrival": "到场超时",
    "late_repair": "修复超时",
    "missed_round": "巡检未按时完成",
}
UNKNOWN: Final = "未约定"


def report_files(
    contract: Contract,
    month: date,
    version: int,
    figures: dict[str, Any],
    made_at: datetime,
    *,
    simulated: bool,
) -> tuple[bytes, bytes]:
    """The report as .docx and as PDF, the same in content."""
    paper = Paper(
        parts=(_part(contract, month, figures),),
        imprint=Imprint(
            timezone.localtime(made_at),
            version=f"{contract.number}-{month:%Y%m}-{version}",
            simulated=simulated,
        ),
    )
    return write_docx(paper), write_pdf(paper)


def _part(contract: Contract, month: date, figures: dict[str, Any]) -> Part:
    rows = [
        _section("一、服务可用率（时长为时:分:秒）"),
        _heads("服务", "计算方式", "约定时间", "公告维护", "中断时间", "最长一次", "可用率", "约定值"),
        *[_service(one) for one in figures["services"]],
        _section("二、故障、巡检、来电和评价"),
        *_counts(figures["records"]),
        _section("三、按合同约定应扣款项"),
        *_penalties(figures),
    ]
    supplier = contract.supplier_name or "（未登记）"
    return Part(
        name="运维月报",
        title=f"{contract.title}运维月报",
        widths=(44, 20, 22, 20, 20, 20, 20, 20),
        rows=tuple(rows),
        orientation="portrait",
        above=(f"合同：{contract.number}　服务单位：{supplier}",),
        above_right=f"{month.year}年{month.month}月",
        below=("可用率＝1－中断时间÷（约定时间－公告维护时间）；维护窗口须在开始前公告方可扣除。",),
        font_size=10,
    )


def _section(text: str) -> Row:
    return Row((Cell(text, "section", columns=8),))


def _heads(*heads: str) -> Row:
    return Row(tuple(Cell(head, "label") for head in heads))


def _service(one: dict[str, Any]) -> Row:
    formula = FORMULAS[one["formula"]]
    times = [
        Cell(spoken(one[key]), align="right") for key in ("agreed_s", "excluded_s", "down_s", "longest_s")
    ]
    percent = f"{one['percent']}%" if one["percent"] is not None else "—"
    target = f"≥{one['target']}%" if one["target"] is not None else UNKNOWN
    if one["met"] is False:
        target += "，未达到"
    name = f"{one['name']}（{one['devices']}台）" if one["devices"] else one["name"]
    return Row((Cell(name), Cell(formula), *times, Cell(percent, align="right"), Cell(target)))


def _counts(records: dict[str, list[int]]) -> list[Row]:
    cells = [(title, f"{len(records[key])}{unit}") for key, title, unit in COUNTS]
    return [
        Row(
            tuple(
                cell
                for title, value in cells[at : at + 2]
                for cell in (Cell(title, columns=2), Cell(value, columns=2, align="right"))
            )
        )
        for at in range(0, len(cells), 2)
    ]


def _penalties(figures: dict[str, Any]) -> list[Row]:
    if not figures["penalties"]:
        return [Row((Cell("本月没有按合同应扣的款项（合同扣款条款未登记的，不计算）。", columns=8),))]
    rows = [
        Row(
            (
                Cell(_measure(one), columns=3),
                Cell(f"{one['times']}次", align="right"),
                Cell(one["source"], columns=2),
                Cell(_yuan(one["yuan"]), columns=2, align="right"),
            )
        )
        for one in figures["penalties"]
    ]
    return [
        *rows,
        Row((Cell("合计", "label", columns=6), Cell(_yuan(figures["penalty_yuan"]), "label", columns=2))),
    ]


def _measure(one: dict[str, Any]) -> str:
    told = MEASURES[one["measure"]] + (f"{one['below']}%" if one["below"] else "")
    return f"{one['subject']}：{told}" if one["subject"] else told


def _yuan(value: str | None) -> str:
    return "月服务费未登记，无法计算" if value is None else f"{Decimal(value):,.2f}元"


def spoken(seconds: int) -> str:
    """Seconds as hours, minutes and seconds: ``720:00:00``."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
