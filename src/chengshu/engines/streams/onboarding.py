"""A sheet of devices: read from .xlsx with every mistake by row and column, and what is printed for those taken in.

Nothing here writes to the database; ``actions.onboard_devices`` takes all rows or none.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zipfile import BadZipFile

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from chengshu.engines.streams.models import Device, Protocol, ThingModel, VersionState
from chengshu.engines.streams.registering import circle, insist_on_parent, tidy_device
from chengshu.foundation.errors import InvalidFile, InvalidInput, Place, Words
from chengshu.foundation.orgs.models import Unit

MOST_ROWS: Final = 20_000
MOST_SHOWN: Final = 200
"""Mistakes told at once; more would not be read."""
HEADINGS: Final = {
    "code": "设备编号",
    "title": "设备名称",
    "model": "物模型",
    "protocol": "接入协议",
    "place": "安装位置",
    "grid_code": "网格编码",
    "longitude": "经度",
    "latitude": "纬度",
    "installed_on": "安装日期",
    "serves_until": "使用至",
    "parent": "上级设备编号",
}
"""The columns of a sheet by field, as their headings are printed; the first three are needed."""
NEEDED: Final = ("code", "title", "model")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One row of a sheet; ``line`` is its row there, 1-based."""

    line: int
    code: str
    title: str
    model: str
    protocol: str = Protocol.MQTT
    place: str = ""
    grid_code: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    installed_on: date | None = None
    serves_until: date | None = None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class RowMistake:
    """What is wrong in one cell, or in a whole row when ``field`` is empty."""

    line: int
    field: str
    message: Words
    hint: Words = ""

    @property
    def heading(self) -> str:
        return HEADINGS.get(self.field, "")

    @property
    def place(self) -> Place:
        column = list(HEADINGS).index(self.field) + 1 if self.field in HEADINGS else 0
        return Place(self.line, column, self.heading)


class OnboardingRefused(InvalidFile):
    """A sheet cannot be taken in; ``mistakes`` has all of it, by row and column."""

    default_code = "streams.onboarding"

    def __init__(self, mistakes: Sequence[RowMistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda one: one.line))
        first = self.mistakes[0]
        super().__init__(
            _("The sheet has %(count)s mistakes; nothing was taken in.") % {"count": len(mistakes)},
            place=first.place,
            field="file",
            hint=_("Correct the cells named below and send the whole sheet again."),
            data={
                "count": len(mistakes),
                "mistakes": [
                    {"row": one.line, "column": one.heading, "message": str(one.message)}
                    for one in self.mistakes[:MOST_SHOWN]
                ],
            },
        )


def read_sheet(content: bytes) -> list[DeviceRow]:
    """The rows of the first sheet of an .xlsx file; empty rows are passed over.

    :raises InvalidFile: if it is no .xlsx file, lacks a needed column, or has too many rows or none
    :raises OnboardingRefused: with every cell that cannot be read
    """
    lines = _lines(content)
    columns = _columns(next(lines, (1, ()))[1])
    rows: list[DeviceRow] = []
    mistakes: list[RowMistake] = []
    for line, cells in lines:
        given = {name: _trimmed(cells[at]) for name, at in columns.items() if at < len(cells)}
        if not any(value not in (None, "") for value in given.values()):
            continue
        if len(rows) >= MOST_ROWS:
            raise InvalidFile(
                _("The sheet has more than %(most)s rows.") % {"most": MOST_ROWS},
                place=Place(line),
                field="file",
                hint=_("Split it into several sheets."),
            )
        rows.append(_row(line, given, mistakes))
    if mistakes:
        raise OnboardingRefused(mistakes)
    if not rows:
        raise InvalidFile(_("The sheet has no device."), field="file", hint=_("Fill in at least one row."))
    return rows


def _lines(content: bytes) -> Iterator[tuple[int, tuple[Any, ...]]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        yield from enumerate(sheet.iter_rows(values_only=True), start=1)
        book.close()
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError) as error:
        raise InvalidFile(
            _("This is no .xlsx file."), field="file", hint=_("Save the sheet as .xlsx and send it again.")
        ) from error


def _columns(headings: Sequence[Any]) -> dict[str, int]:
    """Where each field stands, by the printed headings; their order is free."""
    found = {str(_trimmed(heading) or ""): at for at, heading in enumerate(headings)}
    columns = {name: found[heading] for name, heading in HEADINGS.items() if heading in found}
    for name in NEEDED:
        if name not in columns:
            raise InvalidFile(
                _("The column “%(heading)s” is missing.") % {"heading": HEADINGS[name]},
                place=Place(1, label=HEADINGS[name]),
                field="file",
                hint=_("Begin from the empty sheet that can be fetched here."),
            )
    return columns


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _row(line: int, given: dict[str, Any], mistakes: list[RowMistake]) -> DeviceRow:
    read: dict[str, Any] = {"line": line}
    for name in (each.name for each in fields(DeviceRow) if each.name != "line"):
        value = given.get(name)
        if value in (None, ""):
            if name in NEEDED:
                mistakes.append(RowMistake(line, name, _("This cell must be filled in.")))
                read[name] = ""
            continue
        try:
            read[name] = _READERS.get(name, _word)(value)
        except (ValueError, InvalidOperation):
            mistakes.append(RowMistake(line, name, _("This cannot be read."), _HINTS.get(name, "")))
    return DeviceRow(**{"code": "", "title": "", "model": "", **read})


def _word(value: Any) -> str:
    """Numbers are meant as they are seen: 1001 typed as a code is no 1001.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool | datetime):
        raise ValueError(value)
    return str(value)


def _protocol(value: Any) -> str:
    return _word(value).lower()


def _degrees(value: Any) -> Decimal:
    degrees = Decimal(str(value))
    if isinstance(value, bool) or not degrees.is_finite() or abs(degrees) > 180:
        raise ValueError(value)
    return round(degrees, 7)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value).replace("/", "-"))


_READERS: Final = {
    "protocol": _protocol,
    "longitude": _degrees,
    "latitude": _degrees,
    "installed_on": _day,
    "serves_until": _day,
}
_HINTS: Final[dict[str, Words]] = {
    "longitude": _("Degrees of CGCS2000, such as 113.5251."),
    "latitude": _("Degrees of CGCS2000, such as 22.8016."),
    "installed_on": _("A day such as 2026-11-22."),
    "serves_until": _("A day such as 2026-11-22."),
}


def devices_from(unit: Unit, rows: Sequence[DeviceRow]) -> list[Device]:
    """Devices that are not written yet.

    :raises OnboardingRefused: with every mistake: unknown models, codes that are there twice, wrong values
    """
    models = {
        model.key: model
        for model in ThingModel.objects.filter(versions__state=VersionState.PUBLISHED).distinct()
    }
    mistakes: list[RowMistake] = []
    seen: dict[str, int] = {}
    devices: list[Device] = []
    for row in rows:
        if row.code in seen:
            message = _("This code is in row %(row)s already.") % {"row": seen[row.code]}
            mistakes.append(RowMistake(row.line, "code", message))
        seen.setdefault(row.code, row.line)
        model = models.get(row.model)
        if model is None:
            message = _("No thing model “%(key)s” is in use.") % {"key": row.model}
            mistakes.append(RowMistake(row.line, "model", message))
            continue
        devices.append(_device(unit, model, row, mistakes))
    if mistakes:
        raise OnboardingRefused(mistakes)
    return devices


def _device(unit: Unit, model: ThingModel, row: DeviceRow, mistakes: list[RowMistake]) -> Device:
    given = {each.name: getattr(row, each.name) for each in fields(DeviceRow)}
    device = Device(
        unit=unit, model=model, **{k: v for k, v in given.items() if k not in ("line", "model", "parent")}
    )
    try:
        tidy_device(device)
    except InvalidInput as error:
        mistakes.append(RowMistake(row.line, error.field, error.message, error.hint))
    return device


def parents_for(rows: Sequence[DeviceRow], devices: Sequence[Device]) -> dict[str, Device]:
    """The device above each device of a sheet that names one: of the same sheet, or known already.

    :raises OnboardingRefused: with every one that is unknown, of another unit, or part of a circle
    """
    named = {row.code: row.parent for row in rows if row.parent}
    own = {device.code: device for device in devices}
    elsewhere = set(named.values()) - own.keys()
    known = {
        **own,
        **{one.code: one for one in Device.objects.filter(code__in=elsewhere).select_related("unit")},
    }
    mistakes: list[RowMistake] = []
    for row in rows:
        try:
            if row.parent:
                _insist_on_above(row, known, own, named)
        except InvalidInput as error:
            mistakes.append(RowMistake(row.line, "parent", error.message, error.hint))
    if mistakes:
        raise OnboardingRefused(mistakes)
    return {code: known[above] for code, above in named.items()}


def _insist_on_above(
    row: DeviceRow, known: Mapping[str, Device], own: Mapping[str, Device], named: Mapping[str, str]
) -> None:
    if row.parent not in known:
        raise InvalidInput(
            _("There is no device “%(code)s”, or you may not see it.") % {"code": row.parent},
            hint=_("Name one of this sheet, or one that was taken in before."),
        )
    insist_on_parent(own[row.code], known[row.parent])
    above, seen = row.parent, {row.code}
    while above in named and above not in seen:
        seen.add(above)
        above = named[above]
    if above in seen:
        raise circle()


def empty_sheet() -> bytes:
    """An .xlsx file with the headings and one example."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "设备"
    sheet.append(list(HEADINGS.values()))
    sheet.append(
        [
            "WL-0001",
            "凤凰大道涵洞水位计",
            "water-level",
            "mqtt",
            "凤凰大道涵洞",
            "",
            113.5251,
            22.8016,
            "2026-11-22",
            "",
            "",
        ]
    )
    for number, cell in enumerate(sheet[1], start=1):
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE7F3")
        sheet.column_dimensions[get_column_letter(number)].width = 20
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def secrets_sheet(lines: Sequence[tuple[str, str, str]]) -> bytes:
    """An .xlsx file with code, title and secret of new devices: what the installers take along, this once."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("接入凭据")
    sheet.append([HEADINGS["code"], HEADINGS["title"], "接入密钥"])
    for line in lines:
        sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
