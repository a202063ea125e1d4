"""What the worker does to cases, and what an operator does when something stopped: timers, messages, services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import handing_in, opening, store
from chengshu.engines.cases.events import ServiceFailed
from chengshu.engines.cases.models import DefinitionVersion, Job, Token, VersionState, Wait
from chengshu.engines.cases.state import CaseState, JobState, TokenState, WaitKind
from chengshu.engines.cases.who import require_at_one
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, Missing
from chengshu.foundation.events.bus import emit

FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=1)
KEPT = "#kept"
"""Beside a job's payload: what its service said while the case was suspended."""


@action(title=_("Let a timer fire"), at=Reach.EVERYWHERE)
def fire_timer(*, wait_id: int) -> bool:
    """Let a due timer happen. False when it is gone, or somebody has the case in hand: the next round comes again."""
    wait = Wait.objects.filter(pk=wait_id, kind=WaitKind.TIMER, due_at__lte=timezone.now()).first()
    work = store.if_free(wait.case_id) if wait else None
    if work is None or work.run.case.state != CaseState.RUNNING:
        return False
    happened = work.run.fire_timer(wait_id)
    store.write(work)
    return happened


@action(title=_("Deliver a message to cases"), at=Reach.EVERYWHERE)
def deliver_message(*, name: str, key: str = "", payload: Mapping[str, Any] | None = None) -> int:
    """Give a message to the case that waits for it, oldest first; else open the case that it begins.

    :param key: correlation key: only a wait with this key, or with none, takes it
    :return: how many cases took it: 0 or 1
    """
    handing_in.insist_small(payload, field="payload")
    waits = Wait.objects.filter(kind=WaitKind.MESSAGE, name=name, key__in=["", key])
    for case_id in (
        waits.filter(case__state=CaseState.RUNNING).order_by("id").values_list("case_id", flat=True)
    ):
        with store.at_case(case_id) as work:
            taken = work.run.deliver_message(name, key=key, payload=payload)
        if taken:
            return 1
    return _begin_by("message", name, payload)


@action(title=_("Deliver a signal to cases"), at=Reach.EVERYWHERE)
def deliver_signal(*, name: str, payload: Mapping[str, Any] | None = None) -> int:
    """Give a signal to every case that waits for it, and open the cases that it begins; returns how many."""
    handing_in.insist_small(payload, field="payload")
    waits = Wait.objects.filter(kind=WaitKind.SIGNAL, name=name, case__state=CaseState.RUNNING)
    taken = 0
    for case_id in sorted(set(waits.values_list("case_id", flat=True))):
        with store.at_case(case_id) as work:
            taken += work.run.deliver_signal(name, payload=payload)
    return taken + _begin_by("signal", name, payload)


@action(title=_("Send a message to a case"), at=Reach.ANYWHERE)
def send_message(*, case_id: int, name: str, key: str = "", payload: Mapping[str, Any] | None = None) -> None:
    """Give one case a message that it waits for, such as a supplement that has arrived.

    :raises Conflict: ``cases.not_waiting`` if it does not wait for it
    """
    handing_in.insist_small(payload, field="payload")
    with store.at_case(case_id) as work:
        _require_here(work, "cases.send_message")
        if not work.run.deliver_message(name, key=key, payload=payload):
            raise Conflict(
                _("The case does not wait for this."),
                code="cases.not_waiting",
                hint=_("Reload the page to see what it waits for."),
            )


@action(title=_("Begin a service job"), at=Reach.EVERYWHERE)
def begin_job(*, job_id: int) -> Job | None:
    """Mark a waiting job as running, for the worker that is about to call; None when there is nothing to do."""
    job = (
        Job.objects.select_for_update(of=("self",), skip_locked=True).select_related("case").filter(pk=job_id)
    )
    found = job.exclude(state__in=[JobState.DONE, JobState.CANCELLED, JobState.FAILED]).first()
    if found is None or found.case.state != CaseState.RUNNING:
        return None
    Job.objects.filter(pk=job_id).update(
        state=JobState.RUNNING, started_at=timezone.now(), attempts=found.attempts + 1
    )
    return found


@action(title=_("Take a service's answer"), at=Reach.EVERYWHERE)
def end_job(*, job_id: int, variables: Mapping[str, Any] | None = None) -> bool:
    """Let the case go on with what the service answered; False when it went on without it meanwhile.

    A suspended case stays where it is: the answer is kept with the job and taken once the case is resumed.
    """
    with store.at_case(_case_of(job_id), must_run=False) as work:
        is_kept = _kept_for_later(work, job_id, {"answer": dict(variables or {})})
        taken = not is_kept and work.run.finish_job(job_id, variables)
    if is_kept:
        return False
    Job.objects.filter(pk=job_id).update(ended_at=timezone.now(), next_at=None, error="")
    return taken


@action(title=_("Note a service's failure"), at=Reach.EVERYWHERE)
def fail_job(*, job_id: int, error: str, code: str = "", again: bool = True) -> None:
    """Try again later, or let the case's error event or an operator take over.

    In a suspended case it counts once the case is resumed.
    """
    case_id = _case_of(job_id)
    with store.at_case(case_id, must_run=False) as work:
        failure = {"error": error, "code": code, "again": again}
        is_kept = _kept_for_later(work, job_id, {"failure": failure})
        if not is_kept:
            work.run.fail_job(job_id, error, code=code, again=again)
    if is_kept:
        return
    job = Job.objects.get(pk=job_id)
    is_waiting = job.state == JobState.WAITING
    Job.objects.filter(pk=job_id).update(
        error=error, next_at=timezone.now() + _delay(job.attempts) if is_waiting else None
    )
    if job.state == JobState.FAILED and not code:
        emit(ServiceFailed(case_id, job_id, job.service))


@action(title=_("Retry a service job"), at=Reach.ANYWHERE)
def retry_job(*, job_id: int) -> None:
    """Let a service that gave up be tried again, as an operator.

    :raises Conflict: if it has not given up
    """
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise Missing(_("There is no such job, or you may not see it."), code="cases.job_missing")
    if job.state != JobState.FAILED:
        raise Conflict(
            _("This job has not failed."),
            code="cases.job_not_failed",
            hint=_("Reload the page to see its state."),
        )
    retry_token(case_id=job.case_id, token_id=job.token_id, permission="cases.retry_job")


@action(title=_("Retry a stopped step"), at=Reach.ANYWHERE)
def retry_step(*, case_id: int, node: str = "") -> int:
    """Let what an incident stopped try again, as an operator; returns how many places.

    :param node: only this step; every stopped one unless given
    """
    faulty = Token.objects.filter(case_id=case_id, state=TokenState.FAULTY)
    tokens = list((faulty.filter(node=node) if node else faulty).values_list("pk", flat=True))
    if not tokens:
        raise Conflict(
            _("Nothing in this case is stopped."), code="cases.not_faulty", hint=_("Reload the page.")
        )
    for token_id in tokens:
        retry_token(case_id=case_id, token_id=token_id, permission="cases.retry_step")
    return len(tokens)


def retry_token(*, case_id: int, token_id: int, permission: str) -> None:
    """For use inside an action."""
    with store.at_case(case_id) as work:
        _require_here(work, permission)
        work.run.retry_token(token_id, by=work.doer.account_id)


def _kept_for_later(work: store.Work, job_id: int, said: Mapping[str, Any]) -> bool:
    """Whether the case is suspended: then what the service said waits in the job. What waited there is taken out."""
    job, run = work.state.jobs.get(job_id), work.run
    if job is None:
        return False
    is_suspended = run.case.state is CaseState.SUSPENDED
    payload = {name: value for name, value in job.payload.items() if name != KEPT}
    if is_suspended:
        payload[KEPT] = dict(said)
        run.change_job(job, state=JobState.WAITING, payload=payload)
        run.finish()
    elif KEPT in job.payload:
        run.change_job(job, payload=payload)
    else:
        return False
    Job.objects.filter(pk=job_id).update(payload=payload, next_at=None)
    return is_suspended


def _require_here(work: store.Work, permission: str) -> None:
    require_at_one(current_asker(), permission, work.columns["reader_units"], work.columns["unit_id"])


def _case_of(job_id: int) -> int:
    found = Job.objects.filter(pk=job_id).values_list("case_id", flat=True).first()
    if found is None:
        raise Missing(_("There is no such job, or you may not see it."), code="cases.job_missing")
    return found


def _delay(attempts: int) -> timedelta:
    """Ten seconds after the first failure, then doubled each time up to an hour."""
    doubled: timedelta = FIRST_DELAY * 2 ** max(0, attempts - 1)
    return min(doubled, LONGEST_DELAY)


def _begin_by(event: str, name: str, payload: Mapping[str, Any] | None) -> int:
    """Open a case of every process in force that begins with this message or signal; returns how many."""
    begun = 0
    in_force = DefinitionVersion.objects.defer("content").select_related("definition")
    for version in in_force.filter(
        state=VersionState.DEPLOYED, facts__starts__contains=[{"event": event, "name": name}]
    ):
        nodes = [s["node"] for s in version.facts["starts"] if (s["event"], s["name"]) == (event, name)]
        opening.open_new(
            opening.Opening(version, version.definition.unit_id, variables=payload, node=nodes[0])
        )
        begun += 1
        if event == "message":
            break
    return begun
