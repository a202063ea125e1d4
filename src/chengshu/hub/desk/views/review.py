"""Four eyes: the author submits, somebody else compares, checks and deploys, or sends back with a reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengshu.engines.cases import api
from chengshu.engines.cases.data import DefinitionView
from chengshu.foundation.errors import ChengshuError, InvalidInput, Missing
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.hub.desk import queries
from chengshu.hub.desk.views import parts


@require_POST
@door("cases.submit_version")
def submit(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for a review of the draft; one with errors stays a draft and says why."""
    draft = queries.standing_of(key).draft
    if draft is None:
        raise Missing(
            _("There is no draft to submit."), code="desk.no_draft", hint=_("Change the drawing first.")
        )
    try:
        api.submit_version(version_id=draft.version_id, note=request.POST.get("note", "").strip()[:300])
    except InvalidInput as refused:
        response = HttpResponseRedirect(reverse("desk:edit", args=[key]))
        return flash(response, "error", _first_error(refused))
    response = HttpResponseRedirect(reverse("desk:model", args=[key]))
    return flash(response, "success", _("Submitted. Somebody else must review it now."))


def _first_error(refused: InvalidInput) -> str:
    errors = [finding for finding in refused.data.get("findings", ()) if finding["severity"] == "error"]
    if not errors:
        return str(refused.message)
    where = errors[0]["name"] or errors[0]["element"]
    return _("Not submitted: %(count)d errors, the first at “%(where)s”: %(first)s") % {
        "count": len(errors),
        "where": where or _("the whole model"),
        "first": errors[0]["message"],
    }


@require_GET
@door("cases.deploy_version")
def show(request: HttpRequest, version_id: int) -> HttpResponse:
    return _page(request, version_id)


def _page(
    request: HttpRequest, version_id: int, *, error: ChengshuError | None = None, status: int = 200
) -> HttpResponse:
    model, version = queries.model_of(version_id)
    standing = queries.standing(model)
    before = standing.deployed
    context = {
        "model": model,
        "version": version,
        "before": before,
        "findings": api.lint(api.version_content(version_id), model.kind),
        "compared": parts.compared(before, version) if before and model.kind == "process" else None,
        "changes": parts.changed(before, version) if before and model.kind == "decision" else None,
        "facts": None if before and model.kind == "process" else parts.diagram(version),
        "running": standing.running,
        "may": parts.powers(request, model),
        "error": error,
        "breadcrumbs": parts.trail_of(model),
    }
    return render(request, "desk/review.html", context, status=status)


@require_POST
@door("cases.deploy_version")
def deploy(request: HttpRequest, version_id: int) -> HttpResponse:
    """Put the version in force; running cases stay with theirs until they are moved."""
    model, version = queries.model_of(version_id)
    try:
        api.deploy_version(version_id=version_id)
    except ChengshuError as error:
        return _refused(request, version_id, error)
    done = _("Version %(number)d of “%(title)s” is in force.") % {
        "number": version.number,
        "title": model.title,
    }
    return _back(model, done)


@require_POST
@door("cases.reject_version")
def reject(request: HttpRequest, version_id: int) -> HttpResponse:
    model, _version = queries.model_of(version_id)
    try:
        api.reject_version(version_id=version_id, reason=request.POST.get("reason", "").strip())
    except ChengshuError as error:
        return _refused(request, version_id, error)
    return _back(model, _("Sent back to its author."))


@require_POST
@door("cases.retire_version")
def retire(request: HttpRequest, version_id: int) -> HttpResponse:
    model, _version = queries.model_of(version_id)
    api.retire_version(version_id=version_id)
    return _back(model, _("Out of force: no new case is opened by it; running ones go on."))


def _refused(request: HttpRequest, version_id: int, error: ChengshuError) -> HttpResponse:
    return _page(request, version_id, error=error, status=422)


def _back(model: DefinitionView, done: str) -> HttpResponse:
    return flash(HttpResponseRedirect(reverse("desk:model", args=[model.key])), "success", done)
