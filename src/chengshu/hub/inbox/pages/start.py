"""Filing a case: what one may start, the form kept as it is typed, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengshu.engines.cases import api
from chengshu.engines.cases.data import CaseView, DefinitionView
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FieldError, Form, FormRefused, Typed
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput, Missing
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Column, Crumb
from chengshu.hub.inbox import entry
from chengshu.hub.inbox.pages.task import HANDLED, saved_words, status_of

DRAFT_COLUMNS: Final = (
    Column("title", gettext_lazy("Draft"), header=True),
    Column("saved_at", gettext_lazy("Saved"), "datetime"),
)


@require_safe
@door(Door.SIGNED_IN)
def show_services(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    services = [_service(one) for one in _may_start() if wanted.lower() in one.title.lower()]
    context = {
        "services": services,
        "wanted": wanted,
        "drafts": [] if wanted else _drafts(),
        "draft_columns": DRAFT_COLUMNS,
        "breadcrumbs": [Crumb(_("My work"), reverse("inbox:work")), Crumb(_("File a case"))],
    }
    return render(request, "inbox/start.html", context)


def _may_start() -> Sequence[DefinitionView]:
    return api.startable() if current_asker().holds("cases.open_case") else ()


def _service(one: DefinitionView) -> dict[str, Any]:
    return {
        "title": one.title,
        "unit_name": one.unit_name,
        "href": reverse("inbox:file", args=[one.key]),
        "promise": "",
    }


def _drafts() -> list[dict[str, Any]]:
    """The asker's own unsent applications, newest first."""
    titles = {entry.start_subject(one.key): one for one in _may_start()}
    return [
        {
            "title": titles[draft.subject].title,
            "saved_at": draft.saved_at,
            "href": reverse("inbox:file", args=[titles[draft.subject].key]),
        }
        for draft in registers.drafts()
        if draft.subject in titles
    ]


@door("cases.open_case")
def file_case(request: HttpRequest, key: str) -> HttpResponse:
    """Show the start form, or file what it holds."""
    service = _service_asked(key)
    form = entry.form_named(service.start_form)
    if request.method != "POST":
        return _form_page(request, service, form)
    return _file_by_form(request, service, form) if form else _file_by_title(request, service)


def _service_asked(key: str) -> DefinitionView:
    """
    :raises Missing: if there is no such service in force
    """
    found = next((one for one in api.startable() if one.key == key), None)
    if found is None:
        raise Missing(
            _("There is no such service, or it is not offered any more."),
            code="inbox.service",
            hint=_("Choose one from the list of services."),
        )
    return found


def _file_by_form(request: HttpRequest, service: DefinitionView, form: Form) -> HttpResponse:
    unit = entry.unit_of_asker(service.unit_id)
    typed = entry.read_entry(form, request, unit)
    if typed.gesture:
        return _form_page(request, service, form, typed)
    checked = registers.check(form, typed)
    if not checked.is_complete:
        return _form_page(request, service, form, typed, checked.errors, status=422)
    try:
        with transaction.atomic():
            case_id = api.open_case(
                definition=service.key, variables=entry.variables_for(form, checked.values)
            )
            submission = registers.submit_form(
                subject=entry.case_subject(case_id),
                form=form,
                typed=typed,
                unit=Unit.objects.get(pk=service.unit_id),
            )
            entry.attach_files(case_id, form, submission)
            registers.discard_draft(subject=entry.start_subject(service.key))
    except FormRefused as refused:
        return _form_page(request, service, form, typed, refused.errors, status=422)
    except HANDLED as error:
        return _form_page(request, service, form, typed, error=error, status=status_of(error))
    return _filed(case_id)


def _file_by_title(request: HttpRequest, service: DefinitionView) -> HttpResponse:
    """A service without a form is filed with a title alone."""
    title = " ".join(request.POST.get("title", "").replace("\x00", "").split())
    if not title or len(title) > 200:
        wrong = InvalidInput(
            _("Say in at most 200 characters what it is about."), field="title", code="inbox.title"
        )
        return _form_page(request, service, None, error=wrong, status=422)
    return _filed(api.open_case(definition=service.key, title=title))


def _filed(case_id: int) -> HttpResponse:
    response = HttpResponseRedirect(reverse("inbox:receipt", args=[case_id]))
    return flash(response, "success", _("Your case is filed."))


@require_POST
@door("cases.open_case")
def save_start(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what is typed while it is typed."""
    service = _service_asked(key)
    form = entry.form_named(service.start_form)
    if form is None:
        return JsonResponse({"message": ""})
    typed = entry.read_entry(form, request, None)
    kept = registers.save_draft(subject=entry.start_subject(key), form=form, typed=typed)
    return JsonResponse({"message": saved_words(kept.saved_at)})


@require_POST
@door("cases.open_case")
def discard_start(request: HttpRequest, key: str) -> HttpResponse:
    _service_asked(key)
    registers.discard_draft(subject=entry.start_subject(key))
    return flash(HttpResponseRedirect(reverse("inbox:start")), "success", _("The draft is discarded."))


@require_safe
@door(Door.SIGNED_IN)
def receipt(request: HttpRequest, case_id: int) -> HttpResponse:
    case = api.case_view(case_id)
    context = {
        "case": case,
        "due": _due(case),
        "breadcrumbs": [Crumb(_("My work"), reverse("inbox:work")), Crumb(case.number)],
    }
    return render(request, "inbox/receipt.html", context)


def _due(case: CaseView) -> Any:
    """When the applicant may expect the end: by the promise, or else by the law."""
    layers = {clock.layer: clock.due_at for clock in case.clocks if clock.layer != "step"}
    return layers.get("promised") or layers.get("legal")


def _form_page(
    request: HttpRequest,
    service: DefinitionView,
    form: Form | None,
    typed: Typed | None = None,
    errors: Sequence[FieldError] = (),
    *,
    error: ChengshuError | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = registers.draft(entry.start_subject(service.key)) if form and typed is None else None
    if typed is None:
        typed = draft.typed if draft else Typed()
    unit = entry.unit_of_asker(service.unit_id)
    beside_title = error if form is None and isinstance(error, InvalidInput) else None
    on_top = error if beside_title is None else None
    context = {
        "service": service,
        "form": entry.drawn(form, typed, errors, unit) if form else None,
        "saved_at": draft.saved_at if draft else None,
        "typed": request.POST,
        "error": f"{beside_title.message} {beside_title.hint}".strip() if beside_title else "",
        "message": on_top.message if on_top else "",
        "hint": on_top.hint if on_top else "",
        "autosave_url": reverse("inbox:save_start", args=[service.key]) if form else "",
        "discard_url": reverse("inbox:discard_start", args=[service.key]),
        "breadcrumbs": [Crumb(_("File a case"), reverse("inbox:start")), Crumb(service.title)],
    }
    return render(request, "inbox/file.html", context, status=status)
