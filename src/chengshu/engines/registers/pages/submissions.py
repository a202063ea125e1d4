"""A submitted form: for reading, for printing, and the logged look at a personal value."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengshu.engines.registers import api, data
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.pages import render

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
PAPERS = {"form": api.paper, "receipt": api.receipt}


@door(Door.SIGNED_IN)
def submission(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Whoever handed it in may read it, and those of its unit."""
    return _page(request, api.submission_by_id(submission_id))


@door(Door.SIGNED_IN)
def reveal(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Asks what a personal value is needed for, then shows it once."""
    found = api.submission_by_id(submission_id)
    path = request.POST.get("field", request.GET.get("field", ""))
    if not path:
        return _page(request, found)
    if path not in found.personal:
        raise Missing(_("There is no such personal field."), hint=_("Go back to the form."))
    if request.method != "POST":
        return _page(request, found, asked=path)
    try:
        clear = api.reveal_value(
            submission_id=submission_id, path=path, purpose=request.POST.get("purpose", "")
        )
    except InvalidInput as error:
        return _page(request, found, asked=path, error=error)
    return _page(request, found, asked=path, clear=clear)


@require_safe
@door(Door.SIGNED_IN)
def printed(request: HttpRequest, submission_id: int, paper: str, file_format: str) -> HttpResponse:
    found = api.submission_by_id(submission_id)
    if paper not in PAPERS or file_format not in MEDIA_TYPES:
        raise Missing(_("There is no such paper."), hint=_("Go back to the form."))
    content = PAPERS[paper](found, file_format=file_format)
    answer = HttpResponse(content, content_type=MEDIA_TYPES[file_format])
    answer["Content-Disposition"] = disposition(f"{found.title}-{found.submission_id}.{file_format}")
    return answer


def _page(
    request: HttpRequest,
    found: data.Submission,
    *,
    asked: str = "",
    clear: str = "",
    error: InvalidInput | None = None,
) -> HttpResponse:
    context = {
        "submission": found,
        "view": api.submission_view(found),
        "earlier": [each for each in api.history(found.subject) if each.submission_id != found.submission_id],
        "asked": asked,
        "asked_title": api.title_of(found, asked) if asked else "",
        "clear": clear,
        "purpose": request.POST.get("purpose", ""),
        "error": f"{error.message} {error.hint}" if error else "",
    }
    return render(request, "registers/submission.html", context, status=422 if error else 200)
