"""What a printed table is made of in every file format: parts, columns, rows and cells that may span.

Nothing here draws. The writers (:mod:`.xlsx`, :mod:`.docx`, :mod:`.pdf`) read the same description and take
the text of a cell from :func:`printed`, so their outputs cannot differ in content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Look = Literal["label", "text", "number", "total", "section"]
"""``label`` and ``total``: bold, centred; ``text``: left; ``number``: right; ``section``: bold, left."""

Figures = Literal["amount", "percent", "score", "count"]
"""How a number is printed. ``percent`` takes a share: 0.985 is printed 98.50%."""

Orientation = Literal["portrait", "landscape"]

_PLACES: dict[Figures, Decimal] = {
    "amount": Decimal("0.01"),
    "percent": Decimal("0.0001"),
    "score": Decimal("0.01"),
    "count": Decimal(1),
}

# Characters that neither XML nor a printer can hold: C0 controls, lone surrogates, the two non-characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``columns`` and ``rows`` say how far it spans.

    ``joins_below`` and ``joins_above`` leave out the line between two cells, where a form shows one tall cell
    whose upper end must repeat on every page as part of the heading.
    """

    content: str | Decimal | None = ""
    look: Look = "text"
    columns: int = 1
    rows: int = 1
    figures: Figures = "amount"
    align: Literal["", "left", "center", "right"] = ""
    """Overrides the alignment of the look."""
    joins_below: bool = False
    joins_above: bool = False

    @property
    def alignment(self) -> Literal["left", "center", "right"]:
        if self.align:
            return self.align
        if self.look in ("number", "total") and isinstance(self.content, Decimal):
            return "right"
        return "center" if self.look in ("label", "total") else "left"

    @property
    def is_bold(self) -> bool:
        return self.look in ("label", "total", "section")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells; a place covered by a cell from above or from the left has no cell here.

    ``heading`` rows are repeated at the top of every further page.
    """

    cells: tuple[Cell, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One table with its title: a sheet of a workbook, a run of pages of a document.

    :param name: short name, used for the sheet's tab
    :param widths: column widths in millimetres of paper
    :param above: lines between title and table, such as the department's name; left-aligned
    :param above_right: a line there that stands right, such as the unit of the amounts
    :param below: lines under the table, such as the signatures
    :param font_size: of the table's text, in points
    """

    name: str
    title: str
    widths: tuple[int, ...]
    rows: tuple[Row, ...]
    orientation: Orientation = "landscape"
    above: tuple[str, ...] = ()
    above_right: str = ""
    below: tuple[str, ...] = ()
    font_size: float = 9


@dataclass(frozen=True, slots=True)
class Imprint:
    """What every page says about its own origin.

    :param printed_at: aware moment of printing, the only time that enters the file
    :param version: version of the form's layout or of the data, as the caller names it
    :param simulated: the figures are made up; every page says so
    """

    printed_at: datetime
    version: str
    simulated: bool = False

    @property
    def line(self) -> str:
        moment = self.printed_at.strftime("%Y-%m-%d %H:%M")
        return f"来源系统：城枢 Chengshu　版本：{self.version}　打印时间：{moment}"


SIMULATED_LABEL = "模拟数据"


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything one file holds."""

    parts: tuple[Part, ...]
    imprint: Imprint


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell and where it stands: 0-based row and column of its upper left corner."""

    row: int
    column: int
    cell: Cell


def placed(part: Part) -> Iterator[Placed]:
    """Every cell of a part with its position, row by row.

    :raises ValueError: if the cells do not fill the grid exactly; that is a mistake in the layout
    """
    taken: set[tuple[int, int]] = set()
    for index, row in enumerate(part.rows):
        column = 0
        for cell in row.cells:
            while (index, column) in taken:
                column += 1
            area = {
                (index + down, column + right) for down in range(cell.rows) for right in range(cell.columns)
            }
            if area & taken:
                raise ValueError(f"{part.name}: row {index} overlaps at column {column}")
            taken |= area
            yield Placed(index, column, cell)
    if taken != {(row, column) for row in range(len(part.rows)) for column in range(len(part.widths))}:
        raise ValueError(f"{part.name}: the cells do not fill {len(part.rows)} x {len(part.widths)} places")


def printed(cell: Cell) -> str:
    """The text of a cell as it stands on paper."""
    if cell.content is None:
        return ""
    if isinstance(cell.content, str):
        return printable(cell.content)
    value = cell.content.quantize(_PLACES[cell.figures], rounding=ROUND_HALF_UP)
    if cell.figures == "percent":
        return f"{value * 100:.2f}%"
    return f"{value:,}" if cell.figures in ("amount", "count") else f"{value}"


def printable(text: str) -> str:
    """The text without characters that files and printers cannot hold; line ends become ``\\n``."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def heading_runs(part: Part) -> list[tuple[int, int]]:
    """The runs of heading rows as (first, last), 0-based."""
    runs: list[tuple[int, int]] = []
    for index, row in enumerate(part.rows):
        if row.heading and runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        elif row.heading:
            runs.append((index, index))
    return runs
