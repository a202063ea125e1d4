"""The door of the streams engine for those above it who show devices and alarms. Its other door is ``data``."""

from __future__ import annotations

from chengshu.engines.streams.points import (
    CONDITIONS,
    POINT_BYTES,
    SIMULATED,
    AlarmLine,
    Condition,
    Counted,
    DevicePoint,
    alarm_lines,
    alarm_mark,
    conditions,
    device_point,
    points,
)

__all__ = [
    "CONDITIONS",
    "POINT_BYTES",
    "SIMULATED",
    "AlarmLine",
    "Condition",
    "Counted",
    "DevicePoint",
    "alarm_lines",
    "alarm_mark",
    "conditions",
    "device_point",
    "points",
]
