"""One stretch of a series that needs looking at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong with a stretch."""

    GAP = "gap"  # values that should have come did not
    STUCK = "stuck"  # the same value far longer than this series ever repeats one
    SPIKE = "spike"  # single values far from their neighbours
    SHIFT = "shift"  # the level moved and stayed
    PATTERN = "pattern"  # values that are unlike this hour of this day
    SPREAD = "spread"  # far noisier than this series is


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch, both ends included, in seconds since 1970.

    ``score`` says how many times the limit was exceeded that the series itself set: never below 1, and comparable
    only among findings of the same kind.
    """

    start: float
    end: float
    kind: Kind
    score: float


def merged(findings: Sequence[Finding], within: float) -> list[Finding]:
    """Findings that touch or lie less than ``within`` seconds apart become one, named after its strongest part."""
    joined: list[Finding] = []
    for finding in sorted(findings, key=lambda one: (one.start, one.end)):
        last = joined[-1] if joined else None
        if last is None or finding.start - last.end > within:
            joined.append(finding)
            continue
        strongest = max(last, finding, key=lambda one: one.score)
        joined[-1] = replace(strongest, start=last.start, end=max(last.end, finding.end))
    return joined
