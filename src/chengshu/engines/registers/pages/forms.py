"""Forms: the list, a form with its versions, trying one out, writing the next version and putting it in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.registers import actions, api, queries
from chengshu.engines.registers.code_lists import code_lists
from chengshu.engines.registers.definitions import DefinitionRefused
from chengshu.engines.registers.models import FormDefinition, FormVersion, VersionState
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Column, Crumb, Tab

COLUMNS = (
    Column("title", _("Form"), header=True),
    Column("key", _("Key"), kind="fit"),
    Column("version", _("In use")),
    Column("draft", _("Being written")),
    Column("unit_name", _("Looked after by")),
    Column("changed_at", _("Changed"), kind="datetime"),
)
TONES = {"draft": "neutral", "review": "caution", "published": "positive", "retired": "neutral"}
STARTING_SOURCE = """{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "title": "新表单",
  "properties": {
    "name": {"type": "string", "title": "名称", "maxLength": 100}
  },
  "required": ["name"]
}
"""


@door("registers.view", title=_("See forms, and what was submitted to one's unit"))
def forms(request: HttpRequest) -> HttpResponse:
    may_create = current_asker().holds("registers.create_form")
    context = {"lines": queries.form_lines(), "columns": COLUMNS, "may_create": may_create}
    return render(request, "registers/forms.html", context)


@door("registers.view")
def form(request: HttpRequest, key: str) -> HttpResponse:
    definition = queries.definition_by_key(key)
    return render(request, "registers/form_page.html", _of_form(definition))


def _of_form(definition: FormDefinition) -> dict[str, Any]:
    versions = list(definition.versions.all())
    asker = current_asker()
    used = next((each for each in versions if each.state == VersionState.PUBLISHED), None)
    powers = (
        "save_form_version",
        "send_form_version",
        "return_form_version",
        "publish_form_version",
        "retire_form",
    )
    return {
        "definition": definition,
        "versions": versions,
        "used": used,
        "shown": used or (versions[0] if versions else None),
        "tones": TONES,
        "may": {power for power in powers if asker.holds_at(f"registers.{power}", definition.unit_id)},
        "mine": asker.account_id,
        "breadcrumbs": [Crumb(_("Forms"), reverse("registers:forms")), Crumb(definition.title)],
    }


@door("registers.view")
def version(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """A version as whoever fills it in sees it; what is entered here is checked and not kept."""
    found = queries.version_of(key, number)
    shown = queries.form_of(found)
    typed = api.typed_from(shown, request.POST) if request.method == "POST" else api.typed_of(shown, {})
    tried = request.method == "POST" and not typed.gesture
    checked = api.check(shown, typed) if tried else None
    device = "phone" if request.GET.get("device") == "phone" else "desk"
    context = {
        **_of_form(queries.definition_by_key(key)),
        "version": found,
        "form": shown,
        "view": api.view(shown, typed, checked.errors if checked else ()),
        "passed": checked is not None and checked.is_complete,
        "variables": api.variables_of(shown, checked.values) if checked and checked.is_complete else {},
        "device": device,
        "tabs": [
            Tab(_("On a desk"), "?device=desk", device == "desk"),
            Tab(_("On a phone"), "?device=phone", device == "phone"),
        ],
    }
    return render(
        request, "registers/version.html", context, status=422 if checked and checked.errors else 200
    )


@door("registers.save_form_version")
def source(request: HttpRequest, key: str) -> HttpResponse:
    """The definition as JSON; saving makes the next version, a draft."""
    definition = queries.definition_by_key(key)
    newest = definition.versions.first()
    if request.method != "POST":
        return _source_page(request, definition, newest.source if newest else "")
    text, note = _source_in(request), request.POST.get("note", "")
    try:
        saved = actions.save_form_version(definition=definition, source=text, note=note)
    except (DefinitionRefused, Conflict) as error:
        return _source_page(request, definition, text, note, error)
    return flash(
        _to_version(saved), "success", _("Version %(number)s is saved as a draft.") % {"number": saved.number}
    )


@door("registers.create_form")
def new_form(request: HttpRequest) -> HttpResponse:
    """The first version of a new form."""
    if request.method != "POST":
        return _source_page(request, None, STARTING_SOURCE)
    text = _source_in(request)
    try:
        saved = actions.create_form(unit=_own_unit(), key=request.POST.get("key", "").strip(), source=text)
    except (InvalidInput, Conflict) as error:
        return _source_page(request, None, text, error=error)
    return flash(_to_version(saved), "success", _("The form is created; its first version is a draft."))


def _source_in(request: HttpRequest) -> str:
    """The definition as typed, with the line ends that a file has."""
    return request.POST.get("source", "").replace("\r\n", "\n")


def _own_unit() -> Unit:
    unit = Unit.objects.filter(pk=current_asker().unit_id or 0).first()
    if unit is None:
        raise Refused(_("You are not appointed to a unit."), hint=_("Ask your security administrator."))
    return unit


def _source_page(
    request: HttpRequest,
    definition: FormDefinition | None,
    text: str,
    note: str = "",
    error: ChengshuError | None = None,
) -> HttpResponse:
    """The text with every remark at its line; what was typed stays."""
    findings = error.findings if isinstance(error, DefinitionRefused) else ()
    context = {
        "definition": definition,
        "source": text,
        "note": note,
        "key": request.POST.get("key", ""),
        "findings": findings,
        "marked": {finding.line for finding in findings},
        "error": error if not findings else None,
        "breadcrumbs": [
            Crumb(_("Forms"), reverse("registers:forms")),
            *_crumb(definition),
            Crumb(_("Definition")),
        ],
    }
    return render(request, "registers/source.html", context, status=422 if error else 200)


def _crumb(definition: FormDefinition | None) -> list[Crumb]:
    return [Crumb(definition.title, reverse("registers:form", args=[definition.key]))] if definition else []


def _to_version(saved: FormVersion) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("registers:version", args=[saved.definition.key, saved.number]))


STEPS: dict[str, tuple[Callable[..., Any], Any]] = {
    "send": (actions.send_form_version, _("The version is sent for review.")),
    "return": (actions.return_form_version, _("The version is given back to its author.")),
    "publish": (actions.publish_form_version, _("The version is in use now.")),
}
"""What can be done with a version: the action, and what the next page says."""


@door("registers.view")
@require_POST
def step(request: HttpRequest, key: str, number: int, name: str) -> HttpResponse:
    """One step of a version's life."""
    if name not in STEPS:
        raise Missing(_("There is no such step."), hint=_("Go back to the form."))
    act, said = STEPS[name]
    given = {"reason": request.POST.get("reason", "")} if name == "return" else {}
    act(version=queries.version_of(key, number), **given)
    return flash(HttpResponseRedirect(reverse("registers:form", args=[key])), "success", said)


@door("registers.view")
@require_POST
def retire(request: HttpRequest, key: str) -> HttpResponse:
    actions.retire_form(definition=queries.definition_by_key(key), reason=request.POST.get("reason", ""))
    answer = HttpResponseRedirect(reverse("registers:form", args=[key]))
    return flash(answer, "success", _("The form is not in use any more."))


@door(Door.SIGNED_IN)
@require_POST
def check(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """What is wrong with one field as it stands, for the page that is being filled in."""
    shown = queries.form(key, number)
    path = request.POST.get("path", "")
    typed = api.typed_from(shown, request.POST)
    errors = [each for each in api.check(shown, typed).errors if each.path == path]
    notes = api.notes_on(shown, typed, path)
    words = f"{errors[0].reason} {errors[0].next_step}".strip() if errors else ""
    return JsonResponse({"error": words, "notes": notes})


@door("registers.view")
def codes(request: HttpRequest) -> HttpResponse:
    """Every code list with its source."""
    chosen = request.GET.get("list", "")
    listed = code_lists()
    shown = next((each for each in listed if each.key == chosen), listed[0])
    tabs = [Tab(str(each.title), f"?list={each.key}", each is shown) for each in listed]
    return render(request, "registers/codes.html", {"tabs": tabs, "shown": shown})
