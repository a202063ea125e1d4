"""The few things the spool asks of a file system, in one place, so that tests can make each of them fail."""

from __future__ import annotations

import os
from pathlib import Path


class Disk:
    """Appending, making durable, cutting. All errors are the operating system's ``OSError``."""

    def create(self, path: Path) -> int:
        """A new file for appending; the handle."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def append(self, handle: int, block: bytes) -> None:
        """Write all of ``block`` at the end; after an error a part of it may stand there."""
        left = memoryview(block)
        while left:
            left = left[os.write(handle, left) :]

    def sync(self, handle: int) -> None:
        """Return once everything appended survives a loss of power."""
        os.fdatasync(handle)

    def sync_folder(self, folder: Path) -> None:
        """Return once the names in ``folder`` survive a loss of power."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def cut(self, path: Path, length: int) -> None:
        os.truncate(path, length)

    def close(self, handle: int) -> None:
        os.close(handle)

    def free_bytes(self, folder: Path) -> int:
        """What an ordinary user may still write there."""
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize
