"""What becomes of an event: reported, verified, graded, handled, resolved, reviewed; or withdrawn as a false report."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.command.events import EventGraded, EventReported, EventResolved
from chengshu.scenes.command.facts import kinds
from chengshu.scenes.command.grading import Harm, graded
from chengshu.scenes.command.models import (
    CityEvent,
    EventLink,
    EventState,
    EventStep,
    Grade,
    Grading,
    Source,
    StepKind,
)
from chengshu.scenes.command.numbering import next_number
from chengshu.scenes.command.texts import given, not_later, one_of, optional, wrong_state


def at_event(*, event: CityEvent, **_rest: object) -> int:
    return event.unit_id


@action(title=_("Take down an event"), at=lambda *, unit, **_rest: unit.pk)
def report_event(
    *,
    unit: Unit,
    title: str,
    kind: str,
    source: str = Source.DUTY,
    happened_at: datetime | None = None,
    description: str = "",
    place: str = "",
    lat: Decimal | None = None,
    lng: Decimal | None = None,
    external_id: str = "",
    simulated: bool = False,
    drill: bool = False,
) -> CityEvent:
    """Take down what was reported to the desk of a unit.

    :param kind: a code of the list in force today
    :param external_id: what the source calls it: what is known already is returned as it stands
    :raises InvalidInput: by field
    """
    now = timezone.now()
    source = one_of(source, Source.values, "source")
    external = optional(external_id, "external_id", most=120)
    known = _known(unit, source, external)
    if known is not None:
        return known
    if (lat is None) is not (lng is None):
        raise InvalidInput(
            _("A place has both latitude and longitude."), field="lat", code="command.position"
        )
    event = CityEvent(
        unit=unit,
        number=next_number(unit.pk, "SJ"),
        title=given(title, "title", _("Say in a few words what happened."), most=200),
        description=optional(description, "description", most=4000),
        kind=one_of(kind, [one.code for one in kinds(local_day(now))], "kind"),
        place=optional(place, "place", most=200),
        lat=lat,
        lng=lng,
        happened_at=not_later(happened_at, "happened_at") if happened_at else now,
        reported_at=now,
        source=source,
        external_id=external,
        reporter_id=current_asker().account_id,
        simulated=simulated,
        drill=drill,
    )
    event.save()
    entry(event, StepKind.REPORTED, str(Source(source).label))
    emit(EventReported(event.pk, unit.pk, event.kind, drill))
    return event


def _known(unit: Unit, source: str, external_id: str) -> CityEvent | None:
    if not external_id:
        return None
    return CityEvent.objects.filter(unit=unit, source=source, external_id=external_id).first()


def entry(event: CityEvent, kind: StepKind, text: str = "") -> EventStep:
    """Write an entry into the history of an event."""
    step = EventStep(
        event=event,
        unit_id=event.unit_id,
        kind=kind,
        text=text,
        at=timezone.now(),
        by_id=current_asker().account_id,
    )
    step.save()
    return step


@action(title=_("Verify an event"), at=at_event)
def verify_event(*, event: CityEvent, note: str = "") -> CityEvent:
    """Say that it is so.

    :raises Conflict: if that was said already
    """
    event = _locked(event, EventState.REPORTED)
    event.state, event.verified_at = EventState.VERIFIED, timezone.now()
    event.save()
    entry(event, StepKind.VERIFIED, optional(note, "note", most=1000))
    return event


@action(title=_("Grade an event"), at=at_event)
def grade_event(
    *,
    event: CityEvent,
    deaths: int = 0,
    injured: int = 0,
    loss: Decimal = Decimal(0),
    grade: str = "",
    reason: str = "",
) -> Grading:
    """Grade by the table in force on the day it happened; another grade than the table's needs a reason.

    :param loss: direct loss in 万元
    :param grade: what a person decides; empty: what the table says
    :raises InvalidInput: ``grade`` if neither says one, ``reason`` if it is lacking
    :raises Conflict: if the event is over
    """
    event = _locked(event, EventState.REPORTED, EventState.VERIFIED, EventState.HANDLING, EventState.RESOLVED)
    by_table, basis = graded(event.kind, Harm(deaths, injured, loss), local_day(event.happened_at))
    if not grade and not by_table:
        raise InvalidInput(
            _("No table grades this kind: choose the grade."), field="grade", code="command.no_table"
        )
    chosen = one_of(grade or by_table, Grade.values, "grade")
    why = optional(reason, "reason", most=500)
    if chosen != by_table and not why:
        raise InvalidInput(
            _("The table does not give this grade: say why."), field="reason", code="command.reason"
        )
    row = Grading(
        event=event,
        unit_id=event.unit_id,
        grade=chosen,
        by_table=by_table,
        basis=basis,
        deaths=deaths,
        injured=injured,
        loss=loss,
        reason=why,
        at=timezone.now(),
        by_id=current_asker().account_id,
    )
    row.save()
    event.grade = chosen
    event.save()
    entry(event, StepKind.GRADED, f"{row.get_grade_display()} {why or basis}".strip())
    emit(EventGraded(event.pk, event.unit_id, chosen, event.drill))
    return row


@action(title=_("Begin to handle an event"), at=at_event)
def begin_handling(*, event: CityEvent, note: str) -> CityEvent:
    """Say who does what from now on; also when something resolved turns out not to be.

    :raises InvalidInput: ``note``
    :raises Conflict: if it is not verified, or being handled
    """
    event = _locked(event, EventState.VERIFIED, EventState.RESOLVED)
    text = given(note, "note", _("Say who does what."), most=1000)
    again = event.state == EventState.RESOLVED
    event.state, event.resolved_at = EventState.HANDLING, None
    event.handling_at = event.handling_at or timezone.now()
    event.save()
    entry(event, StepKind.REOPENED if again else StepKind.HANDLING, text)
    return event


@action(title=_("Add a note to an event"), at=at_event)
def note_event(*, event: CityEvent, note: str) -> EventStep:
    """
    :raises InvalidInput: ``note``
    :raises Conflict: if the event is over
    """
    event = _locked(event, EventState.REPORTED, EventState.VERIFIED, EventState.HANDLING, EventState.RESOLVED)
    return entry(event, StepKind.NOTE, given(note, "note", most=1000))


@action(title=_("Resolve an event"), at=at_event)
def resolve_event(*, event: CityEvent, note: str) -> CityEvent:
    """Say that it is over, and how.

    :raises InvalidInput: ``note``
    :raises Conflict: if it is not being handled
    """
    event = _locked(event, EventState.HANDLING)
    text = given(note, "note", _("Say how it ended."), most=1000)
    event.state, event.resolved_at = EventState.RESOLVED, timezone.now()
    event.save()
    entry(event, StepKind.RESOLVED, text)
    emit(EventResolved(event.pk, event.unit_id, event.drill))
    return event


@action(title=_("Review and close an event"), at=at_event)
def close_event(*, event: CityEvent, review: str) -> CityEvent:
    """Close what is resolved and graded, with a review.

    :raises InvalidInput: ``review``
    :raises Conflict: if it is not resolved, or was never graded
    """
    event = _locked(event, EventState.RESOLVED)
    if not event.grade:
        raise wrong_state(_("This event was never graded."), _("Grade it first."))
    event.review = given(review, "review", _("Say what is to be learnt."), most=4000)
    event.state, event.ended_at = EventState.CLOSED, timezone.now()
    event.save()
    entry(event, StepKind.CLOSED, event.review[:1000])
    return event


@action(title=_("Withdraw a false report"), at=at_event)
def withdraw_event(*, event: CityEvent, reason: str) -> CityEvent:
    """It was not so; the report stays, marked.

    :raises InvalidInput: ``reason``
    :raises Conflict: if it is resolved or over, or others were merged into it
    """
    event = _locked(event, EventState.REPORTED, EventState.VERIFIED, EventState.HANDLING)
    if event.merged.exists():
        raise wrong_state(_("Others were merged into this event."), _("Split them off first."))
    text = given(reason, "reason", _("Say how you know."), most=1000)
    event.state, event.ended_at = EventState.WITHDRAWN, timezone.now()
    event.save()
    entry(event, StepKind.WITHDRAWN, text)
    return event


@action(title=_("Link a thing to an event"), at=at_event)
def link_event(*, event: CityEvent, title: str, page: str) -> EventLink:
    """Note a case, a ticket or an alarm that belongs to it; a second time changes nothing.

    :param page: address within the platform
    :raises InvalidInput: by field
    """
    address = given(page, "page", most=300)
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        raise InvalidInput(
            _("The page must be one of this platform."),
            field="page",
            code="command.page",
            hint=_("Such as /inbox/cases/12/."),
        )
    known = event.links.filter(page=address).first()
    if known is not None:
        return known
    link = EventLink(
        event=event,
        unit_id=event.unit_id,
        title=given(title, "title", most=200),
        page=address,
        at=timezone.now(),
        by_id=current_asker().account_id,
    )
    link.save()
    entry(event, StepKind.LINKED, link.title)
    return link


def _locked(event: CityEvent, *states: EventState) -> CityEvent:
    """The event as it stands now, if it is in one of these states and speaks for itself."""
    event = CityEvent.objects.select_for_update().get(pk=event.pk)
    if event.merged_into_id is not None:
        raise wrong_state(_("This event was merged into another."), _("Act on the one that speaks for both."))
    if event.state not in states:
        raise wrong_state(
            _("This is not possible now: %(state)s.") % {"state": event.get_state_display()},
            _("Look at the history of the event."),
        )
    return event
