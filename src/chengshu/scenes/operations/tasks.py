"""What comes round by itself."""

from __future__ import annotations

from datetime import time

from django.utils import timezone

from chengshu.foundation.jobs.periodic import periodic
from chengshu.scenes.operations import queries
from chengshu.scenes.operations.actions import open_rounds


@periodic(daily_at=time(0, 10))
def open_due_rounds() -> None:
    """The rounds of the day, the week, the month."""
    if queries.has_plans(timezone.localdate()):
        open_rounds()
