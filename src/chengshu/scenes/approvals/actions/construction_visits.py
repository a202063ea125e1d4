"""Visits to a site, who is asked, and the defects that are found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.construction.given import given
from chengshu.scenes.approvals.construction.plan import visiting_hours
from chengshu.scenes.approvals.construction.queries import as_platform, busy_times
from chengshu.scenes.approvals.construction.slots import Party, Span
from chengshu.scenes.approvals.models_construction import (
    BusyTime,
    ConstructionProject,
    Defect,
    DefectRecheck,
    DefectState,
    ParticipantState,
    SiteVisit,
    VisitKind,
    VisitParticipant,
    VisitState,
)

JOINT_VISIT_HELD = "joint_visit_held"
"""The message for which a joint acceptance waits."""


@action(title=_("Record a busy time of a unit"), at=lambda *, unit, **_rest: unit.pk)
def record_busy_time(*, unit: Unit, starts_at: datetime, ends_at: datetime, reason: str = "") -> BusyTime:
    """Say when a unit's people cannot come.

    :raises InvalidInput: ``ends_at`` if it is not after the start
    """
    _insist_order(starts_at, ends_at)
    busy = BusyTime(unit=unit, starts_at=starts_at, ends_at=ends_at, reason=reason.strip()[:100])
    busy.save()
    return busy


@action(title=_("Call a visit"), at=lambda *, unit, **_rest: unit.pk)
def call_visit(
    *,
    unit: Unit,
    kind: str,
    purpose: str,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    units: Sequence[Unit],
    project: ConstructionProject | None = None,
    case_id: int | None = None,
    simulated: bool = False,
) -> SiteVisit:
    """Ask units to one place at one time.

    :param unit: the lead, which calls it
    :param units: who is asked to come, the lead itself included or not
    :raises InvalidInput: ``kind``, ``units`` or ``ends_at``
    :raises Conflict: ``visit.not_free`` naming who is taken then or closed, ``visit.called`` if the case has a
        joint visit already
    """
    if kind not in VisitKind.values:
        raise InvalidInput(_("Choose the kind of visit."), field="kind", code="visit.kind")
    asked = {one.pk: one for one in units}
    if not asked:
        raise InvalidInput(
            _("Nobody is asked to come."), field="units", code="visit.nobody", hint=_("Choose the units.")
        )
    _insist_order(starts_at, ends_at)
    _insist_one_joint_visit(kind, case_id)
    _insist_free(list(asked.values()), Span(starts_at, ends_at))
    visit = SiteVisit(
        unit=unit,
        kind=kind,
        purpose=given(purpose, "purpose", most=200),
        place=given(place, "place", most=300),
        starts_at=starts_at,
        ends_at=ends_at,
        project=project,
        case_id=case_id,
        reader_units=sorted({unit.pk, *asked}),
        state=VisitState.CONFIRMED,
        called_by_id=current_asker().account_id,
        simulated=simulated,
    )
    visit.save()
    for one in asked.values():
        VisitParticipant(visit=visit, unit=one).save()
    return visit


def _insist_order(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise InvalidInput(
            _("It must end after it begins."),
            field="ends_at",
            code="visit.order",
            hint=_("Give a later end."),
        )


def _insist_one_joint_visit(kind: str, case_id: int | None) -> None:
    """联合踏勘 is one visit: another is called only after the first was cancelled."""
    called = SiteVisit.objects.filter(case_id=case_id, kind=VisitKind.JOINT).exclude(
        state=VisitState.CANCELLED
    )
    if kind == VisitKind.JOINT and case_id is not None and called.exists():
        raise Conflict(
            _("This case has its joint visit already."),
            code="visit.called",
            hint=_("One visit for all: cancel it first if it cannot take place."),
        )


def _insist_free(units: Sequence[Unit], span: Span) -> None:
    taken = busy_times(units, span.start, span.end)
    hours = visiting_hours()
    busy = [
        unit.shown_name for unit in units if not Party(unit.key, hours, taken.get(unit.key, ())).can(span)
    ]
    if busy:
        raise Conflict(
            _("Not free then: %(units)s.") % {"units": "、".join(busy)},
            code="visit.not_free",
            hint=_("Choose one of the proposed times."),
            data={"units": busy},
        )
    if not (hours.is_open(span.start) and any(_fits(span, day_span) for day_span in _open_spans(span))):
        raise Conflict(
            _("Offices are closed at that time."),
            code="visit.closed",
            hint=_("Choose a time within office hours of a working day."),
        )


def _fits(span: Span, window: Span) -> bool:
    return window.contains(span)


def _open_spans(span: Span) -> list[Span]:
    day = local_day(span.start)
    zone = span.start.tzinfo
    return [
        Span(
            datetime.combine(day, window.opens, tzinfo=zone),
            datetime.combine(day, window.closes, tzinfo=zone),
        )
        for window in visiting_hours().windows(day)
    ]


@action(title=_("Record that a visit was held"), at=lambda *, visit, **_rest: visit.unit_id)
def hold_visit(*, visit: SiteVisit, minutes: str, attended: Collection[int]) -> SiteVisit:
    """Keep who came and what was seen; a joint acceptance that waits for its visit goes on.

    :param attended: ids of the units that came
    :raises InvalidInput: ``attended`` if nobody came or somebody was not asked, ``minutes`` when empty
    :raises Conflict: ``visit.ended`` if it was held or cancelled, ``visit.early`` before it begins
    """
    visit = _open_visit(visit)
    if visit.starts_at > timezone.now():
        raise Conflict(
            _("The visit is still to come."),
            code="visit.early",
            hint=_("Record it once it has taken place."),
        )
    participants = list(visit.participants.all())
    came = set(attended)
    if not came or not came <= {one.unit_id for one in participants}:
        raise InvalidInput(
            _("Say which of the units that were asked came."),
            field="attended",
            code="visit.attended",
            hint=_("Tick at least one of them."),
        )
    for one in participants:
        one.state = ParticipantState.ATTENDED if one.unit_id in came else ParticipantState.ABSENT
        one.save()
    visit.minutes = given(minutes, "minutes", most=5000)
    visit.state, visit.held_at = VisitState.HELD, timezone.now()
    visit.save()
    if visit.kind == VisitKind.JOINT and visit.case_id is not None:
        _tell_case(visit)
    return visit


def _tell_case(visit: SiteVisit) -> None:
    payload = {"visit": visit.pk, "visit_held_on": local_day(visit.starts_at).isoformat()}
    with as_platform(), suppress(Conflict):
        cases.send_message(case_id=visit.case_id or 0, name=JOINT_VISIT_HELD, payload=payload)


@action(title=_("Cancel a visit"), at=lambda *, visit, **_rest: visit.unit_id)
def cancel_visit(*, visit: SiteVisit, reason: str) -> SiteVisit:
    """Call a visit off; its time is free again for everybody.

    :raises Conflict: ``visit.ended`` if it was held or cancelled
    """
    visit = _open_visit(visit)
    visit.cancelled_because = given(reason, "reason", most=300)
    visit.state = VisitState.CANCELLED
    visit.save()
    return visit


def _open_visit(visit: SiteVisit) -> SiteVisit:
    fresh = SiteVisit.objects.select_for_update().get(pk=visit.pk)
    if fresh.state in (VisitState.HELD, VisitState.CANCELLED):
        raise Conflict(
            _("This visit has ended: %(state)s.") % {"state": fresh.get_state_display()},
            code="visit.ended",
            hint=_("Reload the page."),
        )
    return fresh


# -- defects ------------------------------------------------------------------------------------------------------


@action(title=_("Enter a defect"), at=lambda *, unit, **_rest: unit.pk)
def raise_defect(
    *,
    project: ConstructionProject,
    unit: Unit,
    text: str,
    basis: str,
    due_on: date,
    case_id: int | None = None,
    visit: SiteVisit | None = None,
    special: str = "",
) -> Defect:
    """Say what is wrong and by which standard; only the unit that says so can clear it.

    :param basis: the standard or article; nothing may be asked for without one
    :raises InvalidInput: ``text``, ``basis``, or ``due_on`` in the past
    """
    if due_on < local_day(timezone.now()):
        raise InvalidInput(
            _("The day by which it is to be rectified has passed."),
            field="due_on",
            code="defect.due",
            hint=_("Give a later day."),
        )
    defect = Defect(
        project=project,
        unit=unit,
        case_id=case_id,
        visit=visit,
        special=special.strip()[:60],
        text=given(text, "text", most=500),
        basis=given(basis, "basis", most=300),
        due_on=due_on,
        found_at=timezone.now(),
    )
    defect.save()
    return defect


@action(title=_("Report a defect as rectified"), at=lambda *, defect, **_rest: defect.project.unit_id)
def report_rectified(*, defect: Defect, text: str) -> Defect:
    """Note what the builder did about a defect; its unit then looks again.

    :raises Conflict: ``defect.cleared``
    """
    defect = _uncleared(defect)
    defect.rectification = given(text, "text", most=1000)
    defect.state, defect.rectified_at = DefectState.RECTIFIED, timezone.now()
    defect.save()
    return defect


@action(title=_("Look at a defect again"), at=lambda *, defect, **_rest: defect.unit_id)
def recheck_defect(*, defect: Defect, passed: bool, note: str) -> Defect:
    """复验: clear a defect, or leave it open; every look is kept.

    :raises Conflict: ``defect.cleared``, or ``defect.not_rectified`` while no rectification was reported
    """
    defect = _uncleared(defect)
    if defect.state != DefectState.RECTIFIED:
        raise Conflict(
            _("No rectification was reported yet."),
            code="defect.not_rectified",
            hint=_("Let the lead record what the builder did."),
        )
    now = timezone.now()
    DefectRecheck(
        defect=defect,
        unit_id=defect.unit_id,
        passed=passed,
        note=given(note, "note", most=500),
        at=now,
        by_id=current_asker().account_id,
    ).save()
    defect.state = DefectState.CLEARED if passed else DefectState.OPEN
    defect.cleared_at = now if passed else None
    defect.save()
    return defect


def _uncleared(defect: Defect) -> Defect:
    fresh = Defect.objects.select_for_update(of=("self",)).select_related("project").get(pk=defect.pk)
    if fresh.state == DefectState.CLEARED:
        raise Conflict(_("This defect is cleared."), code="defect.cleared", hint=_("Reload the page."))
    return fresh
