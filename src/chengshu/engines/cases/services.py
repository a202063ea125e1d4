"""Performing service jobs: claim in one transaction, call outside of any, write the answer in another.

A job is tried until it has no attempts left, with growing delays; then its token stops with an incident that an
operator sees. A worker that dies during a call leaves the job ``running``; the round takes it up again. What a service
says of a case that was suspended meanwhile is kept with the job, and taken without another call after it is resumed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import ports
from chengshu.engines.cases.actions.working import KEPT, begin_job, end_job, fail_job
from chengshu.engines.cases.models import Job
from chengshu.engines.cases.state import CaseState, JobState
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import ChengshuError

log = logging.getLogger("chengshu.cases")

LONGEST_CALL: Final = timedelta(minutes=10)
"""A job that has been running for longer lost its worker."""
WORKER: Final = "case services"


@dataclass(frozen=True)
class _Failure:
    message: str
    code: str = ""
    is_final: bool = False


def perform(job_id: int) -> bool:
    """Try one job now; whether the service answered. Nothing happens to a job that is not due."""
    with asking(system(WORKER, "worker")):
        claimed = begin_job(job_id=job_id)
    if claimed is None:
        return False
    kept = claimed.payload.get(KEPT, {})
    if "failure" in kept:
        with asking(system(WORKER, "worker")):
            fail_job(job_id=job_id, **kept["failure"])
        return False
    try:
        answer = kept["answer"] if "answer" in kept else _call(claimed)
    except Exception as error:
        _note_failure(claimed.pk, _failure_of(error))
        return False
    with asking(system(WORKER, "worker")):
        end_job(job_id=job_id, variables=dict(answer or {}))
    return True


def due_jobs(most: int = 500) -> list[int]:
    """Jobs to be tried again now, and those whose worker died."""
    now = timezone.now()
    lost = Q(state=JobState.RUNNING, started_at__lt=now - LONGEST_CALL)
    waiting = Q(state=JobState.WAITING) & (Q(next_at=None) | Q(next_at__lte=now))
    found = Job.objects.filter(waiting | lost, case__state=CaseState.RUNNING)
    return list(found.order_by("next_at", "id").values_list("pk", flat=True)[:most])


def _call(job: Job) -> Mapping[str, Any] | None:
    perform_it = ports.service_by_name(job.service)
    if perform_it is None:
        raise LookupError(str(_("No program here offers the service “%(name)s”.") % {"name": job.service}))
    return perform_it(ports.ServiceCall(str(job.pk), job.case_id, job.case.number, job.payload))


def _failure_of(error: Exception) -> _Failure:
    if isinstance(error, ports.ServiceError):
        return _Failure(error.message, error.code, is_final=True)
    if isinstance(error, ChengshuError):
        return _Failure(str(error.message))
    log.warning("a service failed", exc_info=error)
    return _Failure(f"{type(error).__name__}: {error}")


def _note_failure(job_id: int, failure: _Failure) -> None:
    with asking(system(WORKER, "worker")):
        fail_job(job_id=job_id, error=failure.message[:2000], code=failure.code, again=not failure.is_final)
