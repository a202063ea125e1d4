"""Anchors: where every lane stood, written down in the database and in a file outside it.

A chain alone cannot show that its end was cut off; an anchor can. The file is one JSON line per anchor; copy it to
another machine to be safe from whoever rules this one.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.audit.models import AuditAnchor

_HEADS = """
    SELECT DISTINCT ON (lane) lane, position, digest FROM audit_auditentry ORDER BY lane, position DESC
"""


@dataclass(frozen=True)
class Anchor:
    """The head of every lane at a moment: ``(lane, position, digest)``."""

    at: str
    heads: tuple[tuple[int, int, str], ...]


def anchor_file() -> Path:
    return Path(settings.DATA_DIR) / "audit" / "anchors.jsonl"


def anchor() -> Anchor | None:
    """Write down where the lanes stand; None when nothing was added since the last anchor.

    The line of the file is written after the commit, so that no anchor tells of entries that never came to be.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HEADS)
        heads = tuple((lane, position, digest) for lane, position, digest in cursor.fetchall())
    digest = sm3(canonical(heads))
    last = AuditAnchor.objects.order_by("-id").first()
    if not heads or (last is not None and last.digest == digest):
        return None
    row = AuditAnchor.objects.create(heads=heads, digest=digest)
    taken = Anchor(row.at.astimezone(UTC).isoformat(), heads)
    transaction.on_commit(functools.partial(_append, taken))
    return taken


def _append(taken: Anchor) -> None:
    path = anchor_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, json.dumps({"at": taken.at, "heads": taken.heads}).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def known_anchors() -> list[Anchor]:
    """Every anchor of the database and of the file; a half-written last line of the file is passed over."""
    stored = [
        Anchor(
            row.at.astimezone(UTC).isoformat(),
            tuple((lane, position, digest) for lane, position, digest in row.heads),
        )
        for row in AuditAnchor.objects.order_by("id")
    ]
    return [*stored, *_from_file()]


def _from_file() -> Iterator[Anchor]:
    path = anchor_file()
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            facts = json.loads(line)
        except json.JSONDecodeError:
            continue
        yield Anchor(
            str(facts["at"]), tuple((lane, position, digest) for lane, position, digest in facts["heads"])
        )
