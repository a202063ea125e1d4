"""Reads; the database shows only what the asker may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import Count, F, Model, Q, QuerySet
from django.utils import timezone

from chengshu.foundation.calendar.moments import at
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.command.facts import CENTRE
from chengshu.scenes.command.models import (
    CityEvent,
    DutyPost,
    DutyShift,
    DutySlot,
    EventState,
    Exchange,
    ExchangeState,
    HandOver,
    Instruction,
    InstructionReply,
    InstructionState,
    LogEntry,
    Merge,
    MergeState,
    PlanRun,
    PlanVersion,
    ReportState,
    ReportTemplate,
    RunReport,
    RunState,
    RunStep,
    SituationReport,
    VersionState,
)
from chengshu.scenes.command.nearness import Pair, pairs
from chengshu.scenes.command.texts import no_such

Row = TypeVar("Row", bound=Model)

MOST_COMPARED = 400
"""Open events that are compared with one another: the latest."""
_OVER = (EventState.CLOSED, EventState.WITHDRAWN)


def one(found: QuerySet[Row], pk: int) -> Row:
    """
    :raises Missing: if there is none that the asker may see
    """
    row = found.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise no_such()
    return row


def events(*, state: str = "", grade: str = "", what: str = "") -> QuerySet[CityEvent]:
    """Events that speak for themselves, with how many were merged into each.

    :param state: a state; ``all``; empty: those that are not over
    :param what: ``real`` (without drills and simulated ones), ``drill``, ``simulated``; empty: all, marked
    """
    found = CityEvent.objects.filter(merged_into=None).select_related("unit")
    if state in EventState.values:
        found = found.filter(state=state)
    elif state != "all":
        found = found.exclude(state__in=_OVER)
    if grade:
        found = found.filter(grade="" if grade == "none" else grade)
    if what == "real":
        found = found.filter(drill=False, simulated=False)
    elif what in ("drill", "simulated"):
        found = found.filter(**{what: True})
    return found.annotate(merged_count=Count("merged"))


def counts() -> Mapping[str, int]:
    """How many real events that speak for themselves stand in each state."""
    rows = (
        CityEvent.objects.filter(merged_into=None, drill=False, simulated=False)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


def event_by_id(event_id: int) -> CityEvent:
    """
    :raises Missing: if there is none that the asker may see
    """
    return one(CityEvent.objects.select_related("unit", "merged_into", "reporter"), event_id)


def open_events() -> list[CityEvent]:
    """The latest open events that speak for themselves."""
    found = CityEvent.objects.filter(merged_into=None).exclude(state__in=_OVER).select_related("unit")
    return list(found[:MOST_COMPARED])


def proposals() -> list[Pair]:
    """Pairs of open events that may be one and of which nobody has said that they are not."""
    decided = Merge.objects.filter(state=MergeState.DISMISSED).values_list("event_id", "into_id")
    return list(pairs(open_events(), {frozenset(pair) for pair in decided}))


def centre() -> Unit:
    """The unit whose desk takes what no unit is named for.

    :raises Missing: if the base data was never loaded
    """
    found = Unit.objects.filter(key=CENTRE).first()
    if found is None:
        raise no_such()
    return found


def unit_by_id(unit_id: int) -> Unit:
    """
    :raises Missing: if there is none
    """
    return one(Unit.objects.all(), unit_id)


def plans(*, state: str = "") -> QuerySet[PlanVersion]:
    """Versions of plans.

    :param state: a state; empty: all but those that were replaced
    """
    found = PlanVersion.objects.select_related("plan", "unit", "author").annotate(step_count=Count("steps"))
    shown = [state] if state in VersionState.values else set(VersionState.values) - {"replaced"}
    return found.filter(state__in=shown).order_by("plan__title", "-number")


def version_by_id(version_id: int) -> PlanVersion:
    """
    :raises Missing: if there is none that the asker may see
    """
    return one(PlanVersion.objects.select_related("plan", "unit", "author", "decided_by"), version_id)


def plans_for(event: CityEvent) -> list[PlanVersion]:
    """Plans in force at the desk of an event, those for its kind first."""
    found = PlanVersion.objects.filter(unit_id=event.unit_id, state=VersionState.IN_FORCE)
    family = event.kind.partition(".")[0]
    rows = list(found.select_related("plan"))
    return sorted(rows, key=lambda one: not {event.kind, family} & set(one.plan.kinds))


def runs(*, state: str = "", what: str = "") -> QuerySet[PlanRun]:
    """Plans carried out, the latest first.

    :param what: ``real`` or ``drill``; empty: both
    """
    found = PlanRun.objects.select_related("version", "version__plan", "unit", "event")
    if state in RunState.values:
        found = found.filter(state=state)
    if what in ("real", "drill"):
        found = found.filter(drill=what == "drill")
    return found


def run_by_id(run_id: int) -> PlanRun:
    """
    :raises Missing: if there is none that the asker may see
    """
    return one(runs().select_related("started_by"), run_id)


def step_by_id(step_id: int) -> RunStep:
    """
    :raises Missing: if there is none that the asker may see
    """
    return one(RunStep.objects.select_related("run", "unit", "file"), step_id)


def run_report_by_id(report_id: int) -> RunReport:
    """
    :raises Missing: if there is none that the asker may see
    """
    return one(RunReport.objects.select_related("run", "word", "pdf"), report_id)


def staff(unit_id: int) -> list[Account]:
    """Accounts that hold a post of a unit today: who may be named for duty."""
    today = timezone.localdate()
    held = Q(appointments__ends_on=None) | Q(appointments__ends_on__gte=today)
    found = Account.objects.filter(
        held, appointments__post__unit_id=unit_id, appointments__starts_on__lte=today, is_active=True
    )
    return list(found.distinct().order_by("title", "username"))


def on_duty(unit_id: int, moment: datetime | None = None) -> list[DutySlot]:
    """Who is on duty at a desk at a moment, post by post; gaps without an account."""
    now = moment or timezone.now()
    found = DutySlot.objects.filter(unit_id=unit_id, starts_at__lte=now, ends_at__gt=now)
    return list(found.select_related("post", "shift", "account"))


def slots(unit_id: int, first_day: date, days: int) -> list[DutySlot]:
    """The turns of a desk that begin in a span."""
    since = at(first_day, time())
    found = DutySlot.objects.filter(
        unit_id=unit_id, starts_at__gte=since, starts_at__lt=since + timedelta(days=days)
    )
    return list(found.select_related("post", "shift", "account", "unit"))


def slots_ahead(unit_id: int) -> list[DutySlot]:
    """Turns that have not begun, the next month of them."""
    now = timezone.now()
    found = DutySlot.objects.filter(
        unit_id=unit_id, starts_at__gt=now, starts_at__lt=now + timedelta(days=31)
    )
    return list(found.select_related("post", "shift", "account", "unit"))


def slots_around(unit_id: int) -> list[DutySlot]:
    """Turns that are now, begin within the day, or ended within it."""
    now, day = timezone.now(), timedelta(days=1)
    found = DutySlot.objects.filter(unit_id=unit_id, starts_at__lt=now + day, ends_at__gt=now - day)
    return list(found.select_related("post", "shift", "account", "unit"))


def duty_posts(unit_id: int) -> list[DutyPost]:
    return list(DutyPost.objects.filter(unit_id=unit_id, closed_at=None))


def duty_shifts(unit_id: int) -> list[DutyShift]:
    return list(DutyShift.objects.filter(unit_id=unit_id, closed_at=None))


def exchanges(unit_id: int) -> list[Exchange]:
    """Exchanges that wait for somebody."""
    pending = (ExchangeState.ASKED, ExchangeState.AGREED)
    related = ("mine__post", "mine__account", "theirs__post", "theirs__account", "asked_by", "asked_of")
    found = Exchange.objects.filter(unit_id=unit_id, state__in=pending).select_related(*related)
    return list(found)


def hand_overs(unit_id: int, most: int = 10) -> list[HandOver]:
    """The latest hand-overs of a desk."""
    found = HandOver.objects.filter(unit_id=unit_id)
    return list(found.select_related("slot__post", "offered_by", "accepted_by")[:most])


def log(*, unit_id: int, text: str = "", day: date | None = None) -> QuerySet[LogEntry]:
    """The shift log of a desk, the latest first."""
    found = LogEntry.objects.filter(unit_id=unit_id).select_related("by", "corrects", "event")
    if text:
        found = found.filter(text__icontains=text)
    if day is not None:
        since = at(day, time())
        found = found.filter(at__gte=since, at__lt=since + timedelta(days=1))
    return found.prefetch_related("corrections")


def instructions(*, state: str = "", what: str = "") -> QuerySet[Instruction]:
    """Instructions that one's units issued or were told.

    :param state: a state, ``late`` (a limit ran out) or ``all``; empty: those that are not over
    :param what: ``real`` or ``drill``; empty: both
    """
    found = Instruction.objects.select_related("unit", "to_unit", "event")
    if state in InstructionState.values:
        found = found.filter(state=state)
    elif state == "late":
        found = found.filter(Q(late_receipt_at__isnull=False) | Q(late_answer_at__isnull=False))
    elif state != "all":
        found = found.filter(ended_at=None)
    if what in ("real", "drill"):
        found = found.filter(drill=what == "drill")
    return found


def instruction_by_id(instruction_id: int) -> Instruction:
    """
    :raises Missing: if there is none that the asker may see
    """
    related = ("unit", "to_unit", "event", "run", "issued_by")
    return one(Instruction.objects.select_related(*related), instruction_id)


def reply_by_id(reply_id: int) -> InstructionReply:
    """
    :raises Missing: if there is none with a file that the asker may see
    """
    return one(InstructionReply.objects.select_related("file").exclude(file=None), reply_id)


def instruction_figures(*, drill: bool = False) -> list[dict[str, object]]:
    """Of each told unit: how many, received in time, answered in time, done. Drills apart, nothing simulated."""
    found = Instruction.objects.filter(drill=drill, simulated=False).exclude(state="withdrawn")
    counted = {
        "told": Count("pk"),
        "received": Count("pk", filter=Q(received_at__lte=F("receipt_by"))),
        "answered": Count("pk", filter=Q(answered_at__lte=F("answer_by"))),
        "closed": Count("pk", filter=Q(state=InstructionState.CLOSED)),
    }
    return list(found.order_by().values("to_unit__name").annotate(**counted).order_by("to_unit__name"))


def reports(*, state: str = "") -> QuerySet[SituationReport]:
    """Situation reports, the latest first."""
    found = SituationReport.objects.select_related("template", "unit")
    return found.filter(state=state) if state in ReportState.values else found


def report_by_id(report_id: int) -> SituationReport:
    """
    :raises Missing: if there is none that the asker may see
    """
    related = ("template", "unit", "checked_by", "issued_by", "word", "pdf")
    return one(SituationReport.objects.select_related(*related), report_id)


def report_templates() -> list[ReportTemplate]:
    return list(ReportTemplate.objects.filter(closed_at=None).select_related("unit"))
