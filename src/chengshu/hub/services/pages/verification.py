"""The page on which anybody verifies a paper by the code printed on it. It tells nothing personal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.pages import render
from chengshu.hub.services.numbers import normal_code, shown_paper_code
from chengshu.hub.services.queries.papers import verify_paper


@require_safe
@door(Door.PUBLIC)
def verify(request: HttpRequest) -> HttpResponse:
    typed = normal_code(request.GET.get("code", ""))
    paper = verify_paper(typed) if typed else None
    context = {"code": shown_paper_code(typed), "paper": paper, "is_asked": bool(typed)}
    return render(request, "services/verify.html", context, status=404 if typed and paper is None else 200)
