"""Where values that should have come did not, judged by how regularly this series comes."""

from __future__ import annotations

import numpy as np

from chengshu.engines.streams.detect.finding import Finding, Kind
from chengshu.engines.streams.detect.series import Floats, Series

REGULAR_SHARE = 0.9
"""A series is regular if this share of its intervals is within a fifth of the usual one."""


def usual_step(moments: Floats) -> float:
    """Seconds from one row to the next, as a rule; 0 for fewer than two rows."""
    return float(np.median(np.diff(moments))) if len(moments) > 1 else 0.0


def is_regular(moments: Floats) -> bool:
    step = usual_step(moments)
    return step > 0 and bool(np.mean(np.abs(np.diff(moments) - step) < step / 5) >= REGULAR_SHARE)


def longest_allowed(moments: Floats) -> float:
    """Seconds between two values above which something is missing.

    Of a series that keeps its step every missed row counts. One that reports when it likes has a gap only where it
    is silent for several times longer than in all but its longest hundredth of pauses.
    """
    step = usual_step(moments)
    if is_regular(moments):
        return 1.5 * step
    return max(10 * step, 4 * float(np.quantile(np.diff(moments), 0.99)))


def gaps(series: Series) -> list[Finding]:
    """Every gap. Its ends are the first and the last row that is missing, as far as the step tells."""
    if len(series.moments) < 3:
        return []
    limit = longest_allowed(series.moments)
    step = usual_step(series.moments) if is_regular(series.moments) else 0.0
    known = series.moments[np.isfinite(series.values)]
    edges = np.concatenate([[series.moments[0] - step], known, [series.moments[-1] + step]])
    silent = np.diff(edges)
    return [
        Finding(edges[place] + step, edges[place + 1] - step, Kind.GAP, float(silent[place] / limit))
        for place in np.flatnonzero(silent > limit).tolist()
    ]
