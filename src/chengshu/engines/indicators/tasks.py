"""What the worker does for the indicators: every hour, whatever changed is computed anew."""

from __future__ import annotations

from datetime import timedelta

from chengshu.engines.indicators.actions import refresh_indicators
from chengshu.foundation.jobs.periodic import periodic


@periodic(every=timedelta(hours=1))
def refresh_every_indicator() -> None:
    refresh_indicators()
