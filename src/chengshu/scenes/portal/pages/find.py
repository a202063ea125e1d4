"""The front page and finding by words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengshu.foundation.asking import current_asker
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.kept import same_for_everybody
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.services import api as services
from chengshu.hub.services.data import MatterLine
from chengshu.scenes.portal import finding
from chengshu.scenes.portal.begun import drafts
from chengshu.scenes.portal.pages.frame import page
from chengshu.scenes.portal.queries import topics

COMMON = 8
BUNDLES_ON_HOME = 4
TOPICS_ON_HOME = 18


@require_safe
@same_for_everybody
@door(Door.PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """The search box first, then what people come for."""
    context = {
        "common": _one_of_each_unit(services.matters(can_apply=True, size=100).items)[:COMMON],
        "bundles": services.bundles()[:BUNDLES_ON_HOME],
        "topics": topics()[:TOPICS_ON_HOME],
        **_own(),
    }
    return page(request, "portal/home.html", context)


def _one_of_each_unit(lines: Iterable[MatterLine]) -> list[MatterLine]:
    """The first of every unit before the second of any: a look across the whole house."""
    seen: Counter[str] = Counter()
    ordered = []
    for line in lines:
        ordered.append((seen[line.unit_name], line))
        seen[line.unit_name] += 1
    return [line for _turn, line in sorted(ordered, key=lambda pair: pair[0])]


def _own() -> dict[str, Any]:
    """What a signed-in person has on the way."""
    if current_asker().account_id is None:
        return {"own": (), "drafts": ()}
    return {"own": services.applications(queue="own").items[:3], "drafts": draft_lines()[:3]}


def draft_lines() -> list[dict[str, Any]]:
    """The asker's drafts with the way back into each."""
    return [
        {"title": draft.title, "saved_at": draft.saved_at, "href": reverse("portal:apply", args=[code])}
        for code, draft in named_drafts()
    ]


def named_drafts() -> list[tuple[str, Any]]:
    return list(drafts())


@require_safe
@same_for_everybody
@door(Door.PUBLIC)
def find(request: HttpRequest) -> HttpResponse:
    """The list of matters, narrowed by what the address says."""
    wish = finding.Wish.from_query(request.GET)
    found = finding.found(wish)
    nearby = finding.nearby_words(wish) if not found.items else []
    context = {
        "wish": wish,
        "found": found,
        "lines": found.items,
        "nearby": nearby,
        "others": finding.others(nearby),
        "facets": finding.facets(wish, request.path),
        "page_url": partial(finding.at_page, wish, request.path),
        "breadcrumbs": [Crumb(_("Services"), reverse("portal:home")), Crumb(_("Find a matter"))],
    }
    return page(request, "portal/find.html", context)
