"""The form of a stream on disk: segment files, the frames in them, and how offsets name places in the stream.

A segment is called after the offset of its first byte of frames: ``00000000000067108864.seg``. It begins with a
header of 16 bytes (magic, first offset); after that come frames: length and CRC-32 of the record, four bytes each,
little-endian, then the record. The CRC is seeded with the frame's offset, so a frame that stands in the wrong place
is as invalid as a damaged one. The CRC is zlib's, not CRC32C: equally good at finding torn frames, and in the
standard library.

An offset is never used twice, not even for a frame that was written and then cut off: whoever begins to write (after
a start, or after an error of the disk) skips ``SPAN``, which is more than a segment can hold. So a place that a
reader has noted stays meaningful whatever happens to the writer.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chengshu.foundation.errors import Unavailable

MAGIC: Final = b"CSSPOOL1"
HEADER: Final = struct.Struct("<8sQ")
FRAME: Final = struct.Struct("<II")
SPAN: Final = 1 << 26
LARGEST_RECORD: Final = 1 << 22
_SUFFIX: Final = ".seg"
_LOW: Final = 0xFFFFFFFF


class SpoolFull(Unavailable):
    """The spool takes nothing more for now: its memory or its disk is used up."""

    default_code = "streams.spool_full"


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One file of a stream.

    :param first: the offset of its first frame
    """

    first: int
    path: Path

    def header(self) -> bytes:
        return HEADER.pack(MAGIC, self.first)


def segment_at(folder: Path, first: int) -> Segment:
    return Segment(first, folder / f"{first:020d}{_SUFFIX}")


def segments(folder: Path) -> list[Segment]:
    """The stream's segments in order; none if there is no such stream."""
    if not folder.is_dir():
        return []
    return sorted(Segment(int(path.stem), path) for path in folder.glob(f"*{_SUFFIX}") if path.stem.isdigit())


def framed(records: Iterable[bytes], offset: int) -> bytes:
    """The frames of ``records`` as they stand in a stream from ``offset`` on."""
    parts = []
    for record in records:
        length = len(record)
        parts.append(FRAME.pack(length, zlib.crc32(record, offset & _LOW)))
        parts.append(record)
        offset += FRAME.size + length
    return b"".join(parts)


def framed_size(records: Sequence[bytes]) -> int:
    return sum(map(len, records)) + FRAME.size * len(records)


def frames_in(
    block: bytes, offset: int, most: int, found: list[tuple[int, bytes]], position: int = 0
) -> tuple[int, bool]:
    """Collect whole frames from the start of ``block``, at most until ``found`` holds ``most``.

    :param offset: where in the stream ``block`` begins
    :returns: how many bytes were taken, and whether the frame there is broken (rather than just not whole yet)
    """
    end = len(block)
    while len(found) < most and position + FRAME.size <= end:
        length, checksum = FRAME.unpack_from(block, position)
        begin = position + FRAME.size
        if not 0 < length <= LARGEST_RECORD:
            return position, True
        if begin + length > end:
            return position, False
        record = block[begin : begin + length]
        if zlib.crc32(record, (offset + position) & _LOW) != checksum:
            return position, True
        found.append((offset + position, record))
        position = begin + length
    return position, False


def next_frame(block: bytes, offset: int, position: int) -> int | None:
    """Where, from ``position`` on, the next whole and sound frame begins; ``None`` if there is none."""
    last = len(block) - FRAME.size
    while position < last:
        sound: list[tuple[int, bytes]] = []
        if frames_in(block, offset, 1, sound, position)[0] != position:
            return position
        position += 1
    return None
