"""The list of projects, one project's stage board, and what is done to its items and materials."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import Conflict, InvalidInput, Missing
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import day, whole
from chengshu.scenes.approvals.actions import construction_projects as acts
from chengshu.scenes.approvals.construction import queries
from chengshu.scenes.approvals.construction.pages import parsing
from chengshu.scenes.approvals.construction.plan import shipped_plan
from chengshu.scenes.approvals.construction.stages import Branch
from chengshu.scenes.approvals.models_construction import ProjectItem, ProjectKind

VIEW = "approvals.view_projects"
COLUMNS = (
    Column("name", _("Project"), header=True),
    Column("code", _("Project code"), kind="fit"),
    Column("owner_name", _("Owner")),
    Column("state", _("State")),
    Column("registered_at", _("Registered"), kind="date"),
)
BRANCHES = {
    Branch.PLANNED: (_("Planned"), "neutral"),
    Branch.FILED: (_("Applied for"), "info"),
    Branch.RUNNING: (_("Being decided"), "info"),
    Branch.LATE: (_("Late"), "negative"),
    Branch.DECIDED: (_("Decided already"), "positive"),
    Branch.NOT_NEEDED: (_("Not needed here"), "neutral"),
}
SHOWN = 200


@door(VIEW, title=_("See construction projects"))
def projects(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    context = {
        "rows": queries.projects(text)[:SHOWN],
        "columns": COLUMNS,
        "q": text,
        "filters": [
            Filter("q", _("Search"), kind="search", value=text, placeholder=_("Code, name or owner"))
        ],
        "late": sorted(queries.late_branches().items(), key=lambda pair: pair[0].path),
    }
    return render(request, "approvals/con_projects.html", context)


@door(VIEW)
def new_project(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _project_form(request, None)
    try:
        handover = request.POST.get("handover_on", "")
        project = acts.register_project(
            unit=parsing.unit_given(request, "approvals.register_project"),
            code=request.POST.get("code", ""),
            name=request.POST.get("name", ""),
            kind=request.POST.get("kind", ""),
            owner_name=request.POST.get("owner_name", ""),
            owner_code=request.POST.get("owner_code", ""),
            site_address=request.POST.get("site_address", ""),
            handover_on=day(handover, "handover_on") if handover else None,
        )
    except (InvalidInput, Conflict) as error:
        return _project_form(request, error)
    answer = HttpResponseRedirect(reverse("approvals:project", args=[project.code]))
    return flash(answer, "success", _("The project is registered."))


def _project_form(request: HttpRequest, error: InvalidInput | Conflict | None) -> HttpResponse:
    units = parsing.units_for("approvals.register_project")
    context = {
        "given": parsing.typed(request),
        "kinds": [Option(value, label) for value, label in ProjectKind.choices],
        "units": [(str(unit.pk), unit.shown_name) for unit in units],
        **parsing.errors(error),
    }
    return render(request, "approvals/con_new_project.html", context, status=422 if error else 200)


@door(VIEW)
def project(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.project_by_code(code)
    context = {
        "project": found,
        "board": queries.project_board(found),
        "branches": BRANCHES,
        "pool": queries.pool(found),
        "visits": list(queries.visits().filter(project=found)[:20]),
        "reviews": list(queries.reviews().filter(project=found)[:20]),
        "notices": list(queries.notices().filter(project=found)[:20]),
        "stages": [(str(stage.number), stage.shown_title) for stage in shipped_plan().stages]
        + [("0", _("Outside the stages"))],
        "material_units": [
            (str(unit.pk), unit.shown_name) for unit in parsing.units_for("approvals.add_project_material")
        ],
        "given": {},
        **parsing.errors(None),
    }
    return render(request, "approvals/con_project.html", context)


@door(VIEW)
@require_POST
def project_item(request: HttpRequest, item_id: int) -> HttpResponse:
    """Leave an item out, put it back, or join a case to it."""
    item = ProjectItem.objects.select_related("project").filter(pk=item_id).first()
    if item is None:
        raise Missing(_("There is no such item, or you may not see it."), code="project.item_missing")
    back = reverse("approvals:project", args=[item.project.code])
    given = request.POST
    if given.get("act") == "link":
        return parsing.done(
            back,
            lambda: acts.link_project_case(item=item, case_id=whole(given.get("case_id", ""), "case_id")),
            _("The case belongs to the project now."),
        )
    if given.get("act") == "refresh":
        return parsing.done(back, lambda: acts.refresh_project_item(item=item), _("The item is up to date."))
    needed = given.get("act") == "need"
    return parsing.done(
        back,
        lambda: acts.set_item_needed(item=item, needed=needed, reason=given.get("reason", "")),
        _("The plan of the project is changed."),
    )


@door(VIEW)
@require_POST
def project_material(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.project_by_code(code)
    given = request.POST

    def add() -> object:
        unit = parsing.unit_given(request, "approvals.add_project_material")
        due = given.get("due_on", "")
        return acts.add_project_material(
            project=found,
            unit=unit,
            stage=whole(given.get("stage", ""), "stage"),
            key=given.get("key", ""),
            name=given.get("name", ""),
            file=parsing.file_given(request, unit),
            due_on=day(due, "due_on") if due else None,
        )

    return parsing.done(
        reverse("approvals:project", args=[code]), add, _("The material is in the project's pool.")
    )
