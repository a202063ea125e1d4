"""What taking part once does not entitle to, and what ends with a delegation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from chengshu.engines.cases.api import (
    acknowledge_circulation,
    add_signer,
    attach_file,
    circulate_case,
    claim_task,
    complete_task,
    deploy_version,
    jump_case,
    migrate_cases,
    node_figures,
    open_case,
    remove_attachment,
    return_case,
    save_draft,
    submit_version,
    withdraw_case,
)
from chengshu.engines.cases.models import Attachment, Case, Task, Token
from chengshu.engines.cases.tests.deploying import deploy, open_tasks, unit
from chengshu.engines.cases.tests.models import END, LEAVE, START, process, user_task
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.identity.actions import disable_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.actions import delegate, revoke_delegation
from chengshu.foundation.orgs.models import Delegation, Unit


@pytest.fixture
def case_id(as_persona: Any) -> int:
    """A leave that its officer has just opened."""
    deploy(LEAVE)
    with as_persona("unit_officer"):
        return open_case(definition="test.leave")


def lend(as_persona: Any, giver: str, receiver: Account, *permissions: str) -> Delegation:
    today = timezone.localdate()
    with as_persona(giver):
        return delegate(
            receiver=receiver, permissions=list(permissions), starts_on=today, ends_on=today, reason="出差"
        )


def test_what_a_delegate_claims_stays_with_the_giver_when_the_delegation_ends(
    case_id: int, cast: Any, as_persona: Any
) -> None:
    with as_persona("unit_officer"):
        complete_task(task_id=open_tasks(case_id)["apply"])
    task_id, clerk = open_tasks(case_id)["approve"], cast["window_clerk"].account
    lent = lend(as_persona, "unit_head", clerk, "cases.complete_task", "cases.claim_task")
    with as_persona("window_clerk"):
        claim_task(task_id=task_id)
    with as_persona("unit_head"):
        revoke_delegation(delegation=lent)
    with as_persona("window_clerk"), pytest.raises(Refused):
        complete_task(task_id=task_id, outcome="agree")
    assert Task.objects.get(pk=task_id).assignee_id == cast["unit_head"].account.pk
    with as_persona("unit_head"):
        complete_task(task_id=task_id, outcome="agree")


def test_a_task_for_no_role_done_by_a_lent_power_says_for_whom(cast: Any, as_persona: Any) -> None:
    deploy(process(START + user_task("apply", "填报", role="") + END, ["start > apply", "apply > end"]))
    task_id = open_tasks(open_case(definition="test.leave"))["apply"]
    lend(as_persona, "unit_head", cast["other_department_officer"].account, "cases.complete_task")
    with as_persona("other_department_officer"):
        complete_task(task_id=task_id)
    assert Task.objects.get(pk=task_id).on_behalf_of_id == cast["unit_head"].account.pk


def test_a_case_that_no_applicant_opened_is_withdrawn_by_nobody(as_persona: Any) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    with as_persona("unit_officer"), pytest.raises(Refused):
        withdraw_case(case_id=case_id, reason="不办了")
    assert Case.objects.get(pk=case_id).state == "running"


def test_the_applicant_moves_no_step_that_nobody_has_claimed(as_persona: Any) -> None:
    free = '<chengshu:powers jump="true"/>'
    deploy(
        process(
            START
            + user_task("apply", "填报")
            + user_task("approve", "审批", role="unit_head", more=free)
            + user_task("sign", "签发", role="unit_head")
            + END,
            ["start > apply", "apply > approve", "approve > sign", "sign > end"],
        )
    )
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave")
        complete_task(task_id=open_tasks(case_id)["apply"])
        with pytest.raises(Refused):
            jump_case(case_id=case_id, to="sign", reason="不用审批")
    assert set(open_tasks(case_id)) == {"approve"}


def test_a_returned_step_goes_to_its_owner_and_not_to_an_added_signer(
    case_id: int, cast: Any, as_persona: Any
) -> None:
    clerk, task_id = cast["window_clerk"].account.pk, open_tasks(case_id)["apply"]
    with as_persona("unit_officer"):
        claim_task(task_id=task_id)
        add_signer(task_id=task_id, signer=clerk, position="after")
        complete_task(task_id=task_id)
    with as_persona("window_clerk"):
        complete_task(task_id=Task.objects.get(case_id=case_id, assignee_id=clerk).pk)
    with as_persona("unit_head"):
        return_case(task_id=open_tasks(case_id)["approve"], to="apply", reason="缺附件")
    again = Task.objects.get(case_id=case_id, state="open", node="apply")
    assert again.assignee_id == cast["unit_officer"].account.pk


def test_a_returned_step_of_somebody_who_is_gone_is_for_the_post_again(
    case_id: int, cast: Any, as_persona: Any
) -> None:
    with as_persona("unit_officer"):
        complete_task(task_id=open_tasks(case_id)["apply"])
    gone = cast["unit_officer"].account
    disable_account(account=gone, reason="调离")
    with as_persona("unit_head"):
        return_case(task_id=open_tasks(case_id)["approve"], to="apply", reason="缺附件")
    assert Task.objects.get(case_id=case_id, state="open", node="apply").assignee_id is None


def test_whoever_only_reads_a_case_changes_nothing_of_its_file(
    case_id: int, cast: Any, as_persona: Any
) -> None:
    reader = cast["other_department_officer"].account.pk
    stored = store_file(unit=Unit.objects.get(pk=unit()), name="申请.txt", content="内容".encode())
    attachment_id = attach_file(case_id=case_id, file_id=stored.pk)
    with as_persona("unit_officer"):
        circulate_case(case_id=case_id, to=[reader])
    own = store_file(unit=Unit.objects.get(pk=unit("finance-bureau")), name="别的.txt", content=b"x")
    with as_persona("other_department_officer"):
        acknowledge_circulation(task_id=Task.objects.get(case_id=case_id, kind="circulated").pk)
        with pytest.raises(Refused):
            remove_attachment(attachment_id=attachment_id, reason="不要了")
        with pytest.raises((Refused, Missing)):
            attach_file(case_id=case_id, file_id=own.pk)
        with pytest.raises(Refused):
            circulate_case(case_id=case_id, to=[cast["finance_reviewer"].account.pk])
    assert Attachment.objects.get(pk=attachment_id).removed_at is None


def test_the_file_of_an_ended_case_stays(case_id: int, as_persona: Any) -> None:
    stored = store_file(unit=Unit.objects.get(pk=unit()), name="申请.txt", content="内容".encode())
    attachment_id = attach_file(case_id=case_id, file_id=stored.pk)
    with as_persona("unit_officer"):
        withdraw_case(case_id=case_id, reason="不办了")
        with pytest.raises(Conflict):
            remove_attachment(attachment_id=attachment_id, reason="不要了")


SIGNING = (
    '<userTask id="sign" name="会签"><extensionElements><chengshu:assign role="" assignee="= s"/>{rule}'
    "</extensionElements><multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics"
    ' inputCollection="= signers" inputElement="s"/></extensionElements></multiInstanceLoopCharacteristics></userTask>'
)


def signing(mode: str) -> bytes:
    rule = f'<chengshu:approval mode="{mode}"/>' if mode else ""
    return process(START + SIGNING.format(rule=rule) + END, ["start > sign", "sign > end"])


@pytest.mark.parametrize(("before", "after"), [("sequential", "all"), ("all", "sequential"), ("all", "")])
def test_a_countersign_under_way_is_not_moved_to_another_way_of_signing(
    cast: Any, before: str, after: str
) -> None:
    earlier = deploy(signing(before))
    names = [cast[name].account.username for name in ("unit_officer", "unit_head")]
    case_id = open_case(definition="test.leave", variables={"signers": names})
    later = deploy(signing(after))
    (effect,) = migrate_cases(from_version=earlier.pk, to_version=later.pk)
    assert effect.refused
    while waiting := Task.objects.filter(case_id=case_id, state="open").first():
        complete_task(task_id=waiting.pk)
    assert not Token.objects.filter(case_id=case_id).exists()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_a_value_that_cannot_be_kept_is_refused_in_words(case_id: int, as_persona: Any, value: Any) -> None:
    with as_persona("unit_officer"), pytest.raises(InvalidInput):
        complete_task(task_id=open_tasks(case_id)["apply"], variables={"days": value})


@pytest.mark.parametrize("text", ["C:\\u0000", "\\\\u0000", '\\u0000","status":"11'])
def test_a_text_that_looks_like_an_escape_is_kept_as_it_was_typed(
    case_id: int, as_persona: Any, text: str
) -> None:
    task_id = open_tasks(case_id)["apply"]
    with as_persona("unit_officer"):
        complete_task(task_id=task_id, opinion=text, variables={"note": text})
    assert Task.objects.get(pk=task_id).opinion == text
    assert Case.objects.get(pk=case_id).variables["note"] == text
    assert Case.objects.get(pk=case_id).status == ""


def test_an_impossible_id_is_missing(as_persona: Any) -> None:
    with as_persona("unit_officer"):
        for task_id in (-1, 0, 10**20):
            with pytest.raises(Missing):
                complete_task(task_id=task_id)


def test_an_expression_knows_the_day_and_reads_hours_as_this_place_does(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)  # half past one on 2 March in Nansha
    monkeypatch.setattr(timezone, "now", lambda: night)
    script = (
        '<scriptTask id="note"><extensionElements>'
        '<zeebe:script expression="= string(today())" resultVariable="day"/></extensionElements></scriptTask>'
    )
    due = '<zeebe:taskSchedule dueDate="2026-05-06T09:00:00"/>'
    deploy(
        process(
            START + script + user_task("apply", "填报", more=due) + END,
            ["start > note", "note > apply", "apply > end"],
        )
    )
    case_id = open_case(definition="test.leave")
    assert Case.objects.get(pk=case_id).variables["day"] == "2026-03-02"
    due_at = Task.objects.get(case_id=case_id).due_at
    assert due_at == datetime(2026, 5, 6, 1, 0, tzinfo=UTC)


def test_a_draft_looked_at_before_it_changed_is_not_what_cases_run_by(as_persona: Any) -> None:
    with as_persona("section_head"):
        first = save_draft(key="desk.leave", kind="process", content=LEAVE, unit_id=unit("data-bureau"))
    node_figures(first)
    shorter = process(START + user_task("only", "办理") + END, ["start > only", "only > end"])
    with as_persona("section_head"):
        version_id = save_draft(
            key="desk.leave", kind="process", content=shorter, unit_id=unit("data-bureau")
        )
        submit_version(version_id=version_id)
    assert version_id == first
    deploy_version(version_id=version_id)
    assert set(open_tasks(open_case(definition="desk.leave"))) == {"only"}


@pytest.mark.parametrize("who", ["= 987654321", "= 10**30"])
def test_a_task_for_an_account_that_does_not_exist_is_for_its_post(as_persona: Any, who: str) -> None:
    assigned = (
        '<userTask id="t" name="t"><extensionElements>'
        f'<chengshu:assign assignee="{who}"/></extensionElements></userTask>'
    )
    deploy(process(START + assigned + END, ["start > t", "t > end"]))
    case_id = open_case(definition="test.leave")
    assert Task.objects.get(case_id=case_id).assignee_id is None


@pytest.mark.parametrize("where", ["= 987654321", "= 10**30"])
def test_a_task_for_a_unit_that_does_not_exist_is_refused(db: None, where: str) -> None:
    assigned = (
        '<userTask id="t" name="t"><extensionElements>'
        f'<chengshu:assign unit="{where}"/></extensionElements></userTask>'
    )
    deploy(process(START + assigned + END, ["start > t", "t > end"]))
    with pytest.raises(Conflict):
        open_case(definition="test.leave")


@pytest.mark.parametrize("name", ["approve_outcome", "approve_result", "merged_cases", "#votes"])
def test_nobody_hands_in_how_another_step_was_decided(case_id: int, as_persona: Any, name: str) -> None:
    with as_persona("unit_officer"), pytest.raises(InvalidInput) as refused:
        complete_task(task_id=open_tasks(case_id)["apply"], variables={name: "agree"})
    assert refused.value.code == "cases.name_kept"
