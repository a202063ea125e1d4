"""Comparing the store with its rows: every content is read and hashed again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.foundation.files import store
from chengshu.foundation.files.models import Content

YOUNG_S = 24 * 3600
"""An unknown content younger than this may belong to a transaction that has not committed yet."""


@dataclass
class Verification:
    """What was found; digests name the contents."""

    checked: int = 0
    bytes_read: int = 0
    missing: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.missing and not self.corrupt

    def verdict(self) -> Words:
        if self.is_sound:
            return _("All contents are there and unchanged.")
        return _("Contents are missing or changed: restore them from a backup.")


def verify_store() -> Verification:
    """Hash every content again; find missing, corrupt and unknown ones."""
    found = Verification()
    known: set[str] = set()
    for content in Content.objects.order_by("pk").iterator():
        known.add(content.sha256)
        found.checked += 1
        if not content.path.is_file():
            found.missing.append(content.sha256)
            continue
        digests = store.digests_of(content.path)
        found.bytes_read += digests.size
        if (digests.sha256, digests.sm3, digests.size) != (content.sha256, content.sm3, content.size):
            found.corrupt.append(content.sha256)
    found.orphans = [path.name for path in store.contents_on_disk() if path.name not in known]
    return found


def remove_orphans(*, older_than_s: float = YOUNG_S) -> int:
    """Remove contents that no row knows and that are not young; returns how many."""
    known = set(Content.objects.values_list("sha256", flat=True))
    limit = time.time() - older_than_s
    orphans = [p for p in store.contents_on_disk() if p.name not in known and p.stat().st_mtime < limit]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
