"""Inspections: the list, a new one, one with its sample and results; findings as the visited units see them."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Option
from chengshu.foundation.web.typed import day, errors, unit_of, units_for, whole
from chengshu.scenes.supervision import actions, queries
from chengshu.scenes.supervision.inspecting import redraw, results_of
from chengshu.scenes.supervision.models import Inspection, InspectionState, SampleDraw, VisitState
from chengshu.scenes.supervision.scripts import scripts
from chengshu.scenes.supervision.words import DISPOSITIONS

COLUMNS = (
    Column("title", _("Inspection"), header=True),
    Column("kind", _("Kind")),
    Column("period", _("Period")),
    Column("due_on", _("Due"), kind="date"),
    Column("state", _("State"), kind="fit"),
)
VISIT_COLUMNS = (
    Column("key", _("Element"), header=True),
    Column("visited_unit", _("Unit")),
    Column("state", _("State"), kind="fit"),
    Column("disposition", _("Outcome")),
)
FINDING_COLUMNS = (
    Column("text", _("Inspection finding"), header=True),
    Column("visited_unit", _("Unit")),
    Column("released_at", _("Released"), kind="datetime"),
    Column("case", _("Case"), kind="fit"),
    Column("state", _("State"), kind="fit"),
)


@door("supervision.view_inspections", title=_("See inspections, their samples and evidence"))
def listing(request: HttpRequest) -> HttpResponse:
    context = {"columns": COLUMNS, "inspections": queries.inspections()[:200]}
    return render(request, "supervision/inspections.html", context)


@door("supervision.plan_inspection")
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        row = actions.plan_inspection(
            unit=unit_of(request),
            title=given.get("title", ""),
            script=given.get("script", ""),
            period_from=day(given.get("period_from", ""), "period_from"),
            period_until=day(given.get("period_until", ""), "period_until"),
            due_on=day(given.get("due_on", ""), "due_on"),
        )
    except InvalidInput as error:
        return _form(request, error)
    return flash(_to(row.pk), "success", _("The inspection is planned."))


def _form(request: HttpRequest, error: InvalidInput | None) -> HttpResponse:
    context = {
        "units": units_for("supervision.plan_inspection"),
        "scripts": [Option(one.key, one.shown) for one in scripts()],
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "supervision/new_inspection.html", context, status=422 if error else 200)


@door("supervision.view_inspections")
def one(request: HttpRequest, inspection_id: int) -> HttpResponse:
    return _page(request, queries.inspection_by_id(inspection_id))


def _page(
    request: HttpRequest, inspection: Inspection, error: InvalidInput | Conflict | None = None
) -> HttpResponse:
    draw = SampleDraw.objects.filter(inspection=inspection).first()
    visits = list(inspection.visits.select_related("visited_unit"))
    states = Counter(visit.state for visit in visits)
    context = {
        "inspection": inspection,
        "draw": draw,
        "redrawn": redraw(draw) if draw else None,
        "visits": visits[:500],
        "visit_columns": VISIT_COLUMNS,
        "states": [(VisitState(state).label, count) for state, count in states.items()],
        "disposition_names": DISPOSITIONS,
        "results": results_of(inspection) if draw else None,
        "findings": inspection.findings.select_related("visited_unit"),
        "publication": getattr(inspection, "publication", None)
        if inspection.state == InspectionState.PUBLISHED
        else None,
        "rules": [Option("proportional", _("In proportion")), Option("neyman", _("Neyman’s optimum"))],
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "supervision/inspection.html", context, status=422 if error else 200)


@door("supervision.draw_sample")
@require_POST
def draw(request: HttpRequest, inspection_id: int) -> HttpResponse:
    inspection, given = queries.inspection_by_id(inspection_id), request.POST
    try:
        actions.draw_sample(
            inspection=inspection,
            wanted=whole(given.get("wanted", ""), "wanted"),
            rule=given.get("rule", ""),
            seed=given.get("seed", ""),
        )
    except (InvalidInput, Conflict) as error:
        return _page(request, inspection, error)
    return flash(_to(inspection_id), "success", _("The sample is drawn."))


@door("supervision.release_inspection")
@require_POST
def release(request: HttpRequest, inspection_id: int) -> HttpResponse:
    inspection = queries.inspection_by_id(inspection_id)
    try:
        actions.release_inspection(inspection=inspection)
    except Conflict as error:
        return _page(request, inspection, error)
    return flash(_to(inspection_id), "success", _("The units see their findings now; each became a case."))


@door("supervision.publish_inspection")
@require_POST
def publish(request: HttpRequest, inspection_id: int) -> HttpResponse:
    inspection = queries.inspection_by_id(inspection_id)
    try:
        actions.publish_inspection(inspection=inspection)
    except Conflict as error:
        return _page(request, inspection, error)
    return flash(_to(inspection_id), "success", _("The results are published."))


@door("supervision.view")
def findings(request: HttpRequest) -> HttpResponse:
    context = {"columns": FINDING_COLUMNS, "findings": queries.findings()[:200]}
    return render(request, "supervision/findings.html", context)


@door("supervision.order_retest")
@require_POST
def retest(request: HttpRequest, finding_id: int) -> HttpResponse:
    finding = queries.finding_by_id(finding_id)
    try:
        visit = actions.order_retest(finding=finding)
    except Conflict as error:
        return flash(_to(finding.inspection_id), "error", error.message)
    return HttpResponseRedirect(reverse("supervision:visit", args=[visit.pk]))


@door("supervision.settle_finding")
@require_POST
def settle(request: HttpRequest, finding_id: int) -> HttpResponse:
    finding = queries.finding_by_id(finding_id)
    try:
        actions.settle_finding(finding=finding, passed=request.POST.get("passed") == "yes")
    except Conflict as error:
        return flash(_to(finding.inspection_id), "error", error.message)
    return flash(_to(finding.inspection_id), "success", _("The finding is settled."))


def _to(inspection_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("supervision:inspection", args=[inspection_id]))
