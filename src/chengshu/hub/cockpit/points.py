"""The points of the map as one compact answer, and what has changed since an earlier one.

An answer is known by the digest of its points. Whoever names the digest of the answer before gets only what differs,
which is found by comparing the two: whatever the reason, nothing can be missed. Answers are kept for a while in the
data directory, apart for every reading scope; where the earlier one is not there any more everything is answered.
"""

from __future__ import annotations

import os
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from chengshu.engines.streams.api import POINT_BYTES, points
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import sm3

MAGIC: Final = b"CSP1"
KEPT: Final = 48
"""Answers of one reading scope that are kept."""
_HEAD: Final = struct.Struct(">4sBII")
"""Magic, 1 if whole, number of points that follow, number of ids that are gone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: a head, points of seventeen bytes, then the ids (eight bytes) of those that are gone.

    :ivar mark: the digest of all points as they are now
    """

    body: bytes
    mark: str
    is_whole: bool


def answer(since: str = "") -> Answer:
    """The devices that the asker may see, or what differs since an earlier answer to the same scope.

    :param since: the mark of that answer; everything is sent when it is unknown
    """
    now = points()
    mark = sm3(now)
    if since == mark:
        return Answer(_HEAD.pack(MAGIC, 0, 0, 0), mark, False)
    folder = _folder()
    before = _kept(folder, since)
    _keep(folder, mark, now)
    if before is None:
        return Answer(_HEAD.pack(MAGIC, 1, len(now) // POINT_BYTES, 0) + now, mark, True)
    changed, gone = differences(before, now)
    head = _HEAD.pack(MAGIC, 0, len(changed) // POINT_BYTES, len(gone) // 8)
    return Answer(head + changed + gone, mark, False)


def differences(before: bytes, now: bytes) -> tuple[bytes, bytes]:
    """Points that came or changed, and the ids of those that are gone."""
    old, new = set(_cut(before)), set(_cut(now))
    changed = sorted(new - old)
    there = {point[:8] for point in new}
    gone = sorted({point[:8] for point in old - new} - there)
    return b"".join(changed), b"".join(gone)


def _cut(points_: bytes) -> list[bytes]:
    return [points_[at : at + POINT_BYTES] for at in range(0, len(points_), POINT_BYTES)]


def _folder() -> Path:
    """Apart for every reading scope, so that nobody learns by a mark what another may see."""
    return Path(settings.DATA_DIR) / "cockpit-points" / sm3(current_asker().reading_scope_text.encode())[:32]


def _kept(folder: Path, mark: str) -> bytes | None:
    if len(mark) != 64 or not mark.isascii() or not mark.isalnum():
        return None
    try:
        content = (folder / mark).read_bytes()
    except OSError:
        return None
    return content if sm3(content) == mark else None


def _keep(folder: Path, mark: str, content: bytes) -> None:
    """Keep an answer, whole or not at all, and let the oldest go."""
    file = folder / mark
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists():
        return
    handle, name = tempfile.mkstemp(dir=folder, prefix=".")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(name).replace(file)
    known = sorted((one for one in folder.iterdir() if not one.name.startswith(".")), key=_age)
    for old in known[:-KEPT]:
        old.unlink(missing_ok=True)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
