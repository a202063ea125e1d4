"""A round of computing every observation again that may be interrupted: what is done is written down, not repeated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chengshu.engines.indicators.actions import evaluate
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.queries import observation
from chengshu.engines.indicators.recomputing import Cause, Rechecked, count_after, recheck
from chengshu.engines.indicators.results import ObservationView
from chengshu.foundation.errors import ChengshuError

EACH = 100
"""Observations after which the state is written down."""
MOST_DIFFERING = 1000
COLUMNS = ("observation", "name", "period", "cause", "kept", "now", "changed", "told")


@dataclass
class Round:
    """How far it is, and what was found so far.

    :ivar place: question and number of the last observation that is done
    :ivar differing: what differs, the first ``MOST_DIFFERING``; what has no explanation is always among them
    """

    place: tuple[str, int] = ("", 0)
    counts: dict[str, int] = field(default_factory=dict)
    differing: list[dict[str, Any]] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        return sum(count for cause, count in self.counts.items() if not Cause(cause).is_explained)

    def note(self, place: tuple[str, int], found: Rechecked) -> None:
        self.place = place
        self.counts[found.cause] = self.counts.get(found.cause, 0) + 1
        if found.cause is not Cause.HOLDS and (
            len(self.differing) < MOST_DIFFERING or not found.cause.is_explained
        ):
            self.differing.append(_told(found))

    def told(self) -> dict[str, Any]:
        return {
            "observations": sum(self.counts.values()),
            "causes": dict(sorted(self.counts.items())),
            "unexplained": self.unexplained,
            "differing": self.differing,
        }


def resumed(state: Path, *, restart: bool = False) -> Round:
    """The round that was interrupted, or a new one."""
    if restart or not state.exists():
        return Round()
    kept = json.loads(state.read_text(encoding="utf-8"))
    return Round((kept["place"][0], kept["place"][1]), kept["counts"], kept["differing"])


def left(done: Round) -> int:
    """How many observations are still to be done."""
    return count_after(done.place)


def go_on(done: Round, state: Path) -> Iterator[Rechecked]:
    """The rest of a round, one observation after the other; whatever stops it, what is done is written down."""
    try:
        for number, (place, found) in enumerate(recheck(done.place), 1):
            done.note(place, found)
            if number % EACH == 0:
                _write(done, state)
            yield found
    finally:
        _write(done, state)


def _write(done: Round, state: Path) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    new = state.with_suffix(".new")
    content = {"place": done.place, "counts": done.counts, "differing": done.differing}
    new.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    new.replace(state)


def keep_anew(done: Round) -> list[dict[str, Any]]:
    """Compute and keep anew what differs for a reason with a name, where it is the last answer of its question."""
    numbers = [one["observation"] for one in done.differing if Cause(one["cause"]).is_explained]
    last = (
        IndicatorObservation.objects.order_by("question", "-id")
        .distinct("question")
        .values_list("pk", flat=True)
    )
    kept = []
    for number in sorted(set(numbers) & set(last)):
        old = observation(number)
        try:
            new = evaluate(name=old.name, period=old.period, parameters=old.parameters)
        except ChengshuError as error:
            kept.append({"instead_of": number, "problem": str(error)})
            continue
        kept.append({"instead_of": number, "observation": new.id, "value": _value(new)})
    return kept


def _told(found: Rechecked) -> dict[str, Any]:
    seen = found.observation
    return {
        "observation": seen.id,
        "name": seen.name,
        "version": seen.version,
        "period": str(seen.period),
        "parameters": dict(seen.parameters),
        "cause": str(found.cause),
        "kept": _value(seen),
        "now": found.now,
        "changed": found.changed,
        "changes": [f"{change.sort} {change.key}" for change in found.changes],
        "told": found.told,
    }


def _value(seen: ObservationView) -> str:
    return "" if seen.value is None else f"{seen.value:f}"
