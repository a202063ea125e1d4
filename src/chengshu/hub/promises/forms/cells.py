"""Small shapes that several official forms share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Protocol

from chengshu.foundation.papers.layout import Cell, Figures


class Classified(Protocol):
    """Anything that belongs to a first- and a second-level class of indicators."""

    @property
    def l1_name(self) -> str: ...
    @property
    def l2_name(self) -> str: ...


def label(text: str, columns: int = 1, rows: int = 1) -> Cell:
    """A printed word of the form."""
    return Cell(text, "label", columns, rows)


def labels(*texts: str) -> tuple[Cell, ...]:
    return tuple(label(text) for text in texts)


def text(content: str, columns: int = 1, rows: int = 1) -> Cell:
    return Cell(content, "text", columns, rows)


def centered(content: str, columns: int = 1, rows: int = 1) -> Cell:
    return Cell(content, "text", columns, rows, align="center")


def number(value: Decimal | None, figures: Figures = "amount", columns: int = 1) -> Cell:
    """A number, or a blank where none was reported."""
    return Cell(value, "number", columns, figures=figures)


def point(value: Decimal | None) -> Cell:
    """A weight or score, centred as the forms print it."""
    return Cell(value, "number", figures="score", align="center")


def class_cells(indicators: Sequence[Classified]) -> list[tuple[Cell, ...]]:
    """The cells of each indicator's first and second level; neighbours of one class share a tall cell."""
    cells: list[tuple[Cell, ...]] = []
    for _l1, family in groupby(indicators, key=lambda indicator: indicator.l1_name):
        members = list(family)
        first = [centered(members[0].l1_name, rows=len(members))]
        for _l2, group in groupby(members, key=lambda indicator: indicator.l2_name):
            siblings = list(group)
            cells.append((*first, centered(siblings[0].l2_name, rows=len(siblings))))
            cells.extend(() for _sibling in siblings[1:])
            first = []
    return cells
