"""Forms that come with the software: a scene declares them in its ``form_types.py``, base data publishes them.

    register_form_types(FormType("sample.venue_use", "forms/venue_use.json", unit="data-bureau"))

The file is found beside the scene's ``form_types.py``. A definition that is wrong stops the start, with its place.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers.data import Form
from chengshu.engines.registers.definitions import read_form
from chengshu.foundation.errors import InvalidInput


@dataclass(frozen=True)
class FormType:
    """A declared form.

    :param key: ``<scene>.<name>``
    :param path: of its JSON file, beside the module that declares it
    :param unit: key of the unit that looks after it
    """

    key: str
    path: str
    unit: str = "data-bureau"


@dataclass(frozen=True)
class DeclaredForm:
    """A form type with its file found and read."""

    type: FormType
    file: Path
    origin: str

    @cached_property
    def source(self) -> str:
        return self.file.read_text("utf-8")

    @cached_property
    def form(self) -> Form:
        return read_form(self.type.key, self.source)


_declared: dict[str, DeclaredForm] = {}


def register_form_types(*types: FormType, folder: Path | None = None) -> None:
    """Declare forms; called by a scene's ``form_types.py``.

    :param folder: where the files lie; by default the folder of the calling module
    :raises DefinitionRefused: if a definition is wrong; nothing of the call is registered then
    :raises InvalidInput: ``form.file`` if a file is missing
    """
    caller = inspect.stack()[1]
    base = folder or Path(caller.filename).parent
    origin = base.name
    found = [DeclaredForm(each, base / each.path, origin) for each in types]
    for each in found:
        if not each.file.is_file():
            raise InvalidInput(
                _("The form “%(key)s” has no file %(path)s.")
                % {"key": each.type.key, "path": each.type.path},
                field="path",
                code="form.file",
                hint=_("Put it beside the module that declares it."),
            )
        assert each.form.key == each.type.key
    _declared.update({each.type.key: each for each in found})


def declared_forms() -> tuple[DeclaredForm, ...]:
    return tuple(_declared[key] for key in sorted(_declared))
