"""Uploads in pieces for citizens: the protocol of ``foundation/files``, with the district as the keeper of the file."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.files import uploads
from chengshu.foundation.files.models import Upload
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.problem import problem
from chengshu.hub.services.actions import store_uploaded
from chengshu.hub.services.actions.materials import PURPOSE, bringing, keeper

OFFSET = "Upload-Offset"


@require_POST
@door(Door.SIGNED_IN)
def begin(request: HttpRequest) -> HttpResponse:
    """``{name, size, type}`` in; where to send the pieces out."""
    try:
        wanted = _announced(request)
        with bringing():
            begun = uploads.begin_upload(unit=keeper(), purpose=PURPOSE, **wanted)
            answer = {
                "upload": reverse("services:upload", args=[begun.key]),
                "finish": reverse("services:finish_upload", args=[begun.key]),
                "offset": begun.received,
            }
    except ChengshuError as error:
        return _problem(request, error)
    return JsonResponse(answer, status=201)


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@door(Door.SIGNED_IN)
def continued(request: HttpRequest, key: str) -> HttpResponse:
    """HEAD tells how much has arrived, PATCH brings more, DELETE gives up."""
    try:
        with bringing():
            mine = uploads.upload_by_key(key)
            if request.method == "DELETE":
                uploads.cancel_upload(mine)
                return HttpResponse(status=204)
            stored = _more(request, mine) if request.method == "PATCH" else mine.received
    except ChengshuError as error:
        return _problem(request, error)
    response = HttpResponse(status=200 if request.method == "HEAD" else 204)
    response[OFFSET] = str(stored)
    response["Upload-Length"] = str(mine.size)
    return response


@require_POST
@door(Door.SIGNED_IN)
def finish(request: HttpRequest, key: str) -> HttpResponse:
    try:
        file_id, name, size = store_uploaded(key=key)
    except ChengshuError as error:
        return _problem(request, error)
    return JsonResponse({"id": str(file_id), "name": name, "size": size})


def _more(request: HttpRequest, mine: Upload) -> int:
    return uploads.receive(
        mine,
        offset=_whole(request.headers.get(OFFSET, ""), OFFSET),
        length=_whole(request.headers.get("Content-Length", ""), "Content-Length"),
        source=request,
    )


def _problem(request: HttpRequest, error: ChengshuError) -> HttpResponse:
    """Errors go to the script that asked, not to a page."""
    request.failed = True  # type: ignore[attr-defined]
    response = problem(request, error)
    if isinstance(error, uploads.OffsetConflict):
        response[OFFSET] = str(error.data["offset"])
    return response


def _announced(request: HttpRequest) -> dict[str, Any]:
    try:
        wanted = json.loads(request.body)
        return {"name": str(wanted["name"]), "size": int(wanted["size"])}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidInput(
            _("The upload must be announced with its name and size."),
            field="name",
            code="upload.announcement",
        ) from error


def _whole(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise InvalidInput(
            _("%(header)s must be a whole number.") % {"header": field}, field=field, code="upload.header"
        )
    return int(text)
