"""Short words for situations of rules: minutes instead of milliseconds, one device, one metric."""

from __future__ import annotations

from collections.abc import Iterable

from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.rules import (
    AlarmEvent,
    Compare,
    Engine,
    EventKind,
    Level,
    Rule,
    Subject,
    Threshold,
)

MINUTE = 60_000
START = 1_767_225_600_000
DEVICE = 7


def at(minutes: float) -> int:
    return START + round(minutes * MINUTE)


def reading(
    minutes: float,
    value: float = 0.0,
    *,
    device: int = DEVICE,
    metric: str = "level",
    text: str = "",
    late: float = 0,
) -> Reading:
    """A reading taken at ``minutes`` that arrives ``late`` minutes later."""
    return Reading(device, metric, at(minutes), value, text, received=at(minutes + late))


def high(number: int = 1, limit: float = 10.0, *, clear: float | None = None, **durations: float) -> Rule:
    """Above ``limit``; durations in minutes: ``lasting`` and ``back``."""
    condition = Threshold(
        "level",
        Compare.ABOVE,
        limit,
        clear,
        for_ms=round(durations.get("lasting", 0) * MINUTE),
        clear_for_ms=round(durations.get("back", 0) * MINUTE),
    )
    return Rule(number, condition, Level.ORANGE)


def device_subject(device: int = DEVICE) -> Subject:
    return Subject("device", device)


def fed(engine: Engine, *values: tuple[float, float]) -> list[tuple[EventKind, float]]:
    """What comes of values at minutes."""
    return told(engine.feed(reading(minutes, value) for minutes, value in values))


def told(events: Iterable[AlarmEvent]) -> list[tuple[EventKind, float]]:
    """Kinds and minutes."""
    return [(event.kind, (event.at - START) / MINUTE) for event in events]
