"""What this scene announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class TicketOpened(Event):
    """A fault or a request was taken down, and its case is open."""

    unheard_because: ClassVar[str] = "the supplier finds it in its inbox; no message channel exists yet"
    ticket: int
    severity: str


@dataclass(frozen=True)
class LimitMissed(Event):
    """A limit of a contract ran out before its step was done.

    :param kind: ``respond``, ``arrive`` or ``repair``
    """

    unheard_because: ClassVar[str] = "the desk of tickets shows it first; no message channel exists yet"
    ticket: int
    kind: str
