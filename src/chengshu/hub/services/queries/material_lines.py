"""The materials of an application for reading: how each came, in words, with the names of its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.foundation.files.queries import files
from chengshu.hub.services.data import MaterialView

STATES: Final[dict[str, tuple[Words, str]]] = {
    "uploaded": (_("Handed in"), "positive"),
    "reused": (_("Taken from an earlier application"), "positive"),
    "waived": (_("Unnecessary: a register says it"), "positive"),
    "pledged": (_("Pledged"), "info"),
    "lacking": (_("Follows later"), "caution"),
    "not_needed": (_("Not needed"), "neutral"),
    "paper": (_("Handed in on paper"), "positive"),
}


@dataclass(frozen=True)
class MaterialLine:
    """One material of an application.

    :param state: in words, with the tone in which it is shown
    :param files: id and name of those that the asker may open
    """

    key: str
    name: str
    state: Words
    tone: str
    files: tuple[tuple[int, str], ...] = ()
    provenance: str = ""
    due_on: date | None = None


def material_lines(materials: Sequence[MaterialView]) -> list[MaterialLine]:
    """One line for each material, in their order."""
    ids = [file_id for each in materials for file_id in each.files]
    names = dict(files().filter(pk__in=ids).values_list("pk", "name"))
    return [
        MaterialLine(
            each.key,
            each.name,
            *STATES[each.state],
            tuple((file_id, names[file_id]) for file_id in each.files if file_id in names),
            each.provenance,
            each.due_on,
        )
        for each in materials
    ]
