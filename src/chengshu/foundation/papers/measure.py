"""How much room text takes, estimated well enough to choose row heights and page breaks."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from .layout import Orientation, Part, Placed, placed, printed

MM_PER_POINT = 25.4 / 72
_CELL_PADDING_MM = 2.6
LINES_KEPT_TOGETHER: Mapping[Orientation, int] = {"portrait": 14, "landscape": 24}
"""Rows up to this height move to the next page whole; taller ones may break across pages."""


def text_width_mm(text: str, font_size: float) -> float:
    """Width of one line: a full-width character is as wide as the font is high, others a little over half."""
    ems = sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.56 for character in text)
    return ems * font_size * MM_PER_POINT


@lru_cache(maxsize=8192)
def line_count(text: str, width_mm: float, font_size: float) -> int:
    """Lines that the text takes in a cell of that width; at least one."""
    room = max(width_mm - _CELL_PADDING_MM, font_size * MM_PER_POINT)
    return sum(max(1, math.ceil(text_width_mm(line, font_size) / room)) for line in text.split("\n"))


def cell_lines(part: Part, place: Placed) -> int:
    """Lines that a cell's text takes in its place."""
    width = sum(part.widths[place.column : place.column + place.cell.columns])
    return line_count(printed(place.cell), width, part.font_size)


def breakable_rows(part: Part) -> frozenset[int]:
    """The rows that are too tall to be moved to the next page whole."""
    return frozenset(
        place.row
        for place in placed(part)
        if place.cell.rows == 1 and cell_lines(part, place) > LINES_KEPT_TOGETHER[part.orientation]
    )
