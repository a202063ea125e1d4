"""The limits of a contract that are in force, and the moments that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from chengshu.foundation.calendar import local_day
from chengshu.scenes.operations.hours import due_after, hours_of
from chengshu.scenes.operations.models import Contract, LimitKind, PenaltyRule, ServiceLimit
from chengshu.scenes.operations.reckoning.penalties import Rule


def limit_in_force(contract: Contract, kind: str, severity: str, on: date) -> ServiceLimit | None:
    """The row of a day for a kind of step: that of the severity, else that for all; None where nothing is agreed."""
    rows = [
        one
        for one in contract.limits.all()
        if one.kind == kind and _holds(one.valid_from, one.valid_until, on)
    ]
    for wanted in (severity, ""):
        fitting = [one for one in rows if one.severity == wanted]
        if fitting:
            return max(fitting, key=lambda one: one.valid_from)
    return None


def due_moments(contract: Contract, severity: str, opened_at: datetime) -> dict[str, datetime | None]:
    """When response, arrival and repair are due; None where the contract says nothing."""
    found: dict[str, datetime | None] = {}
    for kind in LimitKind.values:
        limit = limit_in_force(contract, kind, severity, local_day(opened_at))
        clock = hours_of((limit.hours if limit else "") or contract.hours, contract.windows)
        found[kind] = due_after(opened_at, limit.minutes, clock) if limit else None
    return found


def penalty_rules(contract: Contract, on: date) -> tuple[Rule, ...]:
    """The contract's table as it stood on a day."""
    rows: Iterable[PenaltyRule] = contract.penalty_rules.filter(valid_from__lte=on).filter(
        Q(valid_until=None) | Q(valid_until__gte=on)
    )
    return tuple(Rule(one.measure, one.below, one.percent, one.yuan, one.source) for one in rows)


def _holds(first: date, last: date | None, on: date) -> bool:
    return first <= on and (last is None or on <= last)
