"""Common slots: the earliest times at which every unit can come. Pure.

Each unit has its hours and its busy times; a slot lies inside one opening window of all of them and touches none of
their busy times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar import SHANGHAI, OfficeHours
from chengshu.foundation.errors import InvalidInput

GRID: Final = timedelta(minutes=30)
LONGEST_SEARCH: Final = 60
"""Days ahead."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``start`` up to but not including ``end``; both aware."""

    start: datetime
    end: datetime

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Party:
    """A unit that has to come."""

    key: str
    hours: OfficeHours
    busy: tuple[Span, ...] = ()

    def can(self, span: Span) -> bool:
        return not any(span.overlaps(taken) for taken in self.busy)


def common_slots(
    parties: Sequence[Party],
    *,
    earliest: datetime,
    duration: timedelta,
    days: int = 20,
    most: int = 3,
    grid: timedelta = GRID,
) -> tuple[Span, ...]:
    """The earliest common slots, at most ``most`` and none overlapping another.

    :param earliest: no slot begins before
    :param duration: how long a slot is
    :param days: calendar days to search, at most 60
    :raises InvalidInput: ``slots.nobody`` without parties, ``slots.duration`` or ``slots.days``
    :raises NoticeMissing: when the search reaches a year without a holiday notice
    """
    _insist(parties, duration, days)
    first = earliest.astimezone(SHANGHAI)
    found: list[Span] = []
    for offset in range(days):
        for window in _common_windows(parties, first.date() + timedelta(days=offset)):
            for span in _starts(window, max(first, window.start), duration, grid):
                if found and span.start < found[-1].end:
                    continue
                if all(party.can(span) for party in parties):
                    found.append(span)
                    if len(found) == most:
                        return tuple(found)
    return tuple(found)


def _insist(parties: Sequence[Party], duration: timedelta, days: int) -> None:
    if not parties:
        raise InvalidInput(
            _("Nobody is asked to come."), field="units", code="slots.nobody", hint=_("Choose the units.")
        )
    if not timedelta() < duration <= timedelta(hours=12):
        raise InvalidInput(
            _("A visit takes between a minute and twelve hours."),
            field="duration",
            code="slots.duration",
            hint=_("Give its length in minutes."),
        )
    if not 0 < days <= LONGEST_SEARCH:
        raise InvalidInput(
            _("Slots are sought for at most %(most)s days.") % {"most": LONGEST_SEARCH},
            field="days",
            code="slots.days",
            hint=_("Begin later instead."),
        )


def _common_windows(parties: Sequence[Party], day: date) -> list[Span]:
    """The stretches of a day in which every party is open."""
    common = _windows(parties[0].hours, day)
    for party in parties[1:]:
        own = _windows(party.hours, day)
        common = [
            Span(max(a.start, b.start), min(a.end, b.end)) for a in common for b in own if a.overlaps(b)
        ]
    return sorted(common)


def _windows(hours: OfficeHours, day: date) -> list[Span]:
    return [
        Span(datetime.combine(day, w.opens, SHANGHAI), datetime.combine(day, w.closes, SHANGHAI))
        for w in hours.windows(day)
    ]


def _starts(window: Span, earliest: datetime, duration: timedelta, grid: timedelta) -> Iterator[Span]:
    """Slots inside a window, on a grid that begins with it."""
    steps = -(-(earliest - window.start) // grid) if earliest > window.start else 0
    start = window.start + steps * grid
    while start + duration <= window.end:
        yield Span(start, start + duration)
        start += grid


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Busy times in order, overlapping and touching ones joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def by_party(taken: Iterable[tuple[str, Span]]) -> Mapping[str, tuple[Span, ...]]:
    """Busy times by the unit that they are of."""
    gathered: dict[str, list[Span]] = {}
    for key, span in taken:
        gathered.setdefault(key, []).append(span)
    return {key: joined(spans) for key, spans in gathered.items()}
