"""The test run: a real event of late, or one typed in; step by step, and nothing is written but that it was tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.events.offers import facts_offered, offered_calls
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.hub.links import checking, queries, trying
from chengshu.hub.links.actions import note_test
from chengshu.hub.links.content import content_of
from chengshu.hub.links.models import LinkState, LinkVersion
from chengshu.hub.links.views import parts

UNDER_TEST = (LinkState.DRAFT, LinkState.TESTED)


@require_http_methods(["GET", "POST"])
@door("links.view")
def try_out(request: HttpRequest, key: str) -> HttpResponse:
    standing = queries.standing_of(key)
    version = standing.at_work or standing.shown
    if request.method == "GET":
        return _page(request, standing, version)
    try:
        event_id, facts, at = _event(request, version)
    except ChengshuError as error:
        return _page(request, standing, version, error=error)
    trial = trying.try_link(standing.link, content_of(version), facts, at)
    is_noted = trial.succeeded and not checking.findings_of(content_of(version))
    may = parts.powers(request, standing.link.unit_id)["note_test"]
    if is_noted and may and version.state in UNDER_TEST:
        note_test(version_id=version.pk, digest=version.digest, event_id=event_id)
        standing = queries.standing_of(key)
        version = standing.at_work or version
    return _page(request, standing, version, trial=trial, event_id=event_id)


def _event(
    request: HttpRequest, version: LinkVersion
) -> tuple[int | None, Mapping[str, Any], datetime | None]:
    """The event that is chosen, or the facts that are typed in."""
    chosen = request.POST.get("event_id", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) <= 18:
        recent = queries.event_by_id(version.event, int(chosen))
        return recent.row.pk, recent.facts, recent.row.at
    typed = {fact.name: request.POST.get(f"fact_{fact.name}", "") for fact in facts_offered(version.event)}
    return None, trying.typed_facts(version.event, typed), None


def _page(
    request: HttpRequest,
    standing: queries.Standing,
    version: LinkVersion,
    *,
    trial: trying.Trial | None = None,
    event_id: int | None = None,
    error: ChengshuError | None = None,
) -> HttpResponse:
    field = error.field if isinstance(error, InvalidInput) else ""
    context = {
        "link": standing.link,
        "version": version,
        "trial": trial,
        "event_id": event_id,
        "events": queries.recent_events(version.event),
        "event_title": parts.event_title(version.event),
        "call_title": parts.call_title(version.call),
        "call": offered_calls().get(version.call),
        "facts": facts_offered(version.event),
        "typed": request.POST,
        "error": error,
        "error_field": field,
        "may": parts.powers(request, standing.link.unit_id),
        "tabs": parts.tabs(standing.link, "try"),
        "breadcrumbs": parts.trail_of(standing.link),
    }
    return render(request, "links/try.html", context, status=422 if error else 200)
