"""Plans: the list, a new one, and one version with its steps, its contacts and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import picked, units_with
from chengshu.scenes.command import actions, queries
from chengshu.scenes.command.actions.plans import contact_tree
from chengshu.scenes.command.facts import kind_title, kinds
from chengshu.scenes.command.models import PlanVersion, VersionState
from chengshu.scenes.command.pages.forms import HANDLED, Act, Given, count, errors, options, own_desk, perform
from chengshu.scenes.command.words import RUN_TONES, VERSION_TONES

COLUMNS: Final = (
    Column("title", _("Plan"), header=True),
    Column("kinds", _("Kinds of events")),
    Column("steps", _("Steps of the plan"), kind="number"),
    Column("state", _("State"), kind="fit"),
)


@door("command.view")
def listing(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    choices = [Option("", _("All but replaced ones")), *(Option(*one) for one in VersionState.choices)]
    context = {
        "columns": COLUMNS,
        "plans": queries.plans(state=state)[:200],
        "kind_title": kind_title,
        "query": request.GET.dict(),
        "tones": VERSION_TONES,
        "filters": [Filter("state", _("State"), state, options=choices)],
    }
    return render(request, "command/plans.html", context)


@door("command.draft_plan")
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        version = actions.draft_plan(
            unit=picked(units_with("command.draft_plan"), given.get("unit", ""), "unit"),
            title=given.get("title", ""),
            kinds=given.getlist("kinds"),
            source=given.get("source", ""),
            scope=given.get("scope", ""),
        )
    except HANDLED as error:
        return _form(request, error)
    return flash(_to(version), "success", _("The draft is begun; now its steps."))


def _form(request: HttpRequest, error: ChengshuError | None) -> HttpResponse:
    known = kinds(timezone.localdate())
    context = {
        "units": options(units_with("command.draft_plan")),
        "unit": own_desk("command.draft_plan"),
        "kinds": [Option(one.code, one.title) for one in known],
        "given": request.POST.dict(),
        "chosen": request.POST.getlist("kinds"),
        **errors(error),
    }
    return render(request, "command/new_plan.html", context, status=422 if error else 200)


@door("command.view")
def one(request: HttpRequest, version_id: int) -> HttpResponse:
    return _page(request, queries.version_by_id(version_id))


def _page(
    request: HttpRequest, version: PlanVersion, error: ChengshuError | None = None, act: str = ""
) -> HttpResponse:
    steps = list(version.steps.order_by("number"))
    context = {
        "version": version,
        "plan": version.plan,
        "kinds": [kind_title(code) for code in version.plan.kinds],
        "steps": steps,
        "step_choices": [
            Option("0", _("A new step at the end")),
            *(Option(str(s.number), str(s)) for s in steps),
        ],
        "contacts": contact_tree(version.contacts),
        "versions": list(version.plan.versions.exclude(pk=version.pk)),
        "runs": list(version.runs.all()[:20]),
        "tones": VERSION_TONES,
        "run_tones": RUN_TONES,
        "given": request.POST.dict(),
        **errors(error, act),
    }
    return render(request, "command/plan.html", context, status=422 if error else 200)


def _put(version: PlanVersion, given: Given, _request: HttpRequest) -> object:
    after = given.get("after", "").replace("，", ",").replace("、", ",")
    return actions.put_step(
        version=version,
        number=count(given.get("number", ""), "number"),
        title=given.get("title", ""),
        post=given.get("post", ""),
        minutes=count(given.get("minutes", ""), "minutes"),
        after=[count(one, "after") for one in after.split(",") if one.strip()],
        evidence=bool(given.get("evidence")),
        resources=given.get("resources", ""),
    )


ACTS: Final[Mapping[str, Act]] = {
    "change": lambda version, given, _request: actions.change_version(
        version=version,
        source=given.get("source", ""),
        scope=given.get("scope", ""),
        contacts=given.get("contacts", ""),
    ),
    "step": _put,
    "strike": lambda version, _given, _request: actions.strike_step(version=version),
    "submit": lambda version, _given, _request: actions.submit_plan(version=version),
    "approve": lambda version, given, _request: actions.approve_plan(
        version=version, decision=given.get("decision", "")
    ),
    "return": lambda version, given, _request: actions.return_plan(
        version=version, decision=given.get("decision", "")
    ),
}


@door("command.view")
@require_POST
def act(request: HttpRequest, version_id: int, act: str) -> HttpResponse:
    version = queries.version_by_id(version_id)
    if act in ("revise", "drill"):
        return _begin(request, version, act)
    return perform(request, version, act, ACTS, _page, _to(version))


def _begin(request: HttpRequest, version: PlanVersion, act: str) -> HttpResponse:
    """Acts that lead to another page: a new version, a drill."""
    try:
        if act == "revise":
            return _to(actions.draft_version(plan=version.plan))
        run = actions.start_plan(version=version, drill=True, title=request.POST.get("title", ""))
    except HANDLED as error:
        return _page(request, version, error, act)
    return HttpResponseRedirect(reverse("command:run", args=[run.pk]))


def _to(version: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("command:plan", args=[version.pk]))
