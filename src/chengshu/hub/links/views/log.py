"""The log: what links matched, what came of it, and what an operator does where it failed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.events.offers import address_of, facts_offered, offered_calls
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.links import queries
from chengshu.hub.links.actions import release_key, rerun_match
from chengshu.hub.links.models import Link, MatchState
from chengshu.hub.links.views import parts

MOST = 100


@require_GET
@door("links.view")
def show_log(request: HttpRequest) -> HttpResponse:
    key, state = request.GET.get("link", ""), request.GET.get("state", "")
    context = {
        "matches": queries.matches(key=key, state=state)[:MOST],
        "key": key,
        "state": state,
        "states": MatchState.choices,
        "links": [(one.link.key, one.link.title) for one in queries.standings(Link.objects.all())],
        "event_title": parts.event_title,
        "breadcrumbs": parts.trail(),
    }
    return render(request, "links/log.html", context)


@require_GET
@door("links.view")
def show_match(request: HttpRequest, match_id: int) -> HttpResponse:
    """One match: the event, the version, the inputs, the attempts, what was made."""
    match = queries.match_by_id(match_id)
    call = offered_calls().get(match.version.call)
    made = [(kind, value, address_of(kind, value)) for kind, value in match.made.items()]
    context = {
        "match": match,
        "link": match.link,
        "event_title": parts.event_title(match.event),
        "call_title": parts.call_title(match.version.call),
        "facts": [
            (one.name, one.title, match.facts.get(one.name))
            for one in facts_offered(match.event)
            if one.name != "page"
        ],
        "inputs": [
            (one.name, one.title, match.inputs.get(one.name)) for one in (call.inputs if call else ())
        ],
        "made": made,
        "attempts": queries.attempts_of(match),
        "held": queries.held_key_of(match),
        "may": parts.powers(request, match.unit_id),
        "breadcrumbs": parts.trail_of(
            match.link, Crumb(_("Log"), f"{reverse('links:log')}?link={match.link.key}")
        ),
    }
    return render(request, "links/match.html", context)


@require_POST
@door("links.rerun_match")
def rerun(request: HttpRequest, match_id: int) -> HttpResponse:
    queries.match_by_id(match_id)
    reason = request.POST.get("reason", "")
    return _done(
        match_id, lambda: rerun_match(match_id=match_id, reason=reason), _("The call is made again.")
    )


@require_POST
@door("links.release_key")
def release(request: HttpRequest, match_id: int) -> HttpResponse:
    queries.match_by_id(match_id)
    reason = request.POST.get("reason", "")
    return _done(match_id, lambda: release_key(match_id=match_id, reason=reason), _("The key is released."))


def _done(match_id: int, act: Callable[[], None], words: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("links:match", args=[match_id]))
    try:
        act()
    except ChengshuError as error:
        return flash(response, "error", parts.words_of(error))
    return flash(response, "success", words)
