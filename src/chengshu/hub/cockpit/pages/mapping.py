"""The map of devices: the page with its list alternative, the points, the base layer, one device behind a point."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chengshu.engines.streams.api import CONDITIONS, alarm_lines, conditions, device_point
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.hub.cockpit import queries, registry
from chengshu.hub.cockpit.actions import set_base_map
from chengshu.hub.cockpit.pages.shared import places_to_write, typed_text, whole
from chengshu.hub.cockpit.points import answer

LISTED = 20
MOST_OF_LAYER = 2000


@require_GET
@door("streams.view")
def show_map(request: HttpRequest) -> HttpResponse:
    """All devices on the map; beside it what the map shows, as numbers and as a list, for whoever cannot use it."""
    held = [one for one in registry.layers().values() if current_asker().holds(one.permission)]
    counted = conditions()
    context = {
        "layers": [one.name for one in held],
        "counted": [(CONDITIONS[one.condition], one) for one in counted],
        "total": sum(one.devices for one in counted),
        "placed": sum(one.placed for one in counted),
        "simulated": any(one.simulated for one in counted),
        "alarms": alarm_lines(LISTED),
        "base": queries.base_map(),
        "may_set": current_asker().holds("cockpit.set_base_map"),
    }
    return render(request, "cockpit/map.html", context)


@require_GET
@door("streams.view")
def point_list(request: HttpRequest) -> HttpResponse:
    """The points, or what differs since the answer whose mark is given. Its form is told in ``points``."""
    found = answer(request.GET.get("since", ""))
    tag = f'"{found.mark[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(found.body, content_type="application/octet-stream")
        response["Chengshu-Mark"] = found.mark
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


@require_GET
@door("streams.view")
def layer_list(request: HttpRequest) -> HttpResponse:
    """The points of the contributed layers that are asked for and that the asker may see, as GeoJSON."""
    wanted = request.GET.getlist("layer")[:20]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(one.place[0]), float(one.place[1])]},
            "properties": {"title": str(one.title), "href": one.href, "tone": one.tone, "layer": name},
        }
        for name in wanted
        if (layer := registry.layers().get(name)) and current_asker().holds(layer.permission)
        for one in layer.read()[:MOST_OF_LAYER]
        if one.place is not None
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@require_GET
@door("streams.view")
def base_layer(request: HttpRequest) -> HttpResponse:
    """The approved base layer with the number of its review; empty while none is set."""
    found = queries.base_map()
    tag = f'"{found.digest[:32] if found else "none"}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        content = json.loads(found.content) if found else {"type": "FeatureCollection", "features": []}
        about = {"title": found.title, "review_number": found.review_number} if found else {}
        response = JsonResponse({"map": content, **about})
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


@require_GET
@door("streams.view")
def show_device(request: HttpRequest, device_id: int) -> HttpResponse:
    """What stands behind a point: a small part of a page with the way to the device and to its alarms."""
    return HttpResponse(render_to_string("cockpit/device.html", {"device": device_point(device_id)}))


@require_http_methods(["GET", "POST"])
@door("cockpit.set_base_map")
def change_base_map(request: HttpRequest) -> HttpResponse:
    """A form for an approved base layer."""
    units = places_to_write("cockpit.set_base_map")
    typed = {
        "title": typed_text(request, "title", 100),
        "review_number": typed_text(request, "review_number", 60),
        "unit": typed_text(request, "unit", 20) or (str(units[0].value) if units else ""),
        "content": request.POST.get("content", ""),
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            set_base_map(
                unit_id=whole(typed["unit"]),
                title=typed["title"],
                review_number=typed["review_number"],
                content=typed["content"],
            )
            response = HttpResponseRedirect(reverse("cockpit:map"))
            return flash(response, "success", _("The base layer is set."))
        except InvalidInput as error:
            errors = {error.field: str(error)}
    context = {"typed": typed, "units": units, "errors": errors, "base": queries.base_map()}
    return render(request, "cockpit/base_map.html", context, status=422 if errors else 200)
