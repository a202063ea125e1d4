"""What a new model begins with: a blank sheet or a usual shape of approval, and files brought from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final, Literal
from xml.sax.saxutils import escape

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words

Kind = Literal["process", "decision"]

LARGEST: Final = 2 * 1024 * 1024
"""Bytes of an imported model; the largest public reference model has a tenth of it."""
_FOLDER = Path(__file__).parent / "starters"
_KEY = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")
_NAMESPACES: Final[dict[bytes, Kind]] = {
    b"http://www.omg.org/spec/BPMN/": "process",
    b"omg.org/spec/DMN/": "decision",
}


@dataclass(frozen=True)
class Starter:
    """A shape to begin with."""

    key: str
    kind: Kind
    title: Words
    explanation: Words
    file: str


STARTERS: Final = (
    Starter(
        "single_step",
        "process",
        _("One approval step"),
        _("Filed, approved or refused by the head of a section."),
        "single_step.bpmn",
    ),
    Starter(
        "five_steps",
        "process",
        _("Five steps with a countersign"),
        _("Accepted, reviewed, countersigned by two bureaus, checked, decided."),
        "five_steps.bpmn",
    ),
    Starter("blank", "process", _("Blank process"), _("Only the start."), "blank.bpmn"),
    Starter(
        "decision",
        "decision",
        _("Decision table"),
        _("Rules that give a result, such as the level that decides by amount."),
        "blank.dmn",
    ),
)


def starter(key: str) -> Starter:
    """
    :raises InvalidInput: if there is no such shape
    """
    for one in STARTERS:
        if one.key == key:
            return one
    raise InvalidInput(_("Choose what to begin with."), field="starter", hint=_("One of the shapes shown."))


def checked_key(text: str) -> str:
    """
    :raises InvalidInput: if it is not a key
    """
    key = text.strip()
    if not _KEY.fullmatch(key) or len(key) > 100:
        raise InvalidInput(
            _("This is not a key."),
            field="key",
            hint=_(
                "Two words or more with a dot between them, lower-case letters and digits: office.seal_use."
            ),
        )
    return key


def begun(shape: Starter, *, key: str, title: str) -> bytes:
    """The model that a shape begins with, under its own name."""
    text = (_FOLDER / shape.file).read_text(encoding="utf-8")
    quoted = escape(title, {'"': "&quot;"})
    return Template(text).substitute(process=key.replace(".", "_"), title=quoted).encode()


def kind_of(content: bytes) -> Kind:
    """What a file is, told by the namespace it names; whether it is sound the engine says.

    :raises InvalidInput: if it is neither BPMN nor DMN, or too large
    """
    if len(content) > LARGEST:
        raise InvalidInput(
            _("The file is larger than %(limit)d MB.") % {"limit": LARGEST // 1024 // 1024},
            field="file",
            hint=_("A model of this size cannot be read by people; divide it into called processes."),
        )
    for namespace, kind in _NAMESPACES.items():
        if namespace in content:
            return kind
    raise InvalidInput(
        _("The file is neither a BPMN process nor a DMN decision."),
        field="file",
        hint=_(
            "Export it from its editor as BPMN 2.0 or DMN 1.3 XML; pictures and other formats hold no model."
        ),
    )
