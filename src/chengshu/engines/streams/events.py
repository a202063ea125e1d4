"""What the streams engine announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class AlarmRaised(Event):
    """An alarm can be seen: it was raised, or what suppressed it is gone. ``level`` 1 is the gravest."""

    unheard_because: ClassVar[str] = "Which alarm opens which case is data of hub/links."

    alarm: int
    rule: str
    level: int
    unit: int
    device: str


@dataclass(frozen=True)
class AlarmEscalated(Event):
    """Nobody has acknowledged an alarm in time; ``step`` counts from 1."""

    unheard_because: ClassVar[str] = "Who is told is data of hub/links."

    alarm: int
    rule: str
    level: int
    unit: int
    step: int


@dataclass(frozen=True)
class AlarmAcknowledged(Event):
    """Somebody has seen an alarm and deals with it."""

    unheard_because: ClassVar[str] = "What follows from it is data of hub/links."

    alarm: int
    rule: str
    unit: int


@dataclass(frozen=True)
class AlarmCleared(Event):
    """The condition of an alarm has ceased, or somebody has ended it (``by_hand``)."""

    unheard_because: ClassVar[str] = "What follows from it is data of hub/links."

    alarm: int
    rule: str
    unit: int
    by_hand: bool


@dataclass(frozen=True)
class CommandExpired(Event):
    """A command was not answered in its time; ``sent`` says whether the device was given it at all."""

    unheard_because: ClassVar[str] = "What follows from it is data of hub/links."

    command: int
    kind: str
    device: str
    unit: int
    sent: bool
