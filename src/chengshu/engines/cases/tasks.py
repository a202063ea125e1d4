"""What comes round by itself: due timers, and service jobs that have to be tried again."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from chengshu.engines.cases import services
from chengshu.engines.cases.actions.working import fire_timer
from chengshu.engines.cases.models import Wait
from chengshu.engines.cases.state import CaseState, WaitKind
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.jobs.periodic import periodic

log = logging.getLogger("chengshu.cases")

MOST_TIMERS = 500
"""Of one round; what is left comes with the next, five seconds later."""


@app.task(name="chengshu.perform_service")
def perform_service(job_id: int) -> None:
    """Call the service of one job, outside any transaction."""
    services.perform(job_id)


@periodic(every=timedelta(seconds=5))
def fire_due_timers() -> None:
    """Each timer in a transaction of its own, after the round's: one that fails does not hold the others up."""
    due = due_timers()
    for wait_id in due:
        transaction.on_commit(partial(_fire, wait_id))


@periodic(every=timedelta(seconds=10))
def take_up_service_jobs() -> None:
    """Jobs whose delay is over, and those that lost their worker."""
    for job_id in services.due_jobs():
        perform_service.defer(job_id=job_id)


def due_timers() -> list[int]:
    """Timers of running cases that are due, oldest first."""
    found = Wait.objects.filter(
        kind=WaitKind.TIMER, due_at__lte=timezone.now(), case__state=CaseState.RUNNING
    )
    return list(found.order_by("due_at", "id").values_list("pk", flat=True)[:MOST_TIMERS])


def _fire(wait_id: int) -> None:
    try:
        with asking(system("case timers", "worker")):
            fire_timer(wait_id=wait_id)
    except ChengshuError as error:
        log.warning("timer %s could not fire: %s", wait_id, error)


import chengshu.engines.cases.clocks.tasks  # noqa: E402, F401
