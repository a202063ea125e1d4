"""Downloads: papers and materials, for whoever may read the application."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from chengshu.foundation.files.downloads import send_file
from chengshu.foundation.http.doors import Door, door
from chengshu.hub.services.opening import material_file, paper_file


@require_safe
@door(Door.SIGNED_IN)
def paper(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    return send_file(request, paper_file(paper_id))


@require_safe
@door(Door.SIGNED_IN)
def material(request: HttpRequest, file_id: int) -> HttpResponseBase:
    return send_file(request, material_file(file_id))
