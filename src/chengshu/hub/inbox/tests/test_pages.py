"""What the pages show: the queue with its lights, one step with its decision, one case with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chengshu.engines.cases.data import (
    CaseState,
    Light,
    OperationsView,
    TaskKind,
    TaskState,
    TokenState,
    TokenView,
    WorkItem,
)
from chengshu.foundation.errors import InvalidInput
from chengshu.hub.inbox.pages.operations import throughput
from chengshu.hub.inbox.tests import builders
from chengshu.hub.inbox.tests.conftest import Engine

SignedIn = Callable[[str], Client]


def line(task_id: int, light: Light = "red", **changes: Any) -> WorkItem:
    shown = builders.task(task_id)
    plain = WorkItem(
        task_id=task_id,
        case_id=7,
        number=f"YY-2026-{task_id:04d}",
        title="合同用印",
        definition="sample.seal_use",
        definition_title="用印申请",
        node=shown.node,
        node_name=shown.node_name,
        kind=TaskKind.TASK,
        state=TaskState.OPEN,
        unit_id=1,
        unit_name="政策法规处",
        role="section_head",
        assignee_id=None,
        assignee_name="",
        owner_name="",
        opened_at=timezone.now(),
        due_at=timezone.now() - timedelta(hours=30),
        light=light,
        priority=50,
        urged=0,
        simulated=False,
    )
    return replace(plain, **changes)


def test_nobody_who_is_not_signed_in_gets_to_any_page(engine: Engine, anonymous: Client) -> None:
    for address in ("", "counts/", "file/", "tasks/11/", "cases/7/", "cases/7/file.pdf", "operations/"):
        assert anonymous.get(f"/inbox/{address}").status_code == 302


def test_only_who_runs_cases_sees_how_they_run(engine: Engine, signed_in: SignedIn) -> None:
    for name in ("unit_officer", "window_clerk", "resident", "system_administrator"):
        assert signed_in(name).get("/inbox/operations/").status_code == 403


def test_who_may_file_nothing_is_told_whom_to_ask(engine: Engine, signed_in: SignedIn) -> None:
    page = signed_in("resident").get("/inbox/file/")
    assert "安全管理员" in page.content.decode()
    assert signed_in("resident").get("/inbox/file/sample.seal_use/").status_code == 403


@pytest.mark.parametrize("queue", ["mine", "claimable", "unit", "circulated", "done", "started"])
def test_an_empty_queue_says_what_to_do(queue: str, engine: Engine, signed_in: SignedIn) -> None:
    text = signed_in("section_head").get(f"/inbox/?queue={queue}").content.decode()
    assert 'class="empty__title"' in text
    assert 'class="empty__text"' in text


def test_a_limit_is_told_by_word_and_shape(engine: Engine, signed_in: SignedIn) -> None:
    engine.items = (line(11),)
    text = signed_in("section_head").get("/inbox/").content.decode()
    assert "超期 1 天" in text
    assert "due--negative" in text


def test_an_unknown_filter_is_named_and_shows_the_plain_list(engine: Engine, signed_in: SignedIn) -> None:
    answer = signed_in("section_head").get("/inbox/?coulour=red")
    assert answer.status_code == 422
    assert "coulour" in answer.content.decode()


def test_the_tabs_are_renewed_without_the_filters(engine: Engine, signed_in: SignedIn) -> None:
    text = signed_in("section_head").get("/inbox/counts/?queue=claimable").content.decode()
    assert 'id="work-counts"' in text
    assert "<input" not in text


def test_nothing_ticked_is_refused_and_keeps_the_list(engine: Engine, signed_in: SignedIn) -> None:
    engine.items = (line(11),)
    answer = signed_in("section_head").post("/inbox/together/?queue=claimable", {"step": "claim_task"})
    assert answer.status_code == 422
    assert "合同用印" in answer.content.decode()
    assert engine.done == []


def test_each_of_many_lines_has_its_own_result(engine: Engine, signed_in: SignedIn) -> None:
    engine.items = (line(11), line(12))
    client = signed_in("section_head")
    sent = {"step": "claim_task", "tasks": ["11", "12"]}
    assert "完成 2 件" in client.post("/inbox/together/?queue=claimable", sent).content.decode()
    assert [told["task_id"] for _name, told in engine.done] == [11, 12]
    engine.refusals["claim_task"] = InvalidInput("Somebody has it already.")
    text = client.post("/inbox/together/?queue=claimable", sent).content.decode()
    assert "完成 0 件" in text
    assert "Somebody has it already." in text


def test_many_lines_are_handed_over_to_somebody_who_exists(engine: Engine, signed_in: SignedIn) -> None:
    engine.items = (line(11), line(12))
    sent = {"step": "transfer_task", "tasks": ["11"], "person": "无名"}
    answer = signed_in("section_head").post("/inbox/together/", sent)
    assert answer.status_code == 422
    assert 'value="无名"' in answer.content.decode()
    assert 'data-ticked="11"' in answer.content.decode()


def test_a_decision_goes_on_to_the_next_line(engine: Engine, signed_in: SignedIn) -> None:
    engine.items = (line(11), line(12))
    answer = signed_in("section_head").post(
        "/inbox/tasks/11/complete/", {"outcome": "agree", "opinion": "同意。"}
    )
    assert answer["Location"] == "/inbox/tasks/12/"
    assert engine.done == [
        ("complete_task", {"task_id": 11, "outcome": "agree", "opinion": "同意。", "variables": {}})
    ]


def test_after_the_last_line_one_is_back_at_the_list(engine: Engine, signed_in: SignedIn) -> None:
    answer = signed_in("section_head").post("/inbox/tasks/11/complete/?queue=claimable", {"outcome": "agree"})
    assert answer["Location"] == "/inbox/?queue=claimable"


def test_a_missing_opinion_stands_beside_its_box(engine: Engine, signed_in: SignedIn) -> None:
    engine.refusals["complete_task"] = InvalidInput("Say why.", field="opinion")
    answer = signed_in("section_head").post("/inbox/tasks/11/complete/", {"outcome": "disagree"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_opinion"' in text
    assert "Say why." in text


def test_who_may_not_decide_sees_who_has_the_step(engine: Engine, signed_in: SignedIn) -> None:
    text = signed_in("section_head").get("/inbox/tasks/12/").content.decode()
    assert 'id="decision"' not in text
    assert "监督处负责人" in text


def test_whoever_gets_a_case_back_reads_why_first(engine: Engine, signed_in: SignedIn) -> None:
    back = builders.happening(9, "case_returned", text="合同附件缺页", actor="办公室负责人")
    engine.case = builders.case(timeline=(*engine.case.timeline, back))
    text = signed_in("section_head").get("/inbox/tasks/11/").content.decode()
    assert "合同附件缺页" in text
    assert "办公室负责人 退回了本件" in text


def test_a_delegated_step_is_given_back_with_an_opinion(engine: Engine, signed_in: SignedIn) -> None:
    asked = builders.task(
        11, kind=TaskKind.DELEGATED, owner_name="部门负责人", may=frozenset({"resolve_delegation"})
    )
    engine.case = builders.case(tasks=(asked,))
    client = signed_in("section_head")
    assert "部门负责人 征求您的意见" in client.get("/inbox/tasks/11/").content.decode()
    client.post("/inbox/tasks/11/complete/", {"opinion": "可行。"})
    assert engine.done == [("resolve_delegation", {"task_id": 11, "opinion": "可行。"})]


def test_a_case_tells_where_it_stands_and_what_can_come_next(engine: Engine, signed_in: SignedIn) -> None:
    text = signed_in("section_head").get("/inbox/cases/7/").content.decode()
    for words in (
        "政策法规处 科室负责人",
        "分管领导批准",
        "会签通过",
        "剩 2 个工作日",
        "同意，请按规定办理。",
    ):
        assert words in text


def test_a_case_says_why_one_may_decide_and_why_not(engine: Engine, signed_in: SignedIn) -> None:
    text = signed_in("section_head").get("/inbox/cases/7/").content.decode()
    assert "您可以办理“相关处室会签”" in text
    assert "您不能办理“相关处室会签”：承办人为监督处负责人" in text


def test_a_step_that_failed_is_told_on_its_case(engine: Engine, signed_in: SignedIn) -> None:
    engine.case = builders.case(tasks=(), tokens=(TokenView("rank", TokenState.FAULTY, 1, "除数为零"),))
    text = signed_in("section_head").get("/inbox/cases/7/").content.decode()
    assert "除数为零" in text


def test_an_ended_case_asks_nobody_for_anything(engine: Engine, signed_in: SignedIn) -> None:
    engine.case = builders.case(
        state=CaseState.COMPLETED,
        ended_at=timezone.now(),
        tasks=(),
        tokens=(),
        next_steps=(),
        may=frozenset(),
    )
    text = signed_in("section_head").get("/inbox/cases/7/").content.decode()
    assert "办件已办结，无需再办理" in text
    assert '<dialog id="act-' not in text


@pytest.mark.parametrize(("file_format", "begins"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_the_file_of_a_case_is_printed(
    file_format: str, begins: bytes, engine: Engine, signed_in: SignedIn
) -> None:
    answer = signed_in("section_head").get(f"/inbox/cases/7/file.{file_format}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert "attachment" in answer["Content-Disposition"]


def test_a_file_in_an_unknown_format_is_not_found(engine: Engine, signed_in: SignedIn) -> None:
    assert signed_in("section_head").get("/inbox/cases/7/file.exe").status_code == 404


def test_the_list_leaves_as_a_table_to_who_may_see_cases_only(engine: Engine, signed_in: SignedIn) -> None:
    engine.items = (line(11), line(12))
    address = reverse("http:export", args=["inbox.work"])
    assert signed_in("resident").get(f"{address}?format=csv").status_code == 403
    table = signed_in("section_head").get(f"{address}?queue=mine&format=csv").content.decode("utf-8-sig")
    assert "YY-2026-0011" in table
    assert len(table.strip().splitlines()) == 3


def test_a_day_without_cases_is_a_zero_in_the_chart() -> None:
    today = timezone.localdate()
    view = OperationsView(0, 0, (), (), 0, None, 0, ((today.isoformat(), 3),), ())
    chart = throughput(view, today)
    assert len(chart["categories"]) == len(chart["series"][0]["values"]) == 14
    assert chart["series"][1]["values"][-1] == 3
    assert sum(chart["series"][0]["values"]) == 0
