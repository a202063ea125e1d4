"""Where a value repeats far longer than this series ever repeats one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from chengshu.engines.streams.detect.finding import Finding, Kind
from chengshu.engines.streams.detect.series import Floats

SHORTEST = 8
"""Rows; a shorter run is never called stuck."""
CHANCE = 1e-3
"""How often a run as long as the limit may come up by accident in a whole series."""
RESTING_SHARE = 0.05
"""A value that makes up so much of the rest of a series is where it rests, such as no rain or no cars."""


def stuck(moments: Floats, values: Floats) -> list[Finding]:
    """Runs of one value that chance does not explain. ``values`` has no NaN."""
    if len(values) < 3 * SHORTEST:
        return []
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    lengths = np.diff(np.append(starts, len(values)))
    limit = _limit(lengths, len(values))
    return [
        Finding(float(moments[start]), float(moments[start + length - 1]), Kind.STUCK, float(length / limit))
        for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)
        if length > limit and not _rests(values, starts, lengths, start, length)
    ]


def _limit(lengths: NDArray[np.int64], rows: int) -> float:
    """The length that chance reaches ``CHANCE`` times in ``rows``, from how often a value is followed by itself."""
    common = lengths[lengths <= max(SHORTEST, float(np.quantile(lengths, 0.99)))]
    repeats = float(np.sum(common - 1) / np.sum(common))
    by_chance = math.log(CHANCE / rows) / math.log(repeats) if repeats > 0 else 0.0
    return max(SHORTEST, by_chance, 2 * float(np.quantile(lengths, 0.995)))


def _rests(
    values: Floats, starts: NDArray[np.int64], lengths: NDArray[np.int64], start: int, length: int
) -> bool:
    """Whether the run's value is common outside the run, and has been there for a comparable time before."""
    others = values[starts] == values[start]
    others &= starts != start
    elsewhere = lengths[others]
    if not len(elsewhere):
        return False
    share = float(np.sum(elsewhere)) / (len(values) - length + 1)
    return share > RESTING_SHARE and length <= 3 * float(np.max(elsewhere))
