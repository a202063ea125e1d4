"""The one table from error to answer: problem+json (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from chengshu.foundation.errors import (
    ChengshuError,
    Conflict,
    InvalidFile,
    InvalidInput,
    Misconfigured,
    Missing,
    NotSignedIn,
    Refused,
    TooMany,
    Unavailable,
)
from chengshu.foundation.http.doors import PasswordChangeNeeded
from chengshu.foundation.http.pages import render

log = logging.getLogger("chengshu.http")

STATUS: tuple[tuple[type[ChengshuError], int], ...] = (
    (InvalidInput, 422),
    (NotSignedIn, 401),
    (Refused, 403),
    (Missing, 404),
    (Conflict, 409),
    (TooMany, 429),
    (Unavailable, 503),
    (Misconfigured, 500),
    (ChengshuError, 400),
)


def status_of(error: ChengshuError) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))


def answer(request: HttpRequest, error: ChengshuError) -> HttpResponse:
    """The answer to an error; marks the request as failed, so that its transaction is rolled back."""
    request.failed = True  # type: ignore[attr-defined]
    response = problem(request, error) if wants_json(request) else _page(request, error)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after_s)
    return response


def problem(request: HttpRequest, error: ChengshuError) -> HttpResponse:
    """problem+json with a stable ``code``, the offending ``field`` or place, and the next step as ``detail``."""
    status = status_of(error)
    body: dict[str, Any] = {
        "type": f"urn:chengshu:error:{error.code}",
        "title": str(error.message),
        "status": status,
        "detail": str(error.hint),
        "code": error.code,
        "instance": request.path,
        "trace": getattr(request, "trace", ""),
    }
    if not error.hint:
        del body["detail"]
    if error.data:
        body["data"] = error.data
    if isinstance(error, InvalidInput) and error.field:
        body["field"] = error.field
    if isinstance(error, InvalidFile) and error.place:
        place = error.place
        body["place"] = {
            "line": place.line,
            "column": place.column,
            "label": place.label,
            "sheet": place.sheet,
        }
    return json_answer(body, status)


def json_answer(body: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str),
        status=status,
        content_type="application/problem+json",
    )


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", "")


def _page(request: HttpRequest, error: ChengshuError) -> HttpResponse:
    if isinstance(error, PasswordChangeNeeded):
        return HttpResponseRedirect(reverse("identity:change_password"))
    if isinstance(error, NotSignedIn) and request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(f"{reverse('identity:sign_in')}?next={quote(request.get_full_path())}")
    status = status_of(error)
    return render(
        request,
        f"errors/{status}.html",
        {"error": error, "status": status, "trace": getattr(request, "trace", "")},
        status=status,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long or came from elsewhere: say so, keep nothing."""
    error = Refused(
        _("This page was open for too long, or the request did not come from this site."),
        code="csrf",
        hint=_("Go back, reload the page and send it again."),
    )
    return answer(request, error)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(
        request,
        Missing(
            _("There is no such page, or you may not see it."),
            hint=_("Check the address, or start from the menu."),
        ),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, ChengshuError(_("The request could not be understood."), code="bad_request"))


def broken(request: HttpRequest) -> HttpResponse:
    """Something we did not foresee. The trace number finds it in the log."""
    trace = getattr(request, "trace", "")
    log.error("unforeseen error, trace %s", trace)
    error = ChengshuError(_("Something went wrong on our side."), code="internal")
    if wants_json(request):
        return json_answer(
            {"type": "urn:chengshu:error:internal", "title": str(error), "status": 500, "trace": trace}, 500
        )
    return render(request, "errors/500.html", {"error": error, "status": 500, "trace": trace}, status=500)
