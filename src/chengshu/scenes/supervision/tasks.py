"""What comes round by itself. A round with nothing to do leaves no trace."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone

from chengshu.foundation.jobs.periodic import periodic
from chengshu.scenes.supervision import queries
from chengshu.scenes.supervision.actions import (
    clear_warnings,
    escalate_cards,
    follow_rating,
    invite_to_rate,
    raise_warnings,
    take_over_cards,
)


@periodic(every=timedelta(minutes=1))
def watch_cards() -> None:
    """Cards of clocks come in, warnings come and go, what was not corrected turns red."""
    now = timezone.now()
    if queries.has_new_engine_cards():
        take_over_cards(at=now)
    if queries.has_late_cards(now):
        escalate_cards(at=now)


@periodic(every=timedelta(minutes=10))
def watch_warnings() -> None:
    """预警."""
    now = timezone.now()
    if queries.has_near_limits():
        raise_warnings(at=now)
    if queries.has_open_warnings():
        clear_warnings(at=now)


@periodic(every=timedelta(hours=1))
def follow_forgotten_ratings() -> None:
    """A bad rating whose event was lost becomes a case all the same."""
    for rating_id in queries.unfollowed_bad_ratings():
        follow_rating(rating_id=rating_id)


@periodic(daily_at=time(9, 0))
def invite() -> None:
    """Whose application was closed some days ago is invited to rate."""
    invite_to_rate()
