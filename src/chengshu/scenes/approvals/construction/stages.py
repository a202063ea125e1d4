"""The stage clock and the clock over the whole project. Pure.

A clock runs on the working days on which at least one of its items is being decided: from an acceptance to the last
decision. The applicant's own time between two items, and time that the law excludes (行政许可法 Art. 45), does not
count. The whole process is held against 120 working days (国办发〔2019〕11号).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from chengshu.foundation.calendar import WorkingCalendar
from chengshu.scenes.approvals.construction.days import due_day, read_days

WHOLE_LIMIT: Final = 120
"""Working days; rule ``construction_whole``."""


class Branch(StrEnum):
    """How a parallel branch stands."""

    PLANNED = "planned"
    FILED = "filed"
    RUNNING = "running"
    LATE = "late"
    DECIDED = "decided"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Run:
    """One item as far as clocks look at it; days in Shanghai.

    :param limit: what was promised, else what the law gives, such as ``10wd``; empty when not known
    :param pauses: first day and day of resuming, as :class:`~chengshu.foundation.calendar.Pause` counts
    """

    key: str
    needed: bool
    filed: date | None = None
    accepted: date | None = None
    decided: date | None = None
    limit: str = ""
    pauses: tuple[tuple[date, date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class ClockFace:
    """What a clock shows.

    :param used: working days so far
    :param limit: working days; None when nothing that runs has a limit that is known
    """

    used: int
    limit: int | None
    running: bool

    @property
    def left(self) -> int | None:
        return None if self.limit is None else self.limit - self.used

    @property
    def is_late(self) -> bool:
        return self.limit is not None and self.used > self.limit


def working_days_of(run: Run, today: date, calendar: WorkingCalendar) -> frozenset[date]:
    """The working days that count for an item: after its acceptance, up to its decision, without its pauses."""
    if run.accepted is None:
        return frozenset()
    last = run.decided or today
    days = (run.accepted + timedelta(days=n) for n in range(1, (last - run.accepted).days + 1))
    return frozenset(day for day in days if calendar.is_workday(day) and not _is_paused(day, run))


def _is_paused(day: date, run: Run) -> bool:
    return any(start < day and (end is None or day <= end) for start, end in run.pauses)


def face(
    runs: Iterable[Run], today: date, calendar: WorkingCalendar, *, limit: int | None = None
) -> ClockFace:
    """A clock over parallel items: days on which any of them ran count once.

    :param limit: of the whole; for a stage the longest way of its items unless given
    """
    needed = [run for run in runs if run.needed]
    counted: frozenset[date] = frozenset().union(*(working_days_of(run, today, calendar) for run in needed))
    running = any(run.accepted is not None and run.decided is None for run in needed)
    return ClockFace(len(counted), limit if limit is not None else _longest(needed, calendar, today), running)


def _longest(runs: Iterable[Run], calendar: WorkingCalendar, today: date) -> int | None:
    known = [
        calendar.count_wd(start, due_day(start, days, calendar))
        for run in runs
        if (days := read_days(run.limit)) is not None
        for start in [run.accepted or today]
    ]
    return max(known, default=None)


def branch(run: Run, today: date, calendar: WorkingCalendar) -> Branch:
    """How one item stands today; late when more working days were used than its limit has."""
    if not run.needed:
        return Branch.NOT_NEEDED
    if run.decided is not None:
        return Branch.DECIDED
    if run.accepted is None:
        return Branch.FILED if run.filed is not None else Branch.PLANNED
    days = read_days(run.limit)
    if days is None:
        return Branch.RUNNING
    allowed = calendar.count_wd(run.accepted, due_day(run.accepted, days, calendar))
    used = len(working_days_of(run, today, calendar))
    return Branch.LATE if used > allowed else Branch.RUNNING
