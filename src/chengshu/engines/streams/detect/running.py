"""Everything that is wrong with one series, in the order of time."""

from __future__ import annotations

import numpy as np

from chengshu.engines.streams.detect.finding import Finding
from chengshu.engines.streams.detect.gaps import gaps
from chengshu.engines.streams.detect.series import Series
from chengshu.engines.streams.detect.stuck import stuck
from chengshu.engines.streams.detect.unusual import unusual


def detect(series: Series) -> list[Finding]:
    """Gaps, stuck values, spikes, shifts, patterns and spreads; the same series always gives the same answer."""
    known = np.isfinite(series.values)
    moments, values = series.moments[known], series.values[known]
    found = [*gaps(series), *stuck(moments, values), *unusual(moments, values)]
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.kind))
