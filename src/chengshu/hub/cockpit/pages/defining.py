"""Views as they are written: a new one, a change, the versions, taking one out of use."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chengshu.engines.indicators.api import definitions
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.hub.cockpit import queries, registry
from chengshu.hub.cockpit.actions import create_view, retire_view, revise_view
from chengshu.hub.cockpit.content import DEVICES
from chengshu.hub.cockpit.data import TileKind
from chengshu.hub.cockpit.pages.shared import places_to_write, typed_text, whole

EXAMPLE = """title = "{title}"
audience = "cockpit.view"
refresh_s = 30
rotate_s = 30

[[sections]]
title = "{section}"

[[sections.tiles]]
key = "alarms"
kind = "feed"
feeds = ["streams.alarms"]
width = 6
"""


@require_http_methods(["GET", "POST"])
@door("cockpit.create_view")
def new_view(request: HttpRequest) -> HttpResponse:
    """A form for a new view, with a small example to begin with."""
    units = places_to_write("cockpit.create_view")
    typed = {
        "key": typed_text(request, "key", 60),
        "unit": typed_text(request, "unit", 20) or (str(units[0].value) if units else ""),
        "shared": bool(request.POST.get("shared")),
        "note": typed_text(request, "note", 300),
        "definition": request.POST.get("definition")
        or EXAMPLE.format(title=_("New view"), section=_("Overview")),
    }
    if request.method == "GET":
        return _form(request, typed, None)
    try:
        create_view(
            unit_id=whole(str(typed["unit"])),
            key=str(typed["key"]),
            definition=str(typed["definition"]),
            shared=bool(typed["shared"]),
            note=str(typed["note"]),
        )
    except (InvalidInput, Conflict) as error:
        return _form(request, typed, error)
    response = HttpResponseRedirect(reverse("cockpit:view", args=[typed["key"]]))
    return flash(response, "success", _("The view is there."))


@require_http_methods(["GET", "POST"])
@door("cockpit.revise_view")
def change_view(request: HttpRequest, view: str) -> HttpResponse:
    """The definition of a view in a form; what is saved is a further version."""
    row, version, _content = queries.view_by_key(view)
    typed = {
        "definition": request.POST.get("definition") or version.definition,
        "note": typed_text(request, "note", 300),
        "known": typed_text(request, "known", 9) or str(version.number),
    }
    if request.method == "GET":
        return _form(request, typed, None, row.key)
    try:
        number = revise_view(
            key=row.key, definition=typed["definition"], known=whole(typed["known"]), note=typed["note"]
        )
    except (InvalidInput, Conflict) as error:
        return _form(request, typed, error, row.key)
    response = HttpResponseRedirect(reverse("cockpit:view", args=[row.key]))
    return flash(response, "success", _("Version %(number)d is in force.") % {"number": number})


def _form(
    request: HttpRequest, typed: Mapping[str, object], error: InvalidInput | Conflict | None, key: str = ""
) -> HttpResponse:
    mistakes = list((error.data or {}).get("mistakes", ())) if error else []
    field = getattr(error, "field", "") or "definition"
    context = {
        "key": key,
        "typed": typed,
        "units": places_to_write("cockpit.create_view"),
        "mistakes": mistakes,
        "errors": {field: _("%(count)d mistakes are listed below.") % {"count": len(mistakes)}
                   if mistakes else str(error)} if error else {},
        "known": {
            "indicator": [(one.name, one.title) for one in definitions() if one.subjects is None],
            "feeds": [(one.name, one.title) for one in registry.feeds().values()],
            "panel": [(one.name, one.title) for one in registry.panels().values()],
            "layers": [(DEVICES, _("Devices")), *((one.name, one.title) for one in registry.layers().values())],
            "score": [(one, "") for one in sorted(queries.known_scores())],
        },
        "kinds": [kind.value for kind in TileKind],
    }  # fmt: skip
    return render(request, "cockpit/define.html", context, status=422 if error else 200)


@require_GET
@door("cockpit.view")
def list_versions(request: HttpRequest, view: str) -> HttpResponse:
    """Every version of a view, and what each changed."""
    row, _version, content = queries.view_by_key(view)
    versions = queries.versions_of(row)
    lines = []
    for at, one in enumerate(versions):
        before = versions[at + 1].definition if at + 1 < len(versions) else ""
        lines.append((one, _changed(before, one.definition) if before else ""))
    may_retire = current_asker().holds_at("cockpit.retire_view", row.unit_id)
    context = {"row": row, "view": content, "versions": lines, "may_retire": may_retire}
    return render(request, "cockpit/versions.html", context)


def _changed(before: str, after: str) -> str:
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return "\n".join(list(lines)[2:])


@require_POST
@door("cockpit.retire_view")
def retire(request: HttpRequest, view: str) -> HttpResponse:
    row, _version, _content = queries.view_by_key(view)
    retire_view(key=row.key)
    return flash(HttpResponseRedirect(reverse("cockpit:list")), "success", _("The view is out of use."))
