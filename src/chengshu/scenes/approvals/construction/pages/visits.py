"""Calling visits at common times, recording them, and the board of a joint acceptance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.cases import api as cases
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Column, Option
from chengshu.foundation.web.typed import day, moment, whole
from chengshu.scenes.approvals.actions import construction_visits as acts
from chengshu.scenes.approvals.construction import queries
from chengshu.scenes.approvals.construction.pages import parsing
from chengshu.scenes.approvals.construction.pages.projects import VIEW
from chengshu.scenes.approvals.construction.plan import shipped_plan
from chengshu.scenes.approvals.construction.slots import Span
from chengshu.scenes.approvals.models_construction import (
    ConstructionProject,
    Defect,
    DefectState,
    VisitKind,
    VisitState,
)

COLUMNS = (
    Column("starts_at", _("Date and time"), kind="datetime"),
    Column("purpose", _("Purpose of the visit"), header=True),
    Column("kind", _("Kind")),
    Column("unit", _("Called by")),
    Column("state", _("State")),
)
TONES = {
    VisitState.PROPOSED: "info",
    VisitState.CONFIRMED: "info",
    VisitState.HELD: "positive",
    VisitState.CANCELLED: "neutral",
}
DEFECT_TONES = {
    DefectState.OPEN: "negative",
    DefectState.RECTIFIED: "caution",
    DefectState.CLEARED: "positive",
}
JOINT = "approvals.joint_acceptance"


@door(VIEW)
def visits(request: HttpRequest) -> HttpResponse:
    context = {
        "rows": queries.visits()[:200],
        "columns": COLUMNS,
        "tones": TONES,
        "units": [
            (str(unit.pk), unit.shown_name) for unit in parsing.units_for("approvals.record_busy_time")
        ],
        "given": {},
        **parsing.errors(None),
    }
    return render(request, "approvals/con_visits.html", context)


@door(VIEW)
@require_POST
def busy(request: HttpRequest) -> HttpResponse:
    given = request.POST
    return parsing.done(
        reverse("approvals:visits"),
        lambda: acts.record_busy_time(
            unit=parsing.unit_given(request, "approvals.record_busy_time"),
            starts_at=moment(given.get("starts_at", ""), "starts_at"),
            ends_at=moment(given.get("ends_at", ""), "ends_at"),
            reason=given.get("reason", ""),
        ),
        _("The time is kept free."),
    )


@door(VIEW)
def call(request: HttpRequest, code: str) -> HttpResponse:
    """Choose who comes, see the common times, call the visit."""
    project = queries.project_by_code(code)
    if request.method != "POST":
        return _call_form(request, project, None)
    try:
        units = parsing.chosen_units(request)
        length = timedelta(minutes=whole(request.POST.get("minutes", ""), "minutes"))
        if not request.POST.get("starts_at"):
            earliest = parsing.morning(day(request.POST.get("earliest", ""), "earliest"))
            slots = queries.proposed_slots(units, earliest=max(earliest, timezone.now()), duration=length)
            return _call_form(request, project, None, slots)
        visit = _call(request, project, units, length)
    except (InvalidInput, Conflict) as error:
        return _call_form(request, project, error)
    answer = HttpResponseRedirect(reverse("approvals:visit", args=[visit.pk]))
    return flash(answer, "success", _("The visit is called; everybody asked sees it."))


def _call(request: HttpRequest, project: ConstructionProject, units: list[Unit], length: timedelta) -> Any:
    given = request.POST
    starts_at = moment(given.get("starts_at", ""), "starts_at")
    case_id = given.get("case_id", "")
    return acts.call_visit(
        unit=parsing.unit_given(request, "approvals.call_visit"),
        kind=given.get("kind", ""),
        purpose=given.get("purpose", ""),
        place=given.get("place", ""),
        starts_at=starts_at,
        ends_at=starts_at + length,
        units=units,
        project=project,
        case_id=whole(case_id[:9], "case_id") if case_id and len(case_id) < 10 else _case(case_id),
    )


def _case(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _call_form(
    request: HttpRequest,
    project: ConstructionProject,
    error: ChengshuError | None,
    slots: tuple[Span, ...] | None = None,
) -> HttpResponse:
    keys = shipped_plan().units() | {special.unit for special in shipped_plan().specials}
    case = project.items.filter(key=JOINT).values_list("case_id", flat=True).first()
    context = {
        "project": project,
        "slots": slots,
        "given": parsing.typed(request)
        or {
            "place": project.site_address,
            "earliest": local_day(timezone.now()).isoformat(),
            "minutes": "90",
        },
        "case_id": request.POST.get("case_id") or request.GET.get("case") or case or "",
        "kinds": [Option(value, label) for value, label in VisitKind.choices],
        "asked": [Option(str(unit.pk), unit.shown_name) for unit in Unit.objects.filter(key__in=keys)],
        "units": [(str(unit.pk), unit.shown_name) for unit in parsing.units_for("approvals.call_visit")],
        **parsing.errors(error),
    }
    if request.method != "POST":
        context["given"] = {
            "place": project.site_address,
            "earliest": local_day(timezone.now()).isoformat(),
            "minutes": "90",
            "kind": VisitKind.JOINT.value,
        }
    return render(request, "approvals/con_call.html", context, status=422 if error else 200)


@door(VIEW)
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = queries.visit_by_id(visit_id)
    if request.method == "POST":
        return _visit_act(request, visit_id)
    context = {"visit": found, "tones": TONES, "given": {}, **parsing.errors(None)}
    return render(request, "approvals/con_visit.html", context)


def _visit_act(request: HttpRequest, visit_id: int) -> HttpResponse:
    found, given = queries.visit_by_id(visit_id), request.POST
    back = reverse("approvals:visit", args=[visit_id])
    if given.get("act") == "cancel":
        return parsing.done(
            back,
            lambda: acts.cancel_visit(visit=found, reason=given.get("reason", "")),
            _("The visit is called off."),
        )
    attended = [unit.pk for unit in parsing.chosen_units(request, "attended")]
    return parsing.done(
        back,
        lambda: acts.hold_visit(visit=found, minutes=given.get("minutes", ""), attended=attended),
        _("The visit is on record."),
    )


# -- joint acceptance ---------------------------------------------------------------------------------------------


@door(VIEW)
def acceptance(request: HttpRequest, case_id: int) -> HttpResponse:
    """One board for all specials: who has said what, the one visit, the defects."""
    view = cases.case_view(case_id)
    if view.definition != JOINT:
        raise Missing(_("This case is no joint acceptance."), code="acceptance.other")
    project = ConstructionProject.objects.filter(code=str(view.variables.get("project_code") or "")).first()
    if request.method == "POST":
        return _enter_defect(request, case_id, project)
    context = {
        "case": view,
        "project": project,
        "specials": view.variables.get("specials") or [],
        "opinions": view.variables.get("opinions") or [],
        "tasks": [task for task in view.tasks if task.node in ("opine", "reinspect")],
        "visits": list(queries.visits().filter(case_id=case_id)),
        "defects": list(queries.defects_of_case(case_id)),
        "tones": TONES,
        "defect_tones": DEFECT_TONES,
        "units": [(str(unit.pk), unit.shown_name) for unit in parsing.units_for("approvals.raise_defect")],
        "given": {},
        **parsing.errors(None),
    }
    return render(request, "approvals/con_acceptance.html", context)


def _enter_defect(request: HttpRequest, case_id: int, project: ConstructionProject | None) -> HttpResponse:
    given = request.POST

    def enter() -> object:
        if project is None:
            raise Conflict(_("The project of this case is not registered."), code="acceptance.no_project")
        return acts.raise_defect(
            project=project,
            unit=parsing.unit_given(request, "approvals.raise_defect"),
            case_id=case_id,
            text=given.get("text", ""),
            basis=given.get("basis", ""),
            due_on=day(given.get("due_on", ""), "due_on"),
        )

    return parsing.done(
        reverse("approvals:acceptance", args=[case_id]), enter, _("The defect is on the list.")
    )


@door(VIEW)
@require_POST
def defect(request: HttpRequest, defect_id: int) -> HttpResponse:
    """Report a rectification, or look again."""
    found: Defect = queries.defect_by_id(defect_id)
    given = request.POST
    back = (
        reverse("approvals:acceptance", args=[found.case_id])
        if found.case_id
        else reverse("approvals:project", args=[found.project.code])
    )
    if given.get("act") == "rectified":
        return parsing.done(
            back,
            lambda: acts.report_rectified(defect=found, text=given.get("text", "")),
            _("The rectification is on record."),
        )
    return parsing.done(
        back,
        lambda: acts.recheck_defect(
            defect=found, passed=given.get("act") == "clear", note=given.get("text", "")
        ),
        _("The re-check is on record."),
    )
