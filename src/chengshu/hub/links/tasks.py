"""What comes round by itself: calls that the relay gave up are told of as failed."""

from __future__ import annotations

from datetime import timedelta

from chengshu.foundation.jobs.periodic import periodic
from chengshu.hub.links import queries
from chengshu.hub.links.actions import fail_match


@periodic(every=timedelta(minutes=1))
def note_given_up_calls() -> None:
    """A round with nothing to do leaves no trace."""
    for match_id, attempts, error in queries.given_up():
        fail_match(match_id=match_id, error=error, attempts=attempts)
