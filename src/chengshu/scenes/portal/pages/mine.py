"""Everything of one's own: drafts, applications, and those filed for others."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.web.shell import Crumb, Tab
from chengshu.hub.services import api as services
from chengshu.scenes.portal.pages.find import draft_lines
from chengshu.scenes.portal.pages.frame import page


@require_safe
@door(Door.SIGNED_IN)
def mine(request: HttpRequest) -> HttpResponse:
    queue = "filed" if request.GET.get("queue") == "filed" else "own"
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:60]
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    found = services.applications(queue=queue, text=text, page=number)
    context = {
        "found": found,
        "lines": found.items,
        "queue": queue,
        "text": text,
        "drafts": draft_lines() if queue == "own" and not text else [],
        "tabs": [
            Tab(_("For myself"), request.path, queue == "own"),
            Tab(_("For others"), f"{request.path}?queue=filed", queue == "filed"),
        ],
        "breadcrumbs": [Crumb(_("Services"), reverse("portal:home")), Crumb(_("My applications"))],
    }
    return page(request, "portal/mine.html", context)
