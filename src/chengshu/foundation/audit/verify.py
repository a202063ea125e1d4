"""Proving the chain: every link recomputed, every altered, removed, reordered or inserted entry named.

Each lane is walked once. Sound stretches are forgotten at once; what is not sound is kept with its neighbours and
judged at the end of the lane, when it is known who links to whom. What a chain cannot show by itself, a cut-off end
or a lane rewritten as a whole, shows against the anchors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chengshu.foundation.audit.anchors import Anchor, known_anchors
from chengshu.foundation.audit.archive import checkpoints, unsigned_checkpoints
from chengshu.foundation.audit.chain import FACTS, START, digest_of
from chengshu.foundation.audit.models import AuditEntry

_NEAR = 50
"""How far around its place a moved entry is looked for, besides where its follower says."""
_PROGRESS_EVERY = 500


class Fault(StrEnum):
    """What is wrong at one place of the chain."""

    ALTERED = "altered"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"


@dataclass(frozen=True)
class Broken:
    """One fault. ``entry_id`` is None where the entry is gone; ``detail`` says how it shows."""

    fault: Fault
    lane: int
    position: int
    entry_id: int | None
    detail: str


@dataclass
class Verification:
    """The outcome: how much was looked at and everything that was found."""

    entries: int = 0
    lanes: int = 0
    anchors: int = 0
    broken: list[Broken] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.broken


def verify(progress: Callable[[int], None] = lambda _count: None) -> Verification:
    """Recompute the whole chain and compare it with every anchor, inside and outside the database.

    :param progress: told now and then how many entries have been looked at
    """
    outcome = Verification()
    archived = checkpoints()
    anchors = known_anchors()
    anchored = {(lane, position) for anchor in anchors for lane, position, _digest in anchor.heads}
    seen: dict[tuple[int, int], AuditEntry] = {}
    for lane in AuditEntry.objects.order_by("lane").values_list("lane", flat=True).distinct():
        outcome.lanes += 1
        walk = _Lane(lane, *archived.get(lane, (0, START)))
        for entry in AuditEntry.objects.filter(lane=lane).order_by("position").iterator(chunk_size=2000):
            walk.take(entry)
            outcome.entries += 1
            if outcome.entries % _PROGRESS_EVERY == 0:
                progress(outcome.entries)
            if (lane, entry.position) in anchored:
                seen[lane, entry.position] = entry
        outcome.broken += walk.broken()
    progress(outcome.entries)
    outcome.anchors = len(anchors)
    known = {(one.lane, one.position) for one in outcome.broken}
    gone = {lane: position for lane, (position, _digest) in archived.items()}
    outcome.broken += (one for one in _against(anchors, seen, gone) if (one.lane, one.position) not in known)
    outcome.broken += (
        Broken(Fault.INSERTED, row["lane"], row["position"], None, "a checkpoint that our key did not sign")
        for row in unsigned_checkpoints()
    )
    return outcome


def facts_of(entry: AuditEntry) -> dict[str, Any]:
    """The facts that an entry's digest covers."""
    return {name: getattr(entry, name) for name in FACTS}


def is_sound(entry: AuditEntry) -> bool:
    """Whether an entry's facts give its digest."""
    return digest_of(entry.lane, entry.position, entry.previous, facts_of(entry)) == entry.digest


@dataclass
class _Step:
    """An entry with what its neighbourhood showed when the walk came by."""

    entry: AuditEntry
    is_valid: bool
    is_linked: bool
    after_gap: bool
    home: int | None = None


class _Lane:
    """One lane walked from its start; keeps only what cannot be judged before its end."""

    def __init__(self, lane: int, position: int, digest: str) -> None:
        self.lane = lane
        self._start = self._position = position
        self._digest = digest
        self._last: _Step | None = None
        self._keep_next = False
        self._kept: dict[int, _Step] = {}
        self._gaps: list[tuple[int, int]] = []
        self._too_early: list[Broken] = []
        self._offset = 0

    def take(self, entry: AuditEntry) -> None:
        """Look at the next entry in order of position."""
        if entry.position <= self._start:
            where = (self.lane, entry.position, entry.pk)
            self._too_early.append(Broken(Fault.INSERTED, *where, "it stands before the archived end"))
            return
        after_gap = entry.position > self._position + 1
        if after_gap:
            self._gaps.append((self._position + 1, entry.position - 1))
        step = _Step(entry, is_sound(entry), entry.previous == self._digest, after_gap)
        is_faulty = not step.is_valid or not step.is_linked
        if is_faulty and self._last is not None:
            self._kept[self._last.entry.position] = self._last
        if is_faulty or self._keep_next:
            self._kept[entry.position] = step
        self._keep_next = is_faulty
        self._last = step
        self._position, self._digest = entry.position, entry.digest

    def broken(self) -> list[Broken]:
        """Everything that is wrong in the lane, by position."""
        steps = [self._kept[position] for position in sorted(self._kept)]
        followers = {step.entry.previous: step.entry.position for step in steps}
        for step in steps:
            step.home = self._home(step, followers)
        homes: dict[int, list[_Step]] = {}
        for step in steps:
            if step.home is not None:
                homes.setdefault(step.home, []).append(step)
        found = [*self._too_early, *self._removed(steps, homes)]
        for step in steps:
            if (judged := self._judge(step, homes, followers)) is not None:
                found.append(judged)
        return sorted(found, key=lambda one: one.position)

    def _home(self, step: _Step, followers: dict[str, int]) -> int | None:
        """The position at which the entry's facts give its digest, if there is one."""
        entry = step.entry
        if step.is_valid:
            return entry.position
        for position in self._candidates(entry, followers.get(entry.digest)):
            if digest_of(self.lane, position, entry.previous, facts_of(entry)) == entry.digest:
                self._offset = position - entry.position
                return position
        return None

    def _candidates(self, entry: AuditEntry, follower: int | None) -> Iterator[int]:
        """Where the entry may have stood: where its neighbour did, before whoever links to it, or near by."""
        yield max(1, entry.position + self._offset)
        if follower is not None:
            yield follower - 1
        yield from range(max(1, entry.position - _NEAR), entry.position + _NEAR + 1)

    def _removed(self, steps: list[_Step], homes: dict[int, list[_Step]]) -> Iterator[Broken]:
        """Empty positions, and positions that others were moved over, without an entry that belongs there."""
        empty = [number for first, last in self._gaps for number in _first_few(first, last)]
        moved_over = [
            step.entry.position for step in steps if step.home is not None and step.home > step.entry.position
        ]
        for position in sorted({*empty, *moved_over}):
            if position not in homes:
                detail = "its position is empty" if position in empty else "others were moved over it"
                yield Broken(Fault.REMOVED, self.lane, position, None, detail)

    def _judge(self, step: _Step, homes: dict[int, list[_Step]], followers: dict[str, int]) -> Broken | None:
        where = (self.lane, step.entry.position, step.entry.pk)
        is_followed = step.entry.digest in followers
        rivals = [one for one in homes.get(step.entry.position, ()) if one is not step]
        if step.home is None:
            if rivals or not (step.is_linked or is_followed):
                return Broken(Fault.INSERTED, *where, "no entry links to it and its digest is not its own")
            return Broken(Fault.ALTERED, *where, "its facts do not give its digest")
        if step.home != step.entry.position:
            return Broken(Fault.REORDERED, *where, f"it belongs at position {step.home}")
        if rivals and not is_followed:
            return Broken(Fault.INSERTED, *where, "another entry belongs there and no entry links to it")
        return self._judge_link(step, is_followed, where)

    def _judge_link(self, step: _Step, is_followed: bool, where: tuple[int, int, int]) -> Broken | None:
        """An entry in its place whose facts hold: it, or the one before it, may have been written anew as a whole."""
        before = self._kept.get(step.entry.position - 1)
        after = self._kept.get(step.entry.position + 1)
        if (
            after is not None
            and after.home == after.entry.position
            and not after.is_linked
            and not is_followed
        ):
            return Broken(Fault.ALTERED, *where, "the next entry links to another digest")
        if step.is_linked or step.after_gap:
            return None
        if before is None and step.entry.position == self._start + 1:
            return Broken(Fault.ALTERED, *where, "it does not link to the start of its lane")
        return None


def _first_few(first: int, last: int) -> range:
    """A long gap is told by its first positions."""
    return range(first, min(last, first + _NEAR - 1) + 1)


def _against(
    anchors: Iterable[Anchor], seen: dict[tuple[int, int], AuditEntry], archived: dict[int, int]
) -> Iterator[Broken]:
    """Entries that an anchor saw and that are gone or different now."""
    reported: set[tuple[int, int]] = set()
    for anchor in anchors:
        for lane, position, digest in anchor.heads:
            now = seen.get((lane, position))
            if position <= archived.get(lane, 0) or (lane, position) in reported:
                continue
            if now is not None and now.digest == digest:
                continue
            reported.add((lane, position))
            fault = Fault.REMOVED if now is None else Fault.ALTERED
            detail = f"the anchor of {anchor.at} knows it as {digest[:12]}…"
            yield Broken(fault, lane, position, now.pk if now else None, detail)
