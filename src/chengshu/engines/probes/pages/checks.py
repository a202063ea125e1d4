"""Defining, changing, retiring checks, and having one done now."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.probes import actions, queries
from chengshu.engines.probes.kinds import PARAMETERS, CheckKind, Parameter
from chengshu.engines.probes.models import Check, Target
from chengshu.engines.probes.pages.forms import HANDLED
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.foundation.web.typed import errors, whole

RHYTHM = {"interval_s": 60, "timeout_ms": 10_000, "down_after": 3, "up_after": 2}
WIDGETS = {
    "whole": "number",
    "flag": "checkbox",
    "choice": "select",
    "lines": "textarea",
    "steps": "textarea",
}


@door("probes.define_check")
def new_check(request: HttpRequest, key: str) -> HttpResponse:
    target = queries.target_by_key(key)
    kind = request.POST.get("kind", "") or request.GET.get("kind", "")
    kind = kind if kind in CheckKind.values else CheckKind.HTTP.value
    if request.method != "POST":
        return _form(request, target, None, kind, None)
    try:
        actions.define_check(
            target=target,
            name=request.POST.get("name", ""),
            kind=kind,
            parameters=_parameters(kind, request.POST),
            **_rhythm(request.POST),
        )
    except HANDLED as error:
        return _form(request, target, None, kind, error)
    return flash(
        _to(target), "success", _("The check is defined. Its first answer comes in a second or two.")
    )


@door("probes.revise_check")
def change_check(request: HttpRequest, check_id: int) -> HttpResponse:
    check = queries.check_by_id(check_id)
    if request.method != "POST":
        return _form(request, check.target, check, check.kind, None)
    try:
        actions.revise_check(
            check=check, parameters=_parameters(check.kind, request.POST), **_rhythm(request.POST)
        )
    except HANDLED as error:
        return _form(request, check.target, check, check.kind, error)
    return flash(
        _to(check.target), "success", _("The check is changed. Results until now keep their version.")
    )


@require_POST
@door("probes.want_check")
def check_now(request: HttpRequest, check_id: int) -> HttpResponse:
    check = actions.want_check(check=queries.check_by_id(check_id))
    return flash(_to(check.target), "success", _("It is being asked: look again in a second or two."))


@require_POST
@door("probes.retire_check")
def retire_check(request: HttpRequest, check_id: int) -> HttpResponse:
    check = actions.retire_check(check=queries.check_by_id(check_id))
    return flash(_to(check.target), "success", _("The check is retired. Its results stay."))


def _to(target: Target) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("probes:target", args=[target.key]))


def _parameters(kind: str, given: QueryDict) -> dict[str, Any]:
    return {
        one.name: one.name in given if one.type == "flag" else given.get(_field(one), "")
        for one in PARAMETERS[kind]
    }


def _field(parameter: Parameter) -> str:
    """The form has a name of its own for the check."""
    return "asked_name" if parameter.name == "name" else parameter.name


def _rhythm(given: QueryDict) -> dict[str, int]:
    return {name: whole(given.get(name, ""), name) for name in RHYTHM}


def _form(
    request: HttpRequest, target: Target, check: Check | None, kind: str, error: ChengshuError | None
) -> HttpResponse:
    version = queries.version_in_force(check) if check else None
    known = version.parameters if version else {one.name: one.default for one in PARAMETERS[kind]}
    given: dict[str, Any] = {one: getattr(version, one) if version else RHYTHM[one] for one in RHYTHM}
    typed = request.POST
    context = {
        "target": target,
        "check": check,
        "kind": kind,
        "kind_title": CheckKind(kind).label,
        "kinds": CheckKind.choices,
        "fields": [_shown(one, known, typed) for one in PARAMETERS[kind]],
        "given": {**given, **typed.dict()},
        "breadcrumbs": [
            Crumb(_("State of targets"), reverse("probes:board")),
            Crumb(target.title, reverse("probes:target", args=[target.key])),
        ],
        **errors(error),
    }
    return render(request, "probes/check_form.html", context, status=422 if error else 200)


def _shown(parameter: Parameter, known: Any, typed: QueryDict) -> dict[str, Any]:
    """One parameter as a field of the form."""
    value = known.get(parameter.name, parameter.default)
    if parameter.type == "lines" and isinstance(value, list):
        value = "\n".join(value)
    if parameter.type == "steps" and not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, indent=2)
    if typed:
        value = parameter.name in typed if parameter.type == "flag" else typed.get(_field(parameter), "")
    return {
        "name": _field(parameter),
        "title": parameter.title,
        "widget": WIDGETS.get(parameter.type, "text"),
        "value": "" if value is None else value,
        "hint": parameter.hint,
        "required": parameter.required,
        "options": [Option(key, title) for key, title in parameter.choices],
    }
