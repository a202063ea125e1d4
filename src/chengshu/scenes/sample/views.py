"""Pages: parse, call one action or query, render."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.scenes.sample import queries
from chengshu.scenes.sample.actions import answer_note, leave_note, reveal_phone
from chengshu.scenes.sample.models import NoteState

COLUMNS = (
    Column("subject", _("Subject")),
    Column("unit", _("Unit")),
    Column("state", _("State")),
    Column("left_at", _("Left at")),
)


@door("sample.view", title=_("See the notes of one's unit"))
def notes(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    context = {
        "notes": queries.notes(state)[:100],
        "state": state,
        "columns": COLUMNS,
        "filters": [_by_state(state)],
    }
    return render(request, "sample/notes.html", context)


def _by_state(state: str) -> Filter:
    options = [Option("", _("All")), *(Option(value, label) for value, label in NoteState.choices)]
    return Filter("state", _("State"), kind="select", options=options, value=state)


@door("sample.view")
def new_note(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, {}, None)
    try:
        note = leave_note(
            unit=_unit(request),
            subject=request.POST.get("subject", ""),
            text=request.POST.get("text", ""),
            contact_phone=request.POST.get("contact_phone", ""),
        )
    except InvalidInput as error:
        return _form(request, request.POST.dict(), error)
    return flash(_to(note.pk), "success", _("The note is on its way."))


def _unit(request: HttpRequest) -> Unit:
    chosen = request.POST.get("unit", "")
    unit = Unit.objects.filter(pk=int(chosen)).first() if chosen.isascii() and chosen.isdigit() else None
    if unit is None:
        raise InvalidInput(
            _("Choose the unit."), field="unit", code="note.unit", hint=_("Pick one from the list.")
        )
    return unit


def _form(request: HttpRequest, given: Mapping[str, object], error: InvalidInput | None) -> HttpResponse:
    """The form with everything typed kept; an error stands beside its field."""
    units = current_asker().units("sample.leave_note")
    shown = Unit.objects.all() if isinstance(units, str) else Unit.objects.filter(pk__in=units)
    context = {"given": given, **_errors(error), "units": [(str(u.pk), u.shown_name) for u in shown]}
    return render(request, "sample/new_note.html", context, status=422 if error else 200)


def _errors(error: InvalidInput | None) -> dict[str, object]:
    """The error by its field, and the same for the summary above the form."""
    if error is None:
        return {"errors": {}, "error_list": []}
    words = f"{error.message} {error.hint}"
    return {"errors": {error.field: words}, "error_list": [(f"id_{error.field}", words)]}


@door("sample.view")
def note(request: HttpRequest, note_id: int) -> HttpResponse:
    return _note_page(request, note_id)


def _note_page(
    request: HttpRequest, note_id: int, error: InvalidInput | None = None, clear_phone: str = ""
) -> HttpResponse:
    context = {
        "note": queries.note_by_id(note_id),
        "given": request.POST.dict(),
        **_errors(error),
        "clear_phone": clear_phone,
    }
    return render(request, "sample/note.html", context, status=422 if error else 200)


@door("sample.view")
@require_POST
def answer(request: HttpRequest, note_id: int) -> HttpResponse:
    try:
        answer_note(note=queries.note_by_id(note_id), answer=request.POST.get("answer", ""))
    except InvalidInput as error:
        return _note_page(request, note_id, error)
    return flash(_to(note_id), "success", _("The note is answered."))


@door("sample.view")
@require_POST
def reveal(request: HttpRequest, note_id: int) -> HttpResponse:
    try:
        clear = reveal_phone(note=queries.note_by_id(note_id), reason=request.POST.get("reason", ""))
    except InvalidInput as error:
        return _note_page(request, note_id, error)
    return _note_page(request, note_id, clear_phone=clear)


def _to(note_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("sample:note", args=[note_id]))
