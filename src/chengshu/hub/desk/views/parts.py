"""What several pages of the desk share: the way back, the tabs of a model, the drawing, who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from chengshu.engines.cases import api
from chengshu.engines.cases.data import DefinitionView, VersionView
from chengshu.foundation.asking import EVERYWHERE, Asker
from chengshu.foundation.orgs import queries as orgs
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Change, Crumb, Tab
from chengshu.hub.desk import decisions, words

POWERS = (
    "save_draft",
    "submit_version",
    "deploy_version",
    "reject_version",
    "retire_version",
    "migrate_cases",
)


def asker_of(request: HttpRequest) -> Asker:
    asker: Asker = request.asker  # type: ignore[attr-defined]
    return asker


def may(request: HttpRequest, permission: str) -> bool:
    return asker_of(request).holds(permission)


def powers(request: HttpRequest, model: DefinitionView) -> dict[str, bool]:
    """Which steps of a model's life the asker may take: by the action's name."""
    asker = asker_of(request)
    return {name: asker.holds_at(f"cases.{name}", model.unit_id) for name in POWERS}


def units_for(request: HttpRequest, permission: str) -> list[Unit]:
    """The units where the asker holds a power."""
    held = asker_of(request).units(permission)
    found = orgs.units().order_by("path")
    return list(found if held == EVERYWHERE else found.filter(pk__in=list(held)))


def own_unit(request: HttpRequest) -> int | None:
    """The first unit where the asker may keep a model."""
    found = units_for(request, "cases.save_draft")
    return found[0].pk if found else None


def trail(*further: Crumb) -> list[Crumb]:
    return [Crumb(_("Design desk"), reverse("desk:models")), *further]


def trail_of(model: DefinitionView, *further: Crumb) -> list[Crumb]:
    return trail(Crumb(model.title, reverse("desk:model", args=[model.key])), *further)


def tabs(model: DefinitionView, current: str) -> Sequence[Tab]:
    """The pages of one model; a decision has no history of steps and nothing to simulate."""
    every = [("model", _("Versions")), ("compare", _("Compare"))]
    if model.kind == "process":
        every += [
            ("history", _("Heat map")),
            ("simulate", _("Simulation")),
            ("move", _("Move running cases")),
        ]
    return [Tab(label, reverse(f"desk:{name}", args=[model.key]), name == current) for name, label in every]


def diagram(version: VersionView, paint: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    """The data block of a drawing to look at."""
    content = api.drawn_content(version.version_id).decode("utf-8", "replace")
    return {"xml": content, "paint": list(paint), "words": words.table()}


def compared(earlier: VersionView, later: VersionView) -> dict[str, Any]:
    """The data block of two drawings beside each other."""
    return {
        "before": api.drawn_content(earlier.version_id).decode("utf-8", "replace"),
        "after": api.drawn_content(later.version_id).decode("utf-8", "replace"),
        "words": words.table(),
    }


def changed(earlier: VersionView, later: VersionView) -> list[Change]:
    """What differs between two versions of a decision, line by line."""
    return decisions.changes(api.version_content(earlier.version_id), api.version_content(later.version_id))
