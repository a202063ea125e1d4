"""What this scene announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chengshu.foundation.events.bus import Event

_LINKS = "What follows from it is data of hub/links."


@dataclass(frozen=True)
class EventReported(Event):
    """An event was taken down."""

    unheard_because: ClassVar[str] = _LINKS
    city_event: int
    unit: int
    kind: str
    drill: bool


@dataclass(frozen=True)
class EventGraded(Event):
    """An event was graded, or graded anew; ``grade`` 1 is the gravest."""

    unheard_because: ClassVar[str] = _LINKS
    city_event: int
    unit: int
    grade: str
    drill: bool


@dataclass(frozen=True)
class EventResolved(Event):
    """An event is over."""

    unheard_because: ClassVar[str] = _LINKS
    city_event: int
    unit: int
    drill: bool
