"""What the case engine announces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class CaseOpened(Event):
    """A case began.

    :param definition: key of the definition
    """

    unheard_because = "links may hear it; no code needs to"

    case: int
    definition: int


@dataclass(frozen=True)
class CaseEnded(Event):
    """A case came to its end.

    :param state: ``completed``, ``terminated`` or ``void``
    """

    case: int
    definition: int
    state: str
    outcome: str


@dataclass(frozen=True)
class CaseStatusChanged(Event):
    """A case took on another of the national status codes.

    :param status: such as ``3`` accepted, ``6`` supplement asked for, ``11`` granted
    :param at: when, in ISO 8601 with the offset
    """

    case: int
    definition: int
    status: str
    at: str


@dataclass(frozen=True)
class MessageThrown(Event):
    """A case sent a message or a signal to others.

    :param kind: ``message`` or ``signal``
    :param called: its name
    """

    case: int
    kind: str
    called: str
    key: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ServiceFailed(Event):
    """A service gave up after its last attempt; its case waits for an operator."""

    unheard_because = "operators see it on the operations page, and a link tells of it"

    case: int
    job: int
    service: str
