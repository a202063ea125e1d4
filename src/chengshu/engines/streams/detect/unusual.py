"""Where values are unlike what their series usually does, seen at several widths at once.

Four quantities are followed, each over windows from a single row to three days: how far a value stands from its
neighbours (spike), how far a stretch stands from what is usual at its time of day (pattern), how far the level after a
moment is from the level before it (shift), and how much noisier a stretch is (spread). Each has its own limit, learned
from the very series.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chengshu.engines.streams.detect.finding import Finding, Kind, merged
from chengshu.engines.streams.detect.limits import limit_of
from chengshu.engines.streams.detect.series import Floats
from chengshu.engines.streams.detect.usual import DAY, robust_spread, usual

HOUR = 3_600.0
LEAST_ROWS = 100
CLIPPED = 6.0
"""Single values count for at most so many usual variations in the mean of a stretch; else a spike were a pattern."""
NEIGHBOURS = 5
STRETCHES = (HOUR, 3 * HOUR, 12 * HOUR, DAY)
SHIFTS = (3 * HOUR, DAY, 3 * DAY)
BRIEF = frozenset({Kind.SPIKE, Kind.SPREAD})
APART = 1.15
FEW = 5
"""Where at most brief things were found, up to ``FEW`` stretches count, if ``APART`` times as far out as the rest."""
KEPT = 0.5
"""Findings below this share of the strongest of the series are left out: beside a real fault they are its ripples."""


@dataclass(frozen=True)
class Quantity:
    """One quantity along the series; ``values`` has one entry a row, ``window`` rows contribute to each."""

    kind: Kind
    window: int
    values: Floats


def unusual(moments: Floats, values: Floats) -> list[Finding]:
    """Spikes, patterns, shifts and spreads. ``values`` has no NaN."""
    if len(values) < LEAST_ROWS or np.all(values == values[0]):
        return []
    left = usual(moments, values).left
    step = float(np.median(np.diff(moments)))
    together = _together(moments, step)
    found = [
        finding
        for quantity in _quantities(moments, left, step)
        for finding in _above(moments, quantity, _limit(quantity))
    ]
    if all(finding.kind in BRIEF for finding in found):
        found += _standing_apart(moments, left, step)
    return strongest(merged(found, within=together))


def strongest(findings: list[Finding]) -> list[Finding]:
    top = max((finding.score for finding in findings), default=0.0)
    return [finding for finding in findings if finding.score >= KEPT * top]


def _together(moments: Floats, step: float) -> float:
    """Seconds within which two findings are one event."""
    return min(max(10 * step, DAY / 2), float(moments[-1] - moments[0]) / 20)


def _quantities(moments: Floats, left: Floats, step: float) -> Iterator[Quantity]:
    yield Quantity(Kind.SPIKE, 1, _from_neighbours(left))
    widths = _windows(STRETCHES, step, len(left))
    for window, stretch in zip([1, *widths], _stretches(moments, left, widths), strict=True):
        yield Quantity(Kind.PATTERN, window, stretch)
    for window in widths:
        yield Quantity(Kind.SPREAD, window, _noise(left, window))
    whole = np.clip(left, -CLIPPED, CLIPPED)
    for window in _windows(SHIFTS, step, len(left)):
        yield Quantity(Kind.SHIFT, window, _moved(whole, window))


def _windows(durations: tuple[float, ...], step: float, rows: int) -> list[int]:
    windows = {round(duration / step) for duration in durations}
    return sorted(window for window in windows if 3 <= window <= rows / 40)


def _limit(quantity: Quantity) -> float:
    """Single values have heavy tails, so that of spikes is found on a logarithmic scale."""
    if quantity.kind is Kind.SPIKE:
        return float(np.expm1(limit_of(np.log1p(quantity.values), quantity.window)))
    return limit_of(quantity.values, quantity.window)


def _above(moments: Floats, quantity: Quantity, limit: float) -> Iterator[Finding]:
    over = np.flatnonzero(quantity.values > limit)
    if not len(over):
        return
    half = quantity.window // 2
    for run in np.split(over, np.flatnonzero(np.diff(over) > max(quantity.window, 1)) + 1):
        first, last = max(int(run[0]) - half, 0), min(int(run[-1]) + half, len(moments) - 1)
        score = float(np.max(quantity.values[run])) / limit
        yield Finding(float(moments[first]), float(moments[last]), quantity.kind, score)


def _standing_apart(moments: Floats, left: Floats, step: float) -> list[Finding]:
    """Where no limit was exceeded: the few stretches that stand out at all widths more than any other does."""
    widths = _windows(STRETCHES, step, len(left))
    if not widths:
        return []
    quantity = Quantity(Kind.PATTERN, widths[-1], _at_all_widths(_stretches(moments, left, widths)))
    return list(_above(moments, quantity, _apart(quantity)))


def _apart(quantity: Quantity) -> float:
    """The limit that only the few highest peaks exceed, if the last of them is ``APART`` times the next one."""
    rest, reach = quantity.values.copy(), 2 * quantity.window
    peaks = []
    for _number in range(FEW + 1):
        place = int(np.argmax(rest))
        peaks.append(float(rest[place]))
        rest[max(place - reach, 0) : place + reach + 1] = 0
    for upper, lower in itertools.pairwise(peaks):
        if lower > 0 and upper / lower >= APART:
            return upper / APART
    return np.inf


def _from_neighbours(values: Floats) -> Floats:
    padded = np.pad(values, NEIGHBOURS, mode="reflect")
    around = np.delete(sliding_window_view(padded, 2 * NEIGHBOURS + 1), NEIGHBOURS, axis=1)
    return np.asarray(np.abs(values - np.median(around, axis=1)), dtype=np.float64)


def _slow_level(moments: Floats, values: Floats) -> Floats:
    """The median of the fortnight around each day, drawn through the days."""
    day = np.asarray(moments // DAY, dtype=np.int64)
    days, begins = np.unique(day, return_index=True)
    medians = np.array([np.median(part) for part in np.split(values, begins[1:])])
    smooth = np.array([np.median(medians[np.abs(days - one) <= 7]) for one in days.tolist()])
    return np.asarray(np.interp(moments, (days + 0.5) * DAY, smooth), dtype=np.float64)


def _stretches(moments: Floats, left: Floats, widths: list[int]) -> list[Floats]:
    """How far each row, and each stretch around it, is from the usual, the slow movement of the level taken out."""
    steady = left - _slow_level(moments, left)
    steady = steady / robust_spread(steady)
    clipped = np.clip(steady, -CLIPPED, CLIPPED)
    return [np.abs(steady), *(np.abs(_rolling_mean(clipped, width)) for width in widths)]


def _at_all_widths(stretches: list[Floats]) -> Floats:
    """How far a row stands out at all widths together, each in units of what it usually reaches."""
    usual_reach = [float(np.quantile(stretch, 0.95)) or 1.0 for stretch in stretches]
    shares = [stretch / reach for stretch, reach in zip(stretches, usual_reach, strict=True)]
    return np.asarray(np.mean(shares, axis=0), dtype=np.float64)


def _rolling_mean(values: Floats, window: int) -> Floats:
    """The mean of the ``window`` rows around each row; shorter at both ends."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    rows = np.arange(len(values))
    first = np.maximum(rows - window // 2, 0)
    beyond = np.minimum(rows - window // 2 + window, len(values))
    return np.asarray((total[beyond] - total[first]) / (beyond - first), dtype=np.float64)


def _noise(values: Floats, window: int) -> Floats:
    """How many times noisier than usual each stretch is, on a logarithmic scale; 0 where it is calmer."""
    changes = np.abs(np.diff(values, prepend=values[0]))
    changes = np.minimum(changes, CLIPPED * (np.quantile(changes, 0.75) or 1.0))
    noise = _rolling_mean(changes, window)
    typical = float(np.median(noise)) or 1.0
    return np.asarray(np.maximum(np.log((noise + 0.1 * typical) / typical), 0.0), dtype=np.float64)


def _moved(values: Floats, window: int) -> Floats:
    """How far the mean of the next ``window`` rows is from that of the last; 0 where either is incomplete."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    moved = np.zeros(len(values))
    rows = np.arange(window, len(values) - window)
    before, after = total[rows] - total[rows - window], total[rows + window] - total[rows]
    moved[rows] = np.abs(after - before) / window
    return moved
