"""Who examines does not decide: steps that a model keeps apart are done by different people (审查与决定分离)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from chengshu.engines.cases.api import case_view, claim_task, complete_task, open_case, transfer_task
from chengshu.engines.cases.tests.deploying import deploy, open_tasks
from chengshu.engines.cases.tests.models import END, START, process, user_task
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Refused
from chengshu.foundation.orgs.actions import delegate

DECIDE = user_task("decide", "决定", apart_from="examine")
APART = process(
    START + user_task("examine", "审查") + DECIDE + END,
    ["start > examine", "examine > decide", "decide > end"],
)
CALLED = process(
    START + user_task("look", "现场核查") + END, ["start > look", "look > end"], key="examining", name="审查"
)
CALLING = process(
    START + '<callActivity id="examine" name="审查" calledElement="examining"/>' + DECIDE + END,
    ["start > examine", "examine > decide", "decide > end"],
)


def examined(as_persona: Any) -> int:
    """A case that the officer has examined; its decision waits."""
    deploy(APART)
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave")
        complete_task(task_id=open_tasks(case_id)["examine"])
    return case_id


def test_who_examined_neither_takes_the_decision_nor_makes_it(as_persona: Any) -> None:
    case_id = examined(as_persona)
    task_id = open_tasks(case_id)["decide"]
    for attempt in (claim_task, complete_task):
        with as_persona("unit_officer"), pytest.raises(Refused) as refused:
            attempt(task_id=task_id)
        assert refused.value.code == "task.same_person"
        assert "审查" in str(refused.value.message)
    assert case_view(case_id).state == "running"
    refusals = AuditEntry.objects.filter(outcome="refused").values_list("action", flat=True)
    assert set(refusals) == {"cases.claim_task", "cases.complete_task"}


def test_somebody_else_decides(as_persona: Any, cast: Any) -> None:
    case_id = examined(as_persona)
    task_id, clerk = open_tasks(case_id)["decide"], cast["window_clerk"].account.pk
    with as_persona("unit_officer"):
        transfer_task(task_id=task_id, to=clerk)
    with as_persona("window_clerk"):
        complete_task(task_id=task_id)
    assert case_view(case_id).state == "completed"


def test_who_stands_in_for_the_examiner_does_not_decide_either(as_persona: Any, cast: Any) -> None:
    case_id = examined(as_persona)
    clerk, today = cast["window_clerk"].account, timezone.localdate()
    with as_persona("unit_officer"):
        delegate(
            receiver=clerk, permissions=["cases.complete_task"], starts_on=today, ends_on=today, reason="出差"
        )
    with as_persona("window_clerk"), pytest.raises(Refused) as refused:
        complete_task(task_id=open_tasks(case_id)["decide"])
    assert refused.value.code == "task.same_person"


def test_the_steps_of_a_called_process_count_too(as_persona: Any) -> None:
    deploy(CALLED, "test.examining")
    deploy(CALLING)
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave")
        complete_task(task_id=open_tasks(case_id)["look"])
        with pytest.raises(Refused) as refused:
            complete_task(task_id=open_tasks(case_id)["decide"])
    assert refused.value.code == "task.same_person"


def test_who_did_neither_is_not_kept_from_it(as_persona: Any) -> None:
    steps = START + user_task("examine", "审查") + user_task("decide", "决定") + END
    deploy(process(steps, ["start > examine", "examine > decide", "decide > end"]))
    with as_persona("unit_officer"):
        case_id = open_case(definition="test.leave")
        complete_task(task_id=open_tasks(case_id)["examine"])
        complete_task(task_id=open_tasks(case_id)["decide"])
    assert case_view(case_id).state == "completed"
