"""Alarm rules: those in force and those retired, one with its numbers, and the forms that define and revise them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.engines.streams import actions, queries, queries_rules, showing_alarms
from chengshu.engines.streams.actions.alarm_rules import mistakes_in_key, mistakes_in_rule
from chengshu.engines.streams.models import DeviceGroup, ThingModel
from chengshu.engines.streams.models_rules import AlarmLevel, AlarmRule
from chengshu.engines.streams.pages import rule_form
from chengshu.engines.streams.pages.choosing import by_field, summary, unit_of, units_for
from chengshu.engines.streams.rules.reading import KINDS
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option, Tab

COLUMNS = (
    Column("title", gettext_lazy("Rule"), header=True),
    Column("level", gettext_lazy("Level"), "fit"),
    Column("condition", gettext_lazy("Condition")),
    Column("devices", gettext_lazy("Devices")),
    Column("unit", gettext_lazy("Unit")),
    Column("open_alarms", gettext_lazy("Open alarms"), "number"),
)

LABELS: dict[str, Words] = {
    "title": gettext_lazy("Name in words"),
    "level": gettext_lazy("Level"),
    "key": gettext_lazy("Key"),
    "unit": gettext_lazy("Unit"),
}


@door("streams.view")
def show_rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, or those that were retired."""
    state = "retired" if request.GET.get("state") == "retired" else ""
    rules = queries_rules.rules_retired() if state else queries_rules.rules_in_force()
    counts, metrics = queries_rules.open_alarms_by_rule(), queries.metrics_in_use()
    states = [Option("", _("Watching")), Option("retired", _("Retired"))]
    context = {
        "columns": COLUMNS,
        "rows": [
            {**showing_alarms.rule_row(rule, metrics), "open_alarms": counts.get(rule.pk, 0)}
            for rule in rules
        ],
        "path": request.path,
        "query": {"state": state} if state else {},
        "filters": [Filter("state", _("State"), state, options=states)],
        "state": state,
        "may_define": current_asker().holds("streams.define_rule"),
        "breadcrumbs": [Crumb(_("Alarms"), reverse("streams:alarms")), Crumb(_("Alarm rules"))],
    }
    return render(request, "streams/rules.html", context)


def _crumbs(*last: Crumb) -> list[Crumb]:
    return [
        Crumb(_("Alarms"), reverse("streams:alarms")),
        Crumb(_("Alarm rules"), reverse("streams:rules")),
        *last,
    ]


@door("streams.view")
def show_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule: what it watches, its open alarms, and every number it has had."""
    found = queries_rules.rule_by_key(rule)
    asker, metrics = current_asker(), queries.metrics_in_use()
    names = ("revise_rule", "retire_rule", "resume_rule")
    context = {
        "rule": found,
        "row": showing_alarms.rule_row(found, metrics),
        "facts": showing_alarms.rule_facts(found, metrics),
        "numbers": [showing_alarms.number_row(one, metrics) for one in queries_rules.rule_history(found.key)],
        "alarms": [showing_alarms.listed(alarm) for alarm in queries_rules.open_alarms_of(found)[:10]],
        "may": {name for name in names if asker.holds_at(f"streams.{name}", found.unit_id)},
        "breadcrumbs": _crumbs(Crumb(found.title)),
    }
    return render(request, "streams/rule.html", context)


@door("streams.define_rule")
def define_rule(request: HttpRequest) -> HttpResponse:
    """A new rule, by the kind of its condition."""
    kind = _kind(request)
    if request.method != "POST":
        return _form(request, kind, rule_form.usual(kind))
    typed = _typed(request)
    wrong = mistakes_in_key(typed.get("key", ""))
    try:
        unit = unit_of(request)
    except InvalidInput as error:
        wrong.append(error)
    model, group = _model(typed), _group(typed)
    wrong += _mistakes(kind, typed, model.pk if model else None)
    if wrong:
        return _form(request, kind, typed, wrong)
    rule = actions.define_rule(
        unit=unit,
        key=typed["key"],
        model=model,
        group=group,
        **_told(kind, typed),
    )
    return _back(rule.key, _("The rule is in force within a quarter of a minute."))


@door("streams.revise_rule")
def revise_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """The next number of a rule, begun with the text of the one in force."""
    found = queries_rules.rule_by_key(rule)
    kind = _kind(request, str(found.condition["kind"]))
    if request.method != "POST":
        return _form(request, kind, _as_typed(found, kind), rule=found)
    typed = _typed(request)
    wrong = _mistakes(kind, typed, found.model_id)
    if wrong:
        return _form(request, kind, typed, wrong, found)
    actions.revise_rule(rule=found, **_told(kind, typed))
    return _back(found.key, _("The next number is in force; open alarms of the one before are closed."))


def _kind(request: HttpRequest, otherwise: str = "threshold") -> str:
    asked = request.POST.get("kind", "") or request.GET.get("kind", "")
    return asked if asked in KINDS else otherwise


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}


def _as_typed(rule: AlarmRule, kind: str) -> dict[str, str]:
    kept = rule.condition if rule.condition["kind"] == kind else {"metric": rule.condition.get("metric", "")}
    return {
        **(rule_form.usual(kind) if rule.condition["kind"] != kind else {}),
        **rule_form.shown_condition(kept),
        "title": rule.title,
        "level": str(rule.level),
        "advice": rule.advice,
        "hides_children": "on" if rule.hides_children else "",
    }


def _mistakes(kind: str, typed: Mapping[str, str], model_id: int | None) -> list[InvalidInput]:
    return mistakes_in_rule(
        title=typed.get("title", ""),
        level=_level(typed),
        condition=rule_form.typed_condition(kind, typed),
        model_id=model_id,
    )


def _told(kind: str, typed: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": typed.get("title", ""),
        "level": _level(typed),
        "condition": rule_form.typed_condition(kind, typed),
        "advice": typed.get("advice", ""),
        "hides_children": typed.get("hides_children", "") == "on",
    }


def _level(typed: Mapping[str, str]) -> int:
    text = typed.get("level", "")
    return int(text) if text.isdecimal() and len(text) < 3 else 0


def _model(typed: Mapping[str, str]) -> ThingModel | None:
    return queries.thing_model(typed["model"]) if typed.get("model") else None


def _group(typed: Mapping[str, str]) -> DeviceGroup | None:
    return queries.group_by_key(typed["group"]) if typed.get("group") else None


def _form(
    request: HttpRequest,
    kind: str,
    given: Mapping[str, str],
    wrong: list[InvalidInput] | None = None,
    rule: AlarmRule | None = None,
) -> HttpResponse:
    errors = by_field(wrong or ())
    fields = rule_form.condition_fields(kind, given)
    here = reverse("streams:revise_rule", args=[rule.key]) if rule else reverse("streams:define_rule")
    context = {
        "rule": rule,
        "kind": kind,
        "kinds": [Tab(title, f"{here}?kind={key}", key == kind) for key, title in rule_form.TITLES.items()],
        "meaning": rule_form.MEANINGS[kind],
        "fields": fields,
        "given": given,
        "errors": errors,
        "error_list": summary(errors, LABELS | {one.name: one.label for one in fields}),
        "action": here,
        "levels": [Option(str(value), label) for value, label in AlarmLevel.choices],
        "units": units_for("streams.define_rule"),
        "models": [Option("", _("All")), *(Option(one.key, one.title) for one in queries.thing_models())],
        "groups": [Option("", _("All")), *(Option(one.key, one.title) for one in queries.groups())],
        "breadcrumbs": _crumbs(
            *((Crumb(rule.title, reverse("streams:rule", args=[rule.key])),) if rule else ()),
            Crumb(_("Revise it") if rule else _("New rule")),
        ),
    }
    return render(request, "streams/rule_form.html", context, status=422 if errors else 200)


@door("streams.view")
@require_POST
def turn_rule(request: HttpRequest, rule: str, turn: str) -> HttpResponse:
    """Retire a rule, or put it back in force."""
    found = queries_rules.rule_by_key(rule)
    match turn:
        case "retire":
            actions.retire_rule(rule=found)
            return _back(found.key, _("The rule no longer watches; its open alarms are closed."))
        case "resume":
            actions.resume_rule(rule=found)
            return _back(found.key, _("The rule is in force again."))
    raise Missing(_("There is no such step."))


def _back(key: str, message: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("streams:rule", args=[key]))
    return flash(response, "success", message)


rule_routes = [
    path("alarms/rules/", show_rules, name="rules"),
    path("alarms/new-rule/", define_rule, name="define_rule"),
    path("alarms/rules/<slug:rule>/", show_rule, name="rule"),
    path("alarms/rules/<slug:rule>/revise/", revise_rule, name="revise_rule"),
    path("alarms/rules/<slug:rule>/<slug:turn>/", turn_rule, name="turn_rule"),
]
