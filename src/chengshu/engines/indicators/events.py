"""What the indicators announce."""

from __future__ import annotations

from dataclasses import dataclass

from chengshu.foundation.events.bus import Event


@dataclass(frozen=True)
class IndicatorObserved(Event):
    """A new observation was stored: the number, its records or its period differ from the last one."""

    observation: int
    indicator: str
    version: str
