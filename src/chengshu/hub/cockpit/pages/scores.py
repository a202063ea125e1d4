"""Scores of vital signs: the list, one taken apart, and how one is set."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chengshu.engines.indicators.api import definitions
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.hub.cockpit import queries
from chengshu.hub.cockpit.actions import SHIPPED, save_score
from chengshu.hub.cockpit.pages.shared import places_to_write, typed_text, whole
from chengshu.hub.cockpit.vitals import course, read_vitals, take

TEMPLATE = SHIPPED / "scores" / "district-vitals.toml"


@require_GET
@door("cockpit.view")
def list_scores(request: HttpRequest) -> HttpResponse:
    found = [(one, read_vitals(one.definition)) for one in queries.scores_in_force()]
    context = {"scores": found, "may_set": current_asker().holds("cockpit.save_score")}
    return render(request, "cockpit/scores.html", context)


@require_GET
@door("cockpit.view")
def show_score(request: HttpRequest, score: str) -> HttpResponse:
    """A score term by term: raw value, points, weight, contribution, and what is missing."""
    version, vitals = queries.vitals_on(score, timezone.localdate())
    may_see = current_asker().holds("indicators.view")
    taken = take(vitals) if may_see else None
    points = course(taken) if taken else []
    context = {
        "version": version,
        "vitals": vitals,
        "taken": taken,
        "rows": list(zip(taken.signs, taken.score.parts, strict=True)) if taken and taken.score else [],
        "signs": taken.signs if taken else (),
        "chart": {
            "kind": "line",
            "unit": _("points"),
            "categories": [label for label, _value in points],
            "series": [{"name": vitals.title, "values": [value for _label, value in points]}],
        }
        if len(points) > 1
        else None,
        "versions": queries.score_versions(score),
        "may_set": current_asker().holds_at("cockpit.save_score", version.unit_id),
        "formula": [_curve_told(term.term.curve.points) for term in vitals.terms],
    }
    return render(request, "cockpit/score.html", context)


def _curve_told(points: object) -> str:
    return " → ".join(f"{value.normalize():f}: {reached.normalize():f}" for value, reached in points)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@door("cockpit.save_score")
def new_score(request: HttpRequest) -> HttpResponse:
    units = places_to_write("cockpit.save_score")
    typed = {
        "key": typed_text(request, "key", 60),
        "unit": typed_text(request, "unit", 20) or (str(units[0].value) if units else ""),
        "note": typed_text(request, "note", 300),
        "definition": request.POST.get("definition") or TEMPLATE.read_text(encoding="utf-8"),
    }
    return _answered(request, typed, "")


@require_http_methods(["GET", "POST"])
@door("cockpit.save_score")
def change_score(request: HttpRequest, score: str) -> HttpResponse:
    version, _vitals = queries.vitals_on(score, timezone.localdate())
    typed = {
        "key": score,
        "unit": str(version.unit_id),
        "note": typed_text(request, "note", 300),
        "definition": request.POST.get("definition") or version.definition,
    }
    return _answered(request, typed, score)


def _answered(request: HttpRequest, typed: dict[str, str], score: str) -> HttpResponse:
    error: InvalidInput | Conflict | None = None
    if request.method == "POST":
        try:
            number = save_score(
                unit_id=whole(typed["unit"]),
                key=typed["key"],
                definition=typed["definition"],
                note=typed["note"],
            )
            target = reverse("cockpit:score", args=[typed["key"]])
            told = _("Version %(number)d is saved; it counts from the day that it names.") % {
                "number": number
            }
            return flash(HttpResponseRedirect(_where(target, typed["key"])), "success", told)
        except (InvalidInput, Conflict) as found:
            error = found
    mistakes = list((error.data or {}).get("mistakes", ())) if error else []
    field = getattr(error, "field", "") or "definition"
    listed = _("%(count)d mistakes are listed below.") % {"count": len(mistakes)}
    context = {
        "key": score,
        "typed": typed,
        "units": places_to_write("cockpit.save_score"),
        "mistakes": mistakes,
        "errors": {field: listed if mistakes else str(error)} if error else {},
        "known": {"indicator": [(one.name, one.title) for one in definitions() if one.subjects is None]},
    }
    return render(request, "cockpit/define_score.html", context, status=422 if error else 200)


def _where(target: str, key: str) -> str:
    """The page of the score; the list while none of its versions counts yet."""
    return target if queries.version_on(key, timezone.localdate()) else reverse("cockpit:scores")
