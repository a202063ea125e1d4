"""The unit's own evaluation of a year (单位自评): a form goes in, points with their workings come out.

A missing actual value is "unreported": it blocks the form and is never taken for zero. Blockers do not
raise; all of them are listed at once, so that a page can show everything that is still to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words

from .measures import ZERO, Achievement, Kind, Measure
from .rules import Rules
from .scoring import SatisfactionMethod, Scored, score_done, score_execution, score_judgement, score_number
from .weights import Family, FamilyWeights, Scheme, family_weights, indicator_weights
from .words import Sentence

T = TypeVar("T")


class Grade(StrEnum):
    """The grade of the whole form."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Deviation:
    """Why an indicator missed or far exceeded its target, and what is done about it until when."""

    reason: str
    """A code of the rule ``scoring.deviation_reasons``."""
    explanation: str = ""
    remedy: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class IndicatorInput:
    """One line of the form as the unit fills it in.

    :param actual: for measures with a number; None means unreported
    :param done: for BOOL; None means unreported
    :param achievement: for QUAL, with ``given_points`` by the evaluator
    :param has_evidence: whether a file is attached; QUAL needs one
    :param weight: explicit points; None for an equal split of the family
    """

    ref: str
    name: str
    family: Family
    measure: Measure
    actual: Decimal | None = None
    done: bool | None = None
    achievement: Achievement | None = None
    given_points: Decimal | None = None
    has_evidence: bool = False
    weight: Decimal | None = None
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Amounts of the year in 万元. The execution rate uses the adjusted budget, not the initial one."""

    initial: Decimal
    adjusted: Decimal
    executed: Decimal | None


@dataclass(frozen=True, slots=True)
class EvaluationInput:
    """A whole form.

    :param rules: the rules of the day the evaluation is made under
    :param scheme: which first-level weights; None chooses the cost variant when a cost indicator is there
    """

    budget: Budget
    indicators: tuple[IndicatorInput, ...]
    rules: Rules
    scheme: Scheme | None = None
    satisfaction: SatisfactionMethod = SatisfactionMethod.PROPORTION


@dataclass(frozen=True, slots=True)
class Blocker:
    """What keeps the form from being submitted; ``ref`` is empty when it concerns the whole form."""

    ref: str
    code: str
    text: Sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One scored line; ``scored`` is None while it cannot be scored.

    :ivar needs_deviation: a reason, a remedy and its due date are required, since points are lost or the
        target is far exceeded
    """

    ref: str
    name: str
    family: Family
    weight: Decimal
    scored: Scored | None
    needs_deviation: bool = False
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scored form.

    :ivar lines: budget execution first (if it applies), then the indicators in the order given
    :ivar total: sum of the rounded points; None while a line is unscored
    :ivar subtotal: sum of what is scored so far, out of ``scored_weight``
    :ivar notes: how weights were moved and what else a reader should know
    """

    lines: tuple[Line, ...]
    weights: FamilyWeights | None
    subtotal: Decimal
    scored_weight: Decimal
    total: Decimal | None
    grade: Grade | None
    notes: tuple[Sentence, ...]
    blockers: tuple[Blocker, ...]

    @property
    def can_be_submitted(self) -> bool:
        return not self.blockers


def evaluate(form: EvaluationInput) -> Evaluation:
    """Score a form; never raises for what the unit filled in, but lists it as blockers."""
    blockers: list[Blocker] = []
    weights = _weights(form, blockers)
    if weights is None:
        return Evaluation((), None, ZERO, ZERO, None, None, (), tuple(blockers))
    points = _points_by_ref(form, weights, blockers)
    lines = [*_execution_lines(form, weights, blockers)]
    lines += [_line(item, points[item.ref], form, blockers) for item in form.indicators if item.ref in points]
    complete = len(points) == len(form.indicators) and all(line.scored for line in lines)
    subtotal = sum((line.scored.points for line in lines if line.scored), ZERO)
    return Evaluation(
        lines=tuple(lines),
        weights=weights,
        subtotal=subtotal,
        scored_weight=sum((line.weight for line in lines if line.scored), ZERO),
        total=subtotal if complete else None,
        grade=grade_of(subtotal, form.rules) if complete else None,
        notes=(*weights.reasons, *_budget_notes(form.budget)),
        blockers=tuple(blockers),
    )


def grade_of(total: Decimal, rules: Rules) -> Grade:
    """The grade of a rounded total."""
    return next(Grade(row["code"]) for row in rules["scoring.grades"].rows if total >= Decimal(row["from"]))


def _weights(form: EvaluationInput, blockers: list[Blocker]) -> FamilyWeights | None:
    present = {item.family for item in form.indicators}
    scheme = form.scheme or (Scheme.COST if Family.COST in present else Scheme.STANDARD)
    repeated = len({item.ref for item in form.indicators}) < len(form.indicators)
    if repeated:
        blockers.append(_blocker("", "form.repeated_ref", _("Two indicators carry the same number.")))
        return None
    return _guarded(
        "",
        blockers,
        lambda: family_weights(form.rules, present, scheme=scheme, has_budget=form.budget.adjusted != 0),
    )


def _points_by_ref(
    form: EvaluationInput, weights: FamilyWeights, blockers: list[Blocker]
) -> Mapping[str, Decimal]:
    points: dict[str, Decimal] = {}
    for family, final in weights.final.items():
        items = [item for item in form.indicators if item.family is family]
        if not items:
            continue
        split = _guarded("", blockers, partial(_split, weights, family, final, items))
        if split is not None:
            points |= {item.ref: share for item, share in zip(items, split, strict=True)}
    return points


def _split(
    weights: FamilyWeights, family: Family, final: Decimal, items: Sequence[IndicatorInput]
) -> tuple[Decimal, ...]:
    return indicator_weights(weights.planned[family], final, [item.weight for item in items])


def _execution_lines(
    form: EvaluationInput, weights: FamilyWeights, blockers: list[Blocker]
) -> tuple[Line, ...]:
    budget = form.budget
    weight = weights.final.get(Family.EXECUTION)
    if weight is None:
        if budget.executed:
            text = _("Money was paid, although the adjusted annual budget is zero.")
            blockers.append(_blocker(Family.EXECUTION, "budget.paid_without", text))
        return ()
    scored = None
    if budget.executed is None:
        blockers.append(_unreported(Family.EXECUTION))
    else:
        executed = budget.executed
        scored = _guarded(
            Family.EXECUTION, blockers, lambda: score_execution(executed, budget.adjusted, weight)
        )
    return (Line(Family.EXECUTION, "", Family.EXECUTION, weight, scored),)


def _budget_notes(budget: Budget) -> tuple[Sentence, ...]:
    if budget.executed is None or budget.executed <= budget.adjusted or not budget.adjusted:
        return ()
    facts = {"executed": budget.executed, "adjusted": budget.adjusted}
    text = _("Payments of %(executed)s exceed the adjusted annual budget of %(adjusted)s.")
    return (Sentence("budget.overspent", text, facts),)


def _line(item: IndicatorInput, weight: Decimal, form: EvaluationInput, blockers: list[Blocker]) -> Line:
    scored = _guarded(item.ref, blockers, lambda: _scored(item, weight, form))
    line = Line(item.ref, item.name, item.family, weight, scored, deviation=item.deviation)
    if scored is None:
        if not any(blocker.ref == item.ref for blocker in blockers):
            blockers.append(_unreported(item.ref))
        return line
    if item.measure.kind is Kind.QUAL and not item.has_evidence:
        text = _("A target judged in words needs an evidence file.")
        blockers.append(_blocker(item.ref, "indicator.evidence", text))
    if scored.points >= weight and not is_far_over(scored, form.rules):
        return line
    blockers.extend(_deviation_blockers(item, form.rules))
    return replace(line, needs_deviation=True)


def is_far_over(scored: Scored, rules: Rules) -> bool:
    """Whether the reason must be given since the target was far exceeded; nothing is deducted by itself."""
    return scored.over_ratio is not None and scored.over_ratio >= rules["scoring.over_ratio_reason"].number


def _scored(item: IndicatorInput, weight: Decimal, form: EvaluationInput) -> Scored | None:
    match item.measure.kind:
        case Kind.BOOL:
            return None if item.done is None else score_done(item.done, weight)
        case Kind.QUAL:
            if item.achievement is None or item.given_points is None:
                return None
            return score_judgement(item.achievement, item.given_points, weight, rules=form.rules)
        case _:
            if item.actual is None:
                return None
            return score_number(
                item.measure, item.actual, weight, rules=form.rules, satisfaction=form.satisfaction
            )


def _deviation_blockers(item: IndicatorInput, rules: Rules) -> list[Blocker]:
    deviation = item.deviation
    if deviation is None:
        text = _("The result differs from the target: give the reason, the remedy and its due date.")
        return [_blocker(item.ref, "deviation.missing", text)]
    reasons = {row["code"]: row for row in rules["scoring.deviation_reasons"].rows}
    wrong: list[Blocker] = []
    if deviation.reason not in reasons:
        wrong.append(_blocker(item.ref, "deviation.reason", _("The reason is none of the listed ones.")))
    elif reasons[deviation.reason].get("text_required") and not deviation.explanation.strip():
        wrong.append(
            _blocker(item.ref, "deviation.explanation", _("Another reason must be explained in words."))
        )
    if not deviation.remedy.strip():
        wrong.append(_blocker(item.ref, "deviation.remedy", _("State what is done about the deviation.")))
    if deviation.due is None:
        wrong.append(_blocker(item.ref, "deviation.due", _("State until when the remedy is carried out.")))
    return wrong


def _guarded(ref: str, blockers: list[Blocker], compute: Callable[[], T]) -> T | None:
    try:
        return compute()
    except InvalidInput as error:
        blockers.append(
            Blocker(ref, error.code, Sentence(error.code, "%(message)s", {"message": str(error)}))
        )
        return None


def _unreported(ref: str) -> Blocker:
    return _blocker(ref, "indicator.unreported", _("Not reported yet. A missing value is not a zero."))


def _blocker(ref: str, code: str, text: Words) -> Blocker:
    return Blocker(ref, code, Sentence(code, text))
