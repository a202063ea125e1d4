"""A file's content as rows of cells, each of which knows its line: what text, .xlsx and .docx have in common.

It knows files and nothing about budget tables. What a file is, its content says, not its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chengshu.foundation.errors import Place

Grid = Sequence["Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line of text, or of one row of a table. Outer white space is dropped.

    :param line: 1-based line, or row within its sheet or table
    :param sheet: the sheet or table, empty in a text file
    :param loose: the line stands outside any table, as a heading or note does
    :param part: rows of different parts, such as the sheets of a workbook, never belong to the same table
    """

    line: int
    cells: tuple[str, ...]
    sheet: str = ""
    loose: bool = False
    part: int = 0

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)

    def place(self, index: int | None = None, label: str = "") -> Place:
        """Where a cell stands; ``index`` counts from 0, None means the whole row."""
        return Place(self.line, 0 if index is None else index + 1, label, self.sheet)


RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?")
BAR = re.compile(r"(?<!\\)\|")


def text_rows(text: str) -> tuple[Row, ...]:
    """Rows of a text in which cells are separated by tabs, or by ``|`` on lines that begin with one.

    Blank lines and the rules under markdown headings give no row, but count as lines.
    """
    return tuple(_text_rows(text))


def _text_rows(text: str) -> Iterator[Row]:
    # Not splitlines(): it also splits at U+2028, U+0085 and form feeds, which occur inside cells.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if not stripped or RULE.fullmatch(stripped):
            continue
        if stripped.startswith("|"):
            cells = _piped(stripped)
            if any(cells):
                yield Row(number, cells)
        else:
            cells = tuple(cell.strip() for cell in line.split("\t"))
            yield Row(number, cells, loose=len(cells) == 1)


def _piped(line: str) -> tuple[str, ...]:
    cells = BAR.split(line.removeprefix("|"))
    if not cells[-1].strip():
        cells = cells[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in cells)
