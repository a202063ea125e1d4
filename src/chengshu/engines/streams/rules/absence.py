"""Devices that fall silent, judged by the interval that each has kept so far.

Silence is measured on the platform's own clock, by arrival: a device whose clock is wrong is not silent, and data from
the past that comes late is a sign of life now.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from chengshu.engines.streams.rules.definition import Absence

REMEMBERED = 15
ENOUGH = 5


class Presence:
    """When one device was last heard for one rule, and how long it may be silent from now on."""

    __slots__ = ("_condition", "_intervals", "_news", "expected", "last", "on", "patience")

    def __init__(self, condition: Absence) -> None:
        self._condition = condition
        self._intervals: deque[int] = deque(maxlen=REMEMBERED)
        self._news = 0
        self.last = -1
        self.on = False
        self.expected = False
        self.patience = condition.at_least_ms

    @property
    def deadline(self) -> int:
        return self.last + self.patience

    def expect(self, since: int, interval: int) -> bool:
        """Nothing came yet: count the silence from ``since``. Whether that is still to be counted.

        :param interval: milliseconds between two messages, as its thing model says
        """
        if self.on or (self.last >= 0 and not self.expected):
            return False
        self.expected = True
        self.last = max(self.last, since)
        self.patience = max(self._condition.at_least_ms, round(self._condition.factor * interval))
        return True

    def came(self) -> None:
        """It was heard after all, though not by a reading: its silence counts from the first reading on."""
        self.expected, self.last = False, -1

    def clock_was_set(self, by: int) -> None:
        """Go on from the same silence on a clock that shows ``by`` milliseconds more."""
        if self.last >= 0:
            self.last = max(0, self.last + by)

    def heard(self, received: int) -> bool:
        """A sign of life; whether it ended a silence. What arrives at the same moment or before counts once."""
        if received <= self.last and not self.expected:
            return False
        if self.last >= 0 and not self.expected and (not self.on or len(self._intervals) < ENOUGH):
            self._learn(received - self.last)
        self.last, self.expected = received, False
        ended, self.on = self.on, False
        return ended

    def _learn(self, interval: int) -> None:
        """Every fifth interval the patience is set anew: three times the median of the last fifteen, if not more."""
        self._intervals.append(interval)
        self._news += 1
        if self._news >= ENOUGH:
            self._news = 0
            middle = sorted(self._intervals)[len(self._intervals) // 2]
            self.patience = max(self._condition.at_least_ms, round(self._condition.factor * middle))

    def save(self) -> list[Any]:
        return [self.last, self.on, self.patience, self._news, list(self._intervals), self.expected]

    def load(self, saved: list[Any]) -> None:
        self.last, self.on, self.patience, self._news = saved[:4]
        self._intervals = deque(saved[4], maxlen=REMEMBERED)
        self.expected = len(saved) > 5 and saved[5]
