"""Running one job: for whom, how often, and what becomes of it. What queued it and where it runs do not matter."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import Asker, asking, system
from chengshu.foundation.errors import ChengshuError, Refused
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.sessions import Terminal, asker_for
from chengshu.foundation.jobs.calls import Job, registered_jobs
from chengshu.foundation.jobs.models import JobRecord, JobState
from chengshu.foundation.jobs.work import Cancelled, Work
from chengshu.foundation.orgs.powers import powers_of

log = logging.getLogger("chengshu.jobs")

SYSTEM = system("jobs", "worker")


class TryAgain(Exception):
    """The work broke off for a reason nobody foresaw; the queue is asked to bring it again."""


def run_record(record_id: int) -> JobState:
    """Run the work of one record, unless it has ended already; the state it ends in.

    :raises TryAgain: if it broke off and may be tried again
    """
    record = _taken(record_id)
    if record is None or record.is_final:
        return JobState(record.state) if record else JobState.CANCELLED
    job = registered_jobs().get(record.job)
    if job is None or record.attempts > job.attempts:
        return _end(record, JobState.FAILED, _unrunnable(job))
    with translation.override(record.language or None):
        return _attempt(record, job)


def asker_of(record: JobRecord) -> Asker:
    """The account that asked, with the powers it has today; never more than its token allowed.

    :raises Refused: if the account is disabled
    """
    if record.account_id is None:
        return replace(SYSTEM, trace=record.trace)
    with asking(SYSTEM):
        account = Account.objects.get(pk=record.account_id)
        if not account.is_active:
            raise Refused(_("The account that asked for this work is disabled."), code="job.account_disabled")
        powers = powers_of(account.pk, timezone.localdate() or date.min)
    terminal = Terminal("", "worker", record.trace)
    asker = asker_for(
        account.pk,
        account.username,
        account.title,
        powers,
        terminal,
        session=f"job:{record.pk}",
        channel="worker",
    )
    if record.permissions is None:
        return asker
    allowed = frozenset(record.permissions)
    return replace(asker, powers={name: units for name, units in asker.powers.items() if name in allowed})


def _taken(record_id: int) -> JobRecord | None:
    """The record, marked as running; None if it is gone. An ended one is given as it is."""
    with asking(SYSTEM):
        record = JobRecord.objects.select_for_update().filter(pk=record_id).first()
        if record is None or record.is_final:
            return record
        if record.cancel_requested:
            record.state, record.finished_at = JobState.CANCELLED, timezone.now()
        else:
            record.state, record.attempts = JobState.RUNNING, record.attempts + 1
            record.started_at = record.started_at or timezone.now()
        record.save(update_fields=["state", "attempts", "started_at", "finished_at"])
        return record


def _attempt(record: JobRecord, job: Job) -> JobState:
    work: Work | None = None
    try:
        work = Work(record, asker_of(record))
        with ExitStack() as around:
            if not job.stepwise:
                around.enter_context(work.step())
            result = job.function(work, **record.arguments)
        return _end(record, JobState.DONE, None, work=work, result=result)
    except Cancelled:
        return _end(record, JobState.CANCELLED, None, work=work)
    except ChengshuError as error:
        return _end(record, JobState.FAILED, error, work=work)
    except Exception as error:
        log.exception("%s broke off in attempt %d", record, record.attempts)
        if record.attempts >= job.attempts:
            return _end(record, JobState.FAILED, _unforeseen(), work=work)
        _wait_again(record, error)
        raise TryAgain(str(error)) from error
    finally:
        if work is not None:
            work.close()


def _end(
    record: JobRecord,
    state: JobState,
    error: ChengshuError | None,
    *,
    work: Work | None = None,
    result: Any = None,
) -> JobState:
    changes: dict[str, Any] = {"state": state, "finished_at": timezone.now(), "result": result}
    if work is not None:
        changes |= {"done": work.done, "total": work.total, "message": work.message}
    if error is not None:
        changes |= {"error_code": error.code, "error": str(error.message), "hint": str(error.hint)}
    else:
        changes |= {"error_code": "", "error": "", "hint": ""}
    with asking(SYSTEM):
        JobRecord.objects.filter(pk=record.pk).update(**changes)
    return state


def _wait_again(record: JobRecord, error: Exception) -> None:
    with asking(SYSTEM):
        JobRecord.objects.filter(pk=record.pk).update(
            state=JobState.WAITING, error_code="job.interrupted", error=type(error).__name__
        )


def _unforeseen() -> ChengshuError:
    return ChengshuError(
        _("The work broke off several times for a reason nobody foresaw."),
        code="job.broken",
        hint=_("Tell your system administrator the number of this work; the log names the reason."),
    )


def _unrunnable(job: Job | None) -> ChengshuError:
    if job is None:
        return ChengshuError(
            _("This version of the platform does not know this kind of work."), code="job.unknown"
        )
    return _unforeseen()
