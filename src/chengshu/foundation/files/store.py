"""The store on disk: one file per content, named by its SHA-256, written whole or not at all.

``<data>/files/sha256/ab/cd/<digest>`` holds contents, ``incoming`` what is on its way, ``previews`` what can be made
again. Paths are made from digests that we computed, never from anything a person sent.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from django.conf import settings

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PIECE = 1 << 20


@dataclass(frozen=True)
class Digests:
    """What identifies a content: SHA-256 names it, SM3 (GB/T 32905-2016) goes into the audit chain."""

    sha256: str
    sm3: str
    size: int


def root() -> Path:
    return Path(settings.DATA_DIR) / "files"


def incoming() -> Path:
    return _folder(root() / "incoming")


def previews() -> Path:
    return _folder(root() / "previews")


def path_of(sha256: str) -> Path:
    """Where a content lies.

    :raises ValueError: if this is no digest
    """
    if not _DIGEST.fullmatch(sha256):
        raise ValueError("not a SHA-256 digest")
    return root() / "sha256" / sha256[:2] / sha256[2:4] / sha256


def digests_of(path: Path) -> Digests:
    """Both digests of a file, read once."""
    sha256, sm3, size = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            sha256.update(piece)
            sm3.update(piece)
            size += len(piece)
    return Digests(sha256.hexdigest(), sm3.finalize().hex(), size)


def draft(content: bytes) -> Path:
    """Write bytes into a new file among what is incoming; the caller keeps or removes it."""
    handle, name = tempfile.mkstemp(dir=incoming(), prefix="draft-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return Path(name)


def keep(path: Path, digests: Digests) -> Path:
    """Make an incoming file a content: durable on disk before this returns, and the incoming file is gone.

    A content that is there already stays as it is; one that lost bytes is replaced by this whole one.
    """
    target = path_of(digests.sha256)
    if target.is_file() and target.stat().st_size == digests.size:
        path.unlink(missing_ok=True)
        os.utime(target)
        return target
    _folder(target.parent)
    path.chmod(0o600)
    _synchronise(path)
    path.replace(target)
    _synchronise(target.parent)
    return target


def contents_on_disk() -> Iterator[Path]:
    """Every content that lies in the store, known or not."""
    yield from sorted(p for p in (root() / "sha256").glob("??/??/*") if p.is_file())


def remove_stale_drafts(older_than_s: float) -> int:
    """Remove incoming files that nobody has touched for so long; returns how many."""
    limit = time.time() - older_than_s
    stale = [p for p in incoming().iterdir() if p.is_file() and p.stat().st_mtime < limit]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _synchronise(path: Path) -> None:
    """Have the disk really hold it before a database row says so."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
