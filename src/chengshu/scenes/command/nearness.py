"""Which events may be the same one: near in time, place and kind. Proposes only; a person decides. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from chengshu.scenes.command.facts import limit

EARTH_M = 6_371_000


class Located(Protocol):
    """What is looked at of an event."""

    pk: int
    unit_id: int
    kind: str
    place: str
    lat: Decimal | None
    lng: Decimal | None
    happened_at: datetime
    reported_at: datetime
    simulated: bool
    drill: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two events that may be one; the later report would be merged into the earlier.

    :ivar metres: between them; None where the places are equal as texts
    """

    event: Located
    into: Located
    minutes: int
    metres: int | None


def pairs(events: Iterable[Located], dismissed: set[frozenset[int]]) -> Iterator[Pair]:
    """Every pair worth a look, in the order of its reports."""
    ordered = sorted(events, key=lambda one: (one.reported_at, one.pk))
    for at, into in enumerate(ordered):
        for event in ordered[at + 1 :]:
            found = pair(event, into)
            if found is not None and frozenset((event.pk, into.pk)) not in dismissed:
                yield found


def pair(event: Located, into: Located) -> Pair | None:
    """The two as a pair, or None if they are too far apart. Real ones and drills never meet."""
    if (event.unit_id, event.simulated, event.drill) != (into.unit_id, into.simulated, into.drill):
        return None
    if event.kind.partition(".")[0] != into.kind.partition(".")[0]:
        return None
    minutes = int(abs((event.happened_at - into.happened_at).total_seconds()) // 60)
    if minutes > limit("merging", "minutes"):
        return None
    metres = distance_m(event, into)
    same_words = event.place.strip() != "" and event.place.strip() == into.place.strip()
    near = metres <= limit("merging", "metres") if metres is not None else same_words
    return Pair(event, into, minutes, metres) if near else None


def distance_m(one: Located, other: Located) -> int | None:
    """Metres between two events; None if one of them has no position."""
    if one.lat is None or one.lng is None or other.lat is None or other.lng is None:
        return None
    north, south = math.radians(one.lat), math.radians(other.lat)
    east = math.radians(one.lng) - math.radians(other.lng)
    half = math.sin((north - south) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return round(2 * EARTH_M * math.asin(math.sqrt(half)))
