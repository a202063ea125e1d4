"""Moving running cases to another version: the effect on each one first, then those that can be moved."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from chengshu.engines.cases import api
from chengshu.engines.cases.data import MigrationEffect, VersionView
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.problem import wants_json
from chengshu.foundation.web.shell import Option
from chengshu.hub.desk import outline, queries
from chengshu.hub.desk.views import parts
from chengshu.hub.desk.views.asked import answer


@require_http_methods(["GET", "POST"])
@door("cases.migrate_cases")
def move(request: HttpRequest, key: str) -> HttpResponse:
    """Preview on GET, move the chosen ones on POST."""
    standing = queries.standing_of(key)
    if request.method == "POST":
        return _moved(request, standing)
    earlier, later = _chosen(request.GET.get("from"), request.GET.get("to"), standing)
    effects = api.preview_migration(earlier.version_id, later.version_id) if earlier and later else ()
    context = {
        "model": standing.model,
        "earlier": earlier,
        "later": later,
        "effects": effects,
        "refused": sum(bool(effect.refused) for effect in effects),
        "names": _names(earlier, later),
        "sources": [_option(version, _running(version)) for version in _outdated(standing)],
        "targets": [
            _option(version, "") for version in standing.model.versions if version.state == "deployed"
        ],
        "breadcrumbs": parts.trail(),
        "tabs": parts.tabs(standing.model, "move"),
    }
    return render(request, "desk/move.html", context)


def _chosen(
    source: str | None, target: str | None, standing: queries.Standing
) -> tuple[VersionView | None, VersionView | None]:
    """What was asked for, otherwise the version with most running cases and the one in force."""
    busiest = max(_outdated(standing), key=lambda version: version.running_cases, default=None)
    earlier = queries.version_of(standing.model, source) or busiest
    later = queries.version_of(standing.model, target) or standing.deployed
    return (earlier, later) if earlier and later and earlier != later else (None, None)


def _outdated(standing: queries.Standing) -> list[VersionView]:
    """Versions that cases still run by, though another one is in force."""
    versions = standing.model.versions
    return [version for version in versions if version.running_cases and version != standing.deployed]


def _names(*versions: VersionView | None) -> dict[str, str]:
    """Names of the steps of both versions, the later one's first."""
    found: dict[str, str] = {}
    for version in filter(None, versions):
        drawn = outline.outline(api.version_content(version.version_id))
        found.update({step.key: step.name for step in drawn.steps})
    return found


def _option(version: VersionView, further: str) -> Option:
    label = _("Version %(number)d") % {"number": version.number}
    return Option(str(version.version_id), f"{label} · {further}" if further else label)


def _running(version: VersionView) -> str:
    return ngettext("%(count)d running case", "%(count)d running cases", version.running_cases) % {
        "count": version.running_cases
    }


def _moved(request: HttpRequest, standing: queries.Standing) -> HttpResponse:
    source, target = request.POST.get("from"), request.POST.get("to")
    earlier = queries.version_of(standing.model, source)
    later = queries.version_of(standing.model, target)
    if earlier is None or later is None:
        raise InvalidInput(_("Choose both versions."), field="from", hint=_("Start from the preview."))
    chosen = [int(number) for number in request.POST.getlist("case") if number.isdigit()]
    effects = api.migrate_cases(from_version=earlier.version_id, to_version=later.version_id, case_ids=chosen)
    if wants_json(request):
        return answer({"effects": [_told(effect) for effect in effects]})
    back = HttpResponseRedirect(
        f"{reverse('desk:move', args=[standing.model.key])}?from={source}&to={target}"
    )
    return flash(back, "success" if _all_moved(effects) else "warning", _summary(effects))


def _told(effect: MigrationEffect) -> dict[str, object]:
    """The id goes as text: a browser's numbers are too short for it."""
    moved = _("Moved")
    return {
        "case_id": str(effect.case_id),
        "refused": str(effect.refused),
        "words": str(effect.refused) or moved,
    }


def _all_moved(effects: tuple[MigrationEffect, ...]) -> bool:
    return not any(effect.refused for effect in effects)


def _summary(effects: tuple[MigrationEffect, ...]) -> str:
    refused = sum(bool(effect.refused) for effect in effects)
    return _("%(moved)d cases moved, %(refused)d stayed where they were.") % {
        "moved": len(effects) - refused,
        "refused": refused,
    }
