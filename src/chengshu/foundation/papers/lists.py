"""Long plain lists as CSV and as a workbook, written row by row so that memory stays small.

A list has one heading row and no spans; for forms see :mod:`.layout`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from .layout import printable
from .xlsx import LONGEST_TEXT, sheet_name

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""A spreadsheet may calculate text that begins so; see OWASP, CSV Injection. Full-width forms included."""

ListValue = str | int | Decimal | date | datetime | bool | None

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def write_csv(rows: Iterable[Sequence[ListValue]], columns: Sequence[str]) -> Iterator[bytes]:
    """The list as CSV (RFC 4180, UTF-8 with byte order mark, so that Excel reads Chinese), one piece per row.

    Text that a spreadsheet would calculate gets an apostrophe in front; numbers stay as they are.
    """
    yield _BYTE_ORDER_MARK + _csv_line(columns)
    for row in rows:
        yield _csv_line(row)


def _csv_line(values: Sequence[ListValue]) -> bytes:
    return (",".join(_csv_field(value) for value in values) + "\r\n").encode()


def _csv_field(value: ListValue) -> str:
    text = _plain(value)
    if isinstance(value, str) and text.startswith(FORMULA_STARTS):
        text = "'" + text
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _plain(value: ListValue) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return printable(str(value))


def write_xlsx_rows(rows: Iterable[Sequence[ListValue]], columns: Sequence[str], *, title: str) -> bytes:
    """The list as a workbook with a fixed heading row.

    Numbers stay numbers, all else is text and never a formula. Longer text than a cell holds is cut with "…".

    :param title: name of the sheet
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name(title, set()))
    sheet.freeze_panes = "A2"

    bold = Font(bold=True)
    heading = [_list_cell(sheet, name) for name in columns]
    for cell in heading:
        cell.font = bold
    sheet.append(heading)
    for row in rows:
        sheet.append([_list_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _list_cell(sheet: Any, value: ListValue) -> Any:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return WriteOnlyCell(sheet, value)  # type: ignore[arg-type] # the stubs forget Decimal
    text = _fitting(_plain(value))
    cell = WriteOnlyCell(sheet, text or None)
    if text:
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(FORMULA_STARTS)
    return cell


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
