"""Paths of fields. Declared ones have no row numbers (``members.name``), concrete ones do (``members.0.name``)."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from chengshu.engines.registers.data import Field, Form
from chengshu.engines.registers.definitions.cross_checks import all_fields

PREFIX = "f."
"""Before the path in the names of a page's controls."""
GESTURE = "f._do"
MATERIALS = "_materials"
PLEDGE = "_materials._pledge"
ROWS = "_rows"
REASON = "_reason"


def name_of(path: str) -> str:
    """The name of the control for a path."""
    return f"{PREFIX}{path}"


def id_of(path: str) -> str:
    """The id of the element for a path."""
    return "f-" + path.replace(".", "-")


def declared(path: str) -> str:
    """The path without row numbers."""
    return ".".join(part for part in path.split(".") if not part.isdigit())


def joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


class Map:
    """The fields of a form by declared path."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.by_path: Mapping[str, Field] = {field.path: field for field in all_fields(form.fields)}
        self.rows = {path: field for path, field in self.by_path.items() if field.kind == "rows"}
        self.materials = {material.key: material for material in form.materials}

    def rows_around(self, path: str) -> str:
        """The declared path of the repeating group that a declared path lies in; empty for none."""
        return next((rows for rows in self.rows if path.startswith(f"{rows}.")), "")

    def concrete(self, path: str, context: str) -> str:
        """A declared path as it is meant at a concrete one: in the same row, where both are in one group."""
        rows = self.rows_around(path)
        if not rows or not context.startswith(f"{rows}."):
            return path
        number = context[len(rows) + 1 :].partition(".")[0]
        return f"{rows}.{number}{path[len(rows) :]}" if number.isdigit() else path

    def above(self, path: str) -> Iterator[str]:
        """The concrete paths of the groups around a concrete path, nearest first; row numbers left out."""
        parts = path.split(".")
        for length in range(len(parts) - 1, 0, -1):
            if not parts[length - 1].isdigit():
                yield ".".join(parts[:length])


@functools.lru_cache(maxsize=256)
def map_of(form: Form) -> Map:
    return Map(form)
