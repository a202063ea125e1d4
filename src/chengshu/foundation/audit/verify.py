"""Proving the chain: every link recomputed, every altered, removed, reordered or inserted entry named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chengshu.foundation.audit.anchors import Anchor, known_anchors
from chengshu.foundation.audit.archive import checkpoints
from chengshu.foundation.audit.chain import FACTS, START, digest_of
from chengshu.foundation.audit.models import AuditEntry


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


def verify() -> Verification:
    """Recompute the whole chain and compare it with every anchor, inside and outside the database."""
    outcome = Verification()
    archived = checkpoints()
    heads: dict[tuple[int, int], str] = {}
    anchors = known_anchors()
    anchored = {(lane, position) for anchor in anchors for lane, position, _digest in anchor.heads}
    for lane in AuditEntry.objects.order_by("lane").values_list("lane", flat=True).distinct():
        outcome.lanes += 1
        walk = _Lane(lane, *archived.get(lane, (0, START)))
        for entry in AuditEntry.objects.filter(lane=lane).order_by("position").iterator(chunk_size=2000):
            outcome.entries += 1
            walk.take(entry)
            if (lane, entry.position) in anchored:
                heads[lane, entry.position] = entry.digest
        outcome.broken += walk.broken()
    outcome.anchors = len(anchors)
    outcome.broken += _cut_off(anchors, heads, {lane: position for lane, (position, _d) in archived.items()})
    return outcome


class _Lane:
    """One lane walked from its start; keeps only what cannot be judged before its end."""

    def __init__(self, lane: int, position: int, digest: str) -> None:
        self.lane = lane
        self._position = position
        self._digest = digest
        self._found: list[Broken] = []
        self._doubtful: list[AuditEntry] = []
        self._links: dict[str, int] = {}

    def take(self, entry: AuditEntry) -> None:
        """Judge the next entry in order of position."""
        for missing in range(self._position + 1, min(entry.position, self._position + 51)):
            self._found.append(Broken(Fault.REMOVED, self.lane, missing, None, "its position is empty"))
        valid = self._recomputed(entry, entry.position) == entry.digest
        linked = entry.previous == self._digest
        if not valid:
            self._doubtful.append(entry)
        elif not linked and entry.position == self._position + 1:
            self._doubtful.append(entry)
        if not linked or not valid or self._doubtful:
            self._links[entry.previous] = entry.position
        self._position, self._digest = entry.position, entry.digest

    def broken(self) -> list[Broken]:
        return [*self._found, *(self._judge(entry) for entry in self._doubtful)]

    def _judge(self, entry: AuditEntry) -> Broken:
        """Tell a moved entry, which is valid elsewhere, from an altered one and from one nobody links to."""
        where = (self.lane, entry.position, entry.pk)
        for position in self._candidates(entry):
            if position != entry.position and self._recomputed(entry, position) == entry.digest:
                return Broken(Fault.REORDERED, *where, f"it is valid at position {position}")
        if self._recomputed(entry, entry.position) == entry.digest:
            return Broken(Fault.INSERTED, *where, "it links to an entry that is not before it")
        if entry.digest in self._links or self._is_last(entry):
            return Broken(Fault.ALTERED, *where, "its facts do not give its digest")
        return Broken(Fault.INSERTED, *where, "no entry links to it and its digest is not its own")

    def _candidates(self, entry: AuditEntry) -> Iterable[int]:
        """Positions where the entry may have stood: before whoever links to it, and near where it stands."""
        near = range(max(1, entry.position - 50), entry.position + 51)
        follower = self._links.get(entry.digest)
        return near if follower is None else (follower - 1, *near)

    def _is_last(self, entry: AuditEntry) -> bool:
        return entry.position == self._position

    def _recomputed(self, entry: AuditEntry, position: int) -> str:
        return digest_of(self.lane, position, entry.previous, facts_of(entry))


def facts_of(entry: AuditEntry) -> dict[str, Any]:
    """The facts that an entry's digest covers."""
    return {name: getattr(entry, name) for name in FACTS}


def _cut_off(
    anchors: Iterable[Anchor], heads: dict[tuple[int, int], str], archived: dict[int, int]
) -> Iterator[Broken]:
    """Entries that an anchor saw and that are gone or different now: how a cut-off end of a lane shows."""
    reported: set[tuple[int, int]] = set()
    for anchor in anchors:
        for lane, position, digest in anchor.heads:
            if position <= archived.get(lane, 0) or (lane, position) in reported:
                continue
            now = heads.get((lane, position))
            if now == digest:
                continue
            reported.add((lane, position))
            fault = Fault.REMOVED if now is None else Fault.ALTERED
            yield Broken(fault, lane, position, None, f"the anchor of {anchor.at} knows it as {digest[:12]}…")
