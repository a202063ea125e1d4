"""When people work: a week that repeats. Public holidays are not part of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

WEEK_H = 168.0
DAY_H = 24.0


@dataclass(frozen=True)
class Hours:
    """The working hours of a week.

    :param days: weekdays, Monday is 0
    :param intervals: from–to on each of them, in hours of the day, in order and not overlapping
    """

    days: frozenset[int]
    intervals: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, days: Iterable[int], *intervals: tuple[float, float]) -> Hours:
        return cls(frozenset(days), tuple(sorted(intervals)))

    @cached_property
    def _spans(self) -> tuple[tuple[float, float], ...]:
        return tuple(
            (day * DAY_H + start, day * DAY_H + end)
            for day in sorted(self.days)
            for start, end in self.intervals
        )

    @cached_property
    def _starts(self) -> list[float]:
        return [start for start, _end in self._spans]

    @cached_property
    def _before(self) -> list[float]:
        """Working hours of the week before each span, and at the end those of the whole week."""
        sums = [0.0]
        for start, end in self._spans:
            sums.append(sums[-1] + end - start)
        return sums

    @property
    def per_week(self) -> float:
        return self._before[-1]

    def worked(self, at: float) -> float:
        """Working hours from the beginning of time to ``at``."""
        weeks, within = divmod(at, WEEK_H)
        index = bisect_right(self._starts, within) - 1
        total = weeks * self.per_week
        if index < 0:
            return total
        start, end = self._spans[index]
        return total + self._before[index] + min(within, end) - start

    def opens(self, at: float) -> float:
        """The first moment from ``at`` on at which somebody is there."""
        weeks, within = divmod(at, WEEK_H)
        index = bisect_right(self._starts, within) - 1
        if index >= 0 and within < self._spans[index][1]:
            return at
        if index + 1 < len(self._spans):
            return weeks * WEEK_H + self._starts[index + 1]
        return (weeks + 1) * WEEK_H + self._starts[0]

    def finishes(self, start: float, work_h: float) -> float:
        """When ``work_h`` hours of work that begin at ``start`` are done, interrupted by the hours off."""
        weeks, within = divmod(self.worked(start) + work_h, self.per_week)
        if within == 0.0 and weeks > 0:
            return (weeks - 1) * WEEK_H + self._spans[-1][1]
        index = max(bisect_left(self._before, within) - 1, 0)
        return weeks * WEEK_H + self._starts[index] + within - self._before[index]

    def end_of_working_day(self, at: float, count: int) -> float:
        """24:00 of the ``count``-th working day after the day of ``at``."""
        day = int(at // DAY_H)
        while count > 0:
            day += 1
            count -= day % 7 in self.days
        return (day + 1) * DAY_H


ALWAYS = Hours.of(range(7), (0.0, 24.0))
OFFICE = Hours.of(range(5), (9.0, 12.0), (14.0, 17.0))
"""Six hours a day on weekdays."""
