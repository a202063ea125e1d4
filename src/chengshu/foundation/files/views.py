"""Downloads, previews, and uploads in pieces."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.files import previews, uploads
from chengshu.foundation.files.downloads import send_file, send_preview
from chengshu.foundation.files.queries import file_by_id
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.problem import problem
from chengshu.foundation.orgs.models import Unit

View = Callable[..., HttpResponseBase]
OFFSET = "Upload-Offset"


def _in_json(view: View) -> View:
    """Answer errors to the script that asked, not with a page, whatever it says it accepts."""

    @functools.wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ChengshuError as error:
            request.failed = True  # type: ignore[attr-defined]
            response = problem(request, error)
            if isinstance(error, uploads.OffsetConflict):
                response[OFFSET] = str(error.data["offset"])
            return response

    return answering


@require_safe
@door("files.view", title=_("See the files of the unit"))
def file(request: HttpRequest, pk: int) -> HttpResponse:
    found = file_by_id(pk)
    pages = range(1, previews.page_count(found.content) + 1)
    return render(request, "files/file.html", {"file": found, "pages": pages})


@require_safe
@door("files.view")
def content(request: HttpRequest, pk: int) -> HttpResponseBase:
    return send_file(request, file_by_id(pk))


@require_safe
@door("files.view")
def preview(request: HttpRequest, pk: int, page: int) -> HttpResponseBase:
    found = file_by_id(pk)
    picture = previews.preview(found.content, page)
    return send_preview(request, picture, f'"{found.content.sha256}-{page}"')


@_in_json
@require_POST
@door("files.store_file", title=_("Store a file"))
def begin_upload(request: HttpRequest) -> HttpResponse:
    """``{name, size, type}`` in; where to send the pieces out. The page says ``?unit=`` and ``?purpose=``."""
    wanted = _wanted(request)
    begun = uploads.begin_upload(
        unit=_unit(request),
        name=wanted["name"],
        size=wanted["size"],
        purpose=request.GET.get("purpose", ""),
    )
    answer = {
        "upload": reverse("files:upload", args=[begun.key]),
        "finish": reverse("files:finish_upload", args=[begun.key]),
        "offset": begun.received,
    }
    return JsonResponse(answer, status=201)


@_in_json
@require_http_methods(["HEAD", "PATCH", "DELETE"])
@door("files.store_file", title=_("Store a file"))
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """HEAD tells how much has arrived, PATCH brings more, DELETE gives up."""
    mine = uploads.upload_by_key(key)
    if request.method == "DELETE":
        uploads.cancel_upload(mine)
        return HttpResponse(status=204)
    stored = mine.received
    if request.method == "PATCH":
        stored = uploads.receive(
            mine,
            offset=_whole(request.headers.get(OFFSET, ""), OFFSET),
            length=_whole(request.headers.get("Content-Length", ""), "Content-Length"),
            source=request,
        )
    response = HttpResponse(status=200 if request.method == "HEAD" else 204)
    response[OFFSET] = str(stored)
    response["Upload-Length"] = str(mine.size)
    return response


@_in_json
@require_POST
@door("files.store_file", title=_("Store a file"))
def finish_upload(request: HttpRequest, key: str) -> HttpResponse:
    stored = uploads.finish_upload(uploads.upload_by_key(key))
    answer = {"id": str(stored.pk), "name": stored.name, "size": stored.content.size}
    return JsonResponse(answer, status=200)


def _unit(request: HttpRequest) -> Unit:
    """The unit that the page names, or the asker's own."""
    given = request.GET.get("unit") or str(request.asker.unit_id or "")  # type: ignore[attr-defined]
    unit = Unit.objects.filter(pk=given).first() if given.isascii() and given.isdigit() else None
    if unit is None:
        raise InvalidInput(_("There is no such unit."), field="unit", code="unit_unknown")
    return unit


def _wanted(request: HttpRequest) -> dict[str, Any]:
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
