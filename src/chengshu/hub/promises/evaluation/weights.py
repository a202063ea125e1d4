"""How the hundred points are spread over families and indicators, exactly to the hundredth.

When a family is missing its weight is not lost, and every move is written down:

1. satisfaction missing: its weight goes to benefit (as practice has it);
2. any other family missing, or benefit itself after that: its weight goes to the indicator families that
   are there, in proportion to their weights; the weight of budget execution never grows;
3. budget of zero: execution does not apply, and its weight goes to the indicator families likewise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput

from .measures import HUNDRED, ZERO
from .rules import Rules
from .words import Sentence

CENT = Decimal("0.01")


class Family(StrEnum):
    """First-level families of the self-evaluation form."""

    EXECUTION = "execution"
    COST = "cost"
    OUTPUT = "output"
    BENEFIT = "benefit"
    SATISFACTION = "satisfaction"


FAMILY_NAMES = {
    Family.EXECUTION: _("Budget execution"),
    Family.COST: _("Cost"),
    Family.OUTPUT: _("Output"),
    Family.BENEFIT: _("Benefit"),
    Family.SATISFACTION: _("Satisfaction"),
}


class Scheme(StrEnum):
    """Which table of first-level weights applies."""

    STANDARD = "standard"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class FamilyWeights:
    """Points of each family that is there (their sum is 100), as planned by the rule and after the moves."""

    planned: Mapping[Family, Decimal]
    final: Mapping[Family, Decimal]
    reasons: tuple[Sentence, ...]


def apportion(total: Decimal, parts: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """``total`` split in proportion to ``parts``, to the hundredth, by largest remainder; the sum is exact.

    Of equal remainders the earlier part comes first: 10 in three is 3.34, 3.33, 3.33.

    :raises InvalidInput: if the total is not whole hundredths, or the parts are empty, negative or all zero
    """
    if total < 0 or total != total.quantize(CENT):
        raise _bad_split("weights.total", _("Points are given in hundredths and never negative."))
    whole = sum(parts, ZERO)
    if not parts or whole <= 0 or min(parts) < 0:
        raise _bad_split(
            "weights.parts", _("Points can only be spread over parts of which one is above zero.")
        )
    exact = [total * part / whole for part in parts]
    shares = [share.quantize(CENT, ROUND_DOWN) for share in exact]
    missing = int((total - sum(shares, ZERO)) / CENT)
    by_remainder = sorted(range(len(parts)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_remainder[:missing]:
        shares[index] += CENT
    return tuple(shares)


def family_weights(
    rules: Rules, present: Collection[Family], *, scheme: Scheme, has_budget: bool
) -> FamilyWeights:
    """The points of each family for a form with these indicator families.

    :param present: families with at least one indicator
    :param has_budget: false when the adjusted annual budget is zero
    :raises InvalidInput: if no indicator family is there, or one is there that the scheme gives no points to
    """
    planned = {Family(name): points for name, points in rules[f"scoring.weights.{scheme}"].numbers.items()}
    if sum(planned.values(), ZERO) != HUNDRED:
        raise _bad_split("weights.rule", _("The weights of the rule do not add up to 100."))
    there = [family for family in planned if family in present and family is not Family.EXECUTION]
    if not there:
        raise _bad_split("weights.no_indicators", _("There is no indicator that could be scored."))
    if homeless := set(present) - set(planned):
        name = ", ".join(str(FAMILY_NAMES[family]) for family in sorted(homeless))
        raise _bad_split(
            "weights.homeless", _("These weights leave no points for %(family)s.") % {"family": name}
        )
    final, reasons = _moved(planned, there, has_budget)
    return FamilyWeights(planned, final, tuple(reasons))


def indicator_weights(
    planned: Decimal, final: Decimal, explicit: Sequence[Decimal | None]
) -> tuple[Decimal, ...]:
    """Points of the indicators of one family; their sum is ``final`` exactly.

    Without explicit weights the split is equal. Explicit weights must add up to the family's planned or
    final points; if points moved into the family they grow in proportion.

    :raises InvalidInput: if only some weights are given, or their sum is neither
    """
    given = [weight for weight in explicit if weight is not None]
    if not given:
        return apportion(final, [Decimal(1)] * len(explicit))
    if len(given) != len(explicit):
        raise _bad_split("weights.mixed", _("Give a weight to every indicator of the family, or to none."))
    total = sum(given, ZERO)
    if (
        total not in (planned, final)
        or min(given) < 0
        or any(weight != weight.quantize(CENT) for weight in given)
    ):
        raise _bad_split(
            "weights.sum",
            _("The indicators of the family have %(total)s points instead of %(planned)s.")
            % {"total": total, "planned": planned},
        )
    return tuple(given) if total == final else apportion(final, given)


def _moved(
    planned: Mapping[Family, Decimal], there: Sequence[Family], has_budget: bool
) -> tuple[dict[Family, Decimal], list[Sentence]]:
    final = {family: points for family, points in planned.items() if family in there}
    reasons: list[Sentence] = []
    for family, points in planned.items():
        if family in there or (family is Family.EXECUTION and has_budget):
            continue
        if family is Family.SATISFACTION and Family.BENEFIT in there:
            final[Family.BENEFIT] += points
            reasons.append(_to_benefit(points))
        else:
            reasons.append(_spread(family, points))
    spread = HUNDRED - sum(final.values(), ZERO)
    if has_budget:
        spread -= planned[Family.EXECUTION]
    shares = apportion(spread, [final[family] for family in there]) if spread else [ZERO] * len(there)
    for family, share in zip(there, shares, strict=True):
        final[family] += share
    if has_budget:
        final = {Family.EXECUTION: planned[Family.EXECUTION], **final}
    return final, reasons


def _to_benefit(points: Decimal) -> Sentence:
    return Sentence(
        "weights.satisfaction_to_benefit",
        _("No satisfaction indicator applies: its %(points)s points count for benefit."),
        {"points": points},
    )


def _spread(family: Family, points: Decimal) -> Sentence:
    if family is Family.EXECUTION:
        return Sentence(
            "weights.no_budget",
            _("The annual budget is zero: the %(points)s points of execution are spread over the others."),
            {"points": points},
        )
    return Sentence(
        "weights.family_missing",
        _("%(family)s: without indicators, its %(points)s points are spread over the others in proportion."),
        {"family": FAMILY_NAMES[family], "points": points, "family_code": family.value},
    )


def _bad_split(code: str, message: object) -> InvalidInput:
    return InvalidInput(
        str(message), field="weight", code=code, hint=_("Correct the weights, then evaluate again.")
    )
