"""Writing a stream: many callers, one fsync for all that came in meanwhile, and clear limits."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chengshu.engines.streams.spool.disk import Disk
from chengshu.engines.streams.spool.segments import (
    FRAME,
    HEADER,
    LARGEST_RECORD,
    SPAN,
    Segment,
    SpoolFull,
    framed,
    framed_size,
    frames_in,
    next_frame,
    segment_at,
    segments,
)
from chengshu.foundation.errors import Conflict, InvalidInput

_LOCK: Final = "writer.lock"
_YEAR_2026_S: Final = 1_767_225_600
_BYTES_A_SECOND: Final = 24
"""As a power of two. A stream that is made anew begins after every offset an earlier one of that name can have
reached, if that wrote less than 16 MiB a second on average since 2026; until 2043 offsets are exact in JavaScript."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a writer holds, where, and for how long.

    :param window_s: how long the first record of a group waits for others before the group is written
    :param waiting_bytes: records in memory, not durable yet; beyond it :class:`SpoolFull`
    :param segment_bytes: a segment that has reached this size is followed by a new one
    :param disk_bytes: all segments of the stream together
    :param spare_bytes: what must remain free in the file system for others
    :param retry_s: after a failed write, the time until the next attempt
    """

    window_s: float = 0.005
    waiting_bytes: int = 16 << 20
    segment_bytes: int = 16 << 20
    disk_bytes: int = 4 << 30
    spare_bytes: int = 256 << 20
    retry_s: float = 0.5

    def __post_init__(self) -> None:
        if self.segment_bytes + self.waiting_bytes + LARGEST_RECORD * 2 > SPAN:
            raise InvalidInput(
                "A segment and what waits for it must stay below 56 MiB together.", field="segment_bytes"
            )


@dataclass(slots=True)
class _Group:
    """Records that one fsync will cover."""

    durable: asyncio.Future[int]
    records: list[bytes] = field(default_factory=list)
    size: int = 0


class SpoolWriter:
    """The one writer of a stream; opened inside a running event loop and closed with :meth:`close`.

    A write that fails (disk full, device error) is never given up: nobody is told that it is durable, nothing
    more is taken once memory is used up, and the same records are written anew until it works.

    :param folder: of the stream; made if it is missing
    :param clock: seconds since 1970, asked only when the stream is new
    :raises Conflict: if another process writes this stream
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits | None = None,
        disk: Disk | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.limits = limits or Limits()
        self.room = asyncio.Event()
        self.room.set()
        self.trouble = ""
        self.groups = 0
        self._store = _Segments(folder, self.limits, disk or Disk(), clock)
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, f"spool-{folder.name}")
        self._group: _Group | None = None
        self._waiting = 0
        self._largest = min(LARGEST_RECORD, self.limits.waiting_bytes) - FRAME.size
        self._begun = asyncio.Event()
        self._closing = False
        self._task = self._loop.create_task(self._commit_groups())

    @property
    def waiting_bytes(self) -> int:
        """Records in memory that are not durable yet."""
        return self._waiting

    def add(self, record: bytes) -> asyncio.Future[int]:
        """Take a record; the future tells the offset after its group once that is durable.

        The future is shared by all of the group: shield it before awaiting it, or add a callback.

        :raises SpoolFull: if memory is used up; wait for ``room`` and try again
        :raises InvalidInput: if the record is empty or longer than ``LARGEST_RECORD``
        """
        size = len(record) + FRAME.size
        if not FRAME.size < size <= self._largest:
            raise InvalidInput(f"A record has 1 to {self._largest} bytes.", code="streams.record_size")
        if self._closing or self._waiting + size > self.limits.waiting_bytes:
            self.room.clear()
            raise SpoolFull(
                "The spool takes nothing more for now.", hint=self.trouble or "Try again shortly."
            )
        group = self._group
        if group is None:
            group = self._group = _Group(self._loop.create_future())
            self._begun.set()
        group.records.append(record)
        group.size += size
        self._waiting += size
        return group.durable

    async def append(self, records: Sequence[bytes]) -> int:
        """Take records, waiting for room as needed; the offset after the last once all are durable."""
        durable: set[asyncio.Future[int]] = set()
        for record in records:
            durable.add(await self._add_when_room(record))
        return max(await asyncio.gather(*(asyncio.shield(each) for each in durable)), default=0)

    async def _add_when_room(self, record: bytes) -> asyncio.Future[int]:
        while True:
            try:
                return self.add(record)
            except SpoolFull:
                if self._closing:
                    raise
                await self.room.wait()

    async def _commit_groups(self) -> None:
        while not (self._closing and self._group is None):
            await self._begun.wait()
            if not self._closing:
                await asyncio.sleep(self.limits.window_s)
            self._begun.clear()
            group, self._group = self._group, None
            if group is not None:
                await self._commit(group)

    async def _commit(self, group: _Group) -> None:
        """Write until it works; while closing, once."""
        while not await self._written(group):
            if self._closing:
                group.durable.set_exception(SpoolFull("Closed before this was written.", hint=self.trouble))
                group.durable.exception()
                return
            await asyncio.sleep(self.limits.retry_s)

    async def _written(self, group: _Group) -> bool:
        try:
            end = await self._loop.run_in_executor(self._thread, self._store.write, group.records)
        except (OSError, SpoolFull) as error:
            self.trouble = str(error)
            return False
        self.trouble = ""
        self.groups += 1
        self._waiting -= group.size
        if self._waiting <= self.limits.waiting_bytes // 2:
            self.room.set()
        if not group.durable.done():
            group.durable.set_result(end)
        return True

    async def close(self) -> None:
        """Make what waits durable, if the disk lets us, and leave the stream to the next writer."""
        self._closing = True
        self._begun.set()
        self.room.set()
        await self._task
        self._thread.shutdown()
        self._store.close()

    async def __aenter__(self) -> SpoolWriter:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()


class _Segments:
    """The files of one writer; used by one thread at a time."""

    def __init__(self, folder: Path, limits: Limits, disk: Disk, clock: Callable[[], float]) -> None:
        self.folder, self.limits, self.disk = folder, limits, disk
        _make_durably(folder, disk)
        self._lock = _locked(folder / _LOCK)
        found = segments(folder)
        if found:
            cut_torn_tail(found[-1], disk)
        newest = int(clock() - _YEAR_2026_S) << _BYTES_A_SECOND
        self._next = found[-1].first + SPAN if found else max(newest, 0)
        self._segment: Segment | None = None
        self._handle = -1
        self._end = 0
        self._finished_bytes = self._on_disk()

    def write(self, records: Sequence[bytes]) -> int:
        """Append the records durably; the offset after them.

        :raises OSError: if the disk refuses; :raises SpoolFull: if a limit does. Then nothing was written.
        """
        size = framed_size(records)
        if self._segment is None or self._length() + size > self.limits.segment_bytes:
            self._roll()
        self._check_limits(size)
        try:
            self.disk.append(self._handle, framed(records, self._end))
            self.disk.sync(self._handle)
        except OSError:
            self._abandon()
            raise
        self._end += size
        return self._end

    def _length(self) -> int:
        return self._end - self._segment.first if self._segment else 0

    def _roll(self) -> None:
        """Go on in a new segment; its name is durable before anything in it is confirmed."""
        if self._segment is not None and self._length() == 0:
            return
        segment = segment_at(self.folder, self._end if self._segment else self._next)
        handle = self.disk.create(segment.path)
        try:
            self.disk.append(handle, segment.header())
            self.disk.sync_folder(self.folder)
        except OSError:
            self._next = segment.first + SPAN
            self._leave()
            self.disk.close(handle)
            raise
        self._leave()
        self._segment, self._handle, self._end = segment, handle, segment.first
        self._finished_bytes = self._on_disk()

    def _abandon(self) -> None:
        """After an error nobody knows what stands in the file; a second fsync of it could even lie.

        So it is cut to what was confirmed, and the same records go to a new segment at offsets never used.
        """
        segment = self._segment
        assert segment is not None
        self._next = segment.first + SPAN
        with contextlib.suppress(OSError):
            self.disk.cut(segment.path, HEADER.size + self._length())
        self._leave()

    def _leave(self) -> None:
        if self._segment is not None:
            self.disk.close(self._handle)
        self._segment, self._handle = None, -1

    def _check_limits(self, size: int) -> None:
        if self._finished_bytes + self._length() + size > self.limits.disk_bytes:
            self._finished_bytes = self._on_disk() - self._length()
        if self._finished_bytes + self._length() + size > self.limits.disk_bytes:
            self._roll()  # the newest segment is never discarded; a fresh one lets readers free all others
            raise SpoolFull(
                f"The spool {self.folder.name} has reached its limit of {self.limits.disk_bytes} bytes."
            )
        if self.disk.free_bytes(self.folder) - size < self.limits.spare_bytes:
            raise SpoolFull(f"The file system of {self.folder} is nearly full.")

    def _on_disk(self) -> int:
        total = 0
        for segment in segments(self.folder):
            with contextlib.suppress(FileNotFoundError):
                total += segment.path.stat().st_size
        return total

    def close(self) -> None:
        self._leave()
        os.close(self._lock)


def cut_torn_tail(segment: Segment, disk: Disk) -> int:
    """Cut what an interrupted write left at the end of the newest segment; how many bytes.

    If anything sound stands behind the broken place, it is no torn tail, and nothing is cut: it may have been
    confirmed, and readers find it.
    """
    content = segment.path.read_bytes()
    if len(content) < HEADER.size:
        return 0
    frames: list[tuple[int, bytes]] = []
    block = content[HEADER.size :]
    sound, _broken = frames_in(block, segment.first, len(block), frames)
    torn = len(block) - sound
    if torn and next_frame(block, segment.first, sound + 1) is None:
        disk.cut(segment.path, HEADER.size + sound)
        return torn
    return 0


def _make_durably(folder: Path, disk: Disk) -> None:
    """Make the folder, and make its name and those above it survive a loss of power."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in missing:
        disk.sync_folder(each.parent)


def _locked(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise Conflict(
            f"Another process writes the spool {path.parent.name}.",
            code="streams.spool_taken",
            hint="Stop it first, or give this one another number.",
        ) from error
    return handle
