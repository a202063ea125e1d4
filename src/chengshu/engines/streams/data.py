"""What the streams engine hands across its door: values, not tables."""

from __future__ import annotations

from typing import Final

import msgspec

SIMULATED: Final = "sim-"
"""What the codes of simulated devices begin with; nobody else's may."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One value of one metric of one device. ``at`` and ``received`` are milliseconds since 1970 (UTC)."""

    device: int
    metric: str
    at: int
    value: float
    text: str = ""  # for enumerations and strings; value is then NaN
    seq: int = -1  # the device's own counter, -1 if it sends none
    received: int = 0
