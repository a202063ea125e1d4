"""What passes through the door of the indicator engine: definitions, periods, observations, records. Only values."""

from __future__ import annotations

from chengshu.engines.indicators.definitions import (
    Direction,
    Grain,
    IndicatorDefinition,
    Kind,
    Parameter,
    Proves,
    Subjects,
    Thresholds,
)
from chengshu.engines.indicators.periods import (
    Period,
    budget_year,
    day,
    month,
    months_of,
    read_period,
    to_date,
)
from chengshu.engines.indicators.results import (
    Change,
    Comparison,
    Computed,
    ObservationView,
    Problem,
    RecordLine,
    RecordPage,
    Use,
    Verification,
    Wanted,
)

__all__ = [
    "Change",
    "Comparison",
    "Computed",
    "Direction",
    "Grain",
    "IndicatorDefinition",
    "Kind",
    "ObservationView",
    "Parameter",
    "Period",
    "Problem",
    "Proves",
    "RecordLine",
    "RecordPage",
    "Subjects",
    "Thresholds",
    "Use",
    "Verification",
    "Wanted",
    "budget_year",
    "day",
    "month",
    "months_of",
    "read_period",
    "to_date",
]
