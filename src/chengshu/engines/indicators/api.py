"""The door of the indicator engine. Its other door is ``data``; how a scene declares an indicator: README.

Numbers are computed by the platform over all records, whoever asks; which records stand behind a number is shown only
as far as the asker's scope reaches.
"""

from __future__ import annotations

from chengshu.engines.indicators.actions import evaluate, refresh_indicators, set_thresholds, take_pack
from chengshu.engines.indicators.computing import compare, compute
from chengshu.engines.indicators.events import IndicatorObserved
from chengshu.engines.indicators.explaining import Cause as ChangeCause
from chengshu.engines.indicators.explaining import Explanation, RecordChange, Step, earlier_than, explain
from chengshu.engines.indicators.linting import lint, problems_in_database
from chengshu.engines.indicators.queries import (
    history,
    latest,
    observation,
    records_of,
    stored,
)
from chengshu.engines.indicators.readings import Length, Point, Reading, reading, readings_mark
from chengshu.engines.indicators.registry import (
    definition,
    definitions,
    in_force,
    register_indicators,
    register_uses,
    register_wanted,
    versions_of,
    withdraw_indicators,
)
from chengshu.engines.indicators.verifying import verify

__all__ = [
    "ChangeCause",
    "Explanation",
    "IndicatorObserved",
    "Length",
    "Point",
    "Reading",
    "RecordChange",
    "Step",
    "compare",
    "compute",
    "definition",
    "definitions",
    "earlier_than",
    "evaluate",
    "explain",
    "history",
    "in_force",
    "latest",
    "lint",
    "observation",
    "problems_in_database",
    "reading",
    "readings_mark",
    "records_of",
    "refresh_indicators",
    "register_indicators",
    "register_uses",
    "register_wanted",
    "set_thresholds",
    "stored",
    "take_pack",
    "verify",
    "versions_of",
    "withdraw_indicators",
]
