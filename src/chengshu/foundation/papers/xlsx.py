"""A paper as an Excel workbook: one sheet per part, numbers as numbers, ready to print.

Text that begins like a formula is stored as quoted text: it is shown as written and never calculated.
"""

from __future__ import annotations

import io
import math
import re
from copy import copy
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from chengshu.foundation.errors import InvalidInput

from .archives import repacked
from .layout import (
    SIMULATED_LABEL,
    Cell,
    Figures,
    Imprint,
    Paper,
    Part,
    Placed,
    heading_runs,
    placed,
    printable,
    printed,
)
from .measure import cell_lines, line_count

FONT = "宋体"
LONGEST_TEXT = 32_767
"""Characters that one cell of a workbook can hold."""
TALLEST_ROW_PT = 400.0
"""Excel's limit is 409.5 points; a taller row is laid over several sheet rows."""

_NUMBER_FORMATS: dict[Figures, str] = {
    "amount": "#,##0.00",
    "percent": "0.00%",
    "score": "0.00",
    "count": "#,##0",
}
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_MM_PER_CHARACTER = 1.9
_LINE_HEIGHT = 1.42
_Style = tuple[str, bool, bool, bool]
_THIN = Side(style="thin", color="000000")


def write_xlsx(paper: Paper) -> bytes:
    """The workbook, the same bytes for the same paper.

    :raises InvalidInput: if a text is longer than a cell can hold
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    names: set[str] = set()
    for part in paper.parts:
        name = sheet_name(part.name, names)
        names.add(name.casefold())
        _write_part(book.create_sheet(name), part, paper.imprint)
    book.properties.creator = "Chengshu"
    book.properties.title = printable(paper.parts[0].title)
    buffer = io.BytesIO()
    book.save(buffer)
    return repacked(buffer.getvalue(), paper.imprint.printed_at)


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A tab name Excel accepts: 31 characters, no brackets or slashes, unique whatever the case."""
    base = _FORBIDDEN_IN_NAMES.sub(" ", wanted).strip()[:31] or "Sheet"
    name, number = base, 2
    while name.casefold() in taken:
        suffix = f" ({number})"
        name, number = base[: 31 - len(suffix)] + suffix, number + 1
    return name


def _write_part(sheet: Worksheet, part: Part, imprint: Imprint) -> None:
    for index, width in enumerate(part.widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = round(width / _MM_PER_CHARACTER, 2)
    top = _write_lines_above(sheet, part, imprint)
    starts = _row_starts(sheet, part, top)
    styled: dict[_Style, StyleArray] = {}
    for place in placed(part):
        _write_cell(sheet, place, starts, part, styled)
    _write_lines_below(sheet, part, starts[-1])
    _prepare_printing(sheet, part, imprint, starts)


def _write_lines_above(sheet: Worksheet, part: Part, imprint: Imprint) -> int:
    """Title and facts; returns the sheet row (1-based) where the table begins."""
    _write_line(sheet, 1, part.title, part, Font(FONT, size=18, bold=True), "center", 34)
    row = 2
    if imprint.simulated:
        _write_line(
            sheet, row, SIMULATED_LABEL, part, Font(FONT, size=12, bold=True, color="C00000"), "center", 20
        )
        row += 1
    plain = Font(FONT, size=part.font_size + 1)
    for line in part.above:
        _write_line(sheet, row, line, part, plain, "left", 20)
        row += 1
    if part.above_right:
        _write_line(sheet, row, part.above_right, part, plain, "right", 20)
        row += 1
    return row


def _write_lines_below(sheet: Worksheet, part: Part, row: int) -> None:
    font = Font(FONT, size=part.font_size + 0.5)
    for line in part.below:
        lines = line_count(line, sum(part.widths), part.font_size)
        _write_line(sheet, row, line, part, font, "left", 6 + lines * part.font_size * _LINE_HEIGHT)
        row += 1


def _write_line(
    sheet: Worksheet, row: int, text: str, part: Part, font: Font, horizontal: str, height: float
) -> None:
    target = _cell_at(sheet, row, 1)
    _set_text(target, printable(text))
    target.font = font
    target.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
    sheet.row_dimensions[row].height = height
    if len(part.widths) > 1:
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(part.widths))


def _row_starts(sheet: Worksheet, part: Part, top: int) -> list[int]:
    """The first sheet row of each row of the part, and the one after the last; sets the heights."""
    starts = [top]
    for height in _heights(part):
        pieces = max(1, math.ceil(height / TALLEST_ROW_PT))
        for piece in range(pieces):
            sheet.row_dimensions[starts[-1] + piece].height = round(height / pieces, 1)
        starts.append(starts[-1] + pieces)
    return starts


def _heights(part: Part) -> list[float]:
    """Heights in points that hold every text; a spanning cell shares what it needs among its rows."""
    heights = [part.font_size * _LINE_HEIGHT + 7] * len(part.rows)
    for place in sorted(placed(part), key=lambda place: place.cell.rows):
        needed = _needed_height(place, part)
        span = slice(place.row, place.row + place.cell.rows)
        missing = needed - sum(heights[span])
        if missing > 0:
            heights[span] = [height + missing / place.cell.rows for height in heights[span]]
    return heights


def _needed_height(place: Placed, part: Part) -> float:
    return cell_lines(part, place) * part.font_size * _LINE_HEIGHT + 7


def _write_cell(
    sheet: Worksheet, place: Placed, starts: list[int], part: Part, styled: dict[_Style, StyleArray]
) -> None:
    cell, first_row, first_column = place.cell, starts[place.row], place.column + 1
    last_row, last_column = starts[place.row + cell.rows] - 1, place.column + cell.columns
    target = _cell_at(sheet, first_row, first_column)
    _set_style(target, cell, part, styled)
    _set_content(target, cell)
    if (first_row, first_column) != (last_row, last_column):
        sheet.merge_cells(
            start_row=first_row, start_column=first_column, end_row=last_row, end_column=last_column
        )


def _set_style(target: Any, cell: Cell, part: Part, styled: dict[_Style, StyleArray]) -> None:
    """Copies the style of an earlier cell that looks the same; openpyxl searches all styles for a new one."""
    style = (cell.alignment, cell.is_bold, cell.joins_above, cell.joins_below)
    if style in styled:
        target._style = copy(styled[style])
        return
    target.font = Font(FONT, size=part.font_size, bold=cell.is_bold)
    target.alignment = Alignment(horizontal=cell.alignment, vertical="center", wrap_text=True)
    target.border = Border(
        left=_THIN,
        right=_THIN,
        top=None if cell.joins_above else _THIN,
        bottom=None if cell.joins_below else _THIN,
    )
    styled[style] = copy(target._style)


def _cell_at(sheet: Worksheet, row: int, column: int) -> SheetCell:
    """A cell that is not covered by a merged one."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, SheetCell):
        raise TypeError(f"row {row}, column {column} is covered by a merged cell")
    return cell


def _set_content(target: SheetCell, cell: Cell) -> None:
    if isinstance(cell.content, Decimal):
        target.value = cell.content
        target.number_format = _NUMBER_FORMATS[cell.figures]
    elif cell.content:
        _set_text(target, printed(cell))


def _set_text(target: SheetCell, text: str) -> None:
    """Stores text as text, whatever it looks like."""
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(
            _("A text of %(length)s characters does not fit into one spreadsheet cell.")
            % {"length": len(text)},
            code="papers.text_too_long",
            hint=_("A cell holds %(limit)s characters. Choose docx or pdf instead.")
            % {"limit": LONGEST_TEXT},
        )
    if not text:
        return
    target.value = text
    target.data_type = "s"
    if text[0] in "=+-@\t\r":
        target.quotePrefix = True


def _prepare_printing(sheet: Worksheet, part: Part, imprint: Imprint, starts: list[int]) -> None:
    sheet.page_setup.orientation = part.orientation
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.75, 0.75
    sheet.page_margins.header = sheet.page_margins.footer = 0.35
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False
    _set_page_lines(sheet, imprint)
    runs = heading_runs(part)
    if runs:
        first, last = runs[-1]
        sheet.print_title_rows = f"{starts[first]}:{starts[last + 1] - 1}"
        if first == 0:
            sheet.freeze_panes = f"A{starts[last + 1]}"


def _set_page_lines(sheet: Worksheet, imprint: Imprint) -> None:
    footer: Any = sheet.oddFooter
    footer.left.text, footer.left.size = printable(imprint.line).replace("&", "&&"), 8
    footer.right.text, footer.right.size = "第 &P 页　共 &N 页", 8
    if imprint.simulated:
        header: Any = sheet.oddHeader
        header.right.text, header.right.color = SIMULATED_LABEL, "C00000"
