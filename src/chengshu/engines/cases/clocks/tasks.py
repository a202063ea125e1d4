"""What the worker does for the clocks: every few seconds, whatever turned yellow, red or deemed since."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chengshu.engines.cases.clocks.actions import apply_deemed_effects, raise_late_clocks
from chengshu.engines.cases.clocks.watching import silence_is_due, warnings_are_due
from chengshu.foundation.jobs.periodic import periodic


@periodic(every=timedelta(seconds=10))
def watch_clocks() -> None:
    """One batch of each kind, so that no case stays locked for long; a round with nothing to do leaves no trace."""
    now = timezone.now()
    if silence_is_due(now):
        apply_deemed_effects(at=now)
    if warnings_are_due(now):
        raise_late_clocks(at=now)
