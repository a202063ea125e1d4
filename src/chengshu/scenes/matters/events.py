"""What this scene announces."""

from __future__ import annotations

from dataclasses import dataclass

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class MatterPublished(Event):
    """An edition of a matter holds from a day on."""

    unheard_because = "the public reads matters in force from hub/services, which publishing writes at once"

    matter: int
    edition: int


@dataclass(frozen=True)
class MatterCancelled(Event):
    """A matter is not offered any more."""

    unheard_because = "its withdrawal from hub/services happens in the same transaction"

    matter: int
    reason: str
