"""Reading files. Row security decides which ones exist for the asker."""

from __future__ import annotations

from typing import BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing
from chengshu.foundation.files.models import File


def files() -> QuerySet[File]:
    """The files of the asker's units, newest first."""
    return File.objects.select_related("content", "unit", "created_by")


def file_by_id(pk: int) -> File:
    """One file.

    :raises Missing: if there is none, or it belongs to a unit whose files the asker may not see
    """
    found = files().filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise Missing(
            _("There is no such file, or you may not see it."),
            code="file.missing",
            hint=_("Ask the unit it belongs to."),
        )
    return found


def open_file(file: File) -> BinaryIO:
    """Its bytes.

    :raises Unavailable: if the store has lost them
    """
    return file.content.open()


def read_file(file: File) -> bytes:
    """All of its bytes at once: for what is small, such as a table to import."""
    with open_file(file) as opened:
        return opened.read()
