"""Puts readings back into the order in which they were taken, as far as waiting allows.

A device that was offline sends late; two gateways bring the same minute in either order. Whoever can wait
``lateness_ms`` gets the same alarms whatever the order of arrival was; whoever cannot uses no ``InOrder``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from chengshu.engines.streams.data import Reading

_Entry = tuple[int, int, str, int, Reading]


class InOrder:
    """Holds each reading until ``lateness_ms`` have passed since its moment, by arrival, and lets go in order."""

    def __init__(self, lateness_ms: int) -> None:
        self._lateness = lateness_ms
        self._held: list[_Entry] = []
        self._clock = 0
        self._number = 0

    def feed(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        for reading in readings:
            self._number += 1
            heappush(self._held, (reading.at, reading.device, reading.metric, self._number, reading))
            self._clock = max(self._clock, reading.received)
            yield from self._released(self._clock - self._lateness)

    def tick(self, now: int) -> Iterator[Reading]:
        """Let go of what has waited long enough at ``now``."""
        self._clock = max(self._clock, now)
        yield from self._released(self._clock - self._lateness)

    def held(self) -> list[Reading]:
        """What waits, to be fed again after a restart."""
        return [entry[-1] for entry in sorted(self._held, key=lambda entry: entry[3])]

    def _released(self, until: int) -> Iterator[Reading]:
        while self._held and self._held[0][0] <= until:
            yield heappop(self._held)[-1]
