"""The indicators: all of them, one with its definition and its course, one number with its evidence and its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.indicators import queries, showing
from chengshu.engines.indicators.actions import evaluate, take_pack
from chengshu.engines.indicators.definitions import IndicatorDefinition
from chengshu.engines.indicators.observing import owner_id
from chengshu.engines.indicators.periods import read_period
from chengshu.engines.indicators.registry import definition, definitions, versions_of
from chengshu.engines.indicators.results import ObservationView
from chengshu.engines.indicators.verifying import verify
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Filter, Option, Page

SHOWN_OBSERVATIONS = 30


@door("indicators.view", title=gettext_lazy("See indicators, their values and their evidence"))
def show_list(request: HttpRequest) -> HttpResponse:
    """Every indicator with its last value."""
    words, area = (request.GET.get(name, "").strip()[:100] for name in ("q", "area"))
    last = queries.latest_of_all()
    known = [each for each in definitions() if each == versions_of(each.name)[-1]]
    shown = [each for each in known if showing.matches(each, words, area)]
    context = {
        "rows": [showing.listed(each, last.get(each.name)) for each in shown],
        "columns": showing.COLUMNS,
        "total": len(known),
        "filters": [
            Filter("q", _("Search"), words, "search", placeholder=_("Name or meaning")),
            Filter("area", _("Area"), area, options=[Option(one, one) for one in showing.areas(known)]),
        ],
        "path": request.path,
        "query": {name: value for name, value in (("q", words), ("area", area)) if value},
        "is_simulated": any(seen.simulated for seen in last.values()),
    }
    return render(request, "indicators/list.html", context)


@door("indicators.view")
def show_indicator(request: HttpRequest, indicator: str) -> HttpResponse:
    """What one indicator means, how it developed, and what it was when; whoever may has it computed here."""
    found = definition(indicator)
    if request.method != "POST":
        return _indicator(request, found)
    typed = {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}
    try:
        seen = evaluate(
            name=found.name,
            period=read_period(typed.get("period", "")),
            parameters={name: typed[f"set-{name}"] for name in found.parameters if typed.get(f"set-{name}")},
            version=typed.get("version", ""),
        )
    except InvalidInput as error:
        return _indicator(request, found, typed, {error.field or "period": f"{error.message} {error.hint}"})
    response = HttpResponseRedirect(reverse("indicators:observation", args=[seen.id]))
    return flash(response, "success", _("Computed; the number is kept with its evidence."))


def _indicator(
    request: HttpRequest,
    found: IndicatorDefinition,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:
    seen = queries.history(name=found.name)
    usual = [one for one in seen if showing.is_usual(found, one)]
    context = {
        "definition": found,
        "facts": showing.facts(found),
        "versions": versions_of(found.name),
        "latest": showing.newest(usual),
        "chart": showing.chart(found, usual),
        "parts": showing.parts(found, showing.newest(usual)),
        "observations": [showing.told(one) for one in reversed(seen[-SHOWN_OBSERVATIONS:])],
        "count": len(seen),
        "may_evaluate": current_asker().holds_at("indicators.evaluate", owner_id(found)),
        "typed": typed or {"period": showing.suggested_period()},
        "errors": errors or {},
        "summary": [(f"id_{name}", message) for name, message in (errors or {}).items()],
        "breadcrumbs": [Crumb(_("Platform indicators"), reverse("indicators:list")), Crumb(found.name)],
    }
    return render(request, "indicators/indicator.html", context, status=422 if errors else 200)


@door("indicators.view")
def show_observation(request: HttpRequest, observation: int) -> HttpResponse:
    """One number: its evidence, the records behind it within the viewer's scope, and whether it still holds."""
    seen = queries.observation(observation)
    counted = {"yes": True, "no": False}.get(request.GET.get("counted", ""))
    context = {
        "seen": seen,
        "told": showing.told(seen),
        "title": showing.title_of(seen),
        "evidence": showing.evidence(seen),
        "queries": showing.queries_of(seen),
        "verification": verify(seen.id) if request.GET.get("verify") and queries.has_evidence(seen) else None,
        "pack_url": reverse("indicators:pack", args=[seen.id]) if queries.has_pack(seen) else "",
        "verify_url": f"{request.path}?verify=1#verification",
        "indicator_url": reverse("indicators:indicator", args=[seen.name]) if versions_of(seen.name) else "",
        "path": request.path,
        "query": {"counted": request.GET["counted"]} if counted is not None else {},
        "filters": [Filter("counted", _("Which"), request.GET.get("counted", ""), options=showing.WHICH)],
        "breadcrumbs": [
            Crumb(_("Platform indicators"), reverse("indicators:list")),
            Crumb(seen.name, reverse("indicators:indicator", args=[seen.name])),
            Crumb(str(seen.id)),
        ],
        **_records(request, seen, counted),
    }
    return render(request, "indicators/observation.html", context)


@door("indicators.view")
def download_pack(request: HttpRequest, observation: int) -> HttpResponse:
    """An observation with its evidence as a file that anybody can compute again."""
    pack = take_pack(observation=queries.stored(observation))
    response = HttpResponse(pack.content, content_type="application/zip")
    response["Content-Disposition"] = disposition(pack.name)
    return response


def _records(request: HttpRequest, seen: ObservationView, counted: bool | None) -> dict[str, Any]:
    """The page of records, or why there is none."""
    try:
        asked = int(request.GET.get("cursor", "1") or 1)
    except ValueError:
        asked = 1
    try:
        page = queries.records_of(seen.id, page=asked, counted=counted)
    except ChengshuError as problem:
        return {"records": None, "records_problem": problem}
    size = queries.PAGE_SIZE
    return {
        "records": page,
        "record_columns": showing.record_columns(seen),
        "record_page": Page(
            shown=len(page.lines),
            total=page.total,
            start=(page.page - 1) * size + 1 if page.lines else 0,
            previous=str(page.page - 1) if page.page > 1 else "",
            next=str(page.page + 1) if page.page < page.pages else "",
        ),
    }
