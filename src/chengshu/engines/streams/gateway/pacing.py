"""How fast newcomers are let in."""

from __future__ import annotations


class Pace:
    """Spreads arrivals evenly: a burst passes at once, what is beyond it queues up, what would wait too long is
    turned away.

    After a power failure a whole district reconnects within seconds; queueing costs each device a moment, refusing
    would bring it back even more often.

    :param per_s: how many a second in the long run
    :param burst: how many at once after a quiet time
    :param patience_s: the longest anyone waits
    """

    __slots__ = ("_turn", "burst", "patience_s", "per_s")

    def __init__(self, per_s: float, burst: int, patience_s: float) -> None:
        self.per_s, self.burst, self.patience_s = per_s, burst, patience_s
        self._turn = float("-inf")

    def wait_s(self, now_s: float) -> float | None:
        """Seconds until it is this one's turn, which is thereby taken; ``None`` if that is too long."""
        turn = max(self._turn, now_s - self.burst / self.per_s) + 1 / self.per_s
        wait = max(turn - now_s, 0.0)
        if wait > self.patience_s:
            return None
        self._turn = turn
        return wait
