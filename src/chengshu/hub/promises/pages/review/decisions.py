"""Decisions on single findings, made on the form's page; each goes back there."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.hub.promises.actions.findings import (
    accept_safe_suggestions,
    accept_suggestion,
    dismiss_finding,
    reopen_finding,
)
from chengshu.hub.promises.models import Finding
from chengshu.hub.promises.pages.board import findings as finding_words
from chengshu.hub.promises.pages.review import words
from chengshu.hub.promises.queries.reviewing import finding_numbered
from chengshu.hub.promises.texts import typed


@require_POST
@door("promises.view")
def dismiss(request: HttpRequest, number: int) -> HttpResponse:
    finding = finding_numbered(number)
    return _decided(
        request,
        finding,
        lambda: dismiss_finding(finding=finding, reason=_text(request, "reason", required=True)),
        _("The finding is dismissed; your reason stays with it."),
    )


@require_POST
@door("promises.view")
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    finding = finding_numbered(number)
    return _decided(
        request,
        finding,
        lambda: reopen_finding(finding=finding, reason=_text(request, "reason")),
        _("The finding is open again."),
    )


@require_POST
@door("promises.view")
def accept(request: HttpRequest, number: int) -> HttpResponse:
    finding = finding_numbered(number)
    index, text = request.POST.get("index", ""), request.POST.get("text")
    return _decided(
        request,
        finding,
        lambda: accept_suggestion(
            finding=finding,
            index=int(index) if index.isascii() and index.isdigit() else -1,
            reason=_text(request, "reason"),
            text=None if text is None else typed(text, field="text", longest=500),
        ),
        _("The correction is part of the form now, as a version of its own."),
    )


@require_POST
@door("promises.view")
def accept_safe(request: HttpRequest, ref: str) -> HttpResponse:
    form = words.form_asked(request, ref)
    accept_safe_suggestions(form=form)
    response = HttpResponseRedirect(words.form_url(form))
    return flash(response, "success", _("All safe corrections are part of the form now."))


def _text(request: HttpRequest, field: str, *, required: bool = False) -> str:
    return typed(request.POST.get(field, ""), field=field, required=required)


def _decided(
    request: HttpRequest, finding: Finding, decide: Callable[[], object], done: Words
) -> HttpResponse:
    """Back to the form; or, where something is missing, this one finding with everything typed."""
    try:
        decide()
    except InvalidInput as error:
        context = {
            "form": finding.form,
            "item": finding_words.shown([finding])[0],
            "failure": error,
            "typed": request.POST,
            "action": request.path,
            "back": words.form_url(finding.form),
            "breadcrumbs": words.crumbs(finding.form, _("Findings")),
        }
        return render(request, "promises/finding_decision.html", context, status=422)
    return flash(HttpResponseRedirect(f"{words.form_url(finding.form)}#findings"), "success", done)
