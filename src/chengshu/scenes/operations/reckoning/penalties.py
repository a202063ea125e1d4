"""Penalties by the contract's own table: steps of availability, and so much for each breach. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
AVAILABILITY = "availability"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table.

    :param measure: ``availability``, ``late_response``, ``late_arrival``, ``late_repair``, ``missed_round``
    :param below: of ``availability``: the percent below which the row applies; the lowest that applies counts alone
    :param percent: of the month's fee
    :param yuan: a fixed sum; of the other measures for each breach
    :param source: where the contract says so
    """

    measure: str
    below: Decimal | None = None
    percent: Decimal | None = None
    yuan: Decimal | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one row costs; ``yuan`` is None where the fee is not on file, and then nothing is guessed."""

    rule: Rule
    times: int
    yuan: Decimal | None
    subject: str = ""


def penalties(
    rules: Iterable[Rule],
    *,
    availability: Mapping[str, Decimal | None],
    breaches: Mapping[str, int],
    fee_yuan: Decimal | None,
) -> tuple[Line, ...]:
    """Every row that applies.

    :param availability: percent of each service; None where nothing counts
    :param breaches: how often each other measure was missed
    :param fee_yuan: of the month, if known
    """
    rules = tuple(rules)
    lines: list[Line] = []
    for service, percent in availability.items():
        met = [one for one in rules if _falls_below(one, percent)]
        if met:
            rule = min(met, key=lambda one: one.below or Decimal())
            lines.append(Line(rule, 1, _yuan(rule, 1, fee_yuan), service))
    for rule in rules:
        times = breaches.get(rule.measure, 0) if rule.measure != AVAILABILITY else 0
        if times:
            lines.append(Line(rule, times, _yuan(rule, times, fee_yuan)))
    return tuple(lines)


def total(lines: Iterable[Line]) -> Decimal | None:
    """The sum in yuan; None as soon as one line is not known."""
    sums = [line.yuan for line in lines]
    return None if None in sums else sum((one for one in sums if one is not None), Decimal())


def _falls_below(rule: Rule, percent: Decimal | None) -> bool:
    if rule.measure != AVAILABILITY or rule.below is None or percent is None:
        return False
    return percent < rule.below


def _yuan(rule: Rule, times: int, fee: Decimal | None) -> Decimal | None:
    if rule.yuan is not None:
        return (rule.yuan * times).quantize(_CENT, ROUND_HALF_UP)
    if rule.percent is None or fee is None:
        return None
    return (fee * rule.percent / 100 * times).quantize(_CENT, ROUND_HALF_UP)
