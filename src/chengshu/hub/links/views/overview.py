"""The list of links, one link with its versions, and two versions beside each other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.hub.links import checking, queries
from chengshu.hub.links.content import content_of
from chengshu.hub.links.models import Link, LinkState, LinkVersion
from chengshu.hub.links.views import parts


@require_GET
@door("links.view", title=gettext_lazy("Links between events and calls, and their log"))
def list_links(request: HttpRequest) -> HttpResponse:
    everything = queries.standings(Link.objects.all())
    search, state, event = (request.GET.get(name, "").strip() for name in ("q", "state", "event"))
    shown = [one for one in everything if _fits(one, search.lower(), state, event)]
    context = {
        "standings": shown,
        "search": search,
        "state": state,
        "event": event,
        "states": [*LinkState.choices, ("errors", gettext_lazy("With errors in 24 hours"))],
        "events": sorted({(one.shown.event, parts.event_title(one.shown.event)) for one in everything}),
        "event_title": parts.event_title,
        "call_title": parts.call_title,
        "to_review": [one for one in everything if one.at_work and one.at_work.state == LinkState.REVIEW],
        "may_write": parts.asker_of(request).holds("links.save_draft"),
    }
    return render(request, "links/list.html", context)


def _fits(one: queries.Standing, search: str, state: str, event: str) -> bool:
    versions = [version for version in (one.in_force, one.at_work) if version is not None] or [one.shown]
    of_state = {
        "": True,
        "errors": one.errors > 0,
    }.get(state, any(version.state == state for version in versions))
    found = search in one.link.title.lower() or search in one.link.key
    return of_state and found and event in ("", one.shown.event)


@require_GET
@door("links.view")
def show_link(request: HttpRequest, key: str) -> HttpResponse:
    """One link: what it says, its versions, what it did lately."""
    standing = queries.standing_of(key)
    chosen = _chosen(standing, request.GET.get("version", "")) or standing.shown
    context = {
        "standing": standing,
        "link": standing.link,
        "chosen": chosen,
        "lines": parts.lines(chosen),
        "versions": list(standing.link.versions.all()),
        "findings": checking.findings_of(content_of(chosen)),
        "matches": queries.matches(key=key)[:10],
        "may": parts.powers(request, standing.link.unit_id),
        "tabs": parts.tabs(standing.link, "link"),
        "breadcrumbs": parts.trail(),
    }
    return render(request, "links/link.html", context)


@require_GET
@door("links.view")
def compare(request: HttpRequest, key: str) -> HttpResponse:
    standing = queries.standing_of(key)
    versions = list(standing.link.versions.all())
    later = _chosen(standing, request.GET.get("after", "")) or versions[0]
    fallback = versions[1] if len(versions) > 1 else versions[0]
    earlier = _chosen(standing, request.GET.get("before", "")) or fallback
    context = {
        "link": standing.link,
        "earlier": earlier,
        "later": later,
        "changes": parts.changes(earlier, later) if len(versions) > 1 else [],
        "options": parts.options_of(versions),
        "tabs": parts.tabs(standing.link, "compare"),
        "breadcrumbs": parts.trail_of(standing.link),
    }
    return render(request, "links/compare.html", context)


def _chosen(standing: queries.Standing, number: str) -> LinkVersion | None:
    return next((one for one in standing.link.versions.all() if str(one.pk) == number), None)
