"""What happens to clocks: facts for whoever keeps an eye on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chengshu.foundation.events.bus import Event

_LATER = "the lists of cases show it; links may tell of it"


@dataclass(frozen=True)
class CaseDueChanged(Event):
    """A clock was paused, resumed, extended or started by a supplement: the case is due at another moment."""

    case_id: int


@dataclass(frozen=True)
class ClockWarned(Event):
    """A clock turned yellow: little of its limit is left."""

    unheard_because: ClassVar[str] = _LATER
    case_id: int
    clock_id: int
    layer: str
    due_at: str


@dataclass(frozen=True)
class ClockOverdue(Event):
    """A clock turned red: its limit is exceeded, and supervision raised a card."""

    unheard_because: ClassVar[str] = _LATER
    case_id: int
    clock_id: int
    layer: str
    due_at: str
    card: str


@dataclass(frozen=True)
class CardUncorrected(Event):
    """A yellow card was not answered in time and turned red."""

    unheard_because: ClassVar[str] = _LATER
    case_id: int
    clock_id: int


@dataclass(frozen=True)
class DeemedAccepted(Event):
    """No supplement notice was given in time: the application counts as accepted on the day it was received."""

    case_id: int
    as_of: str


@dataclass(frozen=True)
class DeemedRenewed(Event):
    """No decision was made before the licence expired: it counts as renewed."""

    unheard_because: ClassVar[str] = _LATER
    case_id: int
    as_of: str
