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


@dataclass(frozen=True)
class PlanStarted(Event):
    """A plan is carried out, for an event or as a drill."""

    unheard_because: ClassVar[str] = _LINKS
    plan_run: int
    unit: int
    drill: bool


@dataclass(frozen=True)
class PlanEnded(Event):
    """A plan was ended, or broken off."""

    unheard_because: ClassVar[str] = _LINKS
    plan_run: int
    unit: int
    drill: bool


@dataclass(frozen=True)
class InstructionIssued(Event):
    """A unit was told what to do."""

    unheard_because: ClassVar[str] = _LINKS
    instruction: int
    unit: int
    to_unit: int
    drill: bool


@dataclass(frozen=True)
class InstructionLate(Event):
    """A limit of an instruction ran out: ``limit`` is ``receipt`` or ``answer``."""

    unheard_because: ClassVar[str] = _LINKS
    instruction: int
    unit: int
    to_unit: int
    limit: str
    drill: bool
