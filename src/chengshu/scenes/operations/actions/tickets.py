"""Tickets, and what stands around them: calls, problems, announced changes, outages.

A ticket's moments follow its case. Alarms, probes and rounds open tickets and record outages by the same actions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.scenes.operations.events import LimitMissed, TicketOpened
from chengshu.scenes.operations.limits import due_moments
from chengshu.scenes.operations.models import (
    Change,
    Channel,
    Contract,
    Escalation,
    FaultCall,
    LimitKind,
    Outage,
    Problem,
    ProblemState,
    Resource,
    Service,
    Severity,
    Ticket,
    TicketState,
)
from chengshu.scenes.operations.texts import given, one_of, optional, whose

PROCESS: Final = "operations.ticket"


@action(title=_("Open a ticket"), at=lambda *, service, **_rest: whose(service, "operations.open_ticket"))
def open_ticket(
    *,
    service: Service,
    title: str,
    severity: str,
    channel: str = Channel.WEB,
    description: str = "",
    place: str = "",
    resource: Resource | None = None,
    reporter_id: int | None = None,
    opened_at: datetime | None = None,
    dedup: str = "",
    simulated: bool = False,
) -> Ticket:
    """Take down a fault or a request; its case begins with the desk of the supplier.

    :param severity: ``1`` out of order for everybody … ``4`` request; decides the limits
    :param opened_at: when it was reported, if that was before now
    :param dedup: what raised it, where a machine did: while such a ticket is open, it is given back instead of another
    :param reporter_id: account of whoever confirms the repair; the unit's desk does where there is none
    :raises Conflict: if the contract is closed
    :raises InvalidInput: by field
    """
    contract, now = service.contract, timezone.now()
    if contract.closed_on is not None:
        raise Conflict(
            _("The contract of this service is closed."),
            code="operations.closed",
            hint=_("Report the fault under the contract that followed."),
        )
    if dedup and (known := Ticket.objects.filter(dedup=dedup, closed_at=None).first()):
        return known
    opened_at = _past(opened_at or now, now, "opened_at")
    due = due_moments(contract, one_of(severity, Severity.values, "severity"), opened_at)
    row = Ticket(
        number=uuid4().hex,
        contract=contract,
        service=service,
        resource=resource,
        unit_id=service.unit_id,
        supplier_id=service.supplier_id,
        channel=one_of(channel, Channel.values, "channel"),
        severity=severity,
        title=given(title, "title", _("Say in a few words what is wrong."), most=200),
        description=optional(description, "description", most=4000),
        place=optional(place, "place", most=200),
        opened_at=opened_at,
        reporter_id=reporter_id,
        respond_by=due["respond"],
        arrive_by=due["arrive"],
        repair_by=due["repair"],
        dedup=optional(dedup, "dedup", most=120),
        simulated=simulated,
    )
    row.save()
    row.case_id, row.number = _case_of(row)
    row.save()
    emit(TicketOpened(ticket=row.pk, severity=row.severity))
    return row


@action(title=_("Report a fault"), at=Reach.ANYWHERE)
def report_fault(
    *, service: Service, title: str, severity: str, description: str = "", place: str = ""
) -> Ticket:
    """Somebody of the district's staff reports a fault of any service, and will be asked whether it is repaired.

    :raises InvalidInput: by field
    """
    me = current_asker()
    with asking(system("operations: reported by staff", me.channel)):
        return open_ticket(
            service=service,
            title=title,
            severity=severity,
            description=description,
            place=place,
            reporter_id=me.account_id,
        )


@action(title=_("Note how far a ticket is"), at=Reach.EVERYWHERE)
def note_ticket(
    *, ticket_id: int, step: str, at: datetime, on_site: bool = True, cause: str = "", remedy: str = ""
) -> Ticket:
    """What the case of a ticket says of itself as it goes on; called by its service tasks alone, at least once each.

    :param step: ``responded``, ``arrived``, ``repaired``, ``reopened`` or ``closed``
    :param at: when the step was done
    """
    row = Ticket.objects.select_for_update().get(pk=ticket_id)
    if step == "responded" and row.responded_at is None:
        row.responded_at, row.state = at, TicketState.RESPONDED
        row.arrive_by = row.arrive_by if on_site else None
    elif step == "arrived" and row.arrived_at is None:
        row.arrived_at = at
    elif step == "repaired" and row.state == TicketState.RESPONDED:
        row.repaired_at, row.state = row.restored_at or at, TicketState.REPAIRED
        row.cause, row.remedy = cause[:500], remedy[:1000]
    elif step == "reopened" and row.state == TicketState.REPAIRED:
        row.repaired_at, row.state, row.reopened = None, TicketState.RESPONDED, row.reopened + 1
        row.restored_at, row.restored_by = None, ""
    elif step == "closed" and row.closed_at is None:
        row.closed_at, row.state = at, TicketState.CLOSED
    row.save()
    return row


@action(
    title=_("Note that it works again"),
    at=lambda *, service, **_rest: whose(service, "operations.note_restored"),
)
def note_restored(
    *, service: Service, dedup: str, origin: str, starts_at: datetime, ends_at: datetime
) -> Ticket | None:
    """What raised a ticket sees that it works again: its end is written down, and people still say what was done.

    The repair counts from this moment, whoever ticks the step when; nobody's steps are done for them. Where people had
    said so before it was true, their repair counts from here too, until the ticket is closed.

    :param dedup: what the ticket was raised by
    :param origin: of the outage record that ends, which is put to the ticket
    :return: None if no ticket of the service was raised by it after the outage began
    :raises InvalidInput: ``ends_at`` in the future, or before the beginning
    """
    if not starts_at < _past(ends_at, timezone.now(), "ends_at"):
        raise InvalidInput(_("The end is before the beginning."), field="ends_at", code="operations.order")
    row = Ticket.objects.select_for_update().filter(service=service, dedup=dedup).order_by("-id").first()
    if row is None or not dedup:
        return None
    if row.restored_at is None and row.closed_at is None:
        row.restored_at, row.restored_by = max(ends_at, row.opened_at), given(origin, "origin", "", most=120)
        if row.state == TicketState.REPAIRED:
            row.repaired_at = row.restored_at
        row.save()
    for outage in Outage.objects.filter(service=service, origin=origin, ticket=None):
        outage.ticket = row
        outage.save()
    return row


@action(title=_("Escalate a ticket"), at=Reach.EVERYWHERE)
def escalate_ticket(*, ticket_id: int, kind: str) -> Escalation | None:
    """A limit ran out before its step was done: note it, once; None if there is nothing to note.

    :param kind: ``respond``, ``arrive`` or ``repair``
    """
    row = Ticket.objects.get(pk=ticket_id)
    kind = one_of(kind, LimitKind.values, "kind")
    due, done = {
        LimitKind.RESPOND: (row.respond_by, row.responded_at),
        LimitKind.ARRIVE: (row.arrive_by, row.arrived_at),
        LimitKind.REPAIR: (row.repair_by, row.repaired_at or row.restored_at),
    }[LimitKind(kind)]
    if due is None or (done or timezone.now()) <= due or row.escalations.filter(kind=kind).exists():
        return None
    noted = Escalation(
        ticket=row,
        unit_id=row.unit_id,
        supplier_id=row.supplier_id,
        kind=kind,
        due_at=due,
        noted_at=timezone.now(),
    )
    noted.save()
    emit(LimitMissed(ticket=row.pk, kind=kind))
    return noted


@action(
    title=_("Record a call to the fault phone"),
    at=lambda *, contract, **_rest: whose(contract, "operations.record_call"),
)
def record_call(
    *,
    contract: Contract,
    rang_at: datetime,
    answered_after_s: int | None,
    subject: str = "",
    ticket: Ticket | None = None,
    simulated: bool = False,
) -> FaultCall:
    """Take down a call. Who called is not kept: the ticket says what is needed.

    :param answered_after_s: seconds of ringing; None: nobody answered
    :raises InvalidInput: ``rang_at`` or ``answered_after_s``
    """
    now = timezone.now()
    if answered_after_s is not None and not 0 <= answered_after_s <= 3600:
        raise InvalidInput(
            _("Enter seconds up to an hour."), field="answered_after_s", code="operations.ringing"
        )
    row = FaultCall(
        contract=contract,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        rang_at=_past(rang_at, now, "rang_at"),
        answered_after_s=answered_after_s,
        subject=optional(subject, "subject", most=200),
        ticket=ticket,
        recorded_at=now,
        by_id=current_asker().account_id,
        simulated=simulated,
    )
    row.save()
    return row


@action(title=_("Open a problem"), at=lambda *, contract, **_rest: whose(contract, "operations.open_problem"))
def open_problem(*, contract: Contract, title: str) -> Problem:
    """Faults that have, or may have, one cause."""
    row = Problem(
        contract=contract,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        title=given(title, "title", _("Say in a few words what is wrong."), most=200),
        opened_at=timezone.now(),
    )
    row.save()
    return row


@action(
    title=_("Put a ticket to a problem"),
    at=lambda *, ticket, **_rest: whose(ticket, "operations.link_problem"),
)
def link_problem(*, ticket: Ticket, problem: Problem | None) -> Ticket:
    """Say that a ticket belongs to a problem of its contract; None: to none after all.

    :raises InvalidInput: ``problem`` if it is another contract's
    """
    if problem is not None and problem.contract_id != ticket.contract_id:
        raise InvalidInput(
            _("This problem belongs to another contract."), field="problem", code="operations.problem"
        )
    ticket.problem = problem
    ticket.save()
    return ticket


@action(
    title=_("Settle a problem"), at=lambda *, problem, **_rest: whose(problem, "operations.settle_problem")
)
def settle_problem(*, problem: Problem, state: str, cause: str, workaround: str = "") -> Problem:
    """Write down the cause: a known error with its way around, or solved for good.

    :raises InvalidInput: ``cause``, or ``workaround`` of a known error
    """
    problem.cause = given(cause, "cause", _("Say what was found to be the cause."), most=1000)
    problem.workaround = optional(workaround, "workaround", most=1000)
    problem.state = one_of(state, [ProblemState.KNOWN, ProblemState.SOLVED], "state")
    if problem.state == ProblemState.KNOWN and not problem.workaround:
        raise InvalidInput(
            _("A known error has a way around."),
            field="workaround",
            code="operations.workaround",
            hint=_("Write down what users can do until it is solved."),
        )
    problem.solved_at = timezone.now() if problem.state == ProblemState.SOLVED else None
    problem.save()
    return problem


@action(title=_("Announce a change"), at=lambda *, contract, **_rest: contract.unit_id)
def announce_change(
    *,
    contract: Contract,
    title: str,
    reason: str,
    starts_at: datetime,
    ends_at: datetime,
    service: Service | None = None,
    simulated: bool = False,
) -> Change:
    """Announce a maintenance window to the users. Announced is when it is taken down here, and that is now.

    :raises InvalidInput: ``starts_at`` if it has begun, ``ends_at`` if it is before; ``service`` of another contract
    """
    now = timezone.now()
    if starts_at <= now:
        raise InvalidInput(
            _("A change is announced before it begins."),
            field="starts_at",
            code="operations.late_announcement",
            hint=_("What has begun counts as an outage: record it as one."),
        )
    if ends_at <= starts_at:
        raise InvalidInput(_("The end is before the beginning."), field="ends_at", code="operations.order")
    if service is not None and service.contract_id != contract.pk:
        raise InvalidInput(_("Choose one of the list."), field="service", code="operations.choice")
    row = Change(
        contract=contract,
        service=service,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        title=given(title, "title", _("Say in a few words what is done."), most=200),
        reason=given(reason, "reason", _("Say why it must be."), most=500),
        starts_at=starts_at,
        ends_at=ends_at,
        announced_at=now,
        simulated=simulated,
    )
    row.save()
    return row


@action(title=_("Withdraw a change"), at=lambda *, change, **_rest: change.unit_id)
def withdraw_change(*, change: Change) -> Change:
    """It will not take place. One that has begun stays: its time was excluded.

    :raises Conflict: if it is withdrawn, or has begun
    """
    now = timezone.now()
    if change.withdrawn_at is not None or change.starts_at <= now:
        raise Conflict(_("This change can no longer be withdrawn."), code="operations.change_begun")
    change.withdrawn_at = now
    change.save()
    return change


@action(
    title=_("Record an outage"), at=lambda *, service, **_rest: whose(service, "operations.record_outage")
)
def record_outage(
    *,
    service: Service,
    starts_at: datetime,
    ends_at: datetime | None = None,
    resource: Resource | None = None,
    origin: str = "person",
    note: str = "",
    ticket: Ticket | None = None,
    simulated: bool = False,
) -> Outage:
    """Say that a service, or one device of it, could not be used from a moment on. A probe calls this as people do.

    :param ends_at: None: it still cannot be used
    :param origin: ``person``, or the name of the probe; an open outage of the same thing and origin is given back
    :raises InvalidInput: ``starts_at``, ``ends_at`` or ``resource``
    """
    now = timezone.now()
    _past(starts_at, now, "starts_at")
    if ends_at is not None and not starts_at < _past(ends_at, now, "ends_at"):
        raise InvalidInput(_("The end is before the beginning."), field="ends_at", code="operations.order")
    if resource is not None and resource.service_id != service.pk:
        raise InvalidInput(
            _("This device does not belong to the service."), field="resource", code="operations.resource"
        )
    known = Outage.objects.filter(service=service, resource=resource, origin=origin, ends_at=None).first()
    if known is not None and ends_at is None:
        return known
    row = Outage(
        service=service,
        resource=resource,
        unit_id=service.unit_id,
        supplier_id=service.supplier_id,
        starts_at=starts_at,
        ends_at=ends_at,
        origin=given(origin, "origin", "", most=40),
        note=optional(note, "note", most=500),
        ticket=ticket,
        recorded_at=now,
        simulated=simulated,
    )
    row.save()
    return row


@action(title=_("End an outage"), at=lambda *, outage, **_rest: whose(outage, "operations.end_outage"))
def end_outage(*, outage: Outage, ends_at: datetime) -> Outage:
    """Say from when on it could be used again.

    :raises Conflict: if that was said
    :raises InvalidInput: ``ends_at``
    """
    if outage.ends_at is not None:
        raise Conflict(_("This outage has ended."), code="operations.outage_ended")
    if not outage.starts_at < _past(ends_at, timezone.now(), "ends_at"):
        raise InvalidInput(_("The end is before the beginning."), field="ends_at", code="operations.order")
    outage.ends_at = ends_at
    outage.save()
    return outage


def _past(moment: datetime, now: datetime, field: str) -> datetime:
    if moment > now:
        raise InvalidInput(_("This lies in the future."), field=field, code="operations.future")
    return moment


def _case_of(row: Ticket) -> tuple[int, str]:
    """Open the case, whose number is the ticket's; the desk is the supplier's, or the unit's own without one."""
    reporter = row.reporter.username if row.reporter else None
    desk = row.supplier or row.unit
    with asking(system("operations tickets", current_asker().channel)):
        case_id = cases.open_case(
            definition=PROCESS,
            unit_id=row.unit_id,
            title=f"{row.service.name}：{row.title}"[:290],
            variables={
                "ticket": row.pk,
                "desk": desk.key,
                "owner": row.unit.key,
                "reporter": reporter,
                "respond_by": _moment(row.respond_by),
                "arrive_by": _moment(row.arrive_by),
                "repair_by": _moment(row.repair_by),
            },
            simulated=row.simulated,
        )
        return case_id, cases.case_view(case_id).number


def _moment(value: datetime | None) -> str:
    """As FEEL reads it; what has no limit is due when no case lives any more."""
    return timezone.localtime(value).isoformat(timespec="seconds") if value else "9999-12-31T00:00:00+08:00"
