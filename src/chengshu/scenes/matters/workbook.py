"""The catalogue as an Excel workbook and back without loss: a sheet for the matters and one for each of their lists.

Row 1 of a sheet holds the stable keys of the columns, row 2 their names for people, then one row per thing. Texts of a
list stand in one cell, each on a line of its own. Whatever cannot be read is named by sheet, row and column.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from chengshu.foundation.errors import InvalidFile, InvalidInput, Place
from chengshu.foundation.papers.lists import FORMULA_STARTS
from chengshu.hub.services.data import Basis, Elements, Fee, Material, Question, SpecialProcedure, Step
from chengshu.scenes.matters.elements import ELEMENT_WORDS, elements_from, to_json

MATTERS: Final = "matters"
KEY: Final = "local_code"
FIRST_ROW: Final = 3
MOST_ROWS: Final = 20_000
SHEETS: Final[Mapping[str, type]] = {
    "basis": Basis,
    "materials": Material,
    "questions": Question,
    "steps": Step,
    "special": SpecialProcedure,
    "fees": Fee,
}
"""Elements that are lists of records: each has a sheet of its own, with the matter's code in front."""

NOTHING: Final = "（无）"
"""Said to be empty, where an empty cell would mean the ordinary value."""
_ANSWER_SEPARATOR: Final = "="


@dataclass(frozen=True)
class _Column:
    name: str
    hint: Any
    has_default: bool

    @property
    def is_list(self) -> bool:
        return get_origin(self.hint) is tuple

    @property
    def is_number(self) -> bool:
        return int in _inner(self.hint)

    @property
    def is_yes_no(self) -> bool:
        return self.hint is bool


def _inner(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _columns(kind: type, leave_out: Iterable[str] = ()) -> list[_Column]:
    hints = get_type_hints(kind)
    return [
        _Column(one.name, hints[one.name], one.default is not MISSING)
        for one in fields(kind)
        if one.name not in leave_out
    ]


_MATTER_COLUMNS: Final = _columns(Elements, SHEETS)


def write_catalogue(catalogue: Iterable[Elements]) -> bytes:
    """The workbook of these matters.

    :raises InvalidInput: if a text is longer than a cell can hold
    """
    chosen = list(catalogue)
    book = Workbook(write_only=False)
    book.remove(book.worksheets[0])
    _write_sheet(book.create_sheet(MATTERS), _MATTER_COLUMNS, [to_json(one) for one in chosen])
    for name, kind in SHEETS.items():
        key = _Column(KEY, str, has_default=False)
        rows = [{KEY: one.local_code, **to_json(record)} for one in chosen for record in getattr(one, name)]
        _write_sheet(book.create_sheet(name), [key, *_columns(kind)], rows)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_sheet(sheet: Worksheet, columns: Sequence[_Column], rows: Iterable[Mapping[str, Any]]) -> None:
    sheet.freeze_panes = f"B{FIRST_ROW}"
    for number, column in enumerate(columns, start=1):
        _write(sheet, 1, number, column.name, bold=True)
        _write(sheet, 2, number, str(ELEMENT_WORDS.get(column.name, column.name)))
    for line, row in enumerate(rows, start=FIRST_ROW):
        for number, column in enumerate(columns, start=1):
            _write(sheet, line, number, _text(column, row.get(column.name), is_said=column.name in row))


def _text(column: _Column, value: Any, *, is_said: bool) -> str | int:
    if value is None:
        return ""
    if is_said and value in ("", []):
        return NOTHING
    if column.name == "answers":
        return "\n".join(f"{one['key']}{_ANSWER_SEPARATOR}{one['title']}" for one in value)
    if column.is_list:
        return "\n".join(value)
    if column.is_yes_no:
        return "是" if value else "否"
    return value if isinstance(value, int) else str(value)


def _write(sheet: Worksheet, row: int, column: int, value: str | int, *, bold: bool = False) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, int):
        cell.value = value
        return
    if len(value) > 32_767:
        raise InvalidInput(_("A text is longer than a cell of a workbook can hold."), code="matters.too_long")
    if value and isinstance(cell, Cell):
        cell.value = value
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_STARTS)
    if bold:
        cell.font = Font(bold=True)
    if "\n" in value:
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def read_catalogue(content: bytes) -> tuple[Elements, ...]:
    """The matters in a workbook.

    :raises InvalidFile: naming sheet, row and column of the first thing that cannot be read
    """
    book = _opened(content)
    own = [(place, row) for place, row in _rows(book, MATTERS, _MATTER_COLUMNS)]
    lists = {
        name: _grouped(_rows(book, name, [_Column(KEY, str, False), *_columns(kind)]))
        for name, kind in SHEETS.items()
    }
    known: dict[str, Place] = {}
    found = []
    for place, row in own:
        code = row.get(KEY, "")
        if code in known:
            raise _wrong(place, KEY, _("The matter “%(code)s” stands here twice.") % {"code": code})
        known[code] = place
        for name in SHEETS:
            if records := [record for _place, record in lists[name].get(code, ())]:
                row[name] = records
        found.append(_elements(row, place))
    _refuse_strangers(lists, known)
    return tuple(found)


def _elements(row: Mapping[str, Any], place: Place) -> Elements:
    try:
        return elements_from(row)
    except InvalidInput as wrong:
        raise InvalidFile(
            wrong.message, place=place, field=wrong.field, code="matters.workbook", hint=wrong.hint
        ) from wrong


def _refuse_strangers(lists: Mapping[str, Mapping[str, Any]], known: Mapping[str, Place]) -> None:
    for rows in lists.values():
        for code, records in rows.items():
            if code not in known:
                raise _wrong(
                    records[0][0],
                    KEY,
                    _("There is no matter “%(code)s” on the first sheet.") % {"code": code},
                )


def _grouped(rows: Iterable[tuple[Place, dict[str, Any]]]) -> dict[str, list[tuple[Place, dict[str, Any]]]]:
    grouped: dict[str, list[tuple[Place, dict[str, Any]]]] = {}
    for place, row in rows:
        grouped.setdefault(str(row.pop(KEY, "")), []).append((place, row))
    return grouped


def _opened(content: bytes) -> Any:
    try:
        return load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as cause:
        raise InvalidFile(
            _("This is no workbook that can be read."),
            code="matters.no_workbook",
            hint=_("Choose an .xlsx file that was exported here."),
        ) from cause


def _rows(book: Any, name: str, columns: Sequence[_Column]) -> Iterator[tuple[Place, dict[str, Any]]]:
    if name not in book.sheetnames:
        raise InvalidFile(
            _("The sheet “%(name)s” is missing.") % {"name": name},
            place=Place(1, sheet=name),
            code="matters.workbook",
            hint=_("Begin from an exported workbook."),
        )
    lines = book[name].iter_rows(values_only=True)
    header = [str(value or "").strip() for value in next(lines, ())]
    by_name = {column.name: column for column in columns}
    for number, label in enumerate(header, start=1):
        if label and label not in by_name:
            raise _wrong(
                Place(1, number, label, name), label, _("There is no column “%(name)s”.") % {"name": label}
            )
    if missing := [column.name for column in columns if not column.has_default and column.name not in header]:
        raise _wrong(
            Place(1, sheet=name), missing[0], _("The column “%(name)s” is missing.") % {"name": missing[0]}
        )
    next(lines, None)
    for line, values in enumerate(lines, start=FIRST_ROW):
        if line > MOST_ROWS:
            raise _wrong(Place(line, sheet=name), "", _("There are too many rows."))
        if all(value in (None, "") for value in values):
            continue
        yield Place(line, sheet=name), _row(header, by_name, values, line, name)


def _row(
    header: Sequence[str], by_name: Mapping[str, _Column], values: Sequence[Any], line: int, sheet: str
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for number, (label, value) in enumerate(zip(header, values, strict=False), start=1):
        if not label or value in (None, ""):
            continue
        row[label] = _value(by_name[label], value, Place(line, number, label, sheet))
    for column in by_name.values():
        if not column.has_default and column.name not in row:
            raise _wrong(
                Place(line, label=column.name, sheet=sheet), column.name, _("This cell must not be empty.")
            )
    return row


def _value(column: _Column, value: Any, place: Place) -> Any:
    if column.is_number:
        return _number(value, place)
    text = str(value)
    if text == NOTHING:
        return [] if column.is_list else ""
    if column.is_yes_no:
        if text not in ("是", "否"):
            raise _wrong(place, column.name, _("Write 是 or 否."))
        return text == "是"
    if column.name == "answers":
        return [_answer(one, place) for one in text.split("\n")]
    return text.split("\n") if column.is_list else text


def _number(value: Any, place: Place) -> int:
    text = str(value).strip().removesuffix(".0")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise _wrong(place, place.label, _("This must be a whole number."))
    return int(text)


def _answer(text: str, place: Place) -> dict[str, str]:
    key, equals, title = text.partition(_ANSWER_SEPARATOR)
    if not equals or not key:
        raise _wrong(place, "answers", _("Write each answer as key=title on a line of its own."))
    return {"key": key, "title": title}


def _wrong(place: Place, field: str, message: str) -> InvalidFile:
    return InvalidFile(
        message,
        place=place,
        field=field,
        code="matters.workbook",
        hint=_("Correct it on sheet “%(sheet)s”, row %(row)s, and import the file again.")
        % {"sheet": place.sheet, "row": place.line},
    )
