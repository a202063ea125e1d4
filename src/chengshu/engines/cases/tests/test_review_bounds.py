"""What a case takes in from outside, how much of it, and what happens to it while it is suspended."""

from __future__ import annotations

from typing import Any

import pytest

from chengshu.engines.cases import handing_in, ports, services
from chengshu.engines.cases.actions.working import begin_job, end_job, fail_job
from chengshu.engines.cases.api import (
    add_signer,
    case_view,
    claim_task,
    complete_task,
    open_case,
    release_task,
    resume_case,
    return_case,
    send_message,
    suspend_case,
    transfer_task,
)
from chengshu.engines.cases.models import Case, Happening, Job, Task
from chengshu.engines.cases.queries import cases as case_queries
from chengshu.engines.cases.tests.deploying import deploy, open_tasks, unit
from chengshu.engines.cases.tests.models import END, LEAVE, START, process, user_task
from chengshu.engines.cases.tests.test_review_powers import lend
from chengshu.foundation.compiled import compiled
from chengshu.foundation.errors import InvalidInput, Refused

WITH_FORMS = process(
    START
    + user_task("apply", "填报", more='<zeebe:formDefinition formId="test.step"/>')
    + user_task("free", "登记")
    + END,
    ["start > apply", "apply > free", "free > end"],
    extra="",
).replace(
    b'isExecutable="true">',
    b'isExecutable="true"><extensionElements><chengshu:case startForm="test.start"/></extensionElements>',
)
CALLING = process(
    START
    + '<serviceTask id="call" name="查询"><extensionElements><zeebe:taskDefinition type="test.lookup" retries="2"/>'
    "</extensionElements></serviceTask>" + user_task("after", "核对") + END,
    ["start > call", "call > after", "after > end"],
    key="calling",
)


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two forms that pass one variable each."""
    named = {"test.start": frozenset({"days"}), "test.step": frozenset({"checked"})}
    monkeypatch.setattr(ports, "_known_forms", [lambda: frozenset(named)])
    monkeypatch.setattr(ports, "_variables_of_form", [named.get])


def test_a_variable_that_the_start_form_does_not_name_is_refused(
    forms: None, db: None, as_persona: Any
) -> None:
    deploy(WITH_FORMS)
    with as_persona("unit_officer"):
        with pytest.raises(InvalidInput) as refused:
            open_case(definition="test.leave", variables={"days": 3, "approved": True})
        assert (refused.value.field, refused.value.data["name"]) == ("variables", "approved")
        assert "approved" in str(refused.value)
        case_id = open_case(definition="test.leave", variables={"days": 3})
    assert Case.objects.get(pk=case_id).variables["days"] == 3


def test_a_variable_that_the_form_of_a_step_does_not_name_is_refused(
    forms: None, db: None, as_persona: Any
) -> None:
    deploy(WITH_FORMS)
    case_id = open_case(definition="test.leave")
    with as_persona("unit_officer"):
        with pytest.raises(InvalidInput, match="days"):
            complete_task(task_id=open_tasks(case_id)["apply"], variables={"days": 30})
        complete_task(task_id=open_tasks(case_id)["apply"], variables={"checked": True})
        complete_task(task_id=open_tasks(case_id)["free"], variables={"anything": 1})
    assert Case.objects.get(pk=case_id).variables["checked"] is True


def test_a_form_that_nobody_knows_refuses_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_variables_of_form", [])
    handing_in.insist_named("test.start", {"anything": 1})
    assert ports.variables_of_form("test.start") is None


def test_a_case_is_not_opened_for_a_unit_without_power_there(as_persona: Any) -> None:
    deploy(LEAVE)
    with as_persona("unit_officer"):
        with pytest.raises(Refused):
            open_case(definition="test.leave", unit_id=unit("finance-bureau"))
        assert open_case(definition="test.leave", unit_id=unit())


@pytest.mark.parametrize(
    "variables",
    [{f"v{number}": 1 for number in range(2_001)}, {"text": "文" * 90_000}, {"list": [0] * 130_000}],
)
def test_more_variables_than_a_case_can_carry_are_refused(as_persona: Any, variables: dict[str, Any]) -> None:
    deploy(LEAVE)
    with as_persona("unit_officer"):
        with pytest.raises(InvalidInput) as refused:
            open_case(definition="test.leave", variables=variables)
        assert refused.value.field == "variables"
        case_id = open_case(definition="test.leave")
        with pytest.raises(InvalidInput):
            complete_task(task_id=open_tasks(case_id)["apply"], variables=variables)
    with pytest.raises(InvalidInput) as refused:
        send_message(case_id=case_id, name="paid", payload=variables)
    assert refused.value.field == "payload"


def test_the_history_shows_the_newest_and_says_how_many_are_left_out(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(LEAVE)
    case_id = open_case(definition="test.leave")
    complete_task(task_id=open_tasks(case_id)["apply"])
    last = Case.objects.get(pk=case_id).seq
    assert case_view(case_id).timeline_left_out == 0
    monkeypatch.setattr(case_queries, "MOST_HAPPENINGS", 3)
    monkeypatch.setattr(case_queries, "_newest_happenings", described_anew(case_queries._newest_happenings))
    view = case_view(case_id)
    assert [one.seq for one in view.timeline] == [last - 2, last - 1, last]
    assert view.timeline_left_out == last - 3


def described_anew(rows: Any) -> Any:
    """What was compiled with another limit before."""
    return compiled(rows.__wrapped__)


def suspended_during_a_call() -> tuple[int, int]:
    """A case that was suspended while its service was being called, and the job."""
    deploy(CALLING, "test.calling")
    case_id = open_case(definition="test.calling")
    job_id = Job.objects.get(case_id=case_id).pk
    assert begin_job(job_id=job_id) is not None
    suspend_case(case_id=case_id, reason="等待核实")
    return case_id, job_id


def test_an_answer_to_a_suspended_case_waits_and_is_taken_without_another_call(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    def lookup(call: ports.ServiceCall) -> dict[str, int]:
        called.append(call.key)
        return {"found": 9}

    monkeypatch.setitem(ports._services, "test.lookup", lookup)
    case_id, job_id = suspended_during_a_call()
    assert end_job(job_id=job_id, variables={"found": 3}) is False
    assert (open_tasks(case_id), services.due_jobs(), services.perform(job_id)) == ({}, [], False)
    resume_case(case_id=case_id)
    assert services.due_jobs() == [job_id]
    assert services.perform(job_id)
    assert called == []
    assert Case.objects.get(pk=case_id).variables["found"] == 3
    assert set(open_tasks(case_id)) == {"after"}


def test_a_failure_in_a_suspended_case_counts_once_it_is_resumed(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ports._services, "test.lookup", lambda call: {"found": 4})
    case_id, job_id = suspended_during_a_call()
    fail_job(job_id=job_id, error="no connection")
    assert Job.objects.get(pk=job_id).attempts_left == 2
    resume_case(case_id=case_id)
    assert services.perform(job_id) is False
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.attempts_left, job.error) == ("waiting", 1, "no connection")
    assert services.perform(job_id)
    assert set(open_tasks(case_id)) == {"after"}


def test_the_history_names_who_acts_and_for_whom(cast: Any, as_persona: Any) -> None:
    deploy(LEAVE)
    head, clerk = cast["unit_head"].account.pk, cast["window_clerk"].account
    officer, reviewer = cast["unit_officer"].account.pk, cast["reviewer"].account.pk
    powers = ("claim_task", "release_task", "add_signer", "transfer_task", "return_case", "complete_task")
    case_id, other = open_case(definition="test.leave"), open_case(definition="test.leave")
    for one in (case_id, other):
        complete_task(task_id=open_tasks(one)["apply"])
    lend(as_persona, "unit_head", clerk, *(f"cases.{power}" for power in powers))
    task_id = open_tasks(case_id)["approve"]
    with as_persona("window_clerk"):
        claim_task(task_id=task_id)
        release_task(task_id=task_id)
        claim_task(task_id=task_id)
        add_signer(task_id=task_id, signer=officer)
        transfer_task(task_id=task_id, to=reviewer)
        return_case(task_id=open_tasks(other)["approve"], to="apply", reason="补正")
    for kind in ("task_claimed", "task_released", "signer_added", "task_transferred", "case_returned"):
        done = Happening.objects.filter(case_id__in=[case_id, other], kind=kind).first()
        assert done is not None, kind
        assert (done.account_id, done.details["on_behalf_of"]) == (clerk.pk, head), kind
    shown = next(one for one in case_view(case_id).timeline if one.kind == "task_claimed")
    assert (shown.actor, shown.on_behalf_of) == (
        str(clerk.title or clerk.username),
        str(cast["unit_head"].account.title or cast["unit_head"].account.username),
    )
    returned = Task.objects.get(case_id=other, node="approve", state="completed")
    assert (returned.completed_by_id, returned.on_behalf_of_id) == (clerk.pk, head)
