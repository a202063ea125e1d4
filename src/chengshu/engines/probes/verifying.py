"""Proving the results: every digest, every link, every signature; names each row that was altered, removed, reordered
or inserted. Reads only.

What it cannot: whoever rules the database *and* the data directory with the key can rewrite what came after the last
anchor in the audit chain (``actions.anchor_results``, every hour), as far as that chain itself allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from chengshu.engines.probes import chaining
from chengshu.engines.probes.models import Batch, CheckVersion, Result
from chengshu.engines.probes.recording import facts_of
from chengshu.foundation.audit import signing
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.audit.models import AuditEntry

AT_ONCE = 2_000


class Fault(Enum):
    ALTERED = "altered"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Broken:
    """One fault.

    :param check: 0 where it is about a batch as a whole
    :param position: in the chain of the check, or the number of the batch
    :param row: id of the result, where there is one
    """

    fault: Fault
    check: int
    position: int
    row: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what was found."""

    results: int
    batches: int
    checks: int
    broken: tuple[Broken, ...]

    @property
    def is_sound(self) -> bool:
        return not self.broken


def verify(check: int | None = None) -> Verified:
    """All results, or those of one check: then the signatures of the batches it is in, not the chain of batches."""
    versions = {row.pk: row for row in CheckVersion.objects.all()}
    broken = [one for one in _wrong_versions(versions.values()) if check in (None, one.check)]
    signed, batches = _Signed(), 0
    wanted = Batch.objects.order_by("pk")
    if check is not None:
        wanted = wanted.filter(results__check_row=check).distinct()
    for batch in wanted.iterator(AT_ONCE):
        batches += 1
        broken += signed.look(batch, linked=check is None)
    if check is None:
        broken += _cut_off()
    rows = Result.objects.order_by("check_row_id", "position", "pk")
    rows = rows.filter(check_row=check) if check is not None else rows
    count = checks = 0
    for chain in _by_check(rows.iterator(AT_ONCE)):
        count, checks = count + len(chain), checks + 1
        broken += _wrong_links(chain, versions, signed)
    return Verified(count, batches, checks, tuple(dict.fromkeys(broken)))


def _wrong_versions(versions: Iterable[CheckVersion]) -> Iterator[Broken]:
    for row in versions:
        if chaining.version_digest(row.check_row_id, row.number, row) != row.digest:
            detail = f"version {row.number} of the check does not give its digest"
            yield Broken(Fault.ALTERED, row.check_row_id, 0, None, detail)


class _Signed:
    """Looks at batches; remembers which results belong to none."""

    def __init__(self) -> None:
        self.strangers: set[int] = set()
        self.missing: dict[int, int] = {}
        self._last: Batch | None = None
        self._ours = signing.public_key()
        self._ours_sm3 = sm3(self._ours.encode())

    def look(self, batch: Batch, *, linked: bool) -> list[Broken]:
        broken = []
        content = chaining.batch_content(
            prober=batch.prober,
            at=batch.at,
            count=batch.count,
            root=batch.root,
            previous=batch.previous,
        )
        if batch.signed_with != self._ours_sm3:
            broken.append(self._fault(Fault.INSERTED, batch, "signed with another key"))
        elif sm3(content) != batch.digest or not signing.is_signed(content, batch.signature, self._ours):
            broken.append(self._fault(Fault.ALTERED, batch, "the signature does not hold"))
        if linked:
            before = self._last.digest if self._last else chaining.START
            if batch.previous != before:
                broken.append(
                    self._fault(Fault.REMOVED, batch, "the batch before it is not the one it links to")
                )
            self._last = batch
        self._compare(batch)
        if lost := self.missing.get(batch.pk):
            broken.append(self._fault(Fault.REMOVED, batch, f"{lost} of its {batch.count} results are gone"))
        return broken

    def _fault(self, fault: Fault, batch: Batch, detail: str) -> Broken:
        return Broken(fault, 0, batch.pk, None, f"batch {batch.pk}: {detail}")

    def _compare(self, batch: Batch) -> None:
        rows = list(
            Result.objects.filter(batch=batch)
            .order_by("check_row_id", "position", "pk")
            .values_list("pk", "digest")
        )
        if chaining.root_of(digest for _pk, digest in rows) == batch.root:
            return
        for number, (pk, _digest) in enumerate(rows):
            rest = [digest for place, (_pk, digest) in enumerate(rows) if place != number]
            if chaining.root_of(rest) == batch.root:
                self.strangers.add(pk)
                return
        self.missing[batch.pk] = max(0, batch.count - len(rows))


def _cut_off() -> Iterator[Broken]:
    """Batches that the audit chain knows and that are gone or different now."""
    told = AuditEntry.objects.filter(action="probes.anchor_results", outcome="done").order_by("pk")
    known = dict(Batch.objects.values_list("pk", "digest"))
    for entry in told.iterator(AT_ONCE):
        given: Mapping[str, object] = entry.details.get("given", {})
        number, digest = given.get("batch"), given.get("digest")
        if isinstance(number, int) and known.get(number) != digest:
            fault = Fault.ALTERED if number in known else Fault.REMOVED
            yield Broken(
                fault, 0, number, None, f"batch {number}: the audit entry {entry.pk} knows it as {digest}"
            )


def _by_check(rows: Iterator[Result]) -> Iterator[list[Result]]:
    chain: list[Result] = []
    for row in rows:
        if chain and chain[0].check_row_id != row.check_row_id:
            yield chain
            chain = []
        chain.append(row)
    if chain:
        yield chain


def _digest_at(row: Result, position: int, previous: str, versions: Mapping[int, CheckVersion]) -> str:
    version = versions.get(row.version_id)
    asked = version.digest if version else ""
    return chaining.result_digest(row.check_row_id, position, previous, asked, facts_of(row))


def _wrong_links(
    chain: Sequence[Result], versions: Mapping[int, CheckVersion], signed: _Signed
) -> Iterator[Broken]:
    """One chain from its first position; after a fault it goes on from what the row says of itself."""
    homes = {row.digest: row.position for row in chain}
    followed = {row.previous for row in chain}
    expected, previous, is_after_gap = 1, chaining.START, False
    for place, row in enumerate(chain):
        where = (row.check_row_id, row.position, row.pk)
        if row.position > expected:
            for number in range(expected, min(row.position, expected + 3)):
                detail = f"nothing is at the positions {expected} to {row.position - 1}"
                yield Broken(Fault.REMOVED, row.check_row_id, number, None, detail)
            is_after_gap = True
        if row.pk in signed.strangers:
            yield Broken(Fault.INSERTED, *where, "no signed batch has it")
            continue
        if row.position < expected:
            yield Broken(Fault.INSERTED, *where, "another result is at this position")
            continue
        yield from _wrong_row(row, versions, homes, previous, is_after_gap, signed)
        following = chain[place + 1] if place + 1 < len(chain) else None
        if following is not None and following.position == row.position + 1 and row.digest not in followed:
            yield Broken(Fault.ALTERED, *where, "the next result links to another digest")
        expected, previous, is_after_gap = row.position + 1, row.digest, False


def _wrong_row(
    row: Result,
    versions: Mapping[int, CheckVersion],
    homes: Mapping[str, int],
    previous: str,
    is_after_gap: bool,
    signed: _Signed,
) -> Iterator[Broken]:
    where = (row.check_row_id, row.position, row.pk)
    if _digest_at(row, row.position, row.previous, versions) != row.digest:
        home = homes.get(row.previous, 0) + 1 if row.previous != chaining.START else 1
        for position in {home, home - 1, home - 2} - {row.position}:
            if _digest_at(row, position, row.previous, versions) == row.digest:
                yield Broken(Fault.REORDERED, *where, f"it belongs at position {position}")
                return
        yield Broken(Fault.ALTERED, *where, "its facts do not give its digest")
    elif row.previous != previous and not is_after_gap:
        yield Broken(Fault.ALTERED, *where, "it does not link to the result before it")
    elif signed.missing.get(row.batch_id) == 0:
        yield Broken(Fault.ALTERED, *where, "its batch was signed with another content")
