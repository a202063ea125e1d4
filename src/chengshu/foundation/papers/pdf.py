"""A paper as PDF on A4, set with Typst: Chinese typography, repeated headings, numbered pages.

The paper travels as data, never as markup, so no text in it can be taken for a command.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import typst

from .fonts import chinese_fonts
from .layout import SIMULATED_LABEL, Imprint, Paper, Part, Placed, heading_runs, placed, printable, printed
from .measure import breakable_rows, cell_lines

_TEMPLATE = Path(__file__).with_name("paper.typ")
_JUSTIFIED_FROM_MM = 55
"""In narrower columns justified text tears apart."""


def write_pdf(paper: Paper) -> bytes:
    """The document, the same bytes for the same paper and fonts.

    :raises Unavailable: if no Chinese font can be found
    """
    fonts, serif, sans = chinese_fonts()
    data = {
        "serif": serif,
        "sans": sans,
        "imprint": _imprint(paper.imprint),
        "parts": [_part(part) for part in paper.parts],
    }
    compiler = typst.Compiler(
        input=_TEMPLATE.read_bytes(),
        font_paths=fonts,
        sys_inputs={"paper": json.dumps(data, ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", timestamp=int(paper.imprint.printed_at.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError("one document was expected")
    return made


def _imprint(imprint: Imprint) -> dict[str, Any]:
    return {
        "line": printable(imprint.line),
        "simulated": SIMULATED_LABEL if imprint.simulated else "",
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "title": printable(part.title),
        "landscape": part.orientation == "landscape",
        "widths": part.widths,
        "size": part.font_size,
        "above": [printable(line) for line in part.above],
        "above_right": printable(part.above_right),
        "below": [printable(line) for line in part.below],
        "blocks": _blocks(part),
    }


def _blocks(part: Part) -> list[dict[str, Any]]:
    """The cells in runs that are either heading or body, in order."""
    headings = heading_runs(part)
    edges = sorted({0, len(part.rows), *(edge for first, last in headings for edge in (first, last + 1))})
    starts = {first for first, _last in headings}
    cells = list(placed(part))
    breakable = breakable_rows(part)
    return [
        {
            "heading": start in starts,
            "cells": [
                _cell(part, place, place.row in breakable) for place in cells if start <= place.row < end
            ],
        }
        for start, end in pairwise(edges)
    ]


def _cell(part: Part, place: Placed, breaks: bool) -> dict[str, Any]:
    cell = place.cell
    return {
        "text": printed(cell),
        "x": place.column,
        "y": place.row,
        "columns": cell.columns,
        "rows": cell.rows,
        "align": cell.alignment,
        "bold": cell.is_bold,
        "breaks": breaks or cell.rows > 1,
        "justify": _is_justified(part, place),
        "no_top": cell.joins_above,
        "no_bottom": cell.joins_below,
    }


def _is_justified(part: Part, place: Placed) -> bool:
    width = sum(part.widths[place.column : place.column + place.cell.columns])
    return place.cell.alignment == "left" and width >= _JUSTIFIED_FROM_MM and cell_lines(part, place) > 2
