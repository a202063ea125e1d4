"""Archiving: whole prefixes of the lanes leave the database for a signed package; a checkpoint takes their place.

Only the owner of the database can do it, only for entries older than six months (Cybersecurity Law, Article 23), and
the database's own trigger insists on both the age and the checkpoint. The last entry of a lane always stays, because
the next one links to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit import chain, signing
from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.audit.models import AuditCheckpoint, AuditEntry
from chengshu.foundation.audit.packages import write_package
from chengshu.foundation.errors import Conflict, InvalidInput

RETENTION = timedelta(days=184)
"""Six months, however long they are. Younger entries stay where they are."""


@dataclass(frozen=True)
class Archived:
    """What left the database; ``path`` is None when nothing was old enough."""

    path: Path | None
    count: int
    lanes: int


@dataclass(frozen=True)
class Prefix:
    """The beginning of a lane that may leave: everything up to ``position``."""

    lane: int
    position: int
    digest: str


def checkpoints() -> dict[int, tuple[int, str]]:
    """Where each archived lane goes on: lane → (position, digest) of the last entry that left.

    A checkpoint that our key did not sign does not count, so that nobody can cut a lane by writing one.
    """
    found: dict[int, tuple[int, str]] = {}
    for row in AuditCheckpoint.objects.order_by("lane", "position"):
        if is_genuine(row):
            found[row.lane] = (row.position, row.digest)
    return found


def is_genuine(row: AuditCheckpoint) -> bool:
    return signing.is_signed(_signed_facts(row), row.signature, signing.public_key())


def _signed_facts(row: AuditCheckpoint) -> bytes:
    names = ("lane", "position", "digest", "file", "file_digest")
    return canonical({name: getattr(row, name) for name in names})


def archive_folder() -> Path:
    return Path(settings.DATA_DIR) / "audit" / "archive"


def archive(before: datetime) -> Archived:
    """Move everything older than ``before`` out of the database; run by the owner, who says so at the console.

    :param before: entries from this moment on stay; at least six months ago
    :raises InvalidInput: if it is less than six months ago
    :raises Conflict: if the chain does not verify: a broken chain is evidence and stays whole
    """
    from chengshu.foundation.audit.verify import verify

    if before > timezone.now() - RETENTION:
        raise InvalidInput(
            _("Entries younger than six months stay in the chain."),
            field="before",
            code="audit_retention",
            hint=_("Give a day at least %(days)s days ago.") % {"days": RETENTION.days},
        )
    if not (outcome := verify()).is_sound:
        raise Conflict(
            _("The chain does not verify, so nothing is archived."),
            code="audit_unsound",
            hint=_("Run “audit verify” and look into what it names."),
            data={"faults": len(outcome.broken)},
        )
    prefixes = list(_prefixes(before))
    if not prefixes:
        return Archived(None, 0, 0)
    path, count, digest = _write(prefixes)
    with transaction.atomic(using="owner"):
        for prefix in prefixes:
            _checkpoint(prefix, path.name, digest)
        deleted = sum(_delete(prefix) for prefix in prefixes)
        if deleted != count:
            raise Conflict(_("The chain changed while it was archived. Try again."), code="audit_moved")
    return Archived(path, count, len(prefixes))


def _prefixes(before: datetime) -> Iterator[Prefix]:
    """The longest run from the start of each lane that is old throughout, without the lane's last entry."""
    for lane in range(chain.LANES):
        entries = AuditEntry.objects.filter(lane=lane).order_by("position")
        head = entries.last()
        if head is None:
            continue
        young = entries.filter(at__gte=before).first()
        end = min(head.position, young.position if young else head.position) - 1
        last = entries.filter(position=end).first()
        if last is not None:
            yield Prefix(lane, last.position, last.digest)


def _write(prefixes: list[Prefix]) -> tuple[Path, int, str]:
    folder = archive_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"audit-{timezone.now():%Y%m%dT%H%M%S%f}.zip"
    about = {"heads": [[prefix.lane, prefix.position, prefix.digest] for prefix in prefixes]}
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        written = write_package(file, _entries(prefixes), kind="archive", about=about)
        file.flush()
        os.fsync(file.fileno())
    return path, written.count, sm3(path.read_bytes())


def _entries(prefixes: list[Prefix]) -> Iterator[AuditEntry]:
    for prefix in prefixes:
        old = AuditEntry.objects.filter(lane=prefix.lane, position__lte=prefix.position)
        yield from old.order_by("position").iterator(chunk_size=2000)


def _checkpoint(prefix: Prefix, file: str, digest: str) -> None:
    row = AuditCheckpoint(
        lane=prefix.lane, position=prefix.position, digest=prefix.digest, file=file, file_digest=digest
    )
    row.signature = signing.sign(_signed_facts(row))
    row.save(using="owner")


def _delete(prefix: Prefix) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('chengshu.audit_archive', 'on', true)")
        cursor.execute(
            "DELETE FROM audit_auditentry WHERE lane = %s AND position <= %s", [prefix.lane, prefix.position]
        )
        return int(cursor.rowcount)


def unsigned_checkpoints() -> list[dict[str, Any]]:
    """Checkpoints that our key did not sign: somebody wrote them by hand."""
    return [
        {"lane": row.lane, "position": row.position, "id": row.pk}
        for row in AuditCheckpoint.objects.order_by("id")
        if not is_genuine(row)
    ]
