"""One indicator's points: the published vectors, the refusals, and what holds for all numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.foundation.errors import InvalidInput
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.measures import Achievement, Kind, Measure, Statistic
from chengshu.hub.promises.evaluation.scoring import (
    SatisfactionMethod,
    score_done,
    score_execution,
    score_judgement,
    score_number,
)

RULES = rules.at(date(2025, 12, 31))
D = Decimal
NUMBERS = st.decimals(0, 10_000, places=2)
TARGETS = st.decimals("0.01", 10_000, places=2)
WEIGHTS = st.decimals("0.01", 100, places=2)


def points(measure: Measure, actual: str | Decimal, weight: str | Decimal = "10") -> Decimal:
    return score_number(measure, D(actual), D(weight), rules=RULES).points


def satisfied(actual: str, method: SatisfactionMethod, unit: str = "%") -> Decimal:
    measure = Measure(Kind.SATISFACTION, D(90), unit)
    return score_number(measure, D(actual), D(10), rules=RULES, satisfaction=method).points


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("measure.target", {"kind": Kind.POS}),
        ("measure.target", {"kind": Kind.NEG, "target": D(-1)}),
        ("measure.target", {"kind": Kind.EQ, "target": D("NaN")}),
        ("measure.zero_promise", {"kind": Kind.POS, "target": D(0)}),
        ("measure.statistic", {"kind": Kind.TIME_LIMIT, "target": D(4)}),
        (
            "measure.share_target",
            {"kind": Kind.TIME_LIMIT, "target": D(4), "statistic": Statistic.COMPLIANCE_SHARE},
        ),
    ],
)
def test_a_measure_whose_parts_do_not_fit_is_refused(code: str, parts: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Measure(**parts)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_words_are_not_scored_as_numbers() -> None:
    with pytest.raises(InvalidInput) as refusal:
        points(Measure(Kind.QUAL), "1")
    assert refusal.value.code == "measure.no_number"


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput):
        points(Measure(Kind.POS, D(1)), "NaN")


@pytest.mark.parametrize(("executed", "adjusted"), [("1", "0"), ("-1", "10"), ("1", "-10")])
def test_execution_refuses_impossible_amounts(executed: str, adjusted: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        score_execution(D(executed), D(adjusted), D(10))
    assert refusal.value.code == "scoring.budget"


@pytest.mark.parametrize("given_points", ["2.99", "4.00", "3.005"])
def test_partly_achieved_of_five_refuses_points_outside_its_interval(given_points: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        score_judgement(Achievement.PARTLY, D(given_points), D(5), rules=RULES)
    assert "[3.00, 4.00)" in str(refusal.value.message)


@pytest.mark.parametrize(
    ("achievement", "given_points"),
    [("achieved", "3.99"), ("achieved", "5.01"), ("not_achieved", "3.00"), ("not_achieved", "-0.01")],
)
def test_other_grades_refuse_points_outside_their_intervals(achievement: str, given_points: str) -> None:
    with pytest.raises(InvalidInput):
        score_judgement(Achievement(achievement), D(given_points), D(5), rules=RULES)


@pytest.mark.parametrize(
    ("achievement", "given_points"),
    [
        ("partly", "3.00"),
        ("partly", "3.99"),
        ("achieved", "4.00"),
        ("achieved", "5.00"),
        ("not_achieved", "0"),
    ],
)
def test_judged_points_inside_the_interval_count(achievement: str, given_points: str) -> None:
    scored = score_judgement(Achievement(achievement), D(given_points), D(5), rules=RULES)
    assert scored.points == D(given_points)


@pytest.mark.parametrize(
    ("measure", "actual", "weight", "expected"),
    [
        (Measure(Kind.POS, D(95), "%"), "90.25", "10", "9.50"),
        (Measure(Kind.POS, D(18)), "25", "10", "10.00"),
        (Measure(Kind.POS, D(18)), "-3", "10", "0.00"),
        (Measure(Kind.NEG, D(12), "h"), "12", "5", "5.00"),
        (Measure(Kind.NEG, D(12), "h"), "15", "5", "3.75"),
        (Measure(Kind.NEG, D(12), "h"), "24", "5", "0.00"),
        (Measure(Kind.NEG, D(12), "h"), "99", "5", "0.00"),
        (Measure(Kind.NEG, D(0)), "1", "5", "0.00"),
        (Measure(Kind.NEG, D(0)), "0", "5", "5.00"),
        (Measure(Kind.EQ, D(0)), "1", "5", "0.00"),
        (Measure(Kind.EQ, D(100)), "50", "10", "5.00"),
        (Measure(Kind.EQ, D(100)), "150", "10", "10.00"),
        (Measure(Kind.EQ, D(100), exact=True), "150", "10", "5.00"),
        (Measure(Kind.EQ, D("2300.14"), exact=True), "2300.14", "10", "10.00"),
        (Measure(Kind.EQ, D(100), exact=True), "300", "10", "0.00"),
        (Measure(Kind.TIME_LIMIT, D(10), "WD", statistic=Statistic.P95), "12", "10", "8.00"),
        (Measure(Kind.TIME_LIMIT, D(10), "WD", statistic=Statistic.MAXIMUM), "20", "10", "0.00"),
        (
            Measure(Kind.TIME_LIMIT, D(10), "WD", statistic=Statistic.COMPLIANCE_SHARE, share_target=D(98)),
            "49",
            "10",
            "5.00",
        ),
        (Measure(Kind.POS, D(3)), "2", "10", "6.67"),
        (Measure(Kind.POS, D(8)), "1", "0.20", "0.03"),
    ],
)
def test_points_of_numbers(measure: Measure, actual: str, weight: str, expected: str) -> None:
    assert points(measure, actual, weight) == D(expected)


def test_execution_uses_the_adjusted_budget() -> None:
    assert score_execution(D("153.33"), D("161.40"), D(10)).points == D("9.50")
    assert score_execution(D(200), D("161.40"), D(10)).points == D("10.00")


def test_done_or_not_done() -> None:
    assert [score_done(done, D("3.33")).points for done in (True, False)] == [D("3.33"), D(0)]


@pytest.mark.parametrize(
    ("actual", "expected"),
    [("90", "10"), ("89.99", "8"), ("80", "8"), ("79.99", "5"), ("60", "5"), ("59", "0")],
)
def test_satisfaction_by_bands(actual: str, expected: str) -> None:
    assert satisfied(actual, SatisfactionMethod.BANDS) == D(expected)


def test_satisfaction_in_proportion() -> None:
    assert satisfied("81", SatisfactionMethod.PROPORTION) == D("9.00")


@pytest.mark.parametrize(("actual", "unit"), [("101", "%"), ("-1", "%"), ("4.5", "分")])
def test_bands_need_a_percentage(actual: str, unit: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        satisfied(actual, SatisfactionMethod.BANDS, unit)
    assert refusal.value.code == "scoring.bands"


def test_the_working_shows_formula_and_numbers() -> None:
    scored = score_number(Measure(Kind.POS, D(95)), D("90.25"), D(10), rules=RULES)
    assert scored.working.line == "w × a ÷ t (w = 10, a = 90.25, t = 95)"
    assert str(scored.working.why) == "90.25 stays below the target of 95: points in proportion."


def test_a_strict_bound_excludes_the_number_itself() -> None:
    assert not Measure(Kind.NEG, D(2), strict=True).is_met_by(D(2))
    assert not Measure(Kind.POS, D(2), strict=True).is_met_by(D(2))
    assert Measure(Kind.NEG, D(2)).is_met_by(D(2))


MEASURES = st.one_of(
    st.builds(Measure, st.sampled_from([Kind.POS, Kind.NEG, Kind.EQ, Kind.SATISFACTION]), TARGETS),
    st.builds(Measure, st.just(Kind.EQ), NUMBERS, exact=st.just(True)),
    st.builds(Measure, st.just(Kind.NEG), st.just(D(0))),
)


@settings(deadline=None)
@given(MEASURES, st.decimals(-100, 20_000, places=3), WEIGHTS)
def test_points_stay_between_zero_and_the_weight(measure: Measure, actual: Decimal, weight: Decimal) -> None:
    scored = points(measure, actual, weight)
    assert 0 <= scored <= weight
    assert scored == scored.quantize(D("0.01"))


@settings(deadline=None)
@given(TARGETS, NUMBERS, NUMBERS, WEIGHTS)
def test_more_never_scores_less_where_more_is_better(t: Decimal, a: Decimal, b: Decimal, w: Decimal) -> None:
    low, high = sorted((a, b))
    assert points(Measure(Kind.POS, t), low, w) <= points(Measure(Kind.POS, t), high, w)


@settings(deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS, WEIGHTS)
def test_more_never_scores_more_where_less_is_better(t: Decimal, a: Decimal, b: Decimal, w: Decimal) -> None:
    low, high = sorted((a, b))
    assert points(Measure(Kind.NEG, t), low, w) >= points(Measure(Kind.NEG, t), high, w)


@settings(deadline=None)
@given(MEASURES, st.decimals(0, 20_000, places=2), WEIGHTS)
def test_what_is_met_has_full_marks(measure: Measure, actual: Decimal, weight: Decimal) -> None:
    if measure.is_met_by(actual):
        assert points(measure, actual, weight) == weight


@pytest.mark.parametrize(("actual", "case"), [("12", "within"), ("23.99", "exceeds"), ("24", "twice")])
def test_the_working_names_the_case_of_the_rule(actual: str, case: str) -> None:
    scored = score_number(Measure(Kind.NEG, D(12), "h"), D(actual), D(5), rules=RULES)
    assert scored.working.why.code == f"scoring.{case}"
