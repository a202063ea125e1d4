"""The list of processes and decisions, one of them with its versions, beginning a new one, files in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from chengshu.engines.cases import api
from chengshu.engines.cases.data import DefinitionView
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.queries import unit_by_id
from chengshu.foundation.web.shell import Option, Tab
from chengshu.hub.desk import queries, starting
from chengshu.hub.desk.views import parts


@require_GET
@door("desk.view", title=gettext_lazy("Processes and decisions on the design desk"))
def list_models(request: HttpRequest) -> HttpResponse:
    everything = [queries.standing(model) for model in api.definitions("")]
    kind = "decision" if request.GET.get("kind") == "decision" else "process"
    search = request.GET.get("q", "").strip().lower()
    state = request.GET.get("state", "")
    shown = [one for one in everything if one.model.kind == kind and _found(one, search, state)]
    tabs = [
        _tab("process", _("Processes"), kind, everything),
        _tab("decision", _("Decisions"), kind, everything),
    ]
    context = {
        "tabs": tabs,
        "kind": kind,
        "standings": shown,
        "search": request.GET.get("q", ""),
        "state": state,
        "in_review": [one for one in everything if one.review],
        "may_draw": parts.may(request, "cases.save_draft"),
    }
    return render(request, "desk/list.html", context)


def _found(one: queries.Standing, search: str, state: str) -> bool:
    fits = not state or getattr(one, state, None) is not None
    return fits and (search in one.model.title.lower() or search in one.model.key.lower())


def _tab(kind: str, label: str, current: str, everything: list[queries.Standing]) -> Tab:
    number = sum(one.model.kind == kind for one in everything)
    return Tab(label, f"{reverse('desk:models')}?kind={kind}", kind == current, number)


@require_GET
@door("desk.view")
def show(request: HttpRequest, key: str) -> HttpResponse:
    """One model: its drawing and all its versions."""
    standing = queries.standing_of(key)
    chosen = (
        queries.version_of(standing.model, request.GET.get("version")) or standing.deployed or standing.newest
    )
    context = {
        "standing": standing,
        "model": standing.model,
        "chosen": chosen,
        "facts": parts.diagram(chosen) if chosen else None,
        "breadcrumbs": parts.trail(),
        "tabs": parts.tabs(standing.model, "model"),
        "may": parts.powers(request, standing.model),
    }
    return render(request, "desk/model.html", context)


@dataclass
class Begun:
    """The form of a new or imported model as it was typed."""

    key: str = ""
    title: str = ""
    unit: str = ""
    starter: str = "single_step"

    @classmethod
    def of(cls, request: HttpRequest) -> Begun:
        given = request.POST
        return cls(
            given.get("key", "").strip(),
            given.get("title", "").strip(),
            given.get("unit", ""),
            given.get("starter", "single_step"),
        )

    def unit_id(self) -> int:
        """
        :raises InvalidInput: unless a unit is chosen
        """
        if not self.unit.isdigit():
            raise InvalidInput(_("Choose a unit."), field="unit", hint=_("The model belongs to it."))
        return unit_by_id(int(self.unit)).pk

    def checked_title(self) -> str:
        """
        :raises InvalidInput: unless there is a title of at most 200 characters
        """
        if not 0 < len(self.title) <= 200:
            raise InvalidInput(
                _("A title is needed."),
                field="title",
                hint=_("What officials call it; at most 200 characters."),
            )
        return self.title


@require_http_methods(["GET", "POST"])
@door("cases.save_draft")
def new(request: HttpRequest) -> HttpResponse:
    """Begin a model from one of the usual shapes."""
    if request.method == "GET":
        unit = parts.own_unit(request)
        return _new_page(request, Begun(unit=str(unit or "")), {})
    typed = Begun.of(request)
    try:
        shape = starting.starter(typed.starter)
        key = _free_key(typed.key)
        title = typed.checked_title()
        content = starting.begun(shape, key=key, title=title)
        api.save_draft(key=key, kind=shape.kind, content=content, unit_id=typed.unit_id(), title=title)
    except InvalidInput as error:
        return _new_page(request, typed, {error.field: error.message}, status=422)
    return HttpResponseRedirect(reverse("desk:edit", args=[key]))


def _free_key(text: str) -> str:
    key = starting.checked_key(text)
    if any(model.key == key for model in api.definitions("")):
        raise InvalidInput(
            _("This key is taken."), field="key", hint=_("Open the model of this key, or choose another.")
        )
    return key


def _new_page(
    request: HttpRequest, typed: Begun, errors: dict[str, Words], *, status: int = 200
) -> HttpResponse:
    context = {
        "typed": typed,
        "errors": errors,
        "starters": starting.STARTERS,
        "units": _units(request),
        "breadcrumbs": parts.trail(),
    }
    return render(request, "desk/new.html", context, status=status)


def _units(request: HttpRequest) -> list[Option]:
    return [Option(str(unit.pk), unit.shown_name) for unit in parts.units_for(request, "cases.save_draft")]


@require_http_methods(["GET", "POST"])
@door("cases.save_draft")
def import_model(request: HttpRequest) -> HttpResponse:
    """Bring a model from another editor; a file that is refused leaves nothing behind."""
    if request.method == "GET":
        return _import_page(request, Begun(unit=str(parts.own_unit(request) or "")), {})
    typed = Begun.of(request)
    try:
        model_key = _imported(request, typed)
    except InvalidInput as error:
        findings = error.data.get("findings", ())
        field = "file" if findings else error.field
        return _import_page(request, typed, {field: error.message}, findings=findings, status=422)
    response = HttpResponseRedirect(reverse("desk:edit", args=[model_key]))
    return flash(response, "success", _("Imported as a draft."))


def _imported(request: HttpRequest, typed: Begun) -> str:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput(_("Choose a file."), field="file", hint=_("A .bpmn or .dmn file."))
    key = starting.checked_key(typed.key)
    known = next((model for model in api.definitions("") if model.key == key), None)
    content = file.read(starting.LARGEST + 1)
    kind = starting.kind_of(content)
    if known is not None and known.kind != kind:
        raise InvalidInput(
            _("The model of this key is of another kind."), field="key", hint=_("Choose another key.")
        )
    title = known.title if known and not typed.title else typed.checked_title()
    unit_id = known.unit_id if known else typed.unit_id()
    api.save_draft(
        key=key, kind=kind, content=content, unit_id=unit_id, title=title, note=(file.name or "")[:200]
    )
    return key


def _import_page(
    request: HttpRequest,
    typed: Begun,
    errors: dict[str, Words],
    *,
    findings: Sequence[Mapping[str, Any]] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "typed": typed,
        "errors": errors,
        "findings": findings,
        "units": _units(request),
        "breadcrumbs": parts.trail(),
    }
    return render(request, "desk/import.html", context, status=status)


@require_GET
@door("desk.view")
def export(request: HttpRequest, version_id: int) -> HttpResponse:
    """The model's file, byte for byte as it was saved."""
    model, version = queries.model_of(version_id)
    response = HttpResponse(api.version_content(version_id), content_type="application/xml")
    response["Content-Disposition"] = disposition(_file_name(model, version.number))
    return response


def _file_name(model: DefinitionView, number: int) -> str:
    return f"{model.key}-v{number}.{'bpmn' if model.kind == 'process' else 'dmn'}"
