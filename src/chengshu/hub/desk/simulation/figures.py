"""What a simulation found. Waiting is counted in working hours, the duration of a case in hours by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class StepFigures:
    """One step.

    :param wait_share: its part of all waiting of all steps, 0–1
    """

    key: str
    name: str
    role: str
    started: int
    done: int
    mean_wait_h: float
    p90_wait_h: float
    mean_queue: float
    longest_queue: int
    overdue_share: float | None
    wait_share: float


@dataclass(frozen=True)
class RoleFigures:
    """The people of one role.

    :param utilisation: worked of available hours, 0–1
    """

    role: str
    people: int
    utilisation: float
    mean_queue: float
    queue_by_day: tuple[int, ...]


@dataclass(frozen=True)
class Figures:
    """The whole simulation, counted after the warm-up.

    :param bottleneck: key of the step that causes most waiting; empty when nobody waits
    :param growing: whether more cases come in than go out, so that no queue is ever worked off
    """

    arrived: int
    completed: int
    open_at_end: int
    completed_per_day: float
    mean_duration_h: float
    median_duration_h: float
    p90_duration_h: float
    steps: tuple[StepFigures, ...]
    roles: tuple[RoleFigures, ...]
    bottleneck: str
    growing: bool


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all values do not exceed; 0 without values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
