"""What a series usually does: its shape over the day or the week, and how much it varies at each hour.

A shape is only believed if it explains values that it has not seen: each candidate is learned from the even days and
tried on the odd ones, and the other way round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chengshu.engines.streams.detect.series import Floats

DAY = 86_400.0
SLOTS = 48
"""Parts of a day; half an hour each."""
GAIN = 0.9
"""A richer shape must bring what is left unexplained down to this share of the poorer one."""
LEAST_DAYS = 6.0
Slots = NDArray[np.int64]


@dataclass(frozen=True)
class Usual:
    """What is left of a series without its shape, in units of its own usual variation."""

    left: Floats
    shape: str


def usual(moments: Floats, values: Floats) -> Usual:
    """The values without what time of day and day of week explain, divided by the variation of that time of day."""
    best_name, best_slots = "none", np.zeros(len(moments), dtype=np.int64)
    error = _unexplained(moments, values, best_slots)
    if moments[-1] - moments[0] >= LEAST_DAYS * DAY:
        for name, slots_of in _SHAPES:
            slots = slots_of(moments)
            tried = _unexplained(moments, values, slots)
            if tried < GAIN * error:
                best_name, best_slots, error = name, slots, tried
    left = values - _learned(best_slots, values)[best_slots]
    return Usual(left / _variation(best_slots, left), best_name)


def robust_spread(values: Floats) -> float:
    """The standard deviation that a normal series with the same quartiles would have; above 0 for any series."""
    if not len(values):
        return 1.0
    low, high = np.quantile(values, [0.25, 0.75])
    spread = float(high - low) / 1.349
    return spread or float(np.std(values)) or 1.0


def _by_day(moments: Floats) -> Slots:
    return np.asarray(moments % DAY // (DAY / SLOTS), dtype=np.int64)


def _by_work_day(moments: Floats) -> Slots:
    weekday = (moments // DAY + 3) % 7
    return _by_day(moments) + SLOTS * np.asarray(weekday >= 5, dtype=np.int64)


def _by_week(moments: Floats) -> Slots:
    return _by_day(moments) + SLOTS * np.asarray((moments // DAY + 3) % 7, dtype=np.int64)


_SHAPES: tuple[tuple[str, Callable[[Floats], Slots]], ...] = (
    ("day", _by_day),
    ("work day", _by_work_day),
    ("week", _by_week),
)


def _unexplained(moments: Floats, values: Floats, slots: Slots) -> float:
    even = (moments // DAY) % 2 < 1
    left = [
        np.abs(values[unseen] - _learned(slots[seen], values[seen], int(slots.max()) + 1)[slots[unseen]])
        for seen, unseen in ((even, ~even), (~even, even))
        if seen.any() and unseen.any()
    ]
    return float(np.median(np.concatenate(left))) if left else 0.0


def _learned(slots: Slots, values: Floats, count: int = 0) -> Floats:
    """The median of each slot; that of everything where a slot was hardly seen."""
    count = count or int(slots.max()) + 1
    shape = np.full(count, float(np.median(values)))
    for slot, members in _members(slots):
        if len(members) >= 3:
            shape[slot] = float(np.median(values[members]))
    return shape


def _variation(slots: Slots, left: Floats) -> Floats:
    """For each value the usual variation at its time of day, never far below that of the whole series."""
    whole = robust_spread(left)
    spread = np.full(int(slots.max()) + 1, whole)
    for slot, members in _members(slots):
        if len(members) >= 8:
            spread[slot] = max(robust_spread(left[members]), whole / 3)
    return spread[slots]


def _members(slots: Slots) -> list[tuple[int, NDArray[np.intp]]]:
    order = np.argsort(slots, kind="stable")
    numbers, begins = np.unique(slots[order], return_index=True)
    return list(zip(numbers.tolist(), np.split(order, begins[1:]), strict=True))
