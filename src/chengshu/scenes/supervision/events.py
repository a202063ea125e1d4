"""What this scene announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class CardRaised(Event):
    """A warning, a lead, a yellow or a red card was raised against a unit.

    :param unit: id of the unit
    :param level: ``lead``, ``warning``, ``yellow`` or ``red``
    """

    unheard_because: ClassVar[str] = "the unit sees it on its page of cards, and a link tells of it"
    card: int
    unit: int
    level: str


@dataclass(frozen=True)
class RatingLeft(Event):
    """Somebody rated a service."""

    rating: int
    level: int


@dataclass(frozen=True)
class ResultsPublished(Event):
    """The results of an inspection were published."""

    unheard_because: ClassVar[str] = "the public page shows it; no message channel exists yet"
    publication: int
