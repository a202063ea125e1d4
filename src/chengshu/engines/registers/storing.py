"""Files that a page without scripts sends along with a form: stored at once, so that the entries hold their ids."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.data import FieldError, Form, Typed
from chengshu.engines.registers.paths import MATERIALS, PREFIX, declared, map_of
from chengshu.engines.registers.presenting import PURPOSE
from chengshu.foundation.errors import InvalidInput, Refused
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.purposes import MOST_BYTES
from chengshu.foundation.orgs.models import Unit


def with_stored_files(
    form: Form, typed: Typed, files: MultiValueDict[str, UploadedFile], unit: Unit
) -> Typed:
    """The entries with the ids of what was sent along; a file that cannot be stored becomes an error of its field."""
    entries, refused = dict(typed.entries), list(typed.refused)
    for path, title, file in _expected(form, files):
        try:
            stored = store_file(unit=unit, name=file.name or "", content=_content(file), purpose=PURPOSE)
        except (InvalidInput, Refused) as error:
            refused.append(
                FieldError(path.removesuffix(".files"), error.message, error.hint, error.code, title)
            )
            continue
        entries[path] = (*entries.get(path, ()), str(stored.pk))
    return Typed(entries, typed.gesture, tuple(refused))


def _expected(
    form: Form, files: MultiValueDict[str, UploadedFile]
) -> Iterator[tuple[str, str, UploadedFile]]:
    """Path, title and file of everything that the form asks for."""
    fields = map_of(form)
    for name in files:
        path = name.removeprefix(PREFIX)
        field = fields.by_path.get(declared(path))
        key = path.removeprefix(f"{MATERIALS}.").removesuffix(".files")
        title = field.title if field is not None else None
        if path == f"{MATERIALS}.{key}.files" and key in fields.materials:
            title = fields.materials[key].title
        if name.startswith(PREFIX) and title is not None:
            for file in files.getlist(name):
                yield path, str(title), file


def _content(file: UploadedFile) -> bytes:
    """The bytes of a file that is small enough to be read at once.

    :raises InvalidInput: ``file.too_large``
    """
    if (file.size or 0) > MOST_BYTES:
        raise InvalidInput(
            _("This file is too large."), field="file", code="file.too_large", hint=_("Attach a smaller one.")
        )
    return bytes(file.read())
