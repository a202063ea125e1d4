"""Availability as contracts define it, from outages, announced maintenance and gaps. Pure and exact.

    availability = 1 − down ÷ counted
    counted      = agreed − excluded − gaps − unreachable

*Agreed* is the time of the service window since the target was first looked at. *Excluded* is what a maintenance covers
that was announced **before** it began, by the platform's own clock; what is announced later excludes nothing. A *gap*
is time of which nobody knows anything, because the prober did not ask: it is neither up nor down, and is shown.
*Unreachable* is time in which what the target hangs on was out of order: that outage counts there. Each moment is in
one term only: excluded goes before gaps, gaps before unreachable, unreachable before down. Both treatments can be made
stricter: then gaps, or unreachable time, are counted, and as down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from chengshu.engines.probes.spans import Span, common, length_us, merged, without


@dataclass(frozen=True, slots=True)
class Announced:
    """A maintenance as it was announced; ``withdrawn``: taken back before or after."""

    start: datetime
    end: datetime
    announced_at: datetime
    withdrawn: bool = False

    @property
    def excludes(self) -> bool:
        return not self.withdrawn and self.announced_at < self.start


@dataclass(frozen=True, slots=True)
class Treatment:
    """How strictly a contract counts.

    :param gaps_are_down: what nobody knows counts as down
    :param unreachable_is_down: what somebody else's outage caused counts as down here too
    """

    gaps_are_down: bool = False
    unreachable_is_down: bool = False


LENIENT: Final = Treatment()
"""Gaps and unreachable time are not counted."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one target in a period.

    :param agreed: the service window of the period
    :param since: when it was first looked at; None: never
    :param down: its outages; one that has not ended ends with the period
    """

    agreed: Sequence[Span]
    since: datetime | None
    down: Sequence[Span] = ()
    unreachable: Sequence[Span] = ()
    gaps: Sequence[Span] = ()
    announced: Sequence[Announced] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """The terms of an availability, in microseconds."""

    agreed_us: int
    excluded_us: int
    gap_us: int
    unreachable_us: int
    counted_us: int
    down_us: int
    longest_us: int = 0
    """The longest single outage inside the counted time."""

    @property
    def share(self) -> Decimal | None:
        """From 0 to 1; None where no time counts: nothing over nothing is no number, and never 100 %."""
        if self.counted_us <= 0:
            return None
        return Decimal(self.counted_us - self.down_us) / Decimal(self.counted_us)


@dataclass(frozen=True, slots=True)
class Stretches:
    """The same time as disjoint stretches, for drawing and for groups."""

    agreed: tuple[Span, ...]
    excluded: tuple[Span, ...]
    gaps: tuple[Span, ...]
    unreachable: tuple[Span, ...]
    counted: tuple[Span, ...]
    down: tuple[Span, ...]


def stretches(known: Known, treatment: Treatment = LENIENT, *, now: datetime) -> Stretches:
    """Every moment of the agreed time in its one term; nothing after ``now``."""
    begin = known.since
    agreed = tuple(
        Span(max(one.start, begin), min(one.end, now))
        for one in merged(known.agreed)
        if begin is not None and max(one.start, begin) < min(one.end, now)
    )
    excluded = common(agreed, (Span(one.start, one.end) for one in known.announced if one.excludes))
    rest = without(agreed, excluded)
    gaps = common(rest, known.gaps)
    rest = without(rest, gaps)
    unreachable = common(rest, known.unreachable)
    counted = without(rest, unreachable)
    down = common(counted, known.down)
    if treatment.gaps_are_down:
        counted, down = merged((*counted, *gaps)), merged((*down, *gaps))
    if treatment.unreachable_is_down:
        counted, down = merged((*counted, *unreachable)), merged((*down, *unreachable))
    return Stretches(agreed, excluded, gaps, unreachable, counted, down)


def figure_of(found: Stretches, outages: Iterable[Span]) -> Figure:
    """The terms of one target; ``outages`` are its single ones, for the longest."""
    longest = max((length_us(common(found.counted, [one])) for one in outages), default=0)
    return Figure(
        agreed_us=length_us(found.agreed),
        excluded_us=length_us(found.excluded),
        gap_us=length_us(found.gaps),
        unreachable_us=length_us(found.unreachable),
        counted_us=length_us(found.counted),
        down_us=length_us(found.down),
        longest_us=longest,
    )


def reckon(known: Known, treatment: Treatment = LENIENT, *, now: datetime) -> Figure:
    """One target in one period."""
    return figure_of(stretches(known, treatment, now=now), known.down)


def whole_service(each: Iterable[Stretches]) -> Figure:
    """A service of several targets that works only while all of them do: down while any is.

    Time is counted in which every target is counted, or one of them is down.
    """
    each = tuple(each)
    if not each:
        return Figure(0, 0, 0, 0, 0, 0)
    down = merged(span for one in each for span in one.down)
    counted = each[0].counted
    for one in each[1:]:
        counted = common(counted, one.counted)
    counted = merged((*counted, *down))
    agreed = merged(span for one in each for span in one.agreed)
    excluded = without(merged(span for one in each for span in one.excluded), counted)
    gaps = without(merged(span for one in each for span in one.gaps), (*counted, *excluded))
    unreachable = without(without(agreed, counted), (*excluded, *gaps))
    longest = max((length_us([one]) for one in down), default=0)
    lengths = [length_us(one) for one in (agreed, excluded, gaps, unreachable, counted, down)]
    return Figure(*[*lengths, longest])


def mean_of_devices(figures: Iterable[Figure]) -> Decimal | None:
    """The arithmetic mean over the devices that have counted time; None if none has."""
    shares = [share for one in figures if (share := one.share) is not None]
    return sum(shares, Decimal()) / len(shares) if shares else None


def total(figures: Iterable[Figure]) -> Figure:
    """Days, or devices, added up; the longest outage is the longest of any."""
    each = tuple(figures)
    names = ("agreed_us", "excluded_us", "gap_us", "unreachable_us", "counted_us", "down_us")
    sums = [sum(getattr(one, name) for one in each) for name in names]
    longest = max((one.longest_us for one in each), default=0)
    return Figure(*[*sums, longest])
