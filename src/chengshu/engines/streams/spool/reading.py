"""Reading streams, from any process, while they are being written; and discarding what everyone has read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from chengshu.engines.streams.spool.segments import (
    FRAME,
    HEADER,
    LARGEST_RECORD,
    SPAN,
    Segment,
    frames_in,
    next_frame,
    segments,
)
from chengshu.foundation.errors import Conflict

_BLOCK: Final = 1 << 20


class Batch(NamedTuple):
    """What one read found.

    :param records: each with its own offset, in order
    :param next_offset: where the next read goes on
    :param damaged_bytes: bytes inside finished segments that could not be read as records and were passed over
    :param is_full: whether it ended because it had read as much as it was to, so that more may be waiting
    """

    records: list[tuple[int, bytes]]
    next_offset: int
    damaged_bytes: int = 0
    is_full: bool = False


def streams(root: Path) -> list[str]:
    """The names of all streams under ``root``, in order."""
    if not root.is_dir():
        return []
    return sorted(folder.name for folder in root.iterdir() if folder.is_dir() and segments(folder))


class SpoolReader:
    """Reads one stream; keeps no place of its own and takes no lock.

    :param folder: of the stream; it may not exist yet
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, from_offset: int, limit: int = 5_000, most_bytes: int = 32 << 20) -> Batch:
        """At most ``limit`` records from ``from_offset`` on; an empty batch if there are none yet.

        It ends early once it has read ``most_bytes`` or a little more. Reading from 0 begins with the oldest
        record there is. A record may be seen a moment before it is confirmed to its sender, and, if the disk failed
        in that moment, a second time at a later offset.

        :raises Conflict: if ``from_offset`` lies beyond everything this stream can have held
        """
        batch, at, damaged, is_full = list[tuple[int, bytes]](), from_offset, 0, False
        for segment, finished in _from(segments(self.folder), from_offset):
            begun = at = max(at, segment.first)
            at, passed_over = _read(segment, finished, at, limit, begun + most_bytes, batch)
            damaged += passed_over
            most_bytes -= at - begun
            is_full = len(batch) >= limit or most_bytes <= 0
            if is_full:
                break
        return Batch(batch, at, damaged, is_full)


def _from(listed: list[Segment], offset: int) -> Iterator[tuple[Segment, bool]]:
    """The segments that can hold ``offset`` and what follows, each with whether it is finished.

    They were listed before any is read: one that had a successor then has been complete since, so a broken end
    in it is not a write in progress.
    """
    if listed and offset > listed[-1].first + SPAN:
        raise Conflict(
            f"The spool {listed[-1].path.parent.name} ends before offset {offset}.",
            code="streams.spool_replaced",
            hint="It was replaced by another one: restore it, or forget how far it was read.",
        )
    for number, segment in enumerate(listed):
        finished = number + 1 < len(listed)
        if not finished or listed[number + 1].first > offset:
            yield segment, finished


def _read(
    segment: Segment, finished: bool, at: int, limit: int, stop_at: int, found: list[tuple[int, bytes]]
) -> tuple[int, int]:
    """Collect records of one segment; the offset reached and how many damaged bytes were passed over.

    :param stop_at: no block is begun at this offset or behind it
    """
    damaged = 0
    try:
        file = segment.path.open("rb", buffering=0)
    except FileNotFoundError:  # discarded since it was listed: everyone had read it
        return at, 0
    with file:
        if file.read(HEADER.size) != segment.header():
            return at, _unreadable(segment) if finished else 0
        file.seek(HEADER.size + at - segment.first)
        while len(found) < limit and at < stop_at:
            block = _filled(file.read(_BLOCK), file)
            taken, broken = frames_in(block, at, limit, found)
            at += taken
            if len(found) >= limit or not block:
                break
            if taken == 0 or broken:
                if not finished:
                    break
                rest = block[taken:] + file.read()
                beyond = next_frame(rest, at, 1)
                skipped = len(rest) if beyond is None else beyond
                damaged += skipped
                at += skipped
            file.seek(HEADER.size + at - segment.first)
    return at, damaged


def _filled(block: bytes, file: object) -> bytes:
    """The block, longer if its first frame needs that."""
    if len(block) < _BLOCK:
        return block
    length = FRAME.unpack_from(block)[0]
    if FRAME.size + length <= len(block) or length > LARGEST_RECORD:
        return block
    return block + file.read(FRAME.size + length - len(block))  # type: ignore[attr-defined,no-any-return]


def _unreadable(segment: Segment) -> int:
    with contextlib.suppress(FileNotFoundError):
        return segment.path.stat().st_size
    return 0


def discard(folder: Path, before: int) -> int:
    """Delete the segments all of whose records lie before ``before``, never the newest; how many.

    :param before: the smallest place of all who read this stream
    """
    listed = segments(folder)
    done = [segment for segment, follower in pairwise(listed) if follower.first <= before]
    for segment in done:
        segment.path.unlink(missing_ok=True)
    return len(done)
