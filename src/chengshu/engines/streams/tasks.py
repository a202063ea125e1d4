"""What comes round by itself: commands whose time is over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chengshu.engines.streams.expiring import expire_commands
from chengshu.foundation.jobs.periodic import periodic


@periodic(every=timedelta(seconds=10))
def end_commands_in_time() -> None:
    expire_commands(timezone.now())
