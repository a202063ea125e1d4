"""The indicators: all of them, one with its definition and its course, one number with its evidence and its records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.engines.indicators import queries, showing
from chengshu.engines.indicators.actions import evaluate, set_thresholds, take_pack
from chengshu.engines.indicators.colours import WARNINGS, colour_of, thresholds_on
from chengshu.engines.indicators.definitions import SUBJECT, IndicatorDefinition
from chengshu.engines.indicators.listing import PAGE_SIZE, latest_versions, listing, standing_of
from chengshu.engines.indicators.models import IndicatorThresholds
from chengshu.engines.indicators.periods import read_period
from chengshu.engines.indicators.registry import definition, versions_of
from chengshu.engines.indicators.results import ObservationView
from chengshu.engines.indicators.sources import lineage
from chengshu.engines.indicators.states import course_of, judge
from chengshu.engines.indicators.verifying import verify
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Filter, Option, Page, query_url

SHOWN_OBSERVATIONS = 30


@door("indicators.view", title=gettext_lazy("See indicators, their values and their evidence"))
def show_list(request: HttpRequest) -> HttpResponse:
    """Every indicator with its last value, page by page; of templates each subject is one."""
    given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "area", "template")}
    found = listing(given["q"], given["area"], given["template"], _start(request))
    rows = [showing.listed(entry) for entry in found.entries]
    end = found.start + len(rows)
    context = {
        "rows": rows,
        "columns": showing.COLUMNS,
        "total": found.known,
        "filters": [
            Filter("q", _("Search"), given["q"], "search", placeholder=_("Name or meaning")),
            Filter(
                "area",
                _("Part of the platform"),
                given["area"],
                options=[Option(one, one) for one in showing.areas(latest_versions())],
            ),
        ],
        "page": Page(
            shown=len(rows),
            total=found.total,
            start=found.start + 1 if rows else 0,
            previous=str(max(0, found.start - PAGE_SIZE)) if found.start else "",
            next=str(end) if end < found.total else "",
        ),
        "path": request.path,
        "query": {name: value for name, value in given.items() if value},
        "is_simulated": any(row["simulated"] for row in rows),
    }
    return render(request, "indicators/list.html", context)


def _start(request: HttpRequest) -> int:
    text = request.GET.get("cursor", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


@door("indicators.view")
def show_indicator(request: HttpRequest, indicator: str) -> HttpResponse:
    """What one indicator means, how it developed, and what it was when; whoever may has it computed here."""
    found = definition(indicator)
    if request.method != "POST":
        return _indicator(request, found)
    typed = _typed(request)
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


@door("indicators.view")
@require_POST
def change_thresholds(request: HttpRequest, indicator: str) -> HttpResponse:
    """Set from which values on an indicator is blue, yellow, orange or red."""
    found, typed = definition(indicator), _typed(request)
    subject = request.GET.get("subject", "")
    try:
        set_thresholds(
            name=found.name,
            subject=subject,
            valid_from=_day(typed.get("valid_from", "")),
            source=typed.get("source", ""),
            **{colour.value: _limit(colour.value, typed.get(colour.value, "")) for colour in WARNINGS},
        )
    except InvalidInput as error:
        return _indicator(request, found, typed, {error.field or "red": f"{error.message} {error.hint}"})
    response = HttpResponseRedirect(showing.page_of(found, subject))
    return flash(response, "success", _("The thresholds are set."))


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}


def _day(text: str) -> date:
    """:raises InvalidInput: if it is no day"""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            _("“%(text)s” is no day.") % {"text": text[:40]},
            field="valid_from",
            code="indicators.day",
            hint=_("Write it as 2025-03-07."),
        ) from error


def _limit(colour: str, text: str) -> Decimal | None:
    """:raises InvalidInput: if it is no number"""
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text):
        raise InvalidInput(
            _("“%(text)s” is no number.") % {"text": text[:40]},
            field=colour,
            code="indicators.limit",
            hint=_("Write it in digits, with at most six decimals, or leave it empty."),
        )
    return Decimal(text)


def _indicator(
    request: HttpRequest,
    found: IndicatorDefinition,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:
    subject = queries.subject_of(found, request.GET.get("subject", "")[:120])
    key = subject.subject if subject else ""
    of_all = found.subjects is not None and subject is None
    seen = () if of_all else queries.history(name=found.name, subject=key)
    usual = [one for one in seen if showing.is_usual(found, one)]
    latest = showing.newest(usual)
    last = latest["seen"] if latest else None
    course, unit = course_of(found, usual), showing.unit_words(found.unit)
    limits = thresholds_on(
        found,
        IndicatorThresholds.objects.filter(name=found.name),
        last.period.last_day if last else timezone.localdate(),
        key,
    )
    colour = colour_of(found, limits, last.value if last else None)
    parameters = {SUBJECT: key} if key else {}
    context = {
        "definition": found,
        "subject": subject,
        "of_all": of_all,
        "subjects_url": query_url(reverse("indicators:list"), {"template": found.name}),
        "subjects": listing(template=found.name).total if of_all else 0,
        "title": subject.title if subject else found.title,
        "facts": showing.facts(found),
        "versions": versions_of(found.name),
        "latest": latest,
        "state": judge(found, standing_of(last, found), last, showing.unusual_words(course, unit)),
        "state_words": showing.STATES,
        "course": showing.course_told(course, unit),
        "colour": showing.COLOURS[colour] if colour else None,
        "limits": limits,
        "thresholds": showing.thresholds_told(found, limits),
        "leads_to": showing.leads_to(found),
        "tables": lineage(found),
        "chart": showing.chart(found, usual),
        "parts": showing.parts(found, latest),
        "observations": [showing.told(one) for one in reversed(seen[-SHOWN_OBSERVATIONS:])],
        "count": len(seen),
        "may_evaluate": current_asker().holds_at("indicators.evaluate", queries.owner_id(found, parameters)),
        "may_set": current_asker().holds_at("indicators.set_thresholds", queries.owner_id(found, parameters)),
        "thresholds_url": query_url(reverse("indicators:thresholds", args=[found.name]), {"subject": key}),
        "warnings": [(colour.value, showing.COLOURS[colour][0]) for colour in WARNINGS],
        "typed": typed or {"period": showing.suggested_period(), "valid_from": str(timezone.localdate())},
        "errors": errors or {},
        "summary": [(f"id_{name}", message) for name, message in (errors or {}).items()],
        "breadcrumbs": [
            Crumb(_("Platform indicators"), reverse("indicators:list")),
            *([Crumb(found.name, showing.page_of(found))] if key else []),
            Crumb(key or found.name),
        ],
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
        "indicator_url": showing.page_of(versions_of(seen.name)[-1], seen.parameters.get(SUBJECT, ""))
        if versions_of(seen.name)
        else "",
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
