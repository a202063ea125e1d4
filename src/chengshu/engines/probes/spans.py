"""Stretches of time, from a moment up to but not including another. Pure; Asia/Shanghai has no summer time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``start`` up to ``end``; both aware."""

    start: datetime
    end: datetime


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in order, each moment once."""
    found: list[Span] = []
    for span in sorted(one for one in spans if one.start < one.end):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def common(some: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """The time that is in both."""
    mine, theirs, found = merged(some), merged(others), []
    here = there = 0
    while here < len(mine) and there < len(theirs):
        start = max(mine[here].start, theirs[there].start)
        end = min(mine[here].end, theirs[there].end)
        if start < end:
            found.append(Span(start, end))
        if mine[here].end <= theirs[there].end:
            here += 1
        else:
            there += 1
    return tuple(found)


def without(some: Iterable[Span], cuts: Iterable[Span]) -> tuple[Span, ...]:
    """The time of the first that is not in the second."""
    removed, rest = merged(cuts), []
    first = 0
    for span in merged(some):
        start = span.start
        while first < len(removed) and removed[first].end <= start:
            first += 1
        for cut in removed[first:]:
            if cut.start >= span.end:
                break
            if start < cut.start:
                rest.append(Span(start, cut.start))
            start = max(start, cut.end)
        if start < span.end:
            rest.append(Span(start, span.end))
    return tuple(rest)


def length_us(spans: Iterable[Span]) -> int:
    """Microseconds of time, each moment once."""
    return sum((span.end - span.start) // MICROSECOND for span in merged(spans))
