"""Every act but deciding: what is missing or wrong is told beside its field, what is right reaches the engine once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from chengshu.engines.cases.data import TaskKind
from chengshu.foundation.errors import Conflict
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.inbox.acts import ACTS, Act
from chengshu.hub.inbox.tests import builders
from chengshu.hub.inbox.tests.conftest import Engine

TASK, CASE = "/inbox/tasks/11/", "/inbox/cases/7/"
OPTIONAL = {"note", "way", "position", "document"}
NEEDING = [act for act in ACTS if set(act.fields) - OPTIONAL]


def address(act: Act) -> str:
    return f"{TASK if act.of == 'task' else CASE}{act.key}/"


def everything_allowed(engine: Engine) -> None:
    ground = SimpleNamespace(key="expert_review", name="专家评审", basis="《行政许可法》第四十五条")
    extension = SimpleNamespace(
        most=10, unit="wd", approver="本机关负责人", needs_document=False, basis="第四十二条"
    )
    engine.clocks = builders.clock_choices(
        pause=(ground,), resume=(ground,), extend=extension, notify_until=builders.NOW
    )
    may = frozenset(act.key for act in ACTS)
    added = builders.task(21, kind=TaskKind.ADDED, assignee_name="审查岗", may=may)
    tasks = tuple(one if one.task_id != 11 else builders.task(11, may=may) for one in engine.case.tasks)
    engine.case = builders.case(tasks=(*tasks, added), may=may)


@pytest.mark.parametrize("act", NEEDING, ids=lambda act: act.key)
def test_an_empty_dialog_is_refused_beside_its_field(
    act: Act, engine: Engine, signed_in: Callable[[str], Client]
) -> None:
    everything_allowed(engine)
    answer = signed_in("section_head").post(address(act), {"note": "一句话"})
    assert answer.status_code == 422
    assert "field--error" in answer.content.decode()
    assert engine.done == []


@pytest.mark.parametrize("act", NEEDING, ids=lambda act: act.key)
def test_what_was_typed_stays_when_an_act_is_refused(
    act: Act, engine: Engine, signed_in: Callable[[str], Client]
) -> None:
    everything_allowed(engine)
    typed = {
        name: f"没有这样的{name}"
        for name in ("person", "place", "signer", "number", "title", "reason", "notice")
    }
    engine.refusals[act.key] = Conflict("Somebody was faster.", hint="Reload the page.")
    answer = signed_in("section_head").post(address(act), typed)
    assert answer.status_code in (409, 422)
    text = answer.content.decode()
    for name in set(act.fields) & {"person", "number", "title", "reason", "notice"}:
        assert typed[name] in text
    assert engine.done == []


def test_an_act_that_does_not_exist_is_not_found(engine: Engine, signed_in: Callable[[str], Client]) -> None:
    client = signed_in("section_head")
    assert client.post(f"{TASK}dance_tango/").status_code == 404
    assert client.post(f"{CASE}dance_tango/").status_code == 404


def test_an_act_cannot_be_followed_as_a_link(engine: Engine, signed_in: Callable[[str], Client]) -> None:
    assert signed_in("section_head").get(f"{TASK}claim_task/").status_code == 405


FILLED: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "claim_task": ({}, {"task_id": 11}),
    "release_task": ({}, {"task_id": 11}),
    "return_case": (
        {"place": "check", "way": "straight", "reason": "附件有误"},
        {"task_id": 11, "to": "check", "reason": "附件有误", "rerun": False},
    ),
    "remove_signer": ({"signer": "21", "reason": "无需会签"}, {"task_id": 21, "reason": "无需会签"}),
    "acknowledge_circulation": ({"note": ""}, {"task_id": 11, "note": ""}),
    "urge_task": ({"note": "请尽快"}, {"task_id": 11, "note": "请尽快"}),
    "withdraw_task": ({"reason": "写错了"}, {"task_id": 11, "reason": "写错了"}),
    "jump_case": (
        {"place": "review", "reason": "经批准"},
        {"case_id": 7, "to": "review", "reason": "经批准"},
    ),
    "suspend_case": ({"reason": "等待通知"}, {"case_id": 7, "reason": "等待通知"}),
    "resume_case": ({}, {"case_id": 7}),
    "split_case": (
        {"title": "另案", "reason": "两件事"},
        {"case_id": 7, "title": "另案", "reason": "两件事"},
    ),
    "withdraw_case": ({"reason": "不需要了"}, {"case_id": 7, "reason": "不需要了"}),
    "pause_clock": (
        {"ground": "expert_review", "notice": "〔2026〕3号", "until": "2026-03-20"},
        {
            "case_id": 7,
            "ground": "expert_review",
            "notice": "〔2026〕3号",
            "expected_until": date(2026, 3, 20),
        },
    ),
    "resume_clock": ({"held": "expert_review"}, {"case_id": 7, "ground": "expert_review"}),
    "extend_clock": (
        {"amount": "10", "reason": "情况复杂", "document": ""},
        {"case_id": 7, "amount": 10, "reason": "情况复杂", "document": ""},
    ),
    "give_supplement_notice": (
        {"notice": "〔2026〕4号", "items": "营业执照\n授权书"},
        {"case_id": 7, "number": "〔2026〕4号", "items": ["营业执照", "授权书"]},
    ),
    "void_case": ({"reason": "重复"}, {"case_id": 7, "reason": "重复"}),
}
"""Of each act: what its dialog sends, and what the engine is told."""


@pytest.mark.parametrize("act", [act for act in ACTS if act.key in FILLED], ids=lambda act: act.key)
def test_a_filled_dialog_reaches_the_engine(
    act: Act, engine: Engine, signed_in: Callable[[str], Client]
) -> None:
    everything_allowed(engine)
    sent, told = FILLED[act.key]
    answer = signed_in("section_head").post(address(act), sent)
    assert answer.status_code == 302
    assert engine.done == [(act.key, told)]


@pytest.mark.parametrize("key", ["transfer_task", "delegate_task", "add_signer"])
def test_people_are_chosen_by_the_name_in_brackets(
    key: str, engine: Engine, signed_in: Callable[[str], Client], cast: Cast
) -> None:
    everything_allowed(engine)
    account = cast["reviewer"].account
    sent = {"person": f"审查岗 ({account.username})", "reason": "请协助", "position": "after"}
    assert signed_in("section_head").post(f"{TASK}{key}/", sent).status_code == 302
    (_name, told), *_more = engine.done
    assert account.pk in told.values()


def test_a_case_is_circulated_to_each_reader_once(
    engine: Engine, signed_in: Callable[[str], Client], cast: Cast
) -> None:
    everything_allowed(engine)
    name = cast["reviewer"].account.username
    other = cast["supervisor"].account.username
    sent = {"person": name, "person_2": other, "person_3": name, "note": ""}
    signed_in("section_head").post(f"{CASE}circulate_case/", sent)
    assert engine.done[0][1]["to"] == [cast["reviewer"].account.pk, cast["supervisor"].account.pk]


def test_every_act_says_what_it_does_before_it_is_done(
    engine: Engine, signed_in: Callable[[str], Client]
) -> None:
    everything_allowed(engine)
    client = signed_in("department_head")
    client.cookies["chengshu_language"] = "en"
    shown = client.get(TASK).content.decode() + client.get(CASE).content.decode()
    for act in ACTS:
        assert str(act.effect).split(".")[0][:60].replace("'", "&#39;") in shown, act.key
