"""What the tests of the spool share: disks that fail on demand, and reading a stream to its end."""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

from chengshu.engines.streams.spool import Disk, Limits, SpoolReader

QUICK = Limits(window_s=0.0, retry_s=0.001, spare_bytes=0)


def read_all(folder: Path, at: int = 0, limit: int = 7) -> list[bytes]:
    """Every record of a stream, read in small batches."""
    reader, found = SpoolReader(folder), list[bytes]()
    while True:
        batch = reader.read(at, limit)
        found += [record for _offset, record in batch.records]
        if not batch.records and batch.next_offset == at:
            return found
        at = batch.next_offset


class FailingDisk(Disk):
    """Takes so many bytes, then writes a part of what it is given and reports that it is full."""

    def __init__(self, bytes_left: int) -> None:
        self.bytes_left = bytes_left
        self.refusals = 0

    def append(self, handle: int, block: bytes) -> None:
        if len(block) > self.bytes_left:
            super().append(handle, block[: self.bytes_left])
            self.bytes_left = 0
            self.refusals += 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.bytes_left -= len(block)
        super().append(handle, block)


class LyingDisk(Disk):
    """Fails every third fsync, as a dying device does; what it had been given may or may not be there."""

    def __init__(self) -> None:
        self.syncs = 0

    def sync(self, handle: int) -> None:
        self.syncs += 1
        if self.syncs % 3 == 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(handle)

    def cut(self, path: Path, length: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


class PowerCut(Disk):
    """Remembers what was synced; :meth:`strike` leaves on disk only that and a random part of the rest."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._paths: dict[int, Path] = {}
        self._durable: dict[Path, int] = {}
        self._named: set[Path] = set()

    def create(self, path: Path) -> int:
        handle = super().create(path)
        self._paths[handle] = path
        self._durable[path] = 0
        return handle

    def sync(self, handle: int) -> None:
        path = self._paths[handle]
        self._durable[path] = path.stat().st_size

    def sync_folder(self, folder: Path) -> None:
        self._named.update(path for path in self._durable if path.parent == folder)

    def strike(self) -> None:
        for path, durable in self._durable.items():
            if not path.exists():
                continue
            if path not in self._named and self.chance.random() < 0.5:
                path.unlink()
                continue
            content = path.read_bytes()
            kept = self.chance.randint(durable, len(content))
            wiped = self.chance.randint(durable, kept)
            path.write_bytes(content[:wiped] + bytes(kept - wiped))
