"""What comes round by itself: the figures of the days that are over, and the anchor of the signed results."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone

from chengshu.engines.probes import availability
from chengshu.engines.probes.actions import anchor_results
from chengshu.engines.probes.models import Batch
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.jobs.periodic import periodic

LOOKED_BACK = 2
"""Days: an outage that ends after midnight may have ended before it."""


@periodic(daily_at=time(0, 40))
def keep_figures() -> None:
    """Yesterday, and the day before again."""
    today = timezone.localdate()
    for back in range(LOOKED_BACK, 0, -1):
        availability.keep_day(today - timedelta(days=back))


@periodic(every=timedelta(hours=1))
def anchor() -> None:
    """How far the signed batches go, in the audit chain."""
    last = Batch.objects.order_by("-pk").first()
    if last is None:
        return
    told = AuditEntry.objects.filter(action="probes.anchor_results", outcome="done").order_by("-pk").first()
    if told is None or told.details["given"].get("digest") != last.digest:
        anchor_results(batch=last.pk, digest=last.digest)
