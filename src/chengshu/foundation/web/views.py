"""The few pages that belong to no app: the way in, the health check and the choice of language."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from chengshu.foundation.asking import current_asker
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.navigation import entries, navigation_for
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.gallery import sample


@door(Door.PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """The first page that the menu opens to this person; for the public, what is published."""
    asker = current_asker()
    groups = navigation_for(asker, request.path)
    first = groups[0]["items"][0]["url"] if groups and entries() else reverse("identity:sign_in")
    return HttpResponseRedirect(first)


@door(Door.PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """Answers 200 when the database answers; for supervisors and load balancers, without any detail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@door(Door.PUBLIC)
def design(request: HttpRequest) -> HttpResponse:
    """Every component of the shell on one page, with made-up content."""
    return render(request, "gallery.html", sample())


@door(Door.PUBLIC)
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and go back to the page."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS
        )
    return response
