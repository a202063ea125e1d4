"""The report of a plan carried out, from its records alone. Everything printed is Chinese."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from chengshu.foundation.papers.layout import Cell, Imprint, Paper, Part, Row
from chengshu.scenes.command.models import PlanRun, RunStep

STATES: Final = {"waiting": "未开始", "ready": "未完成", "done": "完成", "skipped": "跳过"}
RUN_STATES: Final = {"running": "进行中", "ended": "已结束", "aborted": "已中止"}


def run_figures(run: PlanRun) -> dict[str, Any]:
    """What happened, as plain values: the same records give the same figures."""
    steps = [_step(step) for step in run.steps.select_related("settled_by").order_by("number")]
    return {
        "number": run.number,
        "title": run.title,
        "drill": run.drill,
        "event": str(run.event) if run.event else "",
        "state": run.state,
        "started_at": _moment(run.started_at),
        "ended_at": _moment(run.ended_at),
        "minutes": int((run.ended_at - run.started_at).total_seconds() // 60) if run.ended_at else None,
        "conclusion": run.conclusion,
        "steps": steps,
        "done": sum(step["state"] == "done" for step in steps),
        "skipped": sum(step["state"] == "skipped" for step in steps),
        "late": sum(step["late"] for step in steps),
        "lessons": [[one.text, one.proposal] for one in run.lessons.all()],
    }


def _step(step: RunStep) -> dict[str, Any]:
    return {
        "number": step.number,
        "title": step.title,
        "post": step.post,
        "state": step.state,
        "due_at": _moment(step.due_at),
        "settled_at": _moment(step.settled_at),
        "by": str(step.settled_by) if step.settled_by else "",
        "late": step.is_late,
        "note": step.note,
        "evidence": step.file_id is not None,
    }


def run_paper(run: PlanRun, figures: dict[str, Any], number: int, made_at: datetime) -> Paper:
    """The report as a paper; a drill says so in its title."""
    kind = "演练评估报告" if figures["drill"] else "处置评估报告"
    rows = [
        _section("一、概况"),
        *_pairs(figures),
        _section("二、步骤时间线"),
        Row(tuple(Cell(head, "label") for head in ("序号", "步骤", "责任岗位", "时限", "完成时间", "结果"))),
        *[_line(step) for step in figures["steps"]],
        _section("三、结论和改进建议"),
        Row((Cell(figures["conclusion"] or "（无）", columns=6),)),
        *[
            Row((Cell(f"问题：{text}　建议：{proposal}", columns=6),))
            for text, proposal in figures["lessons"]
        ],
    ]
    part = Part(
        name="评估报告",
        title=f"{'【演练】' if figures['drill'] else ''}{figures['title']}{kind}",
        widths=(12, 60, 28, 28, 28, 24),
        rows=tuple(rows),
        orientation="portrait",
        above=(f"编号：{figures['number']}",),
        font_size=10,
    )
    imprint = Imprint(
        timezone.localtime(made_at), version=f"{figures['number']}-{number}", simulated=run.simulated
    )
    return Paper(parts=(part,), imprint=imprint)


def _pairs(figures: dict[str, Any]) -> list[Row]:
    minutes = figures["minutes"]
    told = (
        ("对应事件", figures["event"] or "（演练，无对应事件）"),
        ("状态", RUN_STATES[figures["state"]]),
        ("启动时间", figures["started_at"]),
        ("结束时间", figures["ended_at"]),
        ("历时", "—" if minutes is None else f"{minutes}分钟"),
        (
            "步骤",
            (
                f"共{len(figures['steps'])}项，完成{figures['done']}项，"
                f"跳过{figures['skipped']}项，超时{figures['late']}项"
            ),
        ),
    )
    return [Row((Cell(term, "label", columns=2), Cell(value, columns=4))) for term, value in told]


def _line(step: dict[str, Any]) -> Row:
    result = STATES[step["state"]] + ("（超时）" if step["late"] else "")
    if step["evidence"]:
        result += "，附佐证"
    note = f"\n{step['note']}" if step["note"] else ""
    return Row(
        (
            Cell(str(step["number"])),
            Cell(step["title"] + note),
            Cell(step["post"]),
            Cell(step["due_at"]),
            Cell(step["settled_at"]),
            Cell(result),
        )
    )


def _section(text: str) -> Row:
    return Row((Cell(text, "section", columns=6),))


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "—"
