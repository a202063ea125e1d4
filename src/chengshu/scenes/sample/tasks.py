"""What comes round by itself: a note whose event was lost is acknowledged the next day all the same."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chengshu.foundation.jobs.periodic import periodic
from chengshu.scenes.sample import queries
from chengshu.scenes.sample.actions import acknowledge_note


@periodic(every=timedelta(days=1))
def acknowledge_forgotten() -> None:
    for note in queries.unacknowledged(before=timezone.now() - timedelta(days=1)):
        acknowledge_note(note=note)
