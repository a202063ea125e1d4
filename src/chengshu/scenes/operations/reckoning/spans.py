"""Stretches of time, from a moment up to but not including another. Pure; Asia/Shanghai has no summer time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From ``start`` up to ``end``; both aware."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> int:
        return max(0, int((self.end - self.start).total_seconds()))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in order, each moment once: overlapping and touching stretches become one."""
    found: list[Span] = []
    for span in sorted(one for one in spans if one.start < one.end):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def common(some: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """The time that is in both."""
    theirs = merged(others)
    return tuple(
        Span(max(one.start, other.start), min(one.end, other.end))
        for one in merged(some)
        for other in theirs
        if max(one.start, other.start) < min(one.end, other.end)
    )


def without(some: Iterable[Span], cuts: Iterable[Span]) -> tuple[Span, ...]:
    """The time of the first that is not in the second."""
    rest: list[Span] = []
    removed = merged(cuts)
    for span in merged(some):
        start = span.start
        for cut in removed:
            if cut.end <= start or cut.start >= span.end:
                continue
            if start < cut.start:
                rest.append(Span(start, cut.start))
            start = max(start, cut.end)
        if start < span.end:
            rest.append(Span(start, span.end))
    return tuple(rest)


def seconds(spans: Iterable[Span]) -> int:
    """Whole seconds of time, each moment once."""
    return sum(span.seconds for span in merged(spans))
