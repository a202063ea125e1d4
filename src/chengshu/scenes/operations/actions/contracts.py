"""Contracts and what belongs to them: services, dated limits, dated penalties, answers to surveys."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.operations import facts
from chengshu.scenes.operations.hours import hours_of
from chengshu.scenes.operations.models import (
    Change,
    Contract,
    Deliverable,
    Formula,
    Hours,
    LimitKind,
    Measure,
    Outage,
    PenaltyRule,
    Problem,
    Resource,
    RoundPlan,
    Service,
    ServiceLimit,
    Severity,
    Survey,
    Ticket,
)
from chengshu.scenes.operations.texts import given, in_order, one_of, optional, supplier_of

GROUPS = ("users", "managing", "using")


@action(title=_("Register a contract"), at=lambda *, unit, **_rest: unit.pk)
def register_contract(
    *,
    unit: Unit,
    number: str,
    title: str,
    project: str = "",
    supplier: Unit | None = None,
    supplier_name: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    hours: str = Hours.ROUND,
    windows: str = "",
    phone: str = "",
    monthly_fee: Decimal | None = None,
    source: str = "",
) -> Contract:
    """Take a contract into the register.

    :param hours: by which its limits count; see ``hours``
    :param windows: of 5×8, such as ``09:00-12:00 13:00-17:00``
    :param monthly_fee: in 万元
    :raises Conflict: if the number is taken
    :raises InvalidInput: by field
    """
    number = given(number, "number", _("Copy it from the contract."), most=40)
    if Contract.objects.filter(number=number).exists():
        raise Conflict(_("There is a contract with this number."), code="operations.number_taken")
    row = Contract(unit=unit, number=number, project=optional(project, "project", most=10), source=source)
    _fill(row, title, supplier, supplier_name, starts_on, ends_on, hours, windows, phone, monthly_fee)
    row.save()
    return row


@action(title=_("Change a contract"), at=lambda *, contract, **_rest: contract.unit_id)
def change_contract(
    *,
    contract: Contract,
    title: str,
    supplier: Unit | None = None,
    supplier_name: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    hours: str = Hours.ROUND,
    windows: str = "",
    phone: str = "",
    monthly_fee: Decimal | None = None,
) -> Contract:
    """Enter what became known of it. Who supplies it from now on sees all of it that is not over yet.

    :raises InvalidInput: by field
    """
    before = contract.supplier_id
    _fill(contract, title, supplier, supplier_name, starts_on, ends_on, hours, windows, phone, monthly_fee)
    contract.save()
    if before != contract.supplier_id:
        _hand_over(contract)
    return contract


def _fill(
    row: Contract,
    title: str,
    supplier: Unit | None,
    supplier_name: str,
    starts_on: date | None,
    ends_on: date | None,
    hours: str,
    windows: str,
    phone: str,
    monthly_fee: Decimal | None,
) -> None:
    in_order(starts_on, ends_on, "ends_on")
    hours_of(one_of(hours, Hours.values, "hours"), windows)
    if monthly_fee is not None and not 0 <= monthly_fee < Decimal(10) ** 9:
        raise InvalidInput(_("Enter an amount in 万元."), field="monthly_fee", code="operations.fee")
    row.title = given(title, "title", _("Copy it from the contract."), most=200)
    row.supplier = supplier_of(supplier)
    row.supplier_name = optional(supplier_name, "supplier_name", most=200) or (
        supplier.name if supplier else ""
    )
    row.starts_on, row.ends_on, row.hours, row.hours_known = starts_on, ends_on, hours, True
    row.windows, row.phone = optional(windows, "windows", most=100), optional(phone, "phone", most=30)
    row.monthly_fee = monthly_fee


def _hand_over(contract: Contract) -> None:
    """Open things follow the contract to its new supplier; closed ones stay with whoever did them."""
    parts = [
        *contract.services.all(),
        *contract.limits.all(),
        *contract.penalty_rules.all(),
        *Resource.objects.filter(contract=contract),
        *RoundPlan.objects.filter(contract=contract),
        *Problem.objects.filter(contract=contract, solved_at=None),
        *Change.objects.filter(contract=contract, ends_at__gte=timezone.now()),
        *Outage.objects.filter(service__contract=contract, ends_at=None),
        *Ticket.objects.filter(contract=contract, closed_at=None),
        *Deliverable.objects.filter(contract=contract, withdrawn_at=None),
    ]
    for part in parts:
        part.supplier_id = contract.supplier_id
        part.save()


@action(title=_("Close a contract"), at=lambda *, contract, **_rest: contract.unit_id)
def close_contract(*, contract: Contract, on: date) -> Contract:
    """It is over: nothing new is reported under it; everything stays readable.

    :raises Conflict: if it is closed, or has open tickets
    """
    if contract.closed_on is not None:
        raise Conflict(_("This contract is closed."), code="operations.closed")
    if contract.tickets.filter(closed_at=None).exists():
        raise Conflict(
            _("It has open tickets."), code="operations.open_tickets", hint=_("Have them closed first.")
        )
    contract.closed_on = on
    contract.save()
    return contract


@action(title=_("Add a covered service"), at=lambda *, contract, **_rest: contract.unit_id)
def add_service(
    *,
    contract: Contract,
    key: str,
    name: str,
    formula: str = Formula.SERVICE,
    hours: str = Hours.ROUND,
    target: Decimal | None = None,
    notice_hours: int = 0,
    longest_minutes: int | None = None,
    source: str = "",
) -> Service:
    """Say what the contract keeps running, and by which formula its availability is reckoned.

    :param formula: of the service as a whole, or the mean of its devices
    :param hours: the window of its availability
    :param target: percent
    :param notice_hours: how long before it begins a maintenance must be announced to be excluded
    :raises Conflict: if the key is taken
    """
    key = given(key, "key", _("A short word of Latin letters."), most=60)
    if contract.services.filter(key=key).exists():
        raise Conflict(_("The contract has a service with this key."), code="operations.key_taken")
    if target is not None and not 0 < target <= 100:
        raise InvalidInput(_("Enter a percentage up to 100."), field="target", code="operations.target")
    row = Service(
        contract=contract,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        key=key,
        name=given(name, "name", _("As those who report faults call it."), most=120),
        formula=one_of(formula, Formula.values, "formula"),
        hours=one_of(hours, Hours.values, "hours"),
        target=target,
        notice_hours=notice_hours,
        longest_minutes=longest_minutes,
        source=optional(source, "source", most=300),
    )
    row.save()
    return row


@action(title=_("Set a limit"), at=lambda *, contract, **_rest: contract.unit_id)
def set_limit(
    *,
    contract: Contract,
    kind: str,
    minutes: int,
    valid_from: date,
    source: str,
    severity: str = "",
    hours: str = "",
) -> ServiceLimit:
    """Say from which day on a step may take how long. The row before it ends the day before; none is overwritten.

    :param minutes: of the contract's hours, or of ``hours``
    :param severity: empty: for every one without a row of its own
    :raises InvalidInput: by field
    """
    if minutes < 1:
        raise InvalidInput(_("Enter minutes from 1."), field="minutes", code="operations.minutes")
    row = ServiceLimit(
        contract=contract,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        kind=one_of(kind, LimitKind.values, "kind"),
        severity=one_of(severity, ["", *Severity.values], "severity"),
        hours=one_of(hours, ["", *Hours.values], "hours"),
        minutes=minutes,
        valid_from=valid_from,
        source=given(source, "source", _("Name the clause of the contract."), most=300),
    )
    for earlier in contract.limits.filter(kind=kind, severity=severity, valid_until=None):
        if earlier.valid_from >= valid_from:
            raise Conflict(_("A later row is in force."), code="operations.later_row")
        earlier.valid_until = date.fromordinal(valid_from.toordinal() - 1)
        earlier.save()
    row.save()
    return row


@action(title=_("Add a penalty"), at=lambda *, contract, **_rest: contract.unit_id)
def add_penalty(
    *,
    contract: Contract,
    measure: str,
    valid_from: date,
    source: str,
    below: Decimal | None = None,
    percent: Decimal | None = None,
    yuan: Decimal | None = None,
) -> PenaltyRule:
    """Add a row of the contract's table of penalties.

    :param below: of availability: the percent below which it applies
    :param percent: of the month's fee; or ``yuan``, a fixed sum for each breach
    :raises InvalidInput: by field
    """
    measure = one_of(measure, Measure.values, "measure")
    if (percent is None) is (yuan is None):
        raise InvalidInput(
            _("Enter either a share of the fee or a sum."), field="percent", code="operations.penalty"
        )
    if (measure == Measure.AVAILABILITY) is (below is None):
        raise InvalidInput(
            _("A threshold belongs to availability, and to nothing else."),
            field="below",
            code="operations.threshold",
        )
    row = PenaltyRule(
        contract=contract,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        measure=measure,
        below=below,
        percent=percent,
        yuan=yuan,
        valid_from=valid_from,
        source=given(source, "source", _("Name the clause of the contract."), most=300),
    )
    row.save()
    return row


@action(title=_("Record an answer to a survey"), at=lambda *, contract, **_rest: contract.unit_id)
def record_survey(
    *,
    contract: Contract,
    score: int,
    comment: str = "",
    group: str = "users",
    ticket: Ticket | None = None,
    simulated: bool = False,
) -> Survey:
    """Take down how satisfied somebody is; of a ticket once.

    :param score: 5 very satisfied … 1 very dissatisfied
    :raises InvalidInput: ``score`` or ``group``
    """
    if not 1 <= score <= 5:
        raise InvalidInput(_("Choose a grade from 1 to 5."), field="score", code="operations.score")
    if ticket is not None and (known := Survey.objects.filter(ticket=ticket).first()):
        return known
    row = Survey(
        contract=contract,
        ticket=ticket,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        group=one_of(group, list(GROUPS), "group"),
        score=score,
        comment=optional(comment, "comment", most=500),
        answered_at=timezone.now(),
        by_id=current_asker().account_id,
        simulated=simulated or (ticket is not None and ticket.simulated),
    )
    row.save()
    return row


@action(title=_("Load the shipped contracts"), at=Reach.EVERYWHERE)
def ship_contracts() -> int:
    """Add the contracts that the printed tables speak of, once; what people entered since stays. Returns how many."""
    known = set(Contract.objects.values_list("number", flat=True))
    units = {unit.key: unit for unit in Unit.objects.filter(key__in={one.unit for one in facts.contracts()})}
    new = [one for one in facts.contracts() if one.number not in known and one.unit in units]
    for one in new:
        _ship(one, units[one.unit])
    return len(new)


def _ship(fact: facts.ContractFact, unit: Unit) -> None:
    contract = Contract(
        unit=unit,
        number=fact.number,
        title=fact.title,
        project=fact.project,
        hours=fact.hours or Hours.ROUND,
        hours_known=bool(fact.hours),
        source=fact.source,
        shipped=True,
    )
    contract.save()
    for service in fact.services:
        Service(
            contract=contract,
            unit=unit,
            key=service.key,
            name=service.name,
            formula=service.formula,
            target=service.target,
            longest_minutes=service.longest_minutes,
            source=service.source,
        ).save()
    for limit in fact.limits:
        ServiceLimit(
            contract=contract,
            unit=unit,
            kind=limit.kind,
            minutes=limit.minutes,
            valid_from=facts.YEAR_BEGINS,
            source=limit.source,
        ).save()
    for one in fact.deliverables:
        Deliverable(
            contract=contract, unit=unit, title=one.title, kind=one.kind, source=one.source, shipped=True
        ).save()
