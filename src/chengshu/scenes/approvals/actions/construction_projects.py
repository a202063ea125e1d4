"""Projects and their items, materials and cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import CaseView, ClockView
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.codes import unified_code
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.construction.codes import project_code
from chengshu.scenes.approvals.construction.given import given
from chengshu.scenes.approvals.construction.plan import OUTSIDE, shipped_plan
from chengshu.scenes.approvals.construction.queries import as_platform
from chengshu.scenes.approvals.models_construction import (
    ConstructionProject,
    ProjectItem,
    ProjectKind,
    ProjectMaterial,
    ProjectState,
)

ACCEPTED: Final = "3"
OVER: Final = frozenset({"4", "5", "11", "12", "13", "14", "15"})
"""Statuses after which nothing of an item is being decided any more."""


@action(title=_("Register a construction project"), at=lambda *, unit, **_rest: unit.pk)
def register_project(
    *,
    unit: Unit,
    code: str,
    name: str,
    kind: str,
    owner_name: str,
    owner_code: str,
    site_address: str,
    handover_on: date | None = None,
    simulated: bool = False,
) -> ConstructionProject:
    """Give a project its one record; its items come from the plan in force.

    :param code: of the online platform for investment projects
    :raises InvalidInput: ``code``, ``owner_code`` or another field, each with its exact reason
    :raises Conflict: ``project.known`` if the code has been registered
    """
    now = timezone.now()
    checked = project_code(code, today=local_day(now), field="code")
    if kind not in ProjectKind.values:
        raise InvalidInput(
            _("Choose the kind of investment."),
            field="kind",
            code="project.kind",
            hint=_("Pick one of the two."),
        )
    with as_platform():
        if ConstructionProject.objects.filter(code=checked.value).exists():
            raise Conflict(
                _("A project with the code %(code)s is registered already.") % {"code": checked.value},
                code="project.known",
                hint=_("Look for it in the list of projects, or ask its lead unit."),
            )
    project = ConstructionProject(
        unit=unit,
        code=checked.value,
        name=given(name, "name", most=200),
        kind=kind,
        owner_name=given(owner_name, "owner_name", most=200),
        owner_code=unified_code(owner_code, field="owner_code").value,
        site_address=given(site_address, "site_address", most=300),
        handover_on=handover_on,
        registered_at=now,
        registered_by_id=current_asker().account_id,
        simulated=simulated,
    )
    units = _units_of_plan()
    project.reader_units = sorted({unit.pk, *units.values()})
    project.save()
    for item in shipped_plan().items:
        ProjectItem(
            project=project, unit_id=units[item.unit], stage=item.stage, key=item.key, title=item.title
        ).save()
    return project


def _units_of_plan() -> dict[str, int]:
    wanted = shipped_plan().units()
    found = dict(Unit.objects.filter(key__in=wanted).values_list("key", "pk"))
    if missing := sorted(wanted - found.keys()):
        raise Conflict(
            _("The plan names units that do not exist: %(units)s.") % {"units": ", ".join(missing)},
            code="project.plan_units",
            hint=_("Load the base data, or correct the plan."),
        )
    return found


@action(title=_("Say whether a project needs an item"), at=lambda *, item, **_rest: item.project.unit_id)
def set_item_needed(*, item: ProjectItem, needed: bool, reason: str = "") -> ProjectItem:
    """Take an item out of a project's plan, or put it back.

    :param reason: why it is not needed
    :raises Conflict: ``project.item_has_case`` if a case of it is under way or decided
    """
    if item.case_id is not None and not needed:
        raise Conflict(
            _("“%(title)s” has a case: it cannot be left out.") % {"title": item.title},
            code="project.item_has_case",
            hint=_("Let the case end first."),
        )
    item.needed = needed
    item.not_needed_because = "" if needed else given(reason, "reason", most=300)
    item.save()
    return item


@action(title=_("Join a case to its project"), at=lambda *, item, **_rest: item.unit_id)
def link_project_case(*, item: ProjectItem, case_id: int) -> ProjectItem:
    """Say that this case decides this item; what it says is kept with the project from then on.

    :raises Missing: if there is no such case that the asker may see
    :raises InvalidInput: ``case_id`` if the case is of another matter or of another project
    :raises Conflict: if either has another already
    """
    view = cases.case_view(case_id)
    said = str(view.variables.get("project_code") or "")
    if view.definition != item.key or (said and said != item.project.code):
        raise InvalidInput(
            _("Case %(number)s is not of this item and project.") % {"number": view.number},
            field="case_id",
            code="project.other_case",
            hint=_("Choose a case of the same matter whose project code is %(code)s.")
            % {"code": item.project.code},
        )
    if item.case_id not in (None, case_id) and item.status not in ("4", "5", "13", "14"):
        raise Conflict(
            _("This item has the case %(number)s already.") % {"number": item.case_number},
            code="project.item_has_case",
            hint=_("A new case can follow once that one was refused or withdrawn."),
        )
    item.case_id, item.case_number, item.needed = case_id, view.number, True
    _take_over(item, view)
    return item


@action(title=_("Bring an item of a project up to date"), at=lambda *, item, **_rest: item.unit_id)
def refresh_project_item(*, item: ProjectItem) -> ProjectItem:
    """Read again what the case of an item says: dates, limits, pauses."""
    if item.case_id is not None:
        with as_platform():
            view = cases.case_view(item.case_id)
        _take_over(item, view)
    return item


def _take_over(item: ProjectItem, view: CaseView) -> None:
    item.status = view.status
    item.filed_at = view.opened_at
    item.accepted_at = _when(view, {ACCEPTED}, first=True)
    item.decided_at = _when(view, OVER, first=False) if view.status in OVER else None
    legal, promised = decision_clock(view, "legal"), decision_clock(view, "promised")
    item.legal_limit = _notation(legal) or str(view.variables.get("legal_limit") or "")
    item.promised_limit = _notation(promised) or str(view.variables.get("promised_limit") or "")
    leading = promised or legal
    item.due_at = leading.due_at if leading else None
    item.pauses = [
        [local_day(start).isoformat(), local_day(end).isoformat() if end else None]
        for start, end, _ground in (leading.pauses if leading else ())
    ]
    item.save()
    _settle_project(item.project_id)


def decision_clock(view: CaseView, layer: str) -> ClockView | None:
    """The clock of the decision: a case begins it first; those of notice and delivery come after."""
    own = [clock for clock in view.clocks if clock.layer == layer]
    return min(own, key=lambda clock: clock.clock_id, default=None)


def _settle_project(project_id: int) -> None:
    """A project is done once everything of its plan was decided; read and written over all of its units."""
    with as_platform():
        project = ConstructionProject.objects.get(pk=project_id)
        waiting = project.items.filter(needed=True, decided_at=None).exists()
        state = ProjectState.ACTIVE if waiting else ProjectState.DONE
        if project.state != ProjectState.CANCELLED and project.state != state:
            settle_project(project=project, state=state)


@action(title=_("Settle the state of a project"), at=lambda *, project, **_rest: project.unit_id)
def settle_project(*, project: ConstructionProject, state: str) -> ConstructionProject:
    """Mark a project as under way, done or given up.

    :raises InvalidInput: ``state`` if there is no such state
    """
    if state not in ProjectState.values:
        raise InvalidInput(_("There is no such state."), field="state", code="project.state")
    project.state = state
    project.save()
    return project


def _when(view: CaseView, statuses: frozenset[str] | set[str], *, first: bool) -> datetime | None:
    """When the case took on one of these statuses, the first time or the last."""
    found = sorted(
        entry.at
        for entry in view.timeline
        if entry.kind == "status" and str(entry.details.get("status", "")) in statuses
    )
    return None if not found else found[0] if first else found[-1]


def _notation(clock: ClockView | None) -> str:
    return f"{clock.limit}{clock.unit}" if clock else ""


@action(title=_("Put a material into a project's pool"), at=lambda *, unit, **_rest: unit.pk)
def add_project_material(
    *,
    project: ConstructionProject,
    unit: Unit,
    stage: int,
    key: str,
    name: str,
    file: File | None = None,
    due_on: date | None = None,
    source: str = "",
) -> ProjectMaterial:
    """Keep a material once for all items of a project; the same key again is a new version of it.

    :param file: what was handed in; none while it is owed (容缺), and then ``due_on`` says until when
    :param source: case number, or where else it comes from
    :raises InvalidInput: ``stage``, ``due_on``, or ``file`` if it is the version that is there already
    """
    if stage != OUTSIDE and shipped_plan().stage(stage) is None:
        raise InvalidInput(_("There is no such stage."), field="stage", code="project.stage")
    if file is None and due_on is None:
        raise InvalidInput(
            _("Without a file, say until when it is owed."),
            field="due_on",
            code="project.material_due",
            hint=_("Give the day to which the applicant has pledged it."),
        )
    digest = file.content.sm3 if file is not None else ""
    last = ProjectMaterial.objects.filter(project=project, key=key).first()
    if last is not None and digest and last.digest == digest:
        raise InvalidInput(
            _("This is version %(version)s, byte for byte.") % {"version": last.version},
            field="file",
            code="project.material_same",
            hint=_("Nothing needs to be handed in again."),
        )
    material = ProjectMaterial(
        project=project,
        unit=unit,
        stage=stage,
        key=given(key, "key", most=100),
        name=given(name, "name", most=200),
        version=(last.version if last else 0) + 1,
        file=file,
        digest=digest,
        due_on=due_on,
        supplied_at=timezone.now() if file is not None else None,
        source=source.strip()[:100],
    )
    material.save()
    return material
