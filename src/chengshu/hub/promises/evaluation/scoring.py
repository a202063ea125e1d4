"""The points of one indicator, and how they came about.

One formula per kind of measure, each returning its working: the formula, the numbers put in, and a
sentence. Full marks are never exceeded and points never fall below zero. Rounding is half up to the
hundredth, once, at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words

from .measures import HUNDRED, ONE, ZERO, Achievement, Kind, Measure
from .rules import Rules
from .weights import CENT
from .words import Sentence, plain


class SatisfactionMethod(StrEnum):
    """How satisfaction is scored: in proportion like any rate, or by bands."""

    PROPORTION = "proportion"
    BANDS = "bands"


@dataclass(frozen=True, slots=True)
class Working:
    """How a score came about.

    :ivar formula: in symbols, ``w × a ÷ t``; the same in every language
    :ivar numbers: the value of each symbol
    :ivar why: which case of the rule applied, as a sentence
    """

    formula: str
    numbers: Mapping[str, Decimal]
    why: Sentence

    @property
    def line(self) -> str:
        """The formula with its numbers: ``w × a ÷ t (w = 10, a = 90.25, t = 95)``."""
        numbers = ", ".join(f"{symbol} = {plain(value)}" for symbol, value in self.numbers.items())
        return f"{self.formula} ({numbers})"


@dataclass(frozen=True, slots=True)
class Scored:
    """Points with their working; ``over_ratio`` is actual ÷ target where more is better, else None."""

    points: Decimal
    working: Working
    over_ratio: Decimal | None = None


def rounded(points: Decimal) -> Decimal:
    """Half up to the hundredth."""
    return points.quantize(CENT, ROUND_HALF_UP)


def score_execution(executed: Decimal, adjusted: Decimal, weight: Decimal) -> Scored:
    """Budget execution: w × min(1, executed ÷ adjusted annual budget), both in 万元.

    :raises InvalidInput: if an amount is negative or the budget is zero (then execution does not apply)
    """
    if adjusted <= 0 or executed < 0:
        raise InvalidInput(
            _("The execution rate needs a budget above zero and a payment that is not negative."),
            field="budget",
            code="scoring.budget",
            hint=_("Check the annual budget after adjustment and the amount paid."),
        )
    numbers = {"w": weight, "e": executed, "b": adjusted}
    why = Sentence(
        "scoring.execution",
        _("Paid %(executed)s of the adjusted annual budget of %(adjusted)s (10,000 yuan)."),
        {"executed": executed, "adjusted": adjusted},
    )
    return Scored(
        rounded(weight * min(ONE, executed / adjusted)),
        Working("w × min(1, e ÷ b)", numbers, why),
        executed / adjusted,
    )


def score_number(
    measure: Measure,
    actual: Decimal,
    weight: Decimal,
    *,
    rules: Rules,
    satisfaction: SatisfactionMethod = SatisfactionMethod.PROPORTION,
) -> Scored:
    """The points of an indicator with a number.

    The formulas meet at the bound: a strict bound reached exactly scores in full, though it is not met.

    :param actual: in the measure's unit; percent for a compliance share
    :raises InvalidInput: if the measure is not judged by a number, or bands meet a score that is no
        percentage
    """
    if not actual.is_finite():
        raise InvalidInput(_("The actual value is not a number."), field="actual", code="scoring.actual")
    if measure.kind is Kind.SATISFACTION and satisfaction is SatisfactionMethod.BANDS:
        return _by_bands(measure, actual, weight, rules)
    case = _Case(measure.bound, actual, weight)
    if case.target == 0:
        return _zero(case)
    if measure.judged_as is Kind.NEG:
        return _lower_is_better(case)
    if measure.judged_as is Kind.EQ and measure.exact:
        return _exact(case)
    return _higher_is_better(case)


def score_done(done: bool, weight: Decimal) -> Scored:
    """Done: all points; not done: none."""
    text = _("Done: full marks.") if done else _("Not done: no points.")
    why = Sentence("scoring.done" if done else "scoring.not_done", text)
    return Scored(rounded(weight) if done else ZERO, Working("w" if done else "0", {"w": weight}, why))


def judgement_interval(
    achievement: Achievement, weight: Decimal, rules: Rules
) -> tuple[Decimal, Decimal, bool]:
    """The points an evaluator may give: lowest, highest, and whether the highest itself is allowed."""
    steps = [(str(row["code"]), Decimal(row["from"])) for row in rules["scoring.qualitative"].rows]
    position = [code for code, _share in steps].index(achievement)
    low = weight * steps[position][1]
    return (low, weight, True) if position == 0 else (low, weight * steps[position - 1][1], False)


def score_judgement(achievement: Achievement, points: Decimal, weight: Decimal, *, rules: Rules) -> Scored:
    """An evaluator's points for a target in words, if they lie in the interval of the grade.

    :raises InvalidInput: if they do not, or are finer than hundredths
    """
    low, high, closed = judgement_interval(achievement, weight, rules)
    inside = low <= points < high or (closed and points == high)
    if not inside or points != points.quantize(CENT):
        raise InvalidInput(
            _("For this grade the points lie in %(interval)s.") % {"interval": _interval(low, high, closed)},
            field="given_points",
            code="scoring.interval",
            hint=_("Enter points of this interval with at most two decimals, or choose another grade."),
            data={"low": str(low), "high": str(high), "high_included": closed},
        )
    label: Words = ACHIEVEMENT_NAMES[achievement]
    why = Sentence(
        "scoring.judged",
        _("Judged by the evaluator as “%(grade)s”: points from %(interval)s."),
        {"grade": label, "interval": _interval(low, high, closed)},
    )
    return Scored(rounded(points), Working("p", {"p": points, "w": weight}, why))


ACHIEVEMENT_NAMES = {
    Achievement.ACHIEVED: _("Annual target achieved"),
    Achievement.PARTLY: _("Partly achieved, with some effect"),
    Achievement.NOT_ACHIEVED: _("Not achieved, with little effect"),
}


@dataclass(frozen=True, slots=True)
class _Case:
    target: Decimal
    actual: Decimal
    weight: Decimal
    numbers: dict[str, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", {"w": self.weight, "a": self.actual, "t": self.target})

    def scored(self, points: Decimal, formula: str, code: str, text: Words, *, ratio: bool = False) -> Scored:
        why = Sentence(code, text, {"actual": self.actual, "target": self.target})
        over = self.actual / self.target if ratio else None
        return Scored(rounded(max(ZERO, points)), Working(formula, self.numbers, why), over)


def _zero(case: _Case) -> Scored:
    if case.actual <= 0:
        return case.scored(
            case.weight, "w", "scoring.zero_kept", _("The target is zero and nothing occurred: full marks.")
        )
    return case.scored(
        ZERO, "0", "scoring.zero_broken", _("The target is zero and %(actual)s occurred: no points.")
    )


def _higher_is_better(case: _Case) -> Scored:
    if case.actual >= case.target:
        text = _("%(actual)s reaches the target of %(target)s: full marks.")
        return case.scored(case.weight, "w", "scoring.reached", text, ratio=True)
    text = _("%(actual)s stays below the target of %(target)s: points in proportion.")
    return case.scored(
        case.weight * case.actual / case.target, "w × a ÷ t", "scoring.below", text, ratio=True
    )


def _lower_is_better(case: _Case) -> Scored:
    if case.actual <= case.target:
        return case.scored(
            case.weight, "w", "scoring.within", _("%(actual)s keeps within %(target)s: full marks.")
        )
    if case.actual >= 2 * case.target:
        text = _("%(actual)s is at least twice the limit of %(target)s: no points.")
        return case.scored(ZERO, "0", "scoring.twice", text)
    points = case.weight * (ONE - (case.actual - case.target) / case.target)
    text = _("%(actual)s exceeds %(target)s: points fall with the excess.")
    return case.scored(points, "w × (1 − (a − t) ÷ t)", "scoring.exceeds", text)


def _exact(case: _Case) -> Scored:
    points = case.weight * (ONE - abs(case.actual - case.target) / case.target)
    text = _("%(actual)s against exactly %(target)s: points fall with the difference, whichever way.")
    return case.scored(points, "w × max(0, 1 − |a − t| ÷ t)", "scoring.exact", text)


def _by_bands(measure: Measure, actual: Decimal, weight: Decimal, rules: Rules) -> Scored:
    if measure.unit not in ("%", "") or not 0 <= actual <= HUNDRED:
        raise InvalidInput(
            _("Bands of satisfaction need a percentage from 0 to 100."),
            field="actual",
            code="scoring.bands",
            hint=_("Score in proportion, or enter the percentage of satisfied people."),
        )
    rows = rules["scoring.satisfaction.bands"].rows
    share = next(Decimal(row["share"]) for row in rows if actual >= Decimal(row["from"]))
    numbers = {"w": weight, "a": actual, "s": share}
    why = Sentence("scoring.band", _("%(actual)s %% satisfied: this band gives %(share)s of the points."), {
        "actual": actual, "share": share
    })  # fmt: skip
    return Scored(rounded(weight * share), Working("w × s", numbers, why), actual / measure.bound)


def _interval(low: Decimal, high: Decimal, closed: bool) -> str:
    return f"[{_points(low)}, {_points(high)}{']' if closed else ')'}"


def _points(points: Decimal) -> str:
    """Two decimals, or more where the bound of an interval lies between hundredths."""
    return str(rounded(points)) if rounded(points) == points else plain(points)
