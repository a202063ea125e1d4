"""Understanding a model: what changed between versions, where time went, and what would happen with other staffing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chengshu.engines.cases import api
from chengshu.engines.cases.data import NodeFigures, VersionView
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Option
from chengshu.hub.desk import facts, heat, outcomes, queries, scenarios, simulation
from chengshu.hub.desk.outline import Outline, outline
from chengshu.hub.desk.views import parts


@require_GET
@door("desk.view")
def compare(request: HttpRequest, key: str) -> HttpResponse:
    """Two versions of a process beside each other."""
    model = queries.standing_of(key).model
    later = queries.version_of(model, request.GET.get("after")) or next(iter(model.versions), None)
    earlier = queries.version_of(model, request.GET.get("before")) or _before(model.versions, later)
    context = {
        "model": model,
        "earlier": earlier,
        "later": later,
        "options": [Option(str(v.version_id), _version_words(v)) for v in model.versions],
        "facts": parts.compared(earlier, later) if earlier and later and model.kind == "process" else None,
        "changes": parts.changed(earlier, later) if earlier and later and model.kind == "decision" else None,
        "breadcrumbs": parts.trail(),
        "tabs": parts.tabs(model, "compare"),
    }
    return render(request, "desk/compare.html", context)


def _before(versions: tuple[VersionView, ...], later: VersionView | None) -> VersionView | None:
    """The version in force, or else the one before."""
    others = [version for version in versions if later and version.number < later.number]
    return next((version for version in others if version.state == "deployed"), next(iter(others), None))


def _version_words(version: VersionView) -> str:
    states = {
        "draft": _("Draft"),
        "review": _("In review"),
        "deployed": _("In force"),
        "retired": _("Retired"),
    }
    return f"{_('Version %(number)d') % {'number': version.number}} · {states[version.state]}"


@require_GET
@door("desk.view")
def history(request: HttpRequest, key: str) -> HttpResponse:
    """Where the time of past cases went, painted on the drawing."""
    standing = queries.standing_of(key)
    version = (
        queries.version_of(standing.model, request.GET.get("version")) or standing.deployed or standing.newest
    )
    figures = api.node_figures(version.version_id) if version else ()
    measure = heat.measure(request.GET.get("by", ""))
    context = {
        "model": standing.model,
        "version": version,
        "figures": heat.ranked(figures, measure),
        "hours": heat.hours,
        "measure": measure,
        "measures": [Option(one.key, one.title) for one in heat.MEASURES],
        "versions": [Option(str(v.version_id), _version_words(v)) for v in standing.model.versions],
        "facts": parts.diagram(version, heat.painted(figures, measure)) if version else None,
        "breadcrumbs": parts.trail(),
        "tabs": parts.tabs(standing.model, "history"),
    }
    return render(request, "desk/history.html", context)


@require_http_methods(["GET", "POST"])
@door("desk.view")
def simulate_model(request: HttpRequest, key: str) -> HttpResponse:
    """The form of a simulation, and its result. Nothing is stored: the same figures give the same result again."""
    standing = queries.standing_of(key)
    version = queries.version_of(standing.model, request.GET.get("version")) or standing.newest
    drawn = outline(api.version_content(version.version_id)) if version else None
    filled = scenarios.Filled(request.POST.dict())
    errors: dict[str, Words] = {}
    result: simulation.Figures | None = None
    if request.method == "POST" and drawn is not None:
        try:
            result = simulation.simulate(scenarios.scenario_of(drawn, filled))
        except InvalidInput as error:
            errors = {error.field: f"{error.message} {error.hint}"}
    context = {
        "model": standing.model,
        "version": version,
        "filled": filled,
        "hours": heat.hours,
        "errors": errors,
        "form": _form(drawn, version) if drawn and version else None,
        "result": outcomes.shown(result, _role_titles()) if result else None,
        "facts": parts.diagram(version, outcomes.painted(result) if result else ()) if version else None,
        "breadcrumbs": parts.trail(),
        "tabs": parts.tabs(standing.model, "simulate"),
    }
    return render(request, "desk/simulate.html", context, status=422 if errors else 200)


def _form(drawn: Outline, version: VersionView) -> dict[str, Any]:
    history = api.node_figures(version.version_id) if version.state in ("deployed", "retired") else ()
    titles = _role_titles()
    names = {step.key: step.name for step in drawn.steps}
    return {
        "roles": [(role, titles.get(role, role)) for role in scenarios.roles_of(drawn)],
        "steps": scenarios.people_steps(drawn),
        "past": _past(history),
        "titles": titles,
        "shares": scenarios.usual_shares(drawn, history),
        "choices": [
            (_branch_words(drawn, node, names), [(way, _way_words(drawn, way, names)) for way in ways])
            for node, ways in scenarios.choices_of(drawn).items()
        ],
        "shifts": [Option(key, title) for key, (title, _hours) in scenarios.SHIFTS.items()],
    }


def _past(history: tuple[NodeFigures, ...]) -> dict[str, float]:
    return {one.node: one.median_h for one in history if one.median_h is not None}


def _way_words(drawn: Outline, key: str, names: dict[str, str]) -> str:
    way = next(one for one in drawn.ways if one.key == key)
    target = names.get(way.target, way.target)
    return f"{way.name} → {target}" if way.name else f"→ {target}"


def _branch_words(drawn: Outline, node: str, names: dict[str, str]) -> str:
    """The name of a branching; one without a name is told by the step before it."""
    if names[node] != node:
        return names[node]
    before = next((names.get(way.source, way.source) for way in drawn.ways if way.target == node), node)
    return _("after “%(step)s”") % {"step": before}


def _role_titles() -> dict[str, str]:
    return {**{one["key"]: one["title"] for one in facts.roles()}, scenarios.NOBODY: _("Anybody of the unit")}
