"""The process that asks; the supervisor starts it beside the web."""

from __future__ import annotations

import sys

from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.processes import ProcessDescription


def processes(layout: Layout) -> tuple[ProcessDescription, ...]:
    """One prober."""
    return (
        ProcessDescription(
            name="probes", command=(sys.executable, "-m", "chengshu.engines.probes.probing"), patience_s=15.0
        ),
    )
