"""Progress by number and code, for anybody who has both. The code never stands in an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengshu.foundation.errors import Missing, TooMany
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.kept import same_for_everybody
from chengshu.foundation.http.problem import status_of
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.services import api as services
from chengshu.hub.services.data import ProgressView
from chengshu.scenes.portal.pages.frame import page, sentence


@require_http_methods(["GET", "HEAD", "POST"])
@same_for_everybody
@door(Door.PUBLIC)
def progress(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, {"number": request.GET.get("number", "")[:60]})
    given = {
        name: request.POST.get(name, "").replace("\x00", "").strip()[:60]
        for name in ("number", "access_code")
    }
    wrong = {
        name: words
        for name, words in (
            ("number", _("Type the number of your receipt.")),
            ("access_code", _("Type the access code of your receipt.")),
        )
        if not given[name]
    }
    if wrong:
        return _page(request, given, wrong, status=422)
    try:
        found = services.look_up_progress(number=given["number"], access_code=given["access_code"])
    except (Missing, TooMany) as error:
        response = _page(request, given, {"number": sentence(error)}, status=status_of(error))
        if isinstance(error, TooMany):
            response["Retry-After"] = str(error.retry_after_s)
        return response
    return _page(request, given, found=found)


def _page(
    request: HttpRequest,
    given: dict[str, str],
    wrong: dict[str, str] | None = None,
    *,
    found: ProgressView | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "given": given,
        "wrong": wrong or {},
        "errors": [(f"id_{name}", words) for name, words in (wrong or {}).items()],
        "progress": found,
        "breadcrumbs": [Crumb(_("Services"), reverse("portal:home")), Crumb(_("Progress by code"))],
    }
    return page(request, "portal/progress.html", context, status=status)
