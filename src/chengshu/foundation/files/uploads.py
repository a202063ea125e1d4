"""Uploads in pieces that survive a broken connection.

An upload belongs to the account that began it; row security shows it to nobody else. What has arrived is a file on
disk, locked while a piece is appended, so two senders of the same upload cannot mix their bytes.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import require
from chengshu.foundation.asking import signed_in_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Missing
from chengshu.foundation.files import kinds
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File, Upload
from chengshu.foundation.files.names import safe_name
from chengshu.foundation.files.purposes import purpose_of, require_size
from chengshu.foundation.orgs.models import Unit

MOST_PIECE = 16_000_000
"""Bytes of one piece."""
MOST_AT_ONCE = 20
"""Unfinished uploads of one account."""
ABANDONED_AFTER_S = 24 * 3600


class Source(Protocol):
    """Where a piece comes from: a request, or any open file."""

    def read(self, size: int, /) -> bytes: ...


class OffsetConflict(Conflict):
    """The piece does not begin where the stored part ends."""

    default_code = "upload.offset"


def begin_upload(*, unit: Unit, name: str, size: int, purpose: str = "") -> Upload:
    """Begin an upload, or find the unfinished one of the same name, size, unit and purpose.

    :raises Refused: if the asker may not store files of this unit
    :raises InvalidFile: if such a file would be refused by its name or size already
    """
    asker = signed_in_asker()
    require(asker, "files.store_file", unit.pk)
    limits, kept_name = purpose_of(purpose), safe_name(name)
    require_size(limits, size)
    kinds.kind_promised(kept_name, limits.kinds)
    mine = Upload.objects.filter(account_id=asker.account_id)
    same = mine.filter(unit=unit, name=kept_name, size=size, purpose=purpose).first()
    if same:
        return same
    if mine.count() >= MOST_AT_ONCE:
        raise Conflict(
            _("You have %(count)d unfinished uploads already.") % {"count": MOST_AT_ONCE},
            code="upload.too_many",
            hint=_("Finish or cancel one of them first."),
        )
    return Upload.objects.create(
        key=secrets.token_urlsafe(32),
        account_id=asker.account_id,
        unit=unit,
        name=kept_name,
        size=size,
        purpose=purpose,
    )


def upload_by_key(key: str) -> Upload:
    """The asker's own upload.

    :raises Missing: if there is none, or it is somebody else's
    """
    asker = signed_in_asker()
    found = Upload.objects.filter(key=key, account_id=asker.account_id).select_related("unit").first()
    if found is None:
        raise Missing(
            _("There is no such upload."),
            code="upload.missing",
            hint=_("Choose the file again to begin anew."),
        )
    return found


def receive(upload: Upload, *, offset: int, length: int, source: Source) -> int:
    """Append a piece and return how many bytes are stored now.

    When the source breaks off, what arrived until then is kept.

    :param length: bytes that the sender announces
    :raises OffsetConflict: if the piece does not begin where the stored part ends; ``data`` names the offset
    :raises InvalidInput: if the piece is too long
    """
    with _locked(upload) as file:
        stored = os.fstat(file.fileno()).st_size
        if offset != stored:
            raise OffsetConflict(
                _("The stored part ends at %(offset)d.") % {"offset": stored},
                hint=_("Continue from there."),
                data={"offset": stored},
            )
        if length > min(MOST_PIECE, upload.size - stored):
            raise InvalidInput(
                _("The piece is longer than what is missing or allowed."),
                field="piece",
                code="upload.piece_too_long",
                hint=_("Send at most %(most)d bytes at once.") % {"most": MOST_PIECE},
            )
        _append(file, source, length)
        return os.fstat(file.fileno()).st_size


def finish_upload(upload: Upload) -> File:
    """Store a complete upload as a file of its unit.

    :raises Conflict: if bytes are missing still
    :raises InvalidFile: if the content is refused; the upload is given up then
    """
    with _locked(upload) as file:
        stored = os.fstat(file.fileno()).st_size
        if stored != upload.size:
            raise Conflict(
                _("%(missing)d bytes are still missing.") % {"missing": upload.size - stored},
                code="upload.incomplete",
                hint=_("Continue the upload."),
                data={"offset": stored},
            )
        return store_upload(upload=upload)


def store_upload(*, upload: Upload) -> File:
    """Hand a complete upload over to :func:`store_file`; its row goes with the same commit."""
    try:
        stored = store_file(unit=upload.unit, name=upload.name, content=upload.path, purpose=upload.purpose)
    except InvalidInput:
        upload.path.unlink(missing_ok=True)
        raise
    upload.delete()
    return stored


def cancel_upload(upload: Upload) -> None:
    """Give an upload up."""
    upload.path.unlink(missing_ok=True)
    upload.delete()


@contextmanager
def _locked(upload: Upload) -> Iterator[BinaryIO]:
    """The stored part, open for appending and held by nobody else.

    :raises Conflict: if another piece of the same upload is being received
    """
    with upload.path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                _("Another piece of this upload is just arriving."),
                code="upload.busy",
                hint=_("Try again in a moment."),
            ) from error
        yield file


def _append(file: BinaryIO, source: Source, length: int) -> None:
    remaining = length
    try:
        while remaining > 0:
            piece = source.read(min(1 << 16, remaining))
            if not piece:
                break
            file.write(piece)
            remaining -= len(piece)
    except OSError:
        """The sender went away (Django says so with ``UnreadablePostError``); what arrived is kept."""
    file.flush()
    os.fsync(file.fileno())
