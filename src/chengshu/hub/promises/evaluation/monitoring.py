"""Double monitoring (双监控): attainment of targets and execution of the budget, at a day within the year.

What adds up over the year is compared with the planned share; a level is compared with its bound as it
stands. A ceiling that is used up over the year (a cost, a number of complaints) turns red once broken and
yellow once the pace would break it. Grey is the light of what cannot be judged yet: unreported, or nothing
planned so far. Lights and forecasts are proposals with their basis stated; the unit's own judgement is
recorded beside them by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words

from .curves import Curve, Linear, Period
from .measures import ONE, ZERO, Achievement, Kind, Measure, Statistic
from .rules import Rules, label
from .words import Sentence


class Light(StrEnum):
    """From best to worst; grey says that nothing can be said."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


class Likelihood(StrEnum):
    """The three answers of the monitoring form to "will the target be met?"."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"


LIGHT_NAMES: Mapping[Light, Words] = {
    Light.GREEN: _("Green"),
    Light.YELLOW: _("Yellow"),
    Light.RED: _("Red"),
    Light.GREY: _("Not judged"),
}

LIKELIHOOD_NAMES: Mapping[Likelihood, Words] = {
    Likelihood.CERTAIN: _("Certain"),
    Likelihood.POSSIBLE: _("Possible"),
    Likelihood.IMPOSSIBLE: _("Impossible"),
}


@dataclass(frozen=True, slots=True)
class Forecast:
    """The value to expect at the end of the period and what that expectation rests on."""

    value: Decimal | None
    basis: Sentence


@dataclass(frozen=True, slots=True)
class Reported:
    """What is known by the day: a number (to date, if it adds up), done or not, or a grade in words."""

    actual: Decimal | None = None
    done: bool | None = None
    achievement: Achievement | None = None

    @property
    def is_empty(self) -> bool:
        return self.actual is None and self.done is None and self.achievement is None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where one indicator stands.

    :ivar expected: planned share by the day; 1 for levels
    :ivar ratio: done share ÷ expected share, None where no such ratio is meaningful
    """

    light: Light
    why: Sentence
    expected: Decimal
    ratio: Decimal | None
    forecast: Forecast
    likelihood: Likelihood | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What budget and goal say together; ``risk`` from 0 to 4."""

    code: str
    text: Words
    risk: int


@dataclass(frozen=True, slots=True)
class Response:
    """What a light asks of the unit.

    :ivar working_days: time for it, to be laid on the calendar by the caller; None where no rule sets one
    :ivar may_pause_payment: whether payments may be paused or stopped meanwhile; a decision of people,
        never automatic
    """

    code: str
    label: Words
    working_days: int | None
    may_pause_payment: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A review within the year: what it covers and by when it is done."""

    code: str
    label: Words
    covers_to: date
    review_by: date


def progress_of(
    measure: Measure,
    reported: Reported,
    *,
    period: Period,
    as_of: date,
    rules: Rules,
    plan: Curve | None = None,
) -> Progress:
    """Light, forecast and likelihood of one indicator at the end of a day.

    :param plan: the planned curve; even by days if None
    :raises InvalidInput: if the report does not fit the measure (a number for words, or the reverse)
    """
    if reported.is_empty:
        return _grey("progress.unreported", _("Not reported yet."))
    _require_fitting(measure, reported)
    over = as_of >= period.end
    curve = plan or Linear(period)
    if reported.actual is None:
        return _without_number(reported, curve.expected_by(as_of), over, rules)
    if measure.accumulates:
        return _adding_up(measure, reported.actual, curve, as_of, over, rules)
    return _level(measure, reported.actual, over, rules)


def budget_light(
    executed: Decimal | None,
    adjusted: Decimal,
    *,
    period: Period,
    as_of: date,
    rules: Rules,
    plan: Curve | None = None,
) -> Progress:
    """Light of the budget's execution; amounts in 万元, the budget as adjusted."""
    if executed is None:
        return _grey("budget.unreported", _("Payments are not reported yet."))
    if adjusted <= 0:
        return _grey("budget.none", _("There is no budget this year."))
    if executed > adjusted:
        facts = {"executed": executed, "adjusted": adjusted}
        text = _("%(executed)s is paid, more than the adjusted annual budget of %(adjusted)s.")
        held = Forecast(executed, Sentence("forecast.reached", _("The value to date.")))
        return Progress(
            Light.RED, Sentence("budget.over", text, facts), ONE, None, held, Likelihood.IMPOSSIBLE
        )
    measure = Measure(Kind.POS, adjusted, "万元")
    return _towards(measure, executed, plan or Linear(period), as_of, as_of >= period.end, rules)


def goal_light(lights: Iterable[Light]) -> Light:
    """The light of a project's goal: the worst of its indicators; grey only if all are grey."""
    order = (Light.GREY, Light.GREEN, Light.YELLOW, Light.RED)
    return max(lights, key=order.index, default=Light.GREY)


def reading(budget: Light, goal: Light, rules: Rules) -> Reading:
    """What the two lights say together, such as "money is spent, but there is no output"."""
    for row in rules["monitoring.matrix"].rows:
        if row["budget"] == budget and row["goal"] == goal:
            return Reading(row["code"], label(row), int(row["risk"]))
    return Reading("unknown", _("Too little is reported for a joint reading."), 0)


def response_to(light: Light, rules: Rules) -> Response | None:
    """What the rule asks for at this light; None at green and grey."""
    for row in rules["monitoring.responses"].rows:
        if row["light"] == light:
            days = row.get("working_days")
            return Response(row["code"], label(row), days, bool(row["may_pause_payment"]))
    return None


def checkpoints(number: int, rules: Rules, *, table: str = "central") -> tuple[Checkpoint, ...]:
    """The reviews of a year, in order.

    :param table: ``central`` or ``quarterly``
    :raises Missing: if there is no such table
    """
    return tuple(
        Checkpoint(
            row["code"],
            label(row),
            date.fromisoformat(f"{number}-{row['covers_to']}"),
            date.fromisoformat(f"{number}-{row['review_by']}"),
        )
        for row in rules[f"monitoring.checkpoints.{table}"].rows
    )


def light_for(ratio: Decimal, rules: Rules) -> Light:
    """The light of done share ÷ expected share."""
    thresholds = rules["monitoring.lights"].numbers
    if ratio >= thresholds["green_from"]:
        return Light.GREEN
    return Light.YELLOW if ratio >= thresholds["yellow_from"] else Light.RED


def _require_fitting(measure: Measure, reported: Reported) -> None:
    fits = {
        Kind.BOOL: reported.done is not None and reported.actual is None and reported.achievement is None,
        Kind.QUAL: reported.achievement is not None and reported.actual is None and reported.done is None,
    }.get(
        measure.kind, reported.actual is not None and reported.done is None and reported.achievement is None
    )
    if not fits or (reported.actual is not None and not reported.actual.is_finite()):
        raise InvalidInput(
            _("The report does not fit the kind of target."),
            field="reported",
            code="progress.kind",
            hint=_("Report a number, done or not done, or a grade, as the target asks."),
            data={"kind": measure.kind.value},
        )


def _without_number(reported: Reported, expected: Decimal, over: bool, rules: Rules) -> Progress:
    if reported.achievement is not None:
        light = Light(rules["monitoring.lights.qualitative"].value[reported.achievement])
        why = Sentence("progress.judged", _("Judged in words."))
        achieved = reported.achievement is Achievement.ACHIEVED
    elif reported.done or expected == ONE:
        light = Light.GREEN if reported.done else Light.RED
        achieved = bool(reported.done)
        why = (
            Sentence("progress.done", _("Done."))
            if achieved
            else Sentence("progress.overdue", _("Due and not done."))
        )
    else:
        return _grey("progress.not_due", _("Not due yet."), Likelihood.POSSIBLE)
    forecast = Forecast(None, Sentence("forecast.none", _("A target without a number is not extrapolated.")))
    return Progress(light, why, expected, None, forecast, _likelihood(achieved, over, settled=achieved))


def _adding_up(
    measure: Measure, actual: Decimal, curve: Curve, as_of: date, over: bool, rules: Rules
) -> Progress:
    if measure.judged_as is Kind.NEG or measure.bound == 0:
        return _ceiling(measure, actual, curve, as_of, over)
    return _towards(measure, actual, curve, as_of, over, rules)


def _towards(
    measure: Measure, actual: Decimal, curve: Curve, as_of: date, over: bool, rules: Rules
) -> Progress:
    expected, target = curve.expected_by(as_of), measure.bound
    forecast = forecast_of(actual, target, curve, as_of)
    overshot = measure.exact and actual > target
    met = measure.is_met_by(actual)
    settled = met and not measure.exact
    promising = forecast.value is not None and measure.is_met_by(forecast.value)
    likelihood = Likelihood.IMPOSSIBLE if overshot else _likelihood(met or promising, over, settled=settled)
    if over and not met:
        likelihood = Likelihood.IMPOSSIBLE
    if expected == 0 and not met and not overshot:
        return replace(_grey("progress.not_due", _("Not due yet."), Likelihood.POSSIBLE), forecast=forecast)
    ratio = None if expected == 0 else actual / target / expected
    light = Light.RED if overshot else Light.GREEN if met or ratio is None else light_for(ratio, rules)
    facts = {
        "actual": actual,
        "target": target,
        "expected": _percent(expected),
        "done": _percent(actual / target),
    }
    text = _("%(actual)s of %(target)s is %(done)s %%; %(expected)s %% was planned by this day.")
    return Progress(light, Sentence("progress.share", text, facts), expected, ratio, forecast, likelihood)


def _ceiling(measure: Measure, actual: Decimal, curve: Curve, as_of: date, over: bool) -> Progress:
    expected, ceiling = curve.expected_by(as_of), measure.bound
    forecast = forecast_of(actual, ceiling, curve, as_of) if curve.runs_evenly else _held(actual)
    facts = {"actual": actual, "target": ceiling, "forecast": forecast.value}
    if not measure.is_met_by(actual):
        text = _("%(actual)s exceeds the ceiling of %(target)s and cannot fall again this year.")
        return Progress(
            Light.RED,
            Sentence("progress.ceiling_broken", text, facts),
            expected,
            None,
            forecast,
            Likelihood.IMPOSSIBLE,
        )
    if forecast.value is not None and not over and not measure.is_met_by(forecast.value):
        text = _("At this pace %(forecast)s is reached, above the ceiling of %(target)s.")
        why = Sentence("progress.ceiling_near", text, facts)
        return Progress(Light.YELLOW, why, expected, None, forecast, Likelihood.POSSIBLE)
    text = _("%(actual)s keeps below the ceiling of %(target)s, at this pace also at the end.")
    why = Sentence("progress.ceiling_kept", text, facts)
    return Progress(Light.GREEN, why, expected, None, forecast, _likelihood(True, over, settled=over))


def _level(measure: Measure, actual: Decimal, over: bool, rules: Rules) -> Progress:
    met = measure.is_met_by(actual)
    attainment = _attainment(measure, actual)
    lasting = measure.statistic is Statistic.MAXIMUM and not met
    light = Light.GREEN if met else Light.RED if lasting else light_for(attainment, rules)
    facts = {"actual": actual, "target": measure.bound}
    text = (
        _("The latest level of %(actual)s keeps the bound of %(target)s.")
        if met
        else _("The latest level of %(actual)s misses the bound of %(target)s.")
    )
    why = Sentence("progress.level_kept" if met else "progress.level_missed", text, facts)
    likelihood = Likelihood.IMPOSSIBLE if lasting else _likelihood(met, over, settled=False)
    return Progress(light, why, ONE, attainment, _held(actual), likelihood)


def forecast_of(actual: Decimal, target: Decimal, curve: Curve, as_of: date) -> Forecast:
    """The value at the end of the period of something that adds up.

    With an even plan the pace so far continues (actual ÷ planned share); with due dates, what is still to
    come is taken to come on time and what is overdue is not.
    """
    expected = curve.expected_by(as_of)
    if not curve.runs_evenly:
        value = max(actual, min(target, actual + target * (ONE - expected)))
        text = _("%(actual)s so far; the deliverables not due yet are taken to come on time.")
        return Forecast(value, Sentence("forecast.due_dates", text, {"actual": actual}))
    if expected == 0:
        return Forecast(
            None, Sentence("forecast.too_early", _("Nothing was planned by this day: no pace to extend."))
        )
    text = _("%(actual)s so far ÷ %(expected)s %% of the plan passed: the pace so far continues.")
    facts = {"actual": actual, "expected": _percent(expected)}
    return Forecast((actual / expected).quantize(Decimal("0.01")), Sentence("forecast.pace", text, facts))


def _attainment(measure: Measure, actual: Decimal) -> Decimal:
    target = measure.bound
    if measure.is_met_by(actual):
        return ONE
    if target == 0:
        return ZERO
    if measure.judged_as is Kind.NEG:
        return max(ZERO, ONE - (actual - target) / target)
    if measure.exact:
        return max(ZERO, ONE - abs(actual - target) / target)
    return max(ZERO, actual / target)


def _likelihood(promising: bool, over: bool, *, settled: bool) -> Likelihood:
    if over:
        return Likelihood.CERTAIN if promising else Likelihood.IMPOSSIBLE
    return Likelihood.CERTAIN if settled or promising else Likelihood.POSSIBLE


def _held(actual: Decimal) -> Forecast:
    return Forecast(
        actual, Sentence("forecast.level", _("A level does not add up: the latest value is held."))
    )


def _grey(code: str, text: Words, likelihood: Likelihood | None = None) -> Progress:
    nothing = Forecast(None, Sentence("forecast.nothing", _("There is nothing to extend yet.")))
    return Progress(Light.GREY, Sentence(code, text), ZERO, None, nothing, likelihood)


def _percent(share: Decimal) -> Decimal:
    return (share * 100).quantize(Decimal("0.1"))
