"""What people do with tasks, each action by its name: refusals first."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from chengshu.engines.cases.api import (
    acknowledge_circulation,
    add_signer,
    case_view,
    circulate_case,
    claim_task,
    complete_task,
    delegate_task,
    open_case,
    places_to_return,
    release_task,
    remove_signer,
    resolve_delegation,
    return_case,
    task_view,
    transfer_task,
    urge_task,
    withdraw_task,
    work_counts,
    work_items,
)
from chengshu.engines.cases.models import Happening, Task
from chengshu.engines.cases.tests.deploying import deploy, open_tasks
from chengshu.engines.cases.tests.models import LEAVE
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Refused, TooMany
from chengshu.foundation.orgs.actions import delegate


@pytest.fixture
def case_id(as_persona: Any) -> int:
    """A leave that its officer has just opened."""
    deploy(LEAVE)
    with as_persona("unit_officer"):
        return open_case(definition="test.leave")


def task_at(case_id: int, node: str) -> int:
    return open_tasks(case_id)[node]


def test_a_taken_task_is_refused_to_the_next_and_says_who_has_it(
    case_id: int, cast: Any, as_persona: Any
) -> None:
    task_id = task_at(case_id, "apply")
    with as_persona("unit_officer"):
        claim_task(task_id=task_id)
        assert work_counts().mine == 1
        claim_task(task_id=task_id)
    with as_persona("unit_head"), pytest.raises(Conflict) as conflict:
        claim_task(task_id=task_id)
    assert conflict.value.code == "task.taken"
    assert "unit_officer" in str(conflict.value.message)


def test_a_claimed_task_goes_back_to_the_post(case_id: int, as_persona: Any) -> None:
    task_id = task_at(case_id, "apply")
    with as_persona("unit_officer"):
        claim_task(task_id=task_id)
        release_task(task_id=task_id)
        assert (work_counts().mine, work_counts().claimable) == (0, 1)


def test_a_transferred_task_is_its_new_persons_alone(case_id: int, cast: Any, as_persona: Any) -> None:
    task_id, clerk = task_at(case_id, "apply"), cast["window_clerk"].account.pk
    with as_persona("unit_officer"):
        with pytest.raises(InvalidInput):
            transfer_task(task_id=task_id, to=0)
        transfer_task(task_id=task_id, to=clerk, reason="出差")
        with pytest.raises(Refused) as refused:
            complete_task(task_id=task_id)
    assert refused.value.code == "task.not_yours"
    with as_persona("window_clerk"):
        complete_task(task_id=task_id)
    assert Task.objects.get(pk=task_id).completed_by_id == clerk


def test_a_delegated_task_comes_back_to_its_owner(case_id: int, cast: Any, as_persona: Any) -> None:
    task_id, clerk = task_at(case_id, "apply"), cast["window_clerk"].account.pk
    with as_persona("unit_officer"):
        claim_task(task_id=task_id)
        delegate_task(task_id=task_id, to=clerk, reason="请提意见")
    with as_persona("window_clerk"):
        with pytest.raises(Conflict):
            complete_task(task_id=task_id)
        resolve_delegation(task_id=task_id, opinion="没有意见")
    with as_persona("unit_officer"):
        assert task_view(task_id).assignee_id == cast["unit_officer"].account.pk
        complete_task(task_id=task_id)


def test_a_signer_added_before_signs_first(case_id: int, cast: Any, as_persona: Any) -> None:
    task_id, clerk = task_at(case_id, "apply"), cast["window_clerk"].account.pk
    with as_persona("unit_officer"):
        claim_task(task_id=task_id)
        add_signer(task_id=task_id, signer=clerk, position="before")
        with pytest.raises(Conflict) as conflict:
            complete_task(task_id=task_id)
    assert conflict.value.code == "task.held"
    with as_persona("window_clerk"):
        added = work_items("mine").items[0].task_id
        complete_task(task_id=added)
    with as_persona("unit_officer"):
        complete_task(task_id=task_id)
    assert "approve" in open_tasks(case_id)


def test_a_signer_is_taken_away_only_by_the_same_step(case_id: int, cast: Any, as_persona: Any) -> None:
    task_id, clerk = task_at(case_id, "apply"), cast["window_clerk"].account.pk
    with as_persona("unit_officer"):
        claim_task(task_id=task_id)
        add_signer(task_id=task_id, signer=clerk, position="before")
    added = Task.objects.get(case_id=case_id, assignee_id=clerk).pk
    with as_persona("handling_unit_officer"), pytest.raises(Refused):
        remove_signer(task_id=added)
    with as_persona("unit_officer"):
        remove_signer(task_id=added)
        complete_task(task_id=task_id)


@pytest.mark.parametrize("rerun", [True, False])
def test_a_returned_case_is_back_with_whoever_did_the_step(
    case_id: int, cast: Any, as_persona: Any, rerun: bool
) -> None:
    with as_persona("unit_officer"):
        complete_task(task_id=task_at(case_id, "apply"))
    with as_persona("unit_head"):
        task_id = task_at(case_id, "approve")
        assert [place.node for place in places_to_return(task_id)] == ["apply"]
        with pytest.raises(InvalidInput):
            return_case(task_id=task_id, to="apply", reason=" ", rerun=rerun)
        return_case(task_id=task_id, to="apply", reason="缺附件", rerun=rerun)
    again = Task.objects.get(case_id=case_id, state="open", node="apply")
    assert again.assignee_id == cast["unit_officer"].account.pk
    with as_persona("unit_officer"):
        complete_task(task_id=again.pk)
    with as_persona("unit_head"):
        complete_task(task_id=task_at(case_id, "approve"), outcome="agree")
        assert case_view(case_id).state == "completed"


def test_a_completion_is_withdrawn_while_nobody_has_acted(case_id: int, as_persona: Any) -> None:
    task_id = task_at(case_id, "apply")
    with as_persona("unit_officer"):
        with pytest.raises(Conflict):
            withdraw_task(task_id=task_id)
        complete_task(task_id=task_id)
        withdraw_task(task_id=task_id, reason="填错")
        assert set(open_tasks(case_id)) == {"apply"}
        complete_task(task_id=task_at(case_id, "apply"))
        last = Task.objects.filter(case_id=case_id, node="apply", state="completed").latest("id").pk
    with as_persona("unit_head"):
        complete_task(task_id=task_at(case_id, "approve"), outcome="agree")
    with as_persona("unit_officer"), pytest.raises(Conflict):
        withdraw_task(task_id=last)


def test_urging_is_for_the_applicant_and_not_twice_in_an_hour(case_id: int, as_persona: Any) -> None:
    task_id = task_at(case_id, "apply")
    with as_persona("unit_officer"):
        complete_task(task_id=task_id)
        task_id = task_at(case_id, "approve")
        urge_task(task_id=task_id, note="急")
        with pytest.raises(TooMany):
            urge_task(task_id=task_id)
    assert Task.objects.get(pk=task_id).urged == 1


def test_a_circulated_case_waits_for_nobody(case_id: int, cast: Any, as_persona: Any) -> None:
    reader = cast["finance_reviewer"].account.pk
    with as_persona("unit_officer"):
        circulate_case(case_id=case_id, to=[reader], note="请阅")
        complete_task(task_id=task_at(case_id, "apply"))
    with as_persona("unit_head"):
        complete_task(task_id=task_at(case_id, "approve"), outcome="agree")
    with as_persona("finance_reviewer"):
        assert work_counts().circulated == 1
        item = work_items("circulated").items[0]
        assert case_view(case_id).state == "completed"
        acknowledge_circulation(task_id=item.task_id, note="已阅")
        assert work_counts().circulated == 0


def test_who_stands_in_acts_on_behalf_of_the_giver(case_id: int, cast: Any, as_persona: Any) -> None:
    with as_persona("unit_officer"):
        complete_task(task_id=task_at(case_id, "apply"))
    task_id, clerk, today = task_at(case_id, "approve"), cast["window_clerk"].account, timezone.localdate()
    with as_persona("unit_head"):
        delegate(
            receiver=clerk, permissions=["cases.complete_task"], starts_on=today, ends_on=today, reason="出差"
        )
    with as_persona("window_clerk"):
        assert [item.task_id for item in work_items("claimable").items] == [task_id]
        complete_task(task_id=task_id, outcome="agree")
    done = Task.objects.get(pk=task_id)
    assert (done.completed_by_id, done.on_behalf_of_id) == (clerk.pk, cast["unit_head"].account.pk)


def test_every_step_is_in_the_audit_chain_and_in_the_history(case_id: int, as_persona: Any) -> None:
    with as_persona("unit_officer"):
        complete_task(task_id=task_at(case_id, "apply"), opinion="请审批")
    entry = AuditEntry.objects.filter(action="cases.complete_task").latest("id")
    assert (entry.outcome, entry.thing) == ("done", f"cases.case:{case_id}")
    happening = Happening.objects.get(case_id=case_id, kind="task_completed")
    assert happening.details["opinion"] == "请审批"
    assert happening.at <= timezone.now()
