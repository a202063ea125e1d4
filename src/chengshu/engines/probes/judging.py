"""What a series of results means: confirmed up or down, whose outage it is, and when it began and ended. Pure.

* A check is down after ``down_after`` failures in a row, since the first of them; up again after ``up_after``
  successes, since the first of those. A target is out of order while one of its checks is down.
* The outage of a target that hangs on another is its own only if that other has answered since the failure began.
  While that is out of order, what hangs on it is unreachable and opens no outage; while it has not answered yet and not
  failed for good either, one waits, unless nothing has been heard of it for so long that its results tell nothing.
* Once what it hung on is back, a target that fails after that too has an outage of its own, from that moment on.
* A result that is not later than the last one, and one where the prober could not ask, decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Verdict = Literal["answered", "down", "waiting", "silent"]


@dataclass(slots=True)
class CheckMemory:
    """What is remembered of one check.

    :param contrary: how many results in a row speak against the phase, the first of them at ``contrary_since``
    """

    id: int
    target: int
    down_after: int = 1
    up_after: int = 1
    valid: timedelta = timedelta(minutes=2)
    phase: str = "new"
    since: datetime | None = None
    contrary: int = 0
    contrary_since: datetime | None = None
    known_at: datetime | None = None
    last_ok_at: datetime | None = None

    def take(self, at: datetime, is_ok: bool) -> None:
        if self.known_at is not None and at <= self.known_at:
            return
        self.known_at = at
        self.last_ok_at = at if is_ok else self.last_ok_at
        if (self.phase == "up") == is_ok and self.phase != "new":
            self.contrary, self.contrary_since = 0, None
            return
        if self.phase == "new" and is_ok:
            self._become("up", at)
            return
        self.contrary, self.contrary_since = self.contrary + 1, self.contrary_since or at
        if self.contrary >= (self.up_after if is_ok else self.down_after):
            self._become("up" if is_ok else "down", self.contrary_since)

    def _become(self, phase: str, since: datetime) -> None:
        self.phase, self.since, self.contrary, self.contrary_since = phase, since, 0, None

    def is_silent(self, now: datetime) -> bool:
        return self.known_at is None or now - self.known_at > self.valid

    def has_answered_since(self, moment: datetime) -> bool:
        return (
            self.phase == "up"
            and self.contrary == 0
            and self.last_ok_at is not None
            and self.last_ok_at >= moment
        )


@dataclass(slots=True)
class TargetMemory:
    """What is remembered of one target; ``outage_since`` is that of its open outage."""

    id: int
    parent: int | None = None
    state: str = "unknown"
    since: datetime | None = None
    outage_since: datetime | None = None
    checks: list[CheckMemory] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Changed:
    """A target came into a state."""

    target: int
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """An outage of its own began; ``check`` said so first."""

    target: int
    check: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """The open outage is over."""

    target: int
    at: datetime


Step = Changed | Opened | Ended


class Judge:
    """Takes results in the order in which they are written and says what follows from each."""

    def __init__(self, targets: Iterable[TargetMemory]) -> None:
        self.targets: Mapping[int, TargetMemory] = {one.id: one for one in targets}
        self.checks = {check.id: check for one in self.targets.values() for check in one.checks}
        self._children: dict[int, list[int]] = {}
        for one in self.targets.values():
            if one.parent is not None and one.parent in self.targets:
                self._children.setdefault(one.parent, []).append(one.id)

    def take(self, check: int, at: datetime, outcome: str) -> list[Step]:
        """One result; what follows for its target and for everything that hangs on it, the upper ones first."""
        if outcome == "impossible" or check not in self.checks:
            return []
        memory = self.checks[check]
        memory.take(at, outcome == "ok")
        steps: list[Step] = []
        waiting, seen = [memory.target], set[int]()
        while waiting:
            number = waiting.pop(0)
            if number not in seen:
                seen.add(number)
                steps += self._settle(self.targets[number], at)
                waiting += self._children.get(number, ())
        return steps

    def drop(self, target: int, at: datetime) -> list[Step]:
        """Nothing asks the target any more: an open outage ends, and nothing is known of it."""
        memory = self.targets[target]
        ended: list[Step] = []
        if memory.outage_since is not None:
            ended.append(Ended(target, max(at, memory.outage_since)))
            memory.outage_since = None
        return ended + self._come(memory, "unknown", at)

    def settle(self, target: int, at: datetime) -> list[Step]:
        """What follows from a change of what asks it."""
        memory = self.targets[target]
        return self._settle(memory, at) if memory.checks else self.drop(target, at)

    def _settle(self, target: TargetMemory, now: datetime) -> list[Step]:
        failing = [one for one in target.checks if one.phase == "down"]
        if failing:
            return self._settle_failing(target, failing, now)
        if any(one.phase == "new" for one in target.checks) or not target.checks:
            return []
        back = max(one.since or now for one in target.checks)
        ended: list[Step] = []
        if target.outage_since is not None:
            back = max(back, target.outage_since)
            ended.append(Ended(target.id, back))
            target.outage_since = None
        return ended + self._come(target, "up", back)

    def _settle_failing(self, target: TargetMemory, failing: list[CheckMemory], now: datetime) -> list[Step]:
        if target.outage_since is not None:
            return []
        first = min(failing, key=lambda one: one.since or now)
        since, above = first.since or now, list(self._above(target))
        verdicts = [self._verdict(one, since, now) for one in above]
        if "down" in verdicts:
            return self._come(target, "unreachable", since)
        if "waiting" in verdicts:
            return []
        back = max((one.since for one in above if one.state == "up" and one.since), default=None)
        if target.state == "unreachable" and back is not None and since < back:
            if first.contrary or (first.known_at or now) <= back:
                return []
            since = back
        target.outage_since = since
        return [Opened(target.id, first.id, since), *self._come(target, "down", since)]

    def _come(self, target: TargetMemory, state: str, at: datetime) -> list[Step]:
        if target.state == state:
            return []
        at = max(at, target.since) if target.since else at
        target.state, target.since = state, at
        return [Changed(target.id, state, at)]

    def _above(self, target: TargetMemory) -> Iterable[TargetMemory]:
        seen, parent = {target.id}, target.parent
        while parent is not None and parent not in seen and parent in self.targets:
            seen.add(parent)
            yield self.targets[parent]
            parent = self.targets[parent].parent

    def _verdict(self, above: TargetMemory, since: datetime, now: datetime) -> Verdict:
        """What one that this hangs on says about a failure that began at ``since``."""
        heard = [one for one in above.checks if not one.is_silent(now)]
        if any(one.phase == "down" for one in heard):
            return "down"
        if not heard:
            return "silent"
        return "answered" if all(one.has_answered_since(since) for one in heard) else "waiting"
