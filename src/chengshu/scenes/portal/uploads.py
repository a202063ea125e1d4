"""Files that a page without scripts sends along, and the names of those that are there.

With scripts they go in pieces that survive a broken connection to the counter of ``hub.services`` (``counter``). Either
way a file is the person's own, and is read with the applications that use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import ChengshuError, InvalidInput, TooMany
from chengshu.foundation.files.queries import files
from chengshu.hub.services import api as services

MOST_BYTES: Final = 30_000_000
"""Of one material; as much as ``services.store_material`` takes."""
MOST_WORDS: Final = "30 MB"


@dataclass(frozen=True)
class Line:
    """A file that is there."""

    file_id: int
    name: str
    size: int


@dataclass(frozen=True)
class Sent:
    """Files of one request: stored ids by control, and why others could not be stored."""

    stored: dict[str, tuple[str, ...]]
    refused: dict[str, str]


def counter() -> str:
    """Where pages with scripts send files in pieces."""
    return reverse("services:begin_upload")


def sent_along(sent: MultiValueDict[str, UploadedFile]) -> Sent:
    """Store what a page without scripts sent along; what cannot be stored says why, and keeps nothing else back."""
    stored: dict[str, tuple[str, ...]] = {}
    refused: dict[str, str] = {}
    for name in sent:
        for file in sent.getlist(name):
            try:
                found = services.store_material(name=file.name or "", content=_content(file))
            except (InvalidInput, TooMany) as error:
                refused[name] = _sentence(error)
                continue
            stored[name] = (*stored.get(name, ()), str(found))
    return Sent(stored, refused)


def lines(ids: Sequence[str | int]) -> tuple[Line, ...]:
    """The files of these ids that the asker may see, in their order."""
    wanted = [
        int(each) for each in ids if str(each).isascii() and str(each).isdigit() and len(str(each)) < 19
    ]
    if not wanted:
        return ()
    found = {file.pk: file for file in files().filter(pk__in=wanted)}
    return tuple(Line(each, found[each].name, found[each].content.size) for each in wanted if each in found)


def _content(file: UploadedFile) -> bytes:
    if (file.size or 0) > MOST_BYTES:
        raise InvalidInput(
            _("“%(name)s” is larger than 30 MB.") % {"name": (file.name or "")[:80]},
            field="files",
            code="file.too_large",
            hint=_("Save its pictures with a lower resolution, or split it."),
        )
    return bytes(file.read())


def _sentence(error: ChengshuError) -> str:
    return f"{error.message} {error.hint}".strip()
