"""Tables as CSV or as a workbook: at once when they are small, else as long work with a file at its end.

An app describes its table once, in ``exports.py`` or beside its page::

    contribute_export(Export("promises.indicators", _("Indicators"), "promises.view", COLUMNS, indicator_rows))

and links to it with ``export_links``. Rows are read as the person who asked, at once or later: row security shows
the export what it would show the page. Each export is noted in the audit chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, require
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.files import store
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.actions import export_rows
from chengshu.foundation.http.problem import wants_json
from chengshu.foundation.papers.lists import ListValue, write_csv, write_xlsx_rows
from chengshu.foundation.web.shell import query_url

AT_ONCE = 5000
"""Rows up to which a person gets the file at once."""
MOST_SHEET_ROWS = 1_000_000
"""A sheet ends at row 1,048,576 (Office Open XML); we stop at a round number before."""
_FETCH = 1000

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class ExportColumn:
    """One column: its heading, and how a row gives its value."""

    label: Words
    value: Callable[[Any], ListValue]


Rows = Callable[[Mapping[str, str]], "QuerySet[Any] | Sequence[Any]"]


@dataclass(frozen=True)
class Export:
    """A table that may leave the platform.

    :param name: ``<app>.<table>``
    :param opens: the permission that opens it
    :param rows: from the filters of the address to the rows, in their order; raises for unknown filters
    """

    name: str
    title: Words
    opens: str
    columns: Sequence[ExportColumn]
    rows: Rows


_exports: dict[str, Export] = {}


def contribute_export(export: Export) -> Export:
    """Make a table exportable; called once when the app is loaded."""
    _exports[export.name] = export
    return export


def registered_exports() -> dict[str, Export]:
    return dict(_exports)


def export_named(name: str) -> Export:
    """The description of an export.

    :raises Missing: if there is none of this name
    """
    if name not in _exports:
        raise Missing(_("There is no such table to export."), code="export.missing")
    return _exports[name]


def export_links(name: str, query: Mapping[str, Any] | None = None) -> list[tuple[Words, str]]:
    """What ``data_table(export_urls=…)`` takes: the same rows as the page shows, in each format."""
    address = reverse("http:export", args=[name])
    kept = {key: value for key, value in (query or {}).items() if key not in ("cursor", "density", "format")}
    return [
        (_("CSV table"), query_url(address, kept, format="csv")),
        (_("Excel workbook"), query_url(address, kept, format="xlsx")),
    ]


def export_table(request: HttpRequest, name: str, *, form: str, arguments: Mapping[str, str]) -> HttpResponse:
    """The file itself when it is small; else the work that makes it: its page, or 202 for a program.

    :param form: ``csv`` or ``xlsx``
    :param arguments: the filters
    :raises Refused: if the asker does not hold the permission that opens the table
    """
    export = export_named(name)
    require(current_asker(), export.opens, Reach.ANYWHERE)
    if form not in MEDIA_TYPES:
        raise InvalidInput(
            _("There is no such format."),
            field="format",
            code="export.format",
            hint=_("Ask for csv or xlsx."),
        )
    rows = export.rows(arguments)
    count = count_of(rows)
    if count > AT_ONCE:
        return _later(request, export, form, arguments)
    export_rows(name=name, form=form, rows=count, arguments=dict(arguments))
    response = HttpResponse(_content(export, form, values_of(export, rows)), content_type=MEDIA_TYPES[form])
    response["Content-Disposition"] = disposition(file_name(export, form))
    return response


def count_of(rows: QuerySet[Any] | Sequence[Any]) -> int:
    return rows.count() if isinstance(rows, QuerySet) else len(rows)


def values_of(export: Export, rows: QuerySet[Any] | Sequence[Any]) -> Iterator[list[ListValue]]:
    """The cells, row by row, fetched in batches."""
    each: Iterable[Any] = rows.iterator(chunk_size=_FETCH) if isinstance(rows, QuerySet) else rows
    for row in each:
        yield [column.value(row) for column in export.columns]


def write_export(export: Export, form: str, cells: Iterator[list[ListValue]]) -> Path:
    """Write a table of any length into an incoming file."""
    path = store.draft(b"")
    labels = [str(column.label) for column in export.columns]
    with path.open("wb") as file:
        pieces = write_csv(cells, labels) if form == "csv" else iter((_workbook(export, labels, cells),))
        for piece in pieces:
            file.write(piece)
    return path


def file_name(export: Export, form: str) -> str:
    return f"{export.title}-{timezone.localtime():%Y%m%d-%H%M}.{form}"


def _content(export: Export, form: str, cells: Iterator[list[ListValue]]) -> bytes:
    labels = [str(column.label) for column in export.columns]
    return b"".join(write_csv(cells, labels)) if form == "csv" else _workbook(export, labels, cells)


def _workbook(export: Export, labels: Sequence[str], cells: Iterator[list[ListValue]]) -> bytes:
    return write_xlsx_rows(cells, labels, title=str(export.title))


def _later(request: HttpRequest, export: Export, form: str, arguments: Mapping[str, str]) -> HttpResponse:
    from chengshu.foundation.http.tasks import export_in_background

    record = export_in_background.enqueue(
        job_title=_("Export: %(table)s") % {"table": export.title},
        name=export.name,
        form=form,
        arguments=dict(arguments),
    )
    address = reverse("jobs:job", args=[record.pk])
    if wants_json(request):
        response: HttpResponse = JsonResponse(
            {"job": record.pk, "url": f"/api/v1/jobs/{record.pk}"}, status=202
        )
        response["Location"] = f"/api/v1/jobs/{record.pk}"
        return response
    return HttpResponseRedirect(address)
