"""Tickets: reporting a fault, the desk, one ticket with its clocks; the log of the fault phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.errors import ChengshuError, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import chosen, errors, maybe_picked, maybe_whole, moment, picked
from chengshu.scenes.operations import actions, queries
from chengshu.scenes.operations.models import Channel, Contract, LimitKind, Severity, Ticket, TicketState
from chengshu.scenes.operations.pages.forms import HANDLED, options
from chengshu.scenes.operations.words import STATE_TONES

COLUMNS: Final = (
    Column("title", _("Ticket"), header=True),
    Column("service", _("Service concerned")),
    Column("severity", _("Severity"), kind="fit"),
    Column("opened_at", _("Reported at"), kind="datetime"),
    Column("due", _("Next limit"), kind="fit"),
    Column("state", _("State"), kind="fit"),
)
CALL_COLUMNS: Final = (
    Column("rang_at", _("Rang at"), kind="datetime", header=True),
    Column("contract", _("Contract")),
    Column("answered", _("Answered after"), kind="fit"),
    Column("subject", _("What about")),
    Column("ticket", _("Ticket"), kind="fit"),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit of a ticket as its page shows it."""

    title: Words
    due_at: datetime | None
    done_at: datetime | None
    tone: str
    words: Words


def clocks_of(ticket: Ticket, now: datetime) -> list[Clock]:
    """Response, arrival and repair; an arrival that is not needed is left out."""
    pairs = {
        "respond": (ticket.respond_by, ticket.responded_at),
        "arrive": (ticket.arrive_by, ticket.arrived_at),
        "repair": (ticket.repair_by, ticket.repaired_at or ticket.restored_at),
    }
    return [
        _clock(LimitKind(kind).label, due, done, now)
        for kind, (due, done) in pairs.items()
        if kind != "arrive" or due or done
    ]


def _clock(title: Words, due: datetime | None, done: datetime | None, now: datetime) -> Clock:
    if due is None:
        words: Words = _("Step done") if done else _("No limit agreed")
        return Clock(title, due, done, "positive" if done else "neutral", words)
    if (done or now) > due:
        return Clock(title, due, done, "negative", _("Past the limit"))
    return Clock(
        title,
        due,
        done,
        "positive" if done else "info",
        _("Within the limit") if done else _("The clock is running"),
    )


def next_clock(ticket: Ticket, now: datetime) -> Clock | None:
    """The limit that counts next; None once it is repaired."""
    waiting = [one for one in clocks_of(ticket, now) if one.done_at is None and one.due_at is not None]
    return min(waiting, key=lambda one: one.due_at or now) if waiting else None


@door("operations.report_fault")
def report(request: HttpRequest) -> HttpResponse:
    given = request.POST
    error = None
    if request.method == "POST":
        try:
            ticket = actions.report_fault(
                service=picked(queries.services_to_report(), given.get("service", ""), "service"),
                title=given.get("title", ""),
                severity=given.get("severity", ""),
                description=given.get("description", ""),
                place=given.get("place", ""),
            )
            said = _("Your report is ticket %(number)s; you will be asked whether it is repaired.")
            return flash(
                HttpResponseRedirect(reverse("operations:report_fault")),
                "success",
                said % {"number": ticket.number},
            )
        except HANDLED as caught:
            error = caught
    context = {
        "services": options(queries.services_to_report()),
        "severities": Severity.choices,
        "mine": Ticket.objects.filter(reporter_id=current_asker().account_id).select_related("service")[:10],
        "tones": STATE_TONES,
        "given": given.dict(),
        **errors(error),
    }
    return render(request, "operations/report_fault.html", context, status=422 if error else 200)


@door("operations.view")
def listing(request: HttpRequest) -> HttpResponse:
    given, now = request.GET, timezone.now()
    state, late = given.get("state", ""), given.get("late", "")
    contract_id = chosen(given.get("contract", ""))
    rows = list(queries.tickets(state=state, late=late, contract_id=contract_id)[:200])
    context = {
        "columns": COLUMNS,
        "tickets": rows,
        "clocks": {row.pk: next_clock(row, now) for row in rows},
        "tones": STATE_TONES,
        "query": given.dict(),
        "filters": [
            Filter(
                "state",
                _("State"),
                state,
                options=[Option("", _("Not closed")), *_states(), Option("all", _("All"))],
            ),
            Filter("late", _("Past the limit"), late, options=[Option("", _("Any")), *_kinds()]),
            Filter(
                "contract",
                _("Contract"),
                given.get("contract", ""),
                options=[
                    Option("", _("Any")),
                    *[Option(str(one.pk), one.title) for one in Contract.objects.all()],
                ],
            ),
        ],
    }
    return render(request, "operations/tickets.html", context)


def _states() -> list[Option]:
    return [Option(value, label) for value, label in TicketState.choices if value != "open"]


def _kinds() -> list[Option]:
    return [Option(value, label) for value, label in LimitKind.choices]


@door("operations.open_ticket")
def new(request: HttpRequest) -> HttpResponse:
    """Somebody at the desk takes a fault down, mostly from the phone."""
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        service = picked(_services(), given.get("service", ""), "service")
        ticket = actions.open_ticket(
            service=service,
            title=given.get("title", ""),
            severity=given.get("severity", ""),
            channel=given.get("channel", "") or Channel.PHONE,
            description=given.get("description", ""),
            place=given.get("place", ""),
            resource=maybe_picked(service.resources.all(), given.get("resource", ""), "resource"),
        )
    except HANDLED as error:
        return _form(request, error)
    return flash(_to(ticket.pk), "success", _("The ticket is open."))


def _services() -> list[Any]:
    """Services of the contracts that the asker sees."""
    seen = Contract.objects.filter(closed_on=None).values("pk")
    return list(queries.services_to_report().filter(contract_id__in=seen).select_related("contract", "unit"))


def _form(request: HttpRequest, error: ChengshuError | None) -> HttpResponse:
    context = {
        "services": options(_services()),
        "severities": Severity.choices,
        "channels": [one for one in Channel.choices if one[0] in ("phone", "web")],
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/new_ticket.html", context, status=422 if error else 200)


@door("operations.view")
def one(request: HttpRequest, ticket_id: int) -> HttpResponse:
    ticket = queries.ticket_by_id(ticket_id)
    with asking(system("operations ticket page", current_asker().channel)):
        view = cases.case_view(ticket.case_id) if ticket.case_id else None
    context = {
        "ticket": ticket,
        "clocks": clocks_of(ticket, timezone.now()),
        "tones": STATE_TONES,
        "open_tasks": [task for task in view.tasks if task.completed_at is None] if view else [],
        "timeline": view.timeline if view else (),
        "escalations": ticket.escalations.all(),
        "problems": options(ticket.contract.problems.exclude(state="solved")),
        "known": ticket.contract.problems.filter(state="known"),
        "outages": ticket.outages.all(),
        "parts": ticket.parts.select_related("resource"),
    }
    return render(request, "operations/ticket.html", context)


@door("operations.link_problem")
@require_POST
def link(request: HttpRequest, ticket_id: int) -> HttpResponse:
    ticket = queries.ticket_by_id(ticket_id)
    try:
        problem = maybe_picked(ticket.contract.problems.all(), request.POST.get("problem", ""), "problem")
        actions.link_problem(ticket=ticket, problem=problem)
    except HANDLED as error:
        return flash(_to(ticket_id), "error", error.message)
    return flash(_to(ticket_id), "success", _("The ticket is put to the problem."))


@door("operations.view")
def calls(request: HttpRequest) -> HttpResponse:
    error = None
    contracts = list(Contract.objects.filter(closed_on=None))
    if request.method == "POST":
        given = request.POST
        try:
            actions.record_call(
                contract=picked(contracts, given.get("contract", ""), "contract"),
                rang_at=moment(given.get("rang_at", ""), "rang_at"),
                answered_after_s=maybe_whole(given.get("answered_after_s", ""), "answered_after_s"),
                subject=given.get("subject", ""),
            )
            here = HttpResponseRedirect(reverse("operations:calls"))
            return flash(here, "success", _("The call is recorded."))
        except HANDLED as caught:
            error = caught
    context = {
        "columns": CALL_COLUMNS,
        "calls": queries.calls()[:200],
        "contracts": options(contracts),
        "now": timezone.localtime() - timedelta(minutes=1),
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/calls.html", context, status=422 if error else 200)


def _to(ticket_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("operations:ticket", args=[ticket_id]))
