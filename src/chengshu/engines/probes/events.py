"""What the probes announce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class OutageBegan(Event):
    """A target is out of order, by itself and not because of what it hangs on. ``began_at`` in ISO 8601."""

    unheard_because: ClassVar[str] = "Which outage becomes which ticket is data of hub/links."

    outage: int
    target: str
    unit: int
    began_at: str


@dataclass(frozen=True)
class OutageEnded(Event):
    """A target is in order again. ``ended_at`` in ISO 8601."""

    unheard_because: ClassVar[str] = "What follows from it is data of hub/links."

    outage: int
    target: str
    unit: int
    began_at: str
    ended_at: str
