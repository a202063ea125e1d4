"""The public rating page: number and code of the receipt, or signed in; then five levels, of which none is chosen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Conflict, InvalidInput, Missing, TooMany
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Option
from chengshu.foundation.web.typed import errors
from chengshu.scenes.supervision import applications
from chengshu.scenes.supervision.actions import leave_rating
from chengshu.scenes.supervision.applications import Rateable
from chengshu.scenes.supervision.models import RatingChannel
from chengshu.scenes.supervision.rating_codes import levels
from chengshu.scenes.supervision.tickets import application_of, issue


@door(Door.PUBLIC)
def look_up(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _look_up_page(request, None)
    given = request.POST
    try:
        found = applications.by_code(given.get("number", ""), given.get("access_code", ""))
    except (Missing, TooMany) as error:
        return _look_up_page(request, error)
    return _form(request, found, issue(found.application_id))


def _look_up_page(request: HttpRequest, error: Missing | TooMany | None) -> HttpResponse:
    number = request.POST.get("number", "") or request.GET.get("number", "")
    context = {"number": number[:40], "via": _via(request), **errors(error)}
    return render(request, "supervision/look_up_rating.html", context, status=422 if error else 200)


@door(Door.SIGNED_IN)
def own(request: HttpRequest, application_id: int) -> HttpResponse:
    found = applications.own(application_id)
    return _form(request, found, issue(found.application_id))


@door(Door.PUBLIC)
def rate(request: HttpRequest) -> HttpResponse:
    """Takes the form; without one it leads back to number and code."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("supervision:look_up_rating"))
    given = request.POST
    ticket = given.get("ticket", "")
    found = applications.rateable(application_of(ticket))
    level = given.get("level", "")
    try:
        leave_rating(
            ticket=ticket,
            touch_point=given.get("touch_point", ""),
            level=int(level) if level in ("1", "2", "3", "4", "5") else 0,
            channel=given.get("channel", RatingChannel.PC),
            details=[code for code in given.getlist("details") if code.startswith(level)],
            comment=given.get("comment", ""),
            name=given.get("name", ""),
            phone=given.get("phone", ""),
        )
    except (InvalidInput, Conflict) as error:
        return _form(request, found, ticket, error)
    response = HttpResponseRedirect(reverse("supervision:rated"))
    return flash(response, "success", _("Thank you. Your rating is kept as you gave it."))


def _form(
    request: HttpRequest, found: Rateable, ticket: str, error: InvalidInput | Conflict | None = None
) -> HttpResponse:
    context = {
        "found": found,
        "ticket": ticket,
        "levels": levels(),
        "level_options": [Option(str(level.value), level.shown) for level in levels()],
        "touch_points": [Option(point.value, point.label) for point in found.touch_points],
        "channel": _via(request),
        "given": request.POST.dict() if "ticket" in request.POST else {},
        "chosen": request.POST.getlist("details"),
        **errors(error),
    }
    return render(request, "supervision/rate.html", context, status=422 if error else 200)


@door(Door.PUBLIC)
def done(request: HttpRequest) -> HttpResponse:
    return render(request, "supervision/rated.html")


def _via(request: HttpRequest) -> str:
    """By what the page was opened: a code on the receipt, a device at the window, or just so."""
    given = request.POST.get("channel", "") or request.GET.get("via", "")
    return given if given in RatingChannel.values else RatingChannel.PC.value
