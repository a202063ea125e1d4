"""Views as they are looked at: the list, the desk and phone page, the wall, the pulse, and each tile by itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.errors import Missing
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.hub.cockpit import queries, tiles
from chengshu.hub.cockpit.data import View
from chengshu.hub.cockpit.models import CockpitView, ViewVersion


@require_GET
@door("cockpit.view", title=_("See the cockpit"))
def list_views(request: HttpRequest) -> HttpResponse:
    """The views that are for the asker."""
    found = [
        {"view": view, "version": version, "content": queries.content_of(version)}
        for view, version in queries.views_of_asker()
    ]
    context = {"views": found, "may_create": current_asker().holds("cockpit.create_view")}
    return render(request, "cockpit/list.html", context)


@require_GET
@door("cockpit.view")
def show_view(request: HttpRequest, view: str) -> HttpResponse:
    """A view at a desk or on a phone: one flow of sections, whose tiles come each by themselves."""
    row, version, content = queries.view_by_key(view)
    context = _frame(row, version, content)
    context["may_revise"] = current_asker().holds_at("cockpit.revise_view", row.unit_id)
    return render(request, "cockpit/view.html", context)


@require_GET
@door("cockpit.view")
def show_wall(request: HttpRequest, view: str) -> HttpResponse:
    """The same view for a wall: dark, no scrolling, page after page."""
    row, version, content = queries.view_by_key(view)
    return render(request, "cockpit/wall.html", {**_frame(row, version, content), "theme": "dark"})


def _frame(row: CockpitView, version: ViewVersion, content: View) -> dict[str, object]:
    return {
        "row": row,
        "version": version,
        "view": content,
        "pulse_url": reverse("cockpit:pulse", args=[row.key]),
        "now": timezone.now(),
    }


@require_GET
@door("cockpit.view")
def pulse(request: HttpRequest, view: str) -> HttpResponse:
    """For each tile a mark; what has another mark than before is fetched again, and nothing else."""
    _row, version, content = queries.view_by_key(view)
    known = tiles.marks(content.tiles)
    tag = f'"{sm3(f"{version.digest}{sorted(known.items())}".encode())[:24]}"'
    if request.headers.get("If-None-Match") == tag:
        return _tagged(HttpResponseNotModified(), tag)
    return _tagged(JsonResponse({"version": version.number, "marks": known}), tag)


@require_GET
@door("cockpit.view")
def show_tile(request: HttpRequest, view: str, tile: str) -> HttpResponse:
    """The inside of one tile. One that fails says so and is an answer like any other."""
    row, _version, content = queries.view_by_key(view)
    wanted = content.tile(tile)
    if wanted is None:
        raise Missing(_("This view has no such tile any more."), code="cockpit.no_tile")
    shown = tiles.show(wanted)
    inside = render_to_string(
        f"cockpit/tiles/{shown.part}.html",
        {"shown": shown, "tile": wanted, "view_key": row.key, **shown.content},
    )
    tag = f'"{sm3(inside.encode())[:24]}"'
    if request.headers.get("If-None-Match") == tag:
        return _tagged(HttpResponseNotModified(), tag)
    return _tagged(HttpResponse(inside), tag)


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    """May be kept by this browser alone, and only to ask whether it still holds."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
