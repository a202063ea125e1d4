"""Rows of the tables in .xlsx workbooks and .docx documents.

Of merged cells the first holds the text and the others are empty, in both kinds of file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

import docx
import openpyxl
from django.utils.translation import gettext_lazy as _
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from chengshu.foundation.errors import InvalidFile, Place
from chengshu.hub.promises.tables.grid import Row

MOST_ROWS = 5_000
MOST_COLUMNS = 64
CENT = Decimal("0.01")
FLOAT_NOISE = Decimal("0.0000001")


def workbook_rows(content: bytes) -> tuple[Row, ...]:
    """The filled rows of every visible sheet; formulas count with the value last computed.

    :raises InvalidFile: if a sheet has more than 5,000 rows
    """
    book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
    try:
        rows: list[Row] = []
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for part, sheet in enumerate(visible):
            rows += _sheet_rows(sheet, part)
        return tuple(rows)
    finally:
        book.close()


def _sheet_rows(sheet: Any, part: int) -> list[Row]:
    # The stored dimensions may be wrong or huge; without them the rows are counted as they come.
    sheet.reset_dimensions()
    found: list[Row] = []
    for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS), start=1):
        texts = tuple(cell_text(cell.value, getattr(cell, "number_format", "")) for cell in cells)
        if any(texts) and number > MOST_ROWS:
            raise too_many_rows(Place(number, sheet=sheet.title))
        if any(texts):
            found.append(Row(number, texts, sheet.title, _is_loose(texts), part))
    return _same_width(found)


def _is_loose(texts: tuple[str, ...]) -> bool:
    """A row that holds nothing but its first cell is a heading or note, unless it stands among columns."""
    return bool(texts[0]) and not any(texts[1:])


def _same_width(rows: list[Row]) -> list[Row]:
    """All rows as wide as the last column that is filled anywhere; stored rows end anywhere."""
    width = max((_filled_width(row.cells) for row in rows), default=0)
    return [
        Row(row.line, (row.cells + ("",) * width)[:width], row.sheet, row.loose, row.part) for row in rows
    ]


def _filled_width(cells: tuple[str, ...]) -> int:
    return max((index for index, cell in enumerate(cells, start=1) if cell), default=0)


def too_many_rows(place: Place) -> InvalidFile:
    """The error for a sheet or table that cannot be an official form any more."""
    return InvalidFile(
        _("The table has more than 5,000 rows."),
        code="tables.too_many_rows",
        place=place,
        hint=_("Remove what does not belong to the table, formatted empty rows included."),
    )


def cell_text(value: object, number_format: str = "") -> str:
    """A cell's value as a person sees it.

    >>> cell_text(13074.480000000001), cell_text(0.95, "0%"), cell_text(3)
    ('13074.48', '95%', '3')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number_text(Decimal(repr(value)), number_format)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).strip()


def _number_text(number: Decimal, number_format: str) -> str:
    if not number.is_finite():
        return str(number)
    percent = "%" in number_format
    shown = number * 100 if percent else number
    if abs(shown) < Decimal(10) ** 15 and abs(shown - shown.quantize(CENT)) < FLOAT_NOISE:
        shown = shown.quantize(CENT).normalize()
    return f"{shown:f}{'%' if percent else ''}"


def document_rows(content: bytes) -> tuple[Row, ...]:
    """The paragraphs and table rows of a document, in their order.

    :raises InvalidFile: if a table has more than 5,000 rows
    """
    document = docx.Document(BytesIO(content))
    rows: list[Row] = []
    tables = 0
    for number, item in enumerate(document.iter_inner_content(), start=1):
        if isinstance(item, Paragraph):
            rows += _paragraph_rows(item, number)
        else:
            tables += 1
            rows += _table_rows(item, str(tables))
    return tuple(rows)


def _paragraph_rows(paragraph: Paragraph, number: int) -> Iterator[Row]:
    if text := paragraph.text.strip():
        yield Row(number, (text,), loose=True)


def _table_rows(table: Table, name: str) -> list[Row]:
    found: list[Row] = []
    for number, row in enumerate(table._tbl.tr_lst, start=1):
        if number > MOST_ROWS:
            raise too_many_rows(Place(number, sheet=name))
        texts = tuple(_document_cells(row.tc_lst, table))[:MOST_COLUMNS]
        if any(texts):
            found.append(Row(number, texts, name))
    return found


def _document_cells(cells: Iterable[Any], table: Table) -> Iterator[str]:
    for cell in cells:
        yield "" if cell.vMerge == "continue" else _Cell(cell, table).text.strip()
        yield from [""] * min(cell.grid_span - 1, MOST_COLUMNS)
