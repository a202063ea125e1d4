"""What is done to whole cases, each action by its name: refusals first."""

from __future__ import annotations

from typing import Any

import pytest

from chengshu.engines.cases.api import (
    attach_file,
    attachments_of,
    case_view,
    cases,
    complete_task,
    jump_case,
    merge_cases,
    open_attachment,
    open_case,
    places_to_jump,
    remove_attachment,
    resume_case,
    split_case,
    startable,
    suspend_case,
    void_case,
    withdraw_case,
)
from chengshu.engines.cases.models import Case, Token
from chengshu.engines.cases.tests.deploying import deploy, open_tasks, unit
from chengshu.engines.cases.tests.models import END, LEAVE, START, process, user_task
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.orgs.models import Unit

THREE = process(
    START + user_task("one", "甲") + user_task("two", "乙") + user_task("three", "丙") + END,
    ["start > one", "one > two", "two > three", "three > end"],
    key="steps",
    name="三步",
)


@pytest.fixture
def case_id(as_persona: Any) -> int:
    deploy(LEAVE)
    with as_persona("unit_officer"):
        return open_case(definition="test.leave", title="年休假")


def test_what_is_not_in_force_cannot_be_opened(as_persona: Any) -> None:
    with as_persona("unit_officer"), pytest.raises(Missing) as missing:
        open_case(definition="test.nothing")
    assert missing.value.code == "cases.not_deployed"


def test_a_resident_may_not_open_a_case(as_persona: Any) -> None:
    deploy(LEAVE)
    with as_persona("resident"), pytest.raises(Refused):
        open_case(definition="test.leave")


def test_an_opened_case_has_a_number_and_is_listed(case_id: int, as_persona: Any) -> None:
    with as_persona("unit_officer"):
        assert [view.key for view in startable()] == ["test.leave"]
        lines = cases(text="年休").items
        assert [line.case_id for line in lines] == [case_id]
        assert lines[0].number.endswith("-00001")
        second = open_case(definition="test.leave")
    assert Case.objects.get(pk=second).number.endswith("-00002")


def test_nothing_is_done_in_a_suspended_case(case_id: int, as_persona: Any) -> None:
    with as_persona("unit_officer"), pytest.raises(Refused):
        suspend_case(case_id=case_id, reason="等")
    with as_persona("unit_head"):
        suspend_case(case_id=case_id, reason="等待上级意见")
    with as_persona("unit_officer"):
        with pytest.raises(Conflict) as conflict:
            complete_task(task_id=open_tasks(case_id)["apply"])
        assert conflict.value.code == "cases.suspended"
    with as_persona("unit_head"):
        resume_case(case_id=case_id)
    with as_persona("unit_officer"):
        complete_task(task_id=open_tasks(case_id)["apply"])


def test_only_whoever_opened_it_withdraws_an_application(case_id: int, as_persona: Any) -> None:
    with as_persona("unit_head"), pytest.raises(Refused):
        withdraw_case(case_id=case_id, reason="不办了")
    with as_persona("unit_officer"):
        with pytest.raises(InvalidInput):
            withdraw_case(case_id=case_id, reason="")
        withdraw_case(case_id=case_id, reason="不办了")
        view = case_view(case_id)
    assert (view.state, view.status) == ("terminated", "14")
    assert open_tasks(case_id) == {}


def test_a_case_jumps_by_right_only(as_persona: Any) -> None:
    deploy(THREE, "test.three")
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.three")
        assert [place.node for place in places_to_jump(case_id)] == ["one", "two", "three"]
        with pytest.raises(Refused):
            jump_case(case_id=case_id, to="three", reason="快办")
    with as_persona("unit_head"):
        jump_case(case_id=case_id, to="three", reason="领导批示")
    assert set(open_tasks(case_id)) == {"three"}


def test_a_voided_case_keeps_its_number_and_its_history(case_id: int, as_persona: Any) -> None:
    with as_persona("unit_officer"), pytest.raises(Refused):
        void_case(case_id=case_id, reason="重复")
    with as_persona("unit_head"):
        void_case(case_id=case_id, reason="重复申请")
        view = case_view(case_id)
    assert view.state == "void"
    assert view.timeline[-1].kind == "case_voided"
    assert not Token.objects.filter(case_id=case_id).exists()


def test_a_merged_case_ends_and_both_say_so(case_id: int, as_persona: Any) -> None:
    with as_persona("unit_officer"):
        other = open_case(definition="test.leave")
        with pytest.raises(Refused):
            merge_cases(case_id=other, into=case_id, reason="同一事项")
    with as_persona("unit_head"):
        merge_cases(case_id=other, into=case_id, reason="同一事项")
        lead, merged = case_view(case_id), case_view(other)
    assert (lead.state, merged.state) == ("running", "terminated")
    assert [line.case_id for line in lead.related] == [other]
    assert lead.variables["merged_cases"] == [other]


def test_a_split_case_stands_where_the_first_one_stands(case_id: int, as_persona: Any) -> None:
    with as_persona("unit_officer"):
        complete_task(task_id=open_tasks(case_id)["apply"], variables={"days": 3})
    with as_persona("unit_head"):
        twin = split_case(case_id=case_id, title="其中一部分", reason="两件事", variables={"days": 1})
        assert case_view(twin).variables["days"] == 1
        assert set(open_tasks(twin)) == set(open_tasks(case_id)) == {"approve"}
        complete_task(task_id=open_tasks(twin)["approve"], outcome="agree")
        assert (case_view(twin).state, case_view(case_id).state) == ("completed", "running")
    assert Case.objects.get(pk=twin).origin_case_id == case_id


def test_a_file_is_open_to_whoever_reads_the_case(case_id: int, as_persona: Any) -> None:
    stored = store_file(unit=Unit.objects.get(pk=unit()), name="申请.txt", content="内容".encode())
    attachment_id = attach_file(case_id=case_id, file_id=stored.pk, kind="application")
    with as_persona("unit_head"):
        assert [view.name for view in attachments_of(case_id)] == ["申请.txt"]
        name, opened = open_attachment(attachment_id)
        with opened:
            assert (name, opened.read()) == ("申请.txt", "内容".encode())
    with as_persona("other_department_officer"), pytest.raises(Missing):
        open_attachment(attachment_id)
    with as_persona("unit_officer"):
        remove_attachment(attachment_id=attachment_id, reason="传错")
        assert attachments_of(case_id) == ()
        with pytest.raises(Conflict):
            remove_attachment(attachment_id=attachment_id, reason="传错")
