"""The one task that the queue knows, and the rounds of the foundation itself."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.sessions import last_seen_before
from chengshu.foundation.jobs.models import FINAL, JobRecord
from chengshu.foundation.jobs.periodic import periodic
from chengshu.foundation.jobs.runner import TryAgain, run_record

RECORDS_KEPT = timedelta(days=90)


@app.task(
    name="chengshu.perform_job",
    retry=RetryStrategy(max_attempts=30, exponential_wait=2, retry_exceptions=[TryAgain]),
)
def perform_job(record_id: int) -> None:
    """Run the work of one record."""
    run_record(record_id)


@periodic(every=timedelta(minutes=5))
def end_idle_sessions() -> None:
    """Sessions that nobody has used for as long as any session may rest."""
    last_seen_before(timezone.now() - limits().idle(False))


@periodic(every=timedelta(days=1))
def forget_old_jobs() -> None:
    """Records of work that ended long ago; the audit chain keeps what was done."""
    old = Q(finished_at__lt=timezone.now() - RECORDS_KEPT, state__in=FINAL)
    JobRecord.objects.filter(old).delete()
