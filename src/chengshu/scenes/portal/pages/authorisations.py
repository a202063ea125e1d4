"""Who may act for whom: given, received, granted and revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.hub.services import api as services
from chengshu.hub.services.data import AuthorisationView
from chengshu.scenes.portal.pages.frame import page, sentence

MOST_MATTERS = 100
_FIELDS = {"agent_username": "agent"}


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.SIGNED_IN)
def authorisations(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, {}, {})
    typed = _typed(request)
    wrong = _wrong(typed)
    if wrong:
        return _page(request, typed, wrong, status=422)
    try:
        made = services.grant_authorisation(
            agent_username=typed["agent"],
            local_codes=tuple(typed["local_codes"]) if typed["matters"] == "some" else (),
            starts_on=date.fromisoformat(typed["starts_on"]),
            ends_on=date.fromisoformat(typed["ends_on"]),
            reason=typed["reason"],
        )
    except InvalidInput as error:
        name = _FIELDS.get(error.field, error.field)
        return _page(request, typed, {name: sentence(error)}, status=422)
    response = HttpResponseRedirect(reverse("portal:authorisations"))
    return flash(response, "success", _("%(name)s may now act for you.") % {"name": made.agent_name})


def _typed(request: HttpRequest) -> dict[str, Any]:
    names = ("agent", "matters", "starts_on", "ends_on", "reason")
    plain = {name: request.POST.get(name, "").replace("\x00", "") for name in names}
    return {**plain, "local_codes": [each for each in request.POST.getlist("local_codes") if each]}


def _wrong(typed: Mapping[str, Any]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not typed["agent"].strip():
        wrong["agent"] = _("Type the user name of the person who is to act for you.")
    if typed["matters"] not in ("some", "all"):
        wrong["matters"] = _("Choose one of these.")
    elif typed["matters"] == "some" and not typed["local_codes"]:
        wrong["local_codes"] = _("Choose at least one matter, or authorise for every matter.")
    for name in ("starts_on", "ends_on"):
        if not _is_day(typed[name]):
            wrong[name] = _("Pick a day, such as 2026-03-01.")
    return wrong


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


@require_POST
@door(Door.SIGNED_IN)
def revoke(request: HttpRequest, authorisation_id: int) -> HttpResponse:
    response = HttpResponseRedirect(reverse("portal:authorisations"))
    try:
        services.revoke_authorisation(authorisation_id=authorisation_id)
    except Conflict as error:
        return flash(response, "info", sentence(error))
    return flash(response, "success", _("The authorisation is revoked: it holds no more from this moment."))


def _page(
    request: HttpRequest, typed: Mapping[str, Any], wrong: Mapping[str, str], *, status: int = 200
) -> HttpResponse:
    given, received = services.authorisations()
    names = {line.local_code: line.name for line in services.matters(can_apply=True, size=MOST_MATTERS).items}
    today = local_day(timezone.now())
    context = {
        "given": [_line(each, names, today) for each in given],
        "received": [_line(each, names, today) for each in received],
        "matters": [Option(code, name) for code, name in names.items()],
        "typed": typed,
        "wrong": wrong,
        "errors": [(f"id_{name}", words) for name, words in wrong.items()],
        "today": today.isoformat(),
        "breadcrumbs": [Crumb(_("Services"), reverse("portal:home")), Crumb(_("Authorisations"))],
    }
    return page(request, "portal/authorisations.html", context, status=status)


def _line(one: AuthorisationView, names: Mapping[str, str], today: date) -> dict[str, Any]:
    state, tone = _state(one, today)
    count = len(one.local_codes)
    what = "、".join(names.get(code, code) for code in one.local_codes[:3])
    if count > 3:
        what = ngettext("%(first)s and %(more)s more", "%(first)s and %(more)s more", count - 3) % {
            "first": what,
            "more": count - 3,
        }
    return {
        "authorisation_id": one.authorisation_id,
        "agent_name": one.agent_name,
        "giver_name": one.giver_name,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "what": what or _("every matter"),
        "state": state,
        "tone": tone,
        "is_open": one.revoked_at is None and one.ends_on >= today,
    }


def _state(one: AuthorisationView, today: date) -> tuple[str, str]:
    if one.revoked_at is not None:
        return _("Revoked"), "negative"
    if one.ends_on < today:
        return _("No longer holds"), "neutral"
    return (_("Begins later"), "info") if one.starts_on > today else (_("In effect"), "positive")
