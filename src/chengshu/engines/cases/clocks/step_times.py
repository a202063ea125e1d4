"""When a task is due and turns yellow: pure, and a look-up on the hot path."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from typing import Final, NamedTuple

from chengshu.engines.cases.clocks.clock import Clock, warn_after
from chengshu.engines.cases.clocks.limits import Limit, LimitUnit
from chengshu.engines.cases.clocks.settled import timekeeping
from chengshu.engines.cases.interpreter import plan as plans
from chengshu.foundation.calendar import SHANGHAI, local_day

_NOON: Final = time(12)


class TaskTimes(NamedTuple):
    """When a task's light turns yellow and when it is due."""

    warn_at: datetime
    due_at: datetime


def task_due(limit: plans.Limit, opened_at: datetime) -> datetime:
    """When a step with this limit is due."""
    return task_times(limit, opened_at).due_at


def task_times(limit: plans.Limit, opened_at: datetime) -> TaskTimes:
    """When a step with this limit turns yellow and is due.

    A look-up for days: every task of one limit that is opened on one day has the same times. Where the holiday notice
    of the next year is not on file, the earliest possible moment.
    """
    if limit.unit == "h":
        return _times(limit, opened_at.replace(microsecond=0))
    return _times_of_day(limit, local_day(opened_at))


@lru_cache(maxsize=4096)
def _times_of_day(limit: plans.Limit, day: date) -> TaskTimes:
    return _times(limit, datetime.combine(day, _NOON, tzinfo=SHANGHAI))


def _times(limit: plans.Limit, opened_at: datetime) -> TaskTimes:
    clock = Clock(Limit(limit.amount, LimitUnit(limit.unit)), opened_at)
    keeping, warning = timekeeping(), warn_after(limit.warn)
    due = clock.due(keeping, opened_at).at
    return TaskTimes(min(clock.warns(keeping, warning, opened_at).at, due), due)
