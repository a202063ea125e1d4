"""Lists made from the catalogue: the kinds, one list with its versions, and what differs."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export, export_links
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Change, Column, Crumb
from chengshu.hub.services.limits import words_of
from chengshu.scenes.matters import actions, lists, queries
from chengshu.scenes.matters.models import ListVersion
from chengshu.scenes.matters.pages import wording
from chengshu.scenes.matters.pages.common import TYPE_WORDS, gone_to

COLUMNS: Final = (
    Column("name", _("Service matter"), header=True),
    Column("unit", _("Implementing unit")),
    Column("task_type", _("Type of the matter"), "fit"),
    Column("limits", _("Legal · promised"), "fit"),
    Column("why", _("Why it is on the list")),
)


@require_safe
@door("matters.view")
def all_lists(request: HttpRequest) -> HttpResponse:
    context = {"kinds": kinds_with_newest()}
    return render(request, "matters/lists.html", context)


def kinds_with_newest() -> list[dict[str, Any]]:
    newest = queries.newest_lists()
    return [
        {"key": kind.key, "title": kind.title, "meaning": kind.meaning, "newest": newest.get(kind.key)}
        for kind in lists.KINDS
    ]


@require_safe
@door("matters.view")
def one_list(request: HttpRequest, kind: str) -> HttpResponse:
    described = lists.kind_named(kind)
    versions = queries.list_versions(kind)
    shown = _shown(versions, request.GET.get("version", ""))
    before = next((one for one in versions if shown and one.number < shown.number), None)
    context = {
        "kind": described,
        "versions": versions,
        "shown": shown,
        "before": before,
        "changes": _changes(before, shown) if before and shown else [],
        "rows": list_rows(shown),
        "columns": COLUMNS,
        "exports": export_links("matters.list", {"kind": kind, "version": shown.number}) if shown else [],
        "breadcrumbs": [Crumb(_("Lists of matters"), reverse("matters:lists")), Crumb(described.title)],
    }
    return render(request, "matters/list.html", context)


def _shown(versions: list[ListVersion], wanted: str) -> ListVersion | None:
    for version in versions:
        if str(version.number) == wanted:
            return version
    return versions[0] if versions else None


def list_rows(version: ListVersion | None) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "task_type": TYPE_WORDS.get(row["task_type"], row["task_type"]),
            "legal": words_of(row["legal_limit"]),
            "promised": words_of(row["promised_limit"]),
        }
        for row in (version.rows if version else ())
    ]


def _changes(before: ListVersion, after: ListVersion) -> list[Change]:
    difference = lists.compared(before.rows, after.rows)
    return [
        *(Change(row["name"], None, row["why"]) for row in difference.added),
        *(Change(row["name"], row["why"], None) for row in difference.removed),
        *(Change(new["name"], wording.plain(old), wording.plain(new)) for old, new in difference.changed),
    ]


@require_POST
@door("matters.view")
def make(request: HttpRequest, kind: str) -> HttpResponse:
    before = queries.newest_lists().get(kind)
    made = actions.make_list(kind=kind)
    said = (
        _("Nothing has changed; version %(number)s stands.")
        if before and before.number == made.number
        else _("Version %(number)s is made.")
    )
    return gone_to("matters:list", kind, said=said % {"number": made.number})


def _list_rows(given: Any) -> list[dict[str, Any]]:
    kind = lists.kind_named(given.get("kind", "")).key
    return list_rows(_shown(queries.list_versions(kind), given.get("version", "")))


contribute_export(
    Export(
        "matters.list",
        _("List of matters"),
        "matters.view",
        (
            ExportColumn(_("Local code"), lambda row: row["local_code"]),
            ExportColumn(_("Name"), lambda row: row["name"]),
            ExportColumn(_("Implementing unit"), lambda row: row["unit"]),
            ExportColumn(_("Type of the matter"), lambda row: str(row["task_type"])),
            ExportColumn(_("Legal limit"), lambda row: row["legal"]),
            ExportColumn(_("Promised limit"), lambda row: row["promised"]),
            ExportColumn(_("Why it is on the list"), lambda row: row["why"]),
        ),
        _list_rows,
    )
)
