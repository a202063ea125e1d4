"""Every write on files."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit import changes
from chengshu.foundation.files import kinds, store
from chengshu.foundation.files.models import Content, File, Upload
from chengshu.foundation.files.names import safe_name
from chengshu.foundation.files.purposes import purpose_of, require_size
from chengshu.foundation.files.scanning import scan
from chengshu.foundation.orgs.models import Unit


@action(title=_("Store a file"), at=lambda *, unit, **_rest: unit.pk)
def store_file(*, unit: Unit, name: str, content: bytes | Path, purpose: str = "") -> File:
    """Store a file of a unit; equal content is kept once.

    :param name: as the person called it; made safe before it is kept
    :param content: its bytes, or a complete file among what is incoming, which is taken over
    :param purpose: such as ``promises.evidence``; a declared one has its own limits (``purposes``)
    :raises InvalidFile: if it is empty, too large, not what its name says, damaged or dangerous
    """
    limits = purpose_of(purpose)
    if isinstance(content, bytes):
        require_size(limits, len(content))
    path = store.draft(content) if isinstance(content, bytes) else content
    try:
        require_size(limits, path.stat().st_size)
        kept_name = safe_name(name)
        kind = kinds.examine(path, kept_name, limits.kinds)
        scan(path)
        stored = keep_content(path, kind.media_type)
    finally:
        if isinstance(content, bytes):
            path.unlink(missing_ok=True)
    file = File(
        unit=unit,
        content=stored,
        name=kept_name,
        purpose=purpose,
        created_by_id=current_asker().account_id,
    )
    file.save()
    return file


@action(title=_("Remove abandoned uploads"), at=Reach.EVERYWHERE)
def purge_uploads(*, older_than_s: int) -> int:
    """Forget uploads that nobody has continued for so long; returns how many."""
    stale = [upload for upload in Upload.objects.all() if upload.idle_s() > older_than_s]
    for upload in stale:
        upload.path.unlink(missing_ok=True)
        upload.delete()
    store.remove_stale_drafts(older_than_s)
    return len(stale)


def keep_content(path: Path, media_type: str) -> Content:
    """Take an incoming file into the store and give its row; for use inside an action.

    The bytes are durable before the row is written, so a committed row never names bytes that are not there.
    """
    digests = store.digests_of(path)
    store.keep(path, digests)
    row = Content(sha256=digests.sha256, sm3=digests.sm3, size=digests.size, media_type=media_type)
    Content.objects.bulk_create([row], ignore_conflicts=True)
    changes.record("keep", f"sha256:{digests.sha256}", sm3=digests.sm3, size=digests.size)
    return Content.objects.get(sha256=digests.sha256)
