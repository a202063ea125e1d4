"""The ledger of resources as an Excel sheet and back without loss; what cannot be read is named by row and column."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from chengshu.foundation.errors import InvalidFile, InvalidInput, Place, Words
from chengshu.foundation.papers.lists import write_xlsx_rows
from chengshu.scenes.operations.models import Resource, ResourceKind
from chengshu.scenes.operations.texts import degrees

MOST_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One resource as people write it: contract by its number, service by its key."""

    code: str
    name: str
    kind: str
    contract: str = ""
    service: str = ""
    maker: str = ""
    model: str = ""
    serial: str = ""
    place: str = ""
    lat: Decimal | None = None
    lng: Decimal | None = None
    holder: str = ""
    capacity: str = ""
    address: str = ""
    in_service_on: date | None = None
    warranty_until: date | None = None
    retired_on: date | None = None
    reorder_at: int | None = None


NAMES: Final = tuple(one.name for one in fields(LedgerRow))
WORDS: Final[dict[str, Words]] = {
    "code": _("Code"),
    "name": _("Name"),
    "kind": _("Kind"),
    "contract": _("Number of the contract"),
    "service": _("Key of the service"),
    "maker": _("Maker"),
    "model": _("Type of device"),
    "serial": _("Serial number"),
    "place": _("Place"),
    "lat": _("Latitude"),
    "lng": _("Longitude"),
    "holder": _("Used by"),
    "capacity": _("Capacity"),
    "address": _("Network address or GB/T 28181 number"),
    "in_service_on": _("In service on"),
    "warranty_until": _("Warranty until"),
    "retired_on": _("Retired on"),
    "reorder_at": _("Order more at"),
}


def row_of(resource: Resource) -> LedgerRow:
    """A resource as a row of the ledger."""
    own = {name: getattr(resource, name) for name in NAMES if name not in ("contract", "service")}
    return LedgerRow(
        **own,
        contract=resource.contract.number if resource.contract else "",
        service=resource.service.key if resource.service else "",
    )


def write_ledger(resources: Iterable[Resource]) -> bytes:
    """The workbook: stable names in the first row, then one row for each resource."""
    rows = [[getattr(row, name) for name in NAMES] for row in map(row_of, resources)]
    return write_xlsx_rows(rows, NAMES, title="resources")


def read_ledger(content: bytes) -> tuple[LedgerRow, ...]:
    """The rows of a workbook. Columns are found by their stable names or by those for people; others are refused.

    :raises InvalidFile: names sheet, row and column
    """
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = list(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise InvalidFile(
            _("This is not an Excel workbook that can be read."),
            field="file",
            code="operations.workbook",
            hint=_("Export the ledger, and fill that in."),
        ) from error
    if not lines:
        raise InvalidFile(_("The workbook is empty."), field="file", code="operations.empty_workbook")
    names = _columns(lines[0], sheet.title)
    rows = [_row(names, line, sheet.title, at) for at, line in enumerate(lines[1:], 2) if any(line)]
    if len(rows) > MOST_ROWS:
        raise InvalidFile(_("The workbook has too many rows."), field="file", code="operations.too_many")
    return tuple(rows)


def _columns(heads: Sequence[Any], sheet: str) -> list[str]:
    known = {name: name for name in NAMES} | {str(words): name for name, words in WORDS.items()}
    found = [known.get(str(head or "").strip(), "") for head in heads]
    for at, (name, head) in enumerate(zip(found, heads, strict=True), 1):
        if not name and head:
            raise InvalidFile(
                _("Nobody knows the column “%(name)s”.") % {"name": str(head)[:60]},
                field="file",
                code="operations.column",
                hint=_("Export the ledger to see its columns."),
                place=Place(1, at, str(head)[:60], sheet),
            )
    if missing := {"code", "name", "kind"} - set(found):
        raise InvalidFile(
            _("The column “%(name)s” is missing.") % {"name": sorted(missing)[0]},
            field="file",
            code="operations.column",
            hint=_("Export the ledger to see its columns."),
        )
    return found


def _row(names: Sequence[str], line: Sequence[Any], sheet: str, at: int) -> LedgerRow:
    values: dict[str, Any] = {}
    for column, (name, value) in enumerate(zip(names, line, strict=False), 1):
        try:
            if name and value is not None:
                values[name] = _value(name, value)
        except (ValueError, InvalidInput) as error:
            raise InvalidFile(
                _("“%(value)s” does not fit the column “%(name)s”.")
                % {"value": str(value)[:60], "name": WORDS[name]},
                field="file",
                code="operations.cell",
                hint=_("Correct the cell, and upload the file again."),
                place=Place(at, column, str(WORDS[name]), sheet),
            ) from error
    return LedgerRow(**{"code": "", "name": "", "kind": "", **values})


def _value(name: str, value: Any) -> Any:
    if name in ("in_service_on", "warranty_until", "retired_on"):
        return value.date() if isinstance(value, datetime) else date.fromisoformat(str(value).strip())
    if name in ("lat", "lng"):
        return degrees(str(value), name, 90 if name == "lat" else 180)
    if name == "reorder_at":
        return int(value)
    if name == "kind":
        titles = {str(label): key for key, label in ResourceKind.choices}
        return titles.get(str(value).strip(), str(value).strip())
    return str(value).strip()
