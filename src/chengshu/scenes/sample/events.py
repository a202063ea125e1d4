"""What this scene announces."""

from __future__ import annotations

from dataclasses import dataclass

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class NoteLeft(Event):
    """Somebody left a note for a unit."""

    note: int


@dataclass(frozen=True)
class NoteAnswered(Event):
    """A unit answered a note."""

    unheard_because = "no message channel exists yet"

    note: int
