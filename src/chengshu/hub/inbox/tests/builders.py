"""Hand-made records of the engine, for pages whose look does not depend on how a case came to be as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from chengshu.engines.cases.data import (
    CaseState,
    CaseView,
    ClockView,
    NextStep,
    Outcome,
    TaskKind,
    TaskState,
    TaskView,
    TimelineEntry,
    TokenState,
    TokenView,
)

NOW = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
"""A Wednesday, 10:30 in Nansha."""

AGREE = Outcome("agree", "同意", "positive")
DISAGREE = Outcome("disagree", "有不同意见", "negative", needs_opinion=True)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def task(task_id: int = 11, **changes: Any) -> TaskView:
    """An open countersign at the legal section, claimed by its head."""
    plain = TaskView(
        task_id=task_id,
        case_id=7,
        node="countersign",
        node_name="相关处室会签",
        kind=TaskKind.SIGNER,
        state=TaskState.OPEN,
        unit_id=1,
        unit_name="政策法规处",
        role="section_head",
        role_title="科室负责人",
        assignee_id=None,
        assignee_name="",
        owner_name="",
        completed_by_name="",
        on_behalf_of_name="",
        opened_at=ago(days=1),
        due_at=NOW + timedelta(hours=5),
        completed_at=None,
        outcome="",
        opinion="",
        form="",
        urged=0,
        light="yellow",
        may=frozenset(),
    )
    return replace(plain, **changes)


def done(task_id: int, node: str, name: str, opinion: str, **changes: Any) -> TaskView:
    """A completed step."""
    values: dict[str, Any] = {
        "node": node,
        "node_name": name,
        "kind": TaskKind.TASK,
        "state": TaskState.COMPLETED,
        "completed_at": ago(days=2) + timedelta(minutes=task_id),
        "completed_by_name": "科室负责人",
        "opinion": opinion,
        "outcome": "agree",
        "light": "green",
    }
    return task(task_id, **{**values, **changes})


def happening(seq: int, kind: str, **changes: Any) -> TimelineEntry:
    entry = TimelineEntry(
        seq, ago(days=3) + timedelta(hours=seq), kind, kind, "check", "处室负责人审核", "科室负责人"
    )
    return replace(entry, **changes)


def clock(layer: Any = "promised", **changes: Any) -> ClockView:
    """A clock of five working days, three of them used."""
    plain = ClockView(
        clock_id=1,
        layer=layer,
        title="用印申请",
        unit="wd",
        limit=5,
        started_at=ago(days=5),
        due_at=NOW + timedelta(days=2),
        forecast_at=None,
        stopped_at=None,
        paused_since=None,
        used=3.0,
        left=2.0,
        light="green",
        source="",
    )
    return replace(plain, **changes)


def clock_choices(**changes: Any) -> SimpleNamespace:
    """What may be done to the clocks: nothing, unless the test says otherwise."""
    plain: dict[str, Any] = {"pause": (), "resume": (), "extend": None, "notify_until": None}
    return SimpleNamespace(**{**plain, **changes})


def case(**changes: Any) -> CaseView:
    """A request for a seal, checked and waiting for two of its three countersigners."""
    plain = CaseView(
        case_id=7,
        number="YY-2026-0007",
        title="智慧城市运维服务合同用印",
        definition="sample.seal_use",
        definition_title="用印申请",
        version=1,
        state=CaseState.RUNNING,
        status="8",
        status_label="部门开始办理",
        outcome="",
        unit_id=1,
        unit_name="区政务服务数据局",
        opened_by_name="单位绩效经办岗",
        opened_at=ago(days=3),
        ended_at=None,
        simulated=False,
        variables={"subject": "智慧城市运维服务合同用印", "copies": 4},
        tasks=(
            done(1, "check", "处室负责人审核", "同意，请按规定办理。"),
            done(2, "review", "办公室核验", ""),
            done(3, "countersign", "相关处室会签", "同意。", kind=TaskKind.SIGNER),
            task(11, may=frozenset({"complete_task", "claim_task", "return_case", "add_signer"})),
            task(12, assignee_id=5, assignee_name="监督处负责人", unit_name="政务服务监督处"),
        ),
        timeline=(
            happening(1, "case_started", node="start", node_name="提交申请"),
            happening(2, "passed", node="check_decided", node_name="审核结果"),
            happening(3, "task_completed", text="同意，请按规定办理。"),
            happening(4, "status", node="", node_name="", details={"status": "8"}),
        ),
        tokens=(
            TokenView("sample_seal_use", TokenState.SCOPE, 1),
            TokenView("countersign", TokenState.MULTI, 1),
            TokenView("countersign", TokenState.WAITING, 2),
        ),
        clocks=(clock(),),
        next_steps=(
            NextStep("approve", "分管领导批准", "user", "会签通过", "部门负责人"),
            NextStep("revise", "申请人修改", "user", "有不同意见"),
        ),
        attachments=(),
        related=(),
        may=frozenset({"circulate_case", "suspend_case", "void_case"}),
    )
    return replace(plain, **changes)
