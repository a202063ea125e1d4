"""What this part announces, with ids only."""

from __future__ import annotations

from dataclasses import dataclass

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class DeferralSettled(Event):
    """A deferred material came in.

    :param case: whose deferral it was
    """

    case: int
    deferral: int
