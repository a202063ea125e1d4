"""Noticing that this machine's clock was set: wall time and steady time, compared from look to look."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

JUMP_S: Final = 2.0
"""A clock that is only steered (slewed) changes by half a thousandth; so much in a second is a jump."""
KEPT_S: Final = 3_600.0


class ClockWatch:
    """Compares two clocks; the first look is the beginning.

    :param wall: seconds since 1970
    :param steady: seconds that nobody sets
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._apart = wall() - steady()
        self._jumps: list[tuple[float, float, float]] = []

    def jumped_s(self) -> float:
        """By how much the clock was set since the last look, negative for back; 0 if it was not."""
        wall, steady = self._wall(), self._steady()
        by_s = wall - steady - self._apart
        self._apart = wall - steady
        if abs(by_s) <= JUMP_S:
            return 0.0
        self._jumps.append((steady, wall, by_s))
        return by_s

    def look(self) -> list[dict[str, float]]:
        """The jumps of the last hour: ``at``, wall time after the jump, and ``by_s``, negative for back."""
        self.jumped_s()
        since = self._steady() - KEPT_S
        self._jumps = [each for each in self._jumps if each[0] > since]
        return [{"at": at, "by_s": round(by, 3)} for _steady, at, by in self._jumps]
