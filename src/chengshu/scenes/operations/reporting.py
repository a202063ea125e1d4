"""What a contract's month came to: every figure with the records that it is made of.

The report reckons from what is on record when it is made; facts that come later make a further version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet

from chengshu.foundation.calendar import local_day
from chengshu.foundation.calendar.moments import at
from chengshu.scenes.operations.hours import agreed_spans, hours_of
from chengshu.scenes.operations.limits import penalty_rules
from chengshu.scenes.operations.models import (
    Contract,
    FaultCall,
    Formula,
    Outage,
    Resource,
    Round,
    Service,
    Survey,
    Ticket,
)
from chengshu.scenes.operations.periods import moments_of
from chengshu.scenes.operations.reckoning.availability import (
    Announced,
    Down,
    Reckoned,
    mean_of_devices,
    reckon,
)
from chengshu.scenes.operations.reckoning.penalties import Line, penalties, total
from chengshu.scenes.operations.reckoning.spans import Span, common

_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True)
class ServiceMonth:
    """One service in a month: as a whole, or device by device."""

    service: Service
    whole: Reckoned | None
    devices: tuple[tuple[Resource, Reckoned], ...]
    outages: tuple[Outage, ...]

    @property
    def percent(self) -> Decimal | None:
        """Rounded down to four places: what is missed by a second is not met."""
        if self.whole is not None:
            share = self.whole.share
        else:
            share = mean_of_devices([reckoned for _device, reckoned in self.devices])
        return None if share is None else (share * 100).quantize(_PLACES, ROUND_DOWN)

    @property
    def met(self) -> bool | None:
        """Whether target and longest outage are kept; None where nothing was promised, or nothing counts."""
        parts = [self.whole] if self.whole else [reckoned for _device, reckoned in self.devices]
        longest = max((one.longest_s for one in parts), default=0)
        if self.service.longest_minutes is not None and longest > self.service.longest_minutes * 60:
            return False
        if self.service.target is None or self.percent is None:
            return None
        return self.percent >= self.service.target


def service_month(service: Service, month: date, now: datetime) -> ServiceMonth:
    """The availability of a service by its contract's formula.

    :raises NoticeMissing: for 5×8 in a year whose holidays are not published
    """
    since, until = moments_of(month)
    agreed = agreed_spans(since, until, hours_of(service.hours, service.contract.windows))
    outages = tuple(
        service.outages.filter(starts_at__lt=until)
        .filter(Q(ends_at=None) | Q(ends_at__gt=since))
        .select_related("resource")
    )
    announced = [
        Announced(one.starts_at, one.ends_at, one.announced_at, one.withdrawn_at is not None)
        for one in service.contract.changes.filter(Q(service=None) | Q(service=service))
        if one.starts_at < until and one.ends_at > since
    ]
    notice = timedelta(hours=service.notice_hours)
    shared = [Down(one.starts_at, one.ends_at) for one in outages if one.resource_id is None]
    if service.formula == Formula.SERVICE:
        return ServiceMonth(service, reckon(agreed, shared, announced, notice=notice, now=now), (), outages)
    devices = []
    for device in _devices(service, month):
        own = [Down(one.starts_at, one.ends_at) for one in outages if one.resource_id == device.pk]
        lived = _lived(agreed, device)
        devices.append((device, reckon(lived, shared + own, announced, notice=notice, now=now)))
    return ServiceMonth(service, None, tuple(devices), outages)


def _devices(service: Service, month: date) -> QuerySet[Resource]:
    last = local_day(moments_of(month)[1])
    return service.resources.filter(Q(in_service_on=None) | Q(in_service_on__lt=last)).filter(
        Q(retired_on=None) | Q(retired_on__gte=month)
    )


def _lived(agreed: tuple[Span, ...], device: Resource) -> tuple[Span, ...]:
    """The agreed time of the days on which the device was in service."""
    first = at(device.in_service_on, time()) if device.in_service_on else None
    last = at(device.retired_on + timedelta(days=1), time()) if device.retired_on else None
    start, end = agreed[0].start if agreed else None, agreed[-1].end if agreed else None
    if start is None or end is None:
        return ()
    return common(agreed, [Span(first or start, last or end)])


@dataclass(frozen=True)
class Month:
    """All of a contract's month, as records."""

    contract: Contract
    month: date
    services: tuple[ServiceMonth, ...]
    records: dict[str, list[int]]
    """Ids of the records behind each count."""
    lines: tuple[Line, ...]

    @property
    def figures(self) -> dict[str, Any]:
        """Everything as plain data, to be kept with the report."""
        sum_yuan = total(self.lines)
        return {
            "services": [_told(one) for one in self.services],
            "records": self.records,
            "penalties": [
                {
                    "measure": one.rule.measure,
                    "subject": one.subject,
                    "below": _text(one.rule.below),
                    "percent": _text(one.rule.percent),
                    "times": one.times,
                    "yuan": _text(one.yuan),
                    "source": one.rule.source,
                }
                for one in self.lines
            ],
            "penalty_yuan": _text(sum_yuan),
        }


def _told(one: ServiceMonth) -> dict[str, Any]:
    parts = [one.whole] if one.whole else [reckoned for _device, reckoned in one.devices]
    return {
        "service": one.service.pk,
        "name": one.service.name,
        "formula": one.service.formula,
        "target": _text(one.service.target),
        "percent": _text(one.percent),
        "met": one.met,
        "agreed_s": sum(part.agreed_s for part in parts),
        "excluded_s": sum(part.excluded_s for part in parts),
        "down_s": sum(part.down_s for part in parts),
        "longest_s": max((part.longest_s for part in parts), default=0),
        "devices": len(one.devices),
        "outages": [outage.pk for outage in one.outages],
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def month_of(contract: Contract, month: date, now: datetime) -> Month:
    """Reckon a contract's month.

    :param month: its first day
    """
    since, until = moments_of(month)
    services = tuple(service_month(one, month, now) for one in contract.services.select_related("contract"))
    records = {
        **_ticket_records(contract, since, until, min(until, now)),
        "rounds": _ids(_rounds(contract, since, until)),
        "rounds_in_time": _ids(
            one
            for one in _rounds(contract, since, until)
            if one.done_at and local_day(one.done_at) <= one.last_day
        ),
        "calls": _ids(FaultCall.objects.filter(contract=contract, rang_at__gte=since, rang_at__lt=until)),
        "calls_answered": _ids(
            FaultCall.objects.filter(contract=contract, rang_at__gte=since, rang_at__lt=until).exclude(
                answered_after_s=None
            )
        ),
        "surveys": _ids(
            Survey.objects.filter(contract=contract, answered_at__gte=since, answered_at__lt=until)
        ),
        "surveys_satisfied": _ids(
            Survey.objects.filter(
                contract=contract, answered_at__gte=since, answered_at__lt=until, score__gte=4
            )
        ),
    }
    breaches = {
        "late_response": len(records["late_response"]),
        "late_arrival": len(records["late_arrival"]),
        "late_repair": len(records["late_repair"]),
        "missed_round": len(records["rounds"]) - len(records["rounds_in_time"]),
    }
    fee = contract.monthly_fee * 10_000 if contract.monthly_fee is not None else None
    lines = penalties(
        penalty_rules(contract, month),
        availability={one.service.name: one.percent for one in services},
        breaches=breaches,
        fee_yuan=fee,
    )
    return Month(contract, month, services, records, lines)


def _ticket_records(
    contract: Contract, since: datetime, until: datetime, end: datetime
) -> dict[str, list[int]]:
    """Tickets by what happened to them; late is what was due in the month and not done by then."""
    tickets = list(
        contract.tickets.filter(opened_at__lt=until).filter(Q(closed_at=None) | Q(closed_at__gte=since))
    )
    opened = [one for one in tickets if one.opened_at >= since]
    return {
        "opened": _ids(opened),
        "repaired": _ids(one for one in opened if one.repaired_at),
        "unrepaired": _ids(one for one in tickets if one.repaired_at is None or one.repaired_at >= end),
        "late_response": _late(tickets, "respond_by", "responded_at", since, end),
        "late_arrival": _late(tickets, "arrive_by", "arrived_at", since, end),
        "late_repair": _late(tickets, "repair_by", "repaired_at", since, end),
    }


def _late(tickets: list[Ticket], due: str, done: str, since: datetime, end: datetime) -> list[int]:
    return _ids(
        one
        for one in tickets
        if (by := getattr(one, due)) and since <= by < end and (getattr(one, done) or end) > by
    )


def _rounds(contract: Contract, since: datetime, until: datetime) -> QuerySet[Round]:
    """Rounds whose last day is in the month."""
    return Round.objects.filter(
        plan__contract=contract, last_day__gte=local_day(since), last_day__lt=local_day(until)
    )


def _ids(rows: Any) -> list[int]:
    return sorted(one.pk for one in rows)
