"""Views and scores that the asker may see; row security decides which."""

from __future__ import annotations

import tomllib
from datetime import date

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Missing
from chengshu.hub.cockpit.content import read_view
from chengshu.hub.cockpit.data import View
from chengshu.hub.cockpit.models import BaseMap, CockpitView, ScoreVersion, ViewVersion
from chengshu.hub.cockpit.vitals import Vitals, read_vitals


def views_of_asker() -> list[tuple[CockpitView, ViewVersion]]:
    """Views in force that the asker may see, with their last version; those for another audience are left out."""
    rows = ViewVersion.objects.select_related("view", "view__unit").filter(view__retired_at=None)
    last = rows.order_by("view__key", "-number").distinct("view__key")
    return [(one.view, one) for one in last if current_asker().holds(audience_of(one))]


def audience_of(version: ViewVersion) -> str:
    return content_of(version).audience


_read: dict[str, View] = {}
"""Digest → view: a definition never changes, so it is read once in a process."""


def content_of(version: ViewVersion) -> View:
    """What a version says."""
    found = _read.get(version.digest)
    if found is None:
        found = read_view(version.definition, _named_scores(version.definition))
        if len(_read) > 500:
            _read.clear()
        _read[version.digest] = found
    return found


def _named_scores(definition: str) -> set[str]:
    """Scores are looked for when the tile is read; a stored view stays readable without them."""
    sections = tomllib.loads(definition).get("sections", [])
    return {tile["score"] for section in sections for tile in section.get("tiles", []) if "score" in tile}


def view_by_key(key: str) -> tuple[CockpitView, ViewVersion, View]:
    """One view in force, its last version, and what that says.

    :raises Missing: if there is none that the asker may see, or it is for another audience
    """
    version = (
        ViewVersion.objects.select_related("view", "view__unit")
        .filter(view__key=key, view__retired_at=None)
        .first()
    )
    if version is None:
        raise no_view()
    view = content_of(version)
    if not current_asker().holds(view.audience):
        raise no_view()
    return version.view, version, view


def no_view() -> Missing:
    return Missing(
        _("There is no such view, or it is not for you."),
        code="cockpit.no_view",
        hint=_("Start from the list of views."),
    )


def versions_of(view: CockpitView) -> list[ViewVersion]:
    return list(ViewVersion.objects.filter(view=view).select_related("author").order_by("-number"))


def score_versions(key: str) -> list[ScoreVersion]:
    return list(ScoreVersion.objects.filter(key=key).select_related("author", "unit").order_by("-number"))


def known_scores() -> set[str]:
    return set(ScoreVersion.objects.values_list("key", flat=True))


def scores_in_force() -> list[ScoreVersion]:
    """Of each score the version that counts today."""
    return [one for key in sorted(known_scores()) if (one := version_on(key, timezone.localdate()))]


def version_on(key: str, on: date) -> ScoreVersion | None:
    """The version of a score that counts on a day: the one that began last."""
    rows = ScoreVersion.objects.filter(key=key, valid_from__lte=on).select_related("unit")
    return rows.order_by("-valid_from", "-number").first()


def vitals_on(key: str, on: date) -> tuple[ScoreVersion, Vitals]:
    """What a score is made of on a day.

    :raises Missing: if there is no such score, or it is not for the asker, or not yet in force
    """
    found = version_on(key, on)
    if found is None:
        raise Missing(
            _("There is no score “%(key)s” in force, or you may not see it.") % {"key": key[:60]},
            code="cockpit.no_score",
            hint=_("Start from the list of views."),
        )
    return found, read_vitals(found.definition)


def base_map() -> BaseMap | None:
    """The base layer that is shown."""
    return BaseMap.objects.order_by("-id").first()


def definitions_mark() -> str:
    """Another text whenever a score was changed."""
    return str(ScoreVersion.objects.aggregate(last=Max("id"))["last"] or "")
