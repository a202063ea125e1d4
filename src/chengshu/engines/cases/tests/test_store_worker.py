"""What happens without people: timers, messages between cases, services that fail and are tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from chengshu.engines.cases import ports, services
from chengshu.engines.cases.actions.working import begin_job, end_job, fail_job, fire_timer
from chengshu.engines.cases.api import (
    complete_task,
    deliver_message,
    deliver_signal,
    node_figures,
    open_case,
    operations,
    retry_job,
    retry_step,
    send_message,
    service,
)
from chengshu.engines.cases.models import Case, Job, Token, Wait
from chengshu.engines.cases.tasks import due_timers, perform_service
from chengshu.engines.cases.tests.deploying import deploy, open_tasks
from chengshu.engines.cases.tests.models import END, LEAVE, START, process, user_task
from chengshu.foundation.errors import Conflict
from chengshu.foundation.events.bus import deliver_waiting

MESSAGES = (
    '<message id="m" name="paid"><extensionElements><zeebe:subscription correlationKey="= reference"/>'
    '</extensionElements></message><signal id="s" name="storm"/>'
)
DURATION = "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"

REMINDED = process(
    START
    + user_task("apply", "填报")
    + f'<boundaryEvent id="late" attachedToRef="apply" cancelActivity="false">{DURATION}</boundaryEvent>'
    + user_task("remind", "催办")
    + END
    + '<endEvent id="reminded"/>',
    ["start > apply", "apply > end", "late > remind", "remind > reminded"],
    key="reminded_process",
    name="提醒",
)
WAITING = process(
    START + '<receiveTask id="wait" name="等待缴费" messageRef="m"/>' + user_task("after", "核对") + END,
    ["start > wait", "wait > after", "after > end"],
    key="waiting",
    name="等待",
    extra=MESSAGES,
)
PAYING = process(
    START + '<sendTask id="tell" name="通知" messageRef="m"/>' + user_task("done", "存档") + END,
    ["start > tell", "tell > done", "done > end"],
    key="paying",
    name="缴费",
    extra=MESSAGES,
)
STORM = process(
    START
    + '<intermediateCatchEvent id="storm"><signalEventDefinition signalRef="s"/></intermediateCatchEvent>'
    + user_task("after", "处置")
    + END,
    ["start > storm", "storm > after", "after > end"],
    key="stormy",
    name="台风",
    extra=MESSAGES,
)
CALLING = process(
    START
    + '<serviceTask id="call" name="查询"><extensionElements><zeebe:taskDefinition type="test.lookup" retries="2"/>'
    '<zeebe:ioMapping><zeebe:input source="= number" target="number"/>'
    '<zeebe:output source="= found" target="found"/></zeebe:ioMapping></extensionElements></serviceTask>'
    + user_task("after", "核对")
    + END,
    ["start > call", "call > after", "after > end"],
    key="calling",
    name="查询",
)


def make_due(case_id: int) -> int:
    """Move the due date of a case's timer into the past, as only the platform could."""
    wait = Wait.objects.get(case_id=case_id, kind="timer")
    with connection.cursor() as cursor:
        told = ["cases.fire_timer", '{"*": "*"}']
        set_both = "SELECT set_config('chengshu.action', %s, true), set_config('chengshu.write', %s, true)"
        cursor.execute(set_both, told)
        Wait.objects.filter(pk=wait.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        cursor.execute(set_both, ["", ""])
    return wait.pk


def test_a_timer_that_is_not_due_does_not_fire(db: None) -> None:
    deploy(REMINDED, "test.reminded")
    case_id = open_case(definition="test.reminded")
    wait_id = Wait.objects.get(case_id=case_id).pk
    assert due_timers() == []
    assert fire_timer(wait_id=wait_id) is False


def test_a_due_timer_fires_once(db: None) -> None:
    deploy(REMINDED, "test.reminded")
    case_id = open_case(definition="test.reminded")
    wait_id = make_due(case_id)
    assert due_timers() == [wait_id]
    assert fire_timer(wait_id=wait_id) is True
    assert fire_timer(wait_id=wait_id) is False
    assert set(open_tasks(case_id)) == {"apply", "remind"}


def test_a_message_goes_to_the_case_with_its_key_only(db: None) -> None:
    deploy(WAITING, "test.waiting")
    first = open_case(definition="test.waiting", variables={"reference": "A-1"})
    second = open_case(definition="test.waiting", variables={"reference": "A-2"})
    assert deliver_message(name="paid", key="A-3") == 0
    assert deliver_message(name="paid", key="A-2", payload={"amount": 5}) == 1
    assert (set(open_tasks(first)), set(open_tasks(second))) == (set(), {"after"})
    with pytest.raises(Conflict):
        send_message(case_id=second, name="paid")
    send_message(case_id=first, name="paid", key="A-1")
    assert set(open_tasks(first)) == {"after"}


def test_what_a_case_throws_reaches_the_other_after_the_commit(db: None) -> None:
    deploy(WAITING, "test.waiting")
    deploy(PAYING, "test.paying")
    waiting = open_case(definition="test.waiting", variables={"reference": "B-7"})
    open_case(definition="test.paying", variables={"reference": "B-7"})
    assert open_tasks(waiting) == {}
    deliver_waiting()
    assert set(open_tasks(waiting)) == {"after"}


def test_a_signal_reaches_every_case_that_waits(db: None) -> None:
    deploy(STORM, "test.storm")
    first, second = open_case(definition="test.storm"), open_case(definition="test.storm")
    assert deliver_signal(name="storm") == 2
    assert set(open_tasks(first)) == set(open_tasks(second)) == {"after"}


def test_a_service_is_not_called_inside_the_transaction(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setitem(
        ports._services, "test.lookup", lambda call: called.append(call.case_id) or {"found": 1}
    )
    deploy(CALLING, "test.calling")
    case_id = open_case(definition="test.calling", variables={"number": 7})
    assert called == []
    job_id = Job.objects.get(case_id=case_id).pk
    assert services.perform(job_id)
    assert called == [case_id]
    assert Case.objects.get(pk=case_id).variables["found"] == 1
    assert set(open_tasks(case_id)) == {"after"}
    assert services.perform(job_id) is False


def test_a_failing_service_is_tried_again_later_and_then_stops_with_an_incident(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(call: ports.ServiceCall) -> None:
        raise OSError("no connection")

    monkeypatch.setitem(ports._services, "test.lookup", broken)
    deploy(CALLING, "test.calling")
    case_id = open_case(definition="test.calling", variables={"number": 7})
    job = Job.objects.get(case_id=case_id)
    services.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.attempts_left) == ("waiting", 1, 1)
    assert job.next_at is not None
    assert job.next_at > timezone.now()
    assert services.due_jobs() == []
    services.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 2)
    assert "no connection" in job.error
    assert Token.objects.get(case_id=case_id, node="call").state == "faulty"
    view = operations()
    assert [line.case_id for line in view.stuck] == [case_id]
    assert [failed.job_id for failed in view.failed_jobs] == [job.pk]


def test_an_operator_has_a_stopped_service_tried_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(CALLING, "test.calling")
    case_id = open_case(definition="test.calling", variables={"number": 7})
    job_id = Job.objects.get(case_id=case_id).pk
    with pytest.raises(Conflict):
        retry_job(job_id=job_id)
    for _attempt in range(2):
        services.perform(job_id)
    retry_job(job_id=job_id)
    monkeypatch.setitem(ports._services, "test.lookup", lambda call: {"found": 2})
    again = Job.objects.filter(case_id=case_id, state="waiting").get().pk
    assert services.perform(again)
    assert set(open_tasks(case_id)) == {"after"}
    with pytest.raises(Conflict):
        retry_step(case_id=case_id)


def test_a_service_registers_under_its_name() -> None:
    @service("test.registered")
    def answer(call: ports.ServiceCall) -> dict[str, int]:
        return {"answer": 42}

    assert ports.service_by_name("test.registered") is answer
    ports._services.pop("test.registered")


def test_jobs_of_a_dead_worker_are_begun_again(db: None) -> None:
    deploy(CALLING, "test.calling")
    case_id = open_case(definition="test.calling", variables={"number": 7})
    job_id = Job.objects.get(case_id=case_id).pk
    assert begin_job(job_id=job_id) is not None
    assert services.due_jobs() == []
    end_job(job_id=job_id, variables={"found": 3})
    assert begin_job(job_id=job_id) is None
    fail_job(job_id=job_id, error="too late")
    assert set(open_tasks(case_id)) == {"after"}
    assert perform_service.name == "chengshu.perform_service"


def test_figures_of_a_step_count_what_was_done(as_persona: Any) -> None:
    version = deploy(LEAVE)
    for _case in range(3):
        case_id = open_case(definition="test.leave")
        with as_persona("unit_officer"):
            complete_task(task_id=open_tasks(case_id)["apply"])
    figures = {figure.node: figure for figure in node_figures(version.pk)}
    assert (figures["apply"].entered, figures["apply"].open, figures["approve"].open) == (3, 0, 3)
    assert figures["apply"].median_h is not None
