"""Four eyes: the author submits; somebody else reviews, puts in force or sends back. And what stands is interrupted,
resumed, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengshu.foundation.errors import ChengshuError, InvalidInput, Missing
from chengshu.foundation.events.offers import offered_calls
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.hub.links import checking, queries, rights
from chengshu.hub.links.actions import (
    put_in_force,
    reject_version,
    resume_link,
    retire_link,
    submit_version,
    suspend_link,
)
from chengshu.hub.links.content import content_of
from chengshu.hub.links.views import parts


@require_POST
@door("links.submit_version")
def submit(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for the review of the tested draft."""
    draft = queries.standing_of(key).at_work
    if draft is None:
        raise Missing(
            _("There is no draft to submit."), code="links.no_draft", hint=_("Change the link first.")
        )
    return _done(
        key,
        lambda: submit_version(version_id=draft.pk, note=request.POST.get("note", "")),
        _("Submitted. Somebody else must review it now."),
    )


@require_POST
@door("links.suspend_link")
def suspend(request: HttpRequest, key: str) -> HttpResponse:
    queries.standing_of(key)
    reason = request.POST.get("reason", "")
    return _done(key, lambda: suspend_link(key=key, reason=reason), _("Suspended: it hears nothing now."))


@require_POST
@door("links.resume_link")
def resume(request: HttpRequest, key: str) -> HttpResponse:
    queries.standing_of(key)
    return _done(key, lambda: resume_link(key=key), _("Resumed: it hears events again."))


@require_POST
@door("links.retire_link")
def retire(request: HttpRequest, key: str) -> HttpResponse:
    queries.standing_of(key)
    reason = request.POST.get("reason", "")
    return _done(key, lambda: retire_link(key=key, reason=reason), _("Retired; its log stays."))


@require_GET
@door("links.put_in_force")
def review(request: HttpRequest, version_id: int) -> HttpResponse:
    return _review(request, version_id)


@require_POST
@door("links.put_in_force")
def put(request: HttpRequest, version_id: int) -> HttpResponse:
    """Put the version in force from a day on."""
    key = queries.version_by_id(version_id).link.key
    try:
        put_in_force(
            version_id=version_id,
            valid_from=_day(request, "valid_from"),
            valid_to=_day(request, "valid_to"),
        )
    except ChengshuError as error:
        return _review(request, version_id, error=error)
    return _back(key, _("The link is in force."))


@require_POST
@door("links.reject_version")
def reject(request: HttpRequest, version_id: int) -> HttpResponse:
    key = queries.version_by_id(version_id).link.key
    try:
        reject_version(version_id=version_id, reason=request.POST.get("reason", ""))
    except ChengshuError as error:
        return _review(request, version_id, error=error)
    return _back(key, _("Sent back to its author."))


def _review(request: HttpRequest, version_id: int, *, error: ChengshuError | None = None) -> HttpResponse:
    version = queries.version_by_id(version_id)
    before = queries.standing_of(version.link.key).in_force
    call = offered_calls().get(version.call)
    context = {
        "link": version.link,
        "version": version,
        "before": before,
        "changes": parts.changes(before, version),
        "findings": checking.findings_of(content_of(version)),
        "needs": call.needs if call else (),
        "missing": rights.missing_needs(call, version.author_id, parts.asker_of(request).account_id)
        if call
        else [],
        "is_own": version.author_id == parts.asker_of(request).account_id,
        "may": parts.powers(request, version.unit_id),
        "error": error,
        "breadcrumbs": parts.trail_of(version.link),
    }
    return render(request, "links/review.html", context, status=422 if error else 200)


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(
            _("This is no day."), field=name, code="links.day", hint=_("Such as 2026-01-31.")
        ) from error


def _done(key: str, act: Callable[[], None], words: str) -> HttpResponse:
    try:
        act()
    except ChengshuError as error:
        return flash(_to(key), "error", parts.words_of(error))
    return _back(key, words)


def _back(key: str, words: str) -> HttpResponse:
    return flash(_to(key), "success", words)


def _to(key: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("links:link", args=[key]))
