"""Reads; the database shows only what the asker may see."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.db.models import Count, F, Max, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from chengshu.scenes.operations.models import (
    Change,
    Contract,
    Deliverable,
    Delivery,
    FaultCall,
    LoadProof,
    MonthlyReport,
    Outage,
    Problem,
    Resource,
    Round,
    RoundCheck,
    RoundPlan,
    RoundState,
    Service,
    Snapshot,
    Ticket,
    TicketState,
)
from chengshu.scenes.operations.texts import no_such

Row = TypeVar("Row", bound=Model)


def has_plans(on: date) -> bool:
    return RoundPlan.objects.filter(starts_on__lte=on).exists()


def contracts() -> QuerySet[Contract]:
    """Contracts with their open tickets and their last report."""
    return Contract.objects.select_related("unit", "supplier").annotate(
        open_tickets=Count("tickets", filter=Q(tickets__closed_at=None), distinct=True),
        last_month=Max("reports__month"),
    )


def contract_by_id(contract_id: int) -> Contract:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Contract.objects.select_related("unit", "supplier"), contract_id)


def services_to_report() -> QuerySet[Service]:
    """Every service of a contract that is not closed: all staff may report a fault of it."""
    return Service.objects.exclude(key="").order_by("name")


def service_by_id(service_id: int) -> Service:
    """
    :raises Missing: if there is none
    """
    return _one(Service.objects.select_related("contract", "unit"), service_id)


def tickets(*, state: str = "", contract_id: int | None = None, late: str = "") -> QuerySet[Ticket]:
    """Tickets, those due first before those without a limit.

    :param state: ``open`` for all that are not closed, or a state
    :param late: ``respond``, ``arrive`` or ``repair``: whose limit was missed
    """
    found = Ticket.objects.select_related("service", "contract", "unit", "supplier", "problem")
    if state == "all":
        pass
    elif state in TicketState.values and state != "open":
        found = found.filter(state=state)
    else:
        found = found.filter(closed_at=None)
    if contract_id:
        found = found.filter(contract_id=contract_id)
    if late in ("respond", "arrive", "repair"):
        found = found.filter(late_by(late))
    return found.order_by(F("repair_by").asc(nulls_last=True), "-opened_at")


def late_by(kind: str) -> Q:
    """Tickets whose limit was missed, or has run out."""
    due, done = {
        "respond": ("respond_by", "responded_at"),
        "arrive": ("arrive_by", "arrived_at"),
        "repair": ("repair_by", "repaired_at"),
    }[kind]
    return Q(**{f"{done}__gt": F(due)}) | Q(**{f"{done}": None, f"{due}__lt": timezone.now()})


def ticket_by_id(ticket_id: int) -> Ticket:
    """
    :raises Missing: if there is none that the asker may see
    """
    related = ("service", "contract", "unit", "supplier", "resource", "problem", "reporter")
    return _one(Ticket.objects.select_related(*related), ticket_id)


def calls() -> QuerySet[FaultCall]:
    return FaultCall.objects.select_related("contract", "ticket")


def problems() -> QuerySet[Problem]:
    return Problem.objects.select_related("contract").annotate(ticket_count=Count("tickets"))


def problem_by_id(problem_id: int) -> Problem:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Problem.objects.select_related("contract", "unit"), problem_id)


def rounds(*, state: str = "") -> QuerySet[Round]:
    """Rounds, those due first.

    :param state: ``due`` (not done), ``done`` or ``missed``; empty: not done
    """
    found = Round.objects.select_related("plan", "plan__contract", "unit", "supplier", "by")
    if state == "done":
        return found.filter(state=RoundState.DONE).order_by("-last_day", "-id")
    if state == "missed":
        return found.exclude(state=RoundState.DONE).filter(last_day__lt=timezone.localdate())
    return found.exclude(state=RoundState.DONE)


def round_by_id(round_id: int) -> Round:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(
        Round.objects.select_related("plan", "plan__contract", "plan__service", "unit", "by"), round_id
    )


def check_by_id(check_id: int) -> RoundCheck:
    """
    :raises Missing: if there is none with a photo that the asker may see
    """
    return _one(RoundCheck.objects.select_related("photo").exclude(photo=None), check_id)


def report_by_id(report_id: int) -> MonthlyReport:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(MonthlyReport.objects.select_related("contract", "word", "pdf", "made_by"), report_id)


def resources(*, kind: str = "", text: str = "", contract_id: int | None = None) -> QuerySet[Resource]:
    """The ledger, with the stock of spare parts."""
    found = Resource.objects.select_related("contract", "service", "unit").annotate(
        stock=Sum("moves__change")
    )
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(
            Q(code__icontains=text)
            | Q(name__icontains=text)
            | Q(place__icontains=text)
            | Q(serial__icontains=text)
        )
    return found.filter(contract_id=contract_id) if contract_id else found


def resource_by_id(resource_id: int) -> Resource:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(resources(), resource_id)


def load_proofs() -> QuerySet[LoadProof]:
    """The last run first, with what was said of each."""
    return LoadProof.objects.select_related("service", "service__contract", "review", "by")


def load_proof_by_id(proof_id: int) -> LoadProof:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(load_proofs().select_related("samples", "review__by", "unit"), proof_id)


def counting_proof(proof: LoadProof) -> LoadProof | None:
    """The proof that counts now for the same target of the same service."""
    same = LoadProof.objects.filter(service=proof.service_id, target=proof.target, review__accepted=True)
    return same.order_by("-began_at", "-id").first()


def deliverables(*, state: str = "", contract_id: int | None = None) -> QuerySet[Deliverable]:
    """Deliverables, those due first.

    :param state: ``waiting`` (handed over, not decided), ``late``, ``accepted``, ``all``; empty: not accepted yet
    """
    last = Delivery.objects.filter(deliverable=OuterRef("pk")).order_by("-number")
    found = (
        Deliverable.objects.select_related("contract", "post")
        .annotate(
            handed_at=Subquery(last.values("delivered_at")[:1]),
            outcome=Subquery(last.values("acceptance__outcome")[:1]),
        )
        .order_by(F("due_on").asc(nulls_last=True), "id")
    )
    if contract_id:
        found = found.filter(contract_id=contract_id)
    if state == "all":
        return found
    if state == "accepted":
        return found.filter(outcome="accepted")
    found = found.filter(withdrawn_at=None).filter(Q(outcome=None) | ~Q(outcome="accepted"))
    if state == "waiting":
        return found.filter(outcome=None).exclude(handed_at=None)
    return found.filter(due_on__lt=timezone.localdate()) if state == "late" else found


def deliverable_by_id(deliverable_id: int) -> Deliverable:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(deliverables(state="all").select_related("unit"), deliverable_id)


def deliveries_of(deliverable: Deliverable) -> QuerySet[Delivery]:
    """The last first, with what was decided."""
    related = ("content", "by", "acceptance", "acceptance__by", "acceptance__post")
    return Delivery.objects.filter(deliverable=deliverable).select_related(*related)


def delivery_by_id(delivery_id: int) -> Delivery:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Delivery.objects.select_related("content", "deliverable", "deliverable__post"), delivery_id)


def snapshot_by_id(snapshot_id: int) -> Snapshot:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Snapshot.objects.select_related("content"), snapshot_id)


def outage_by_id(outage_id: int) -> Outage:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Outage.objects.select_related("service"), outage_id)


def change_by_id(change_id: int) -> Change:
    """
    :raises Missing: if there is none that the asker may see
    """
    return _one(Change.objects.all(), change_id)


def outages_of(contract: Contract) -> QuerySet[Outage]:
    return Outage.objects.filter(service__contract=contract).select_related("service", "resource")


def _one(found: QuerySet[Row], pk: int) -> Row:
    row = found.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise no_such()
    return row
