"""Pages of the counter: parse, call one action or query, render."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FieldError, Form, FormRefused
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Refused
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.hub.services import api as services
from chengshu.hub.services.data import MatterView
from chengshu.hub.services.limits import words_of
from chengshu.hub.services.models import DeliveryManner
from chengshu.scenes.hall import intake as counters
from chengshu.scenes.hall import queries


@require_safe
@door("hall.view", title=gettext_lazy("Work at the counter of the service hall"))
def counter(request: HttpRequest) -> HttpResponse:
    """Find a matter to receive, and what was received today."""
    text = request.GET.get("q", "").strip()[:100]
    found = services.matters(text=text, can_apply=True, size=30) if text else None
    context = {
        "text": text,
        "found": found,
        "received": queries.received_today(),
        "waiting": len(queries.to_hand_out()),
        "unit": queries.own_unit(),
        "limit": words_of,
    }
    return render(request, "hall/counter.html", context)


@door("hall.view")
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """The counter's screen for one matter: situation, form, checklist, and one button that files."""
    view = services.matter(code)
    form = _form_of(view)
    unit = _standing_at()
    if request.method != "POST":
        return _screen(request, view, form, counters.begun())
    sent = counters.received(request, form, view.elements, unit)
    if request.POST.get("do") != "file" or sent.fields.gesture or sent.refused:
        return _screen(request, view, form, sent, status=422 if sent.refused else 200)
    try:
        filed = services.file_at_window(
            unit_id=unit.pk,
            local_code=code,
            form=form,
            typed=sent.typed,
            applicant=counters.applicant_of(form, sent),
            answers=sent.answers,
            reuse=sent.chosen("reuse"),
            pledges=sent.chosen("pledge"),
            deferrals=sent.chosen("defer"),
            request_key=sent.request_key,
            region_mode=sent.region_mode,
        )
    except FormRefused as refused:
        return _screen(request, view, form, sent, refused.errors, status=422)
    except InvalidInput as error:
        return _screen(request, view, form, sent, [_field_error(form, error)], status=422)
    context = {"filed": filed, "application": services.application(filed.application_id)}
    return render(request, "hall/receipt.html", context, status=201)


def _form_of(view: MatterView) -> Form:
    """The matter's form without its materials, which the checklist asks for.

    :raises Conflict: if the matter cannot be received on this platform
    """
    if not view.can_apply:
        raise Conflict(
            _("“%(name)s” cannot be received on this platform yet.") % {"name": view.elements.name},
            code="hall.not_offered",
            hint=_("It has no process and form in use; the item page says where to apply."),
        )
    return replace(registers.form(view.elements.form or view.elements.process), materials=())


def _standing_at() -> Unit:
    """
    :raises Refused: to somebody who stands in no hall
    """
    unit = queries.own_unit()
    if unit is None:
        raise Refused(
            _("Your account holds no post in a hall."),
            code="hall.no_post",
            hint=_("Ask the security administrator of your unit."),
        )
    return unit


def _field_error(form: Form, error: InvalidInput) -> FieldError:
    """An error of filing beside the field that it speaks of."""
    places = {"applicant": "kind", "identity": "identity", "name": "name", "phone": "phone"}
    part = places.get(error.field)
    if part is None:
        return FieldError(error.field, error.message, error.hint, error.code)
    path = f"applicant.{part}" if counters.names_applicant(form) else f"applicant_{part}"
    return FieldError(path, error.message, error.hint, error.code)


def _screen(
    request: HttpRequest,
    view: MatterView,
    form: Form,
    sent: counters.Intake,
    errors: Sequence[FieldError] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    elements = view.elements
    applicant = counters.applicant_of(form, sent)
    of_form = [error for error in errors if counters.asks_for(form, error.path)]
    others = [
        error for error in errors if error not in of_form and not error.path.startswith(counters.MATERIALS)
    ]
    lines = counters.checklist(elements, sent, applicant, errors)
    context = {
        "view": view,
        "m": elements,
        "sent": sent,
        "questions": services.questions_under(elements, sent.answers),
        "open_questions": services.unanswered(elements, sent.answers),
        "form": registers.view(form, sent.fields, of_form, unit=queries.own_unit()),
        "lines": lines,
        "limit": words_of,
        "asks_who": not counters.names_applicant(form),
        "who": {part: sent.person.first(f"applicant.{part}") for part in counters.PERSON},
        "kinds": [
            Option("person", _("Natural person")),
            Option("organisation", _("Legal person or other organisation")),
        ],
        "wrong": {error.path: counters.told(error) for error in others},
        "errors": _summary(others, lines),
        "region_options": [Option("", _("Decided here")), *_regions(elements.regions)],
        "breadcrumbs": [Crumb(_("Counter"), reverse("hall:counter")), Crumb(elements.name)],
    }
    return render(request, "hall/receive.html", context, status=status)


def _regions(modes: Sequence[str]) -> list[Option]:
    titles = {
        "collect": _("Received here for another place"),
        "joint": _("Handled by several places together"),
    }
    return [Option(mode, titles[mode]) for mode in modes if mode in titles]


def _summary(others: Sequence[FieldError], lines: Sequence[counters.Line]) -> list[tuple[str, str]]:
    """Errors that no field of the form shows, and those of the checklist."""
    loose = [(f"id_{error.path}", counters.told(error)) for error in others]
    return [*loose, *((f"m-{line.material.key}", line.error) for line in lines if line.error)]


@require_safe
@door("hall.view")
def results(request: HttpRequest) -> HttpResponse:
    """Results that wait to be handed out."""
    return _results_page(request)


def _results_page(
    request: HttpRequest, wrong: Mapping[str, str] | None = None, *, at: int = 0, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "waiting": queries.to_hand_out(),
        "manners": [Option(str(value), label) for value, label in DeliveryManner.choices],
        "wrong": wrong or {},
        "at": at,
        "given": request.POST.dict(),
    }
    return render(request, "hall/results.html", context, status=status)


@require_POST
@door("hall.view")
def hand_out(request: HttpRequest, application_id: int) -> HttpResponse:
    """Hand a result out: who took it, and how."""
    try:
        done = services.deliver(
            application_id=application_id,
            manner=request.POST.get("manner", ""),
            to=request.POST.get("to", "")[:200],
            note=request.POST.get("note", "")[:500],
        )
    except InvalidInput as error:
        return _results_page(request, {error.field: _sentence(error)}, at=application_id, status=422)
    words = _("%(number)s is handed out.") % {"number": done.number}
    return flash(HttpResponseRedirect(reverse("hall:results")), "success", words)


@require_safe
@door("hall.view")
def hand_overs(request: HttpRequest) -> HttpResponse:
    """Papers on their way between halls."""
    return _hand_overs_page(request)


def _hand_overs_page(
    request: HttpRequest, wrong: Mapping[str, str] | None = None, *, at: int = 0, status: int = 200
) -> HttpResponse:
    coming, sent = queries.under_way()
    context = {
        "to_send": [(each, queries.is_late(each)) for each in queries.to_hand_on()],
        "coming": coming,
        "sent": sent,
        "wrong": wrong or {},
        "at": at,
        "given": request.POST.dict(),
    }
    return render(request, "hall/hand_overs.html", context, status=status)


@require_POST
@door("hall.view")
def give(request: HttpRequest, application_id: int) -> HttpResponse:
    """Hand the papers of an application to the unit that decides, or to a courier for it."""
    view = services.application(application_id)
    try:
        services.hand_over(
            application_id=application_id,
            unit_id=_standing_at().pk,
            to_unit_id=view.unit_id,
            courier=request.POST.get("courier", ""),
            tracking=request.POST.get("tracking", ""),
            items=request.POST.get("items", "").splitlines(),
            remark=request.POST.get("remark", ""),
        )
    except InvalidInput as error:
        return _hand_overs_page(request, {error.field: _sentence(error)}, at=application_id, status=422)
    return flash(
        HttpResponseRedirect(reverse("hall:hand_overs")), "success", _("The papers are on their way.")
    )


@require_POST
@door("hall.view")
def take(request: HttpRequest, custody_id: int) -> HttpResponse:
    """Confirm that papers arrived."""
    try:
        services.receive_hand_over(custody_id=custody_id, remark=request.POST.get("remark", ""))
    except Conflict as error:
        return flash(HttpResponseRedirect(reverse("hall:hand_overs")), "error", _sentence(error))
    return flash(HttpResponseRedirect(reverse("hall:hand_overs")), "success", _("The papers have arrived."))


def _sentence(error: ChengshuError) -> str:
    return f"{error.message} {error.hint}".strip()
