"""What comes round by itself: ended agreements stop their matters, and the lists are made anew."""

from __future__ import annotations

from datetime import timedelta

from chengshu.foundation.jobs.periodic import periodic
from chengshu.scenes.matters import queries
from chengshu.scenes.matters.actions.ledger import suspend_expired
from chengshu.scenes.matters.actions.listing import make_list
from chengshu.scenes.matters.lists import KINDS


@periodic(every=timedelta(hours=6))
def suspend_ended_agreements() -> None:
    """委托协议到期: nothing new is accepted under an agreement that has ended."""
    for power in queries.expired_agreements():
        suspend_expired(power=power)


@periodic(every=timedelta(days=1))
def remake_lists() -> None:
    """A list gets a new version on the day on which the matters on it changed."""
    for kind in KINDS:
        make_list(kind=kind.key)
