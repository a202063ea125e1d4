"""What is done on an application's page: deliver, issue and revoke papers, hand over and receive, reveal."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.hub.services import actions
from chengshu.hub.services.models import Custody
from chengshu.hub.services.pages.applications import application_page
from chengshu.hub.services.queries import papers


@require_POST
@door("services.view")
def deliver_result(request: HttpRequest, application_id: int) -> HttpResponse:
    return _done(
        request,
        application_id,
        "deliver",
        lambda: actions.deliver(
            application_id=application_id,
            manner=request.POST.get("manner", ""),
            to=request.POST.get("to", ""),
            note=request.POST.get("note", ""),
        ),
        _("The result is delivered."),
    )


@require_POST
@door("services.view")
def issue(request: HttpRequest, application_id: int) -> HttpResponse:
    reasons = request.POST.get("reasons", "")
    items = [line.strip() for line in request.POST.get("items", "").splitlines() if line.strip()]
    return _done(
        request,
        application_id,
        "issue_paper",
        lambda: actions.issue_paper(
            application_id=application_id,
            kind=request.POST.get("kind", ""),
            facts={"reasons": reasons, "items": items, "text": reasons},
        ),
        _("The paper is issued."),
    )


@require_POST
@door("services.view")
def revoke(request: HttpRequest, paper_id: int) -> HttpResponse:
    application_id = papers.row(paper_id).application_id
    return _done(
        request,
        application_id,
        "revoke_paper",
        lambda: actions.revoke_paper(paper_id=paper_id, reason=request.POST.get("reason", "")),
        _("The paper is revoked."),
    )


@require_POST
@door("services.view")
def hand(request: HttpRequest, application_id: int) -> HttpResponse:
    to_unit = _whole(request.POST.get("to_unit_id", ""))
    return _done(
        request,
        application_id,
        "hand_over",
        lambda: actions.hand_over(
            application_id=application_id,
            unit_id=_whole(request.POST.get("unit_id", "")) or 0,
            items=request.POST.get("items", "").splitlines(),
            to_unit_id=to_unit,
            courier=request.POST.get("courier", ""),
            tracking=request.POST.get("tracking", ""),
            remark=request.POST.get("remark", ""),
        ),
        _("The papers are handed over."),
    )


@require_POST
@door("services.view")
def receive(request: HttpRequest, custody_id: int) -> HttpResponse:
    row = Custody.objects.filter(pk=custody_id).first()
    return _done(
        request,
        row.application_id if row else 0,
        "receive_hand_over",
        lambda: actions.receive_hand_over(custody_id=custody_id, remark=request.POST.get("remark", "")),
        _("The papers are received."),
    )


@require_POST
@door("services.view")
def reveal(request: HttpRequest, application_id: int) -> HttpResponse:
    """The value stands in this one answer and nowhere else."""
    try:
        with transaction.atomic():
            clear = actions.reveal_applicant(
                application_id=application_id,
                field=request.POST.get("field", "applicant"),
                purpose=request.POST.get("purpose", ""),
            )
    except InvalidInput as error:
        return application_page(request, application_id, error=error, failed="reveal_applicant", status=422)
    return application_page(request, application_id, revealed=clear or "—")


def _done(
    request: HttpRequest,
    application_id: int,
    act: str,
    perform: Callable[[], object],
    words: Words,
) -> HttpResponse:
    """Do it and go back to the page, or show the page again with what was typed and why it was refused."""
    try:
        with transaction.atomic():
            perform()
    except (InvalidInput, Conflict) as error:
        return _again(request, application_id, act, error)
    response = HttpResponseRedirect(reverse("services:application", args=[application_id]))
    return flash(response, "success", words)


def _again(request: HttpRequest, application_id: int, act: str, error: ChengshuError) -> HttpResponse:
    status = 409 if isinstance(error, Conflict) else 422
    return application_page(request, application_id, error=error, failed=act, status=status)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
