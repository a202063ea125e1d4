"""Keeps the records behind an observation in chunks named by their digest.

A chunk ends at a record whose key says so, not after so many records: when records come or go, only the chunks around
them change, and tomorrow's observation shares the rest with yesterday's.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import chain

from chengshu.engines.indicators.models import RecordChunk
from chengshu.foundation.audit.canonical import sm3

MEAN_LINES = 1024
"""A chunk has this many records on average, and never more than eight times as many."""


def chunks_of(roll: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The roll cut where the keys say so."""
    chunk: list[str] = []
    for line in roll:
        chunk.append(line)
        if _ends(line) or len(chunk) >= 8 * MEAN_LINES:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)


def _ends(line: str) -> bool:
    key = line.split("\t", 1)[0]
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest()) % MEAN_LINES == 0


def store(kept: Sequence[Sequence[str]]) -> list[list[str]]:
    """Keep what is not kept yet; of each roll the digests of its chunks in order. Only inside an action of this app."""
    contents = [["\n".join(chunk).encode() for chunk in chunks_of(roll)] for roll in kept]
    digests = [[sm3(content) for content in of_roll] for of_roll in contents]
    by_digest = dict(zip(chain.from_iterable(digests), chain.from_iterable(contents), strict=True))
    known = set(RecordChunk.objects.filter(digest__in=by_digest).values_list("digest", flat=True))
    RecordChunk.objects.bulk_create(
        [
            RecordChunk(digest=digest, content=zlib.compress(content, 6))
            for digest, content in by_digest.items()
            if digest not in known
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    return digests


def load(digests: Sequence[str]) -> list[str]:
    """The roll that these chunks make. What does not fit its digest any more is left out, and so shows as changed."""
    kept = {
        chunk.digest: zlib.decompress(bytes(chunk.content))
        for chunk in RecordChunk.objects.filter(digest__in=digests)
    }
    lines: list[str] = []
    for digest in digests:
        content = kept.get(digest, b"")
        if content and sm3(content) == digest:
            lines += content.decode().split("\n")
    return lines
