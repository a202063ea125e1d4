"""The whole form: what blocks it, what it adds up to, and how each score can be explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.measures import Achievement, Kind, Measure
from chengshu.hub.promises.evaluation.self_evaluation import (
    Budget,
    Deviation,
    Evaluation,
    EvaluationInput,
    IndicatorInput,
    Scheme,
    evaluate,
    grade_of,
)
from chengshu.hub.promises.evaluation.weights import Family

D = Decimal
RULES = rules.at(date(2025, 12, 31))
BUDGET = Budget(D("200.00"), D("161.40"), D("153.33"))
REMEDIED = Deviation("delay", "", "Finish the rest", date(2026, 6, 30))

OUTPUT = IndicatorInput("1", "处理量", Family.OUTPUT, Measure(Kind.POS, D(100), "件"), actual=D(100))
BENEFIT = IndicatorInput("2", "正常上线", Family.BENEFIT, Measure(Kind.BOOL), done=True)
CONTENT = IndicatorInput(
    "3", "满意度", Family.SATISFACTION, Measure(Kind.SATISFACTION, D(90), "%"), actual=D(95)
)
WORDS = IndicatorInput(
    "4",
    "提升服务",
    Family.BENEFIT,
    Measure(Kind.QUAL),
    achievement=Achievement.PARTLY,
    given_points=D("10"),
    has_evidence=True,
    deviation=REMEDIED,
)


def result(*items: IndicatorInput, budget: Budget = BUDGET, scheme: Scheme | None = None) -> Evaluation:
    return evaluate(EvaluationInput(budget, items or (OUTPUT, BENEFIT, CONTENT), RULES, scheme))


def codes(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [(blocker.ref, blocker.code) for blocker in evaluation.blockers]


@pytest.mark.parametrize(
    "item",
    [
        replace(OUTPUT, actual=None),
        replace(BENEFIT, done=None, family=Family.OUTPUT, ref="1"),
        replace(WORDS, achievement=None, family=Family.OUTPUT, ref="1"),
        replace(WORDS, given_points=None, family=Family.OUTPUT, ref="1"),
    ],
)
def test_a_missing_value_blocks_and_is_not_a_zero(item: IndicatorInput) -> None:
    evaluation = result(item, BENEFIT, CONTENT)
    assert codes(evaluation) == [("1", "indicator.unreported")]
    assert evaluation.total is None
    assert evaluation.grade is None
    assert (evaluation.subtotal, evaluation.scored_weight) == (D("49.50"), D(50))


def test_a_missing_payment_blocks() -> None:
    evaluation = result(budget=replace(BUDGET, executed=None))
    assert codes(evaluation) == [("execution", "indicator.unreported")]
    assert evaluation.total is None


def test_money_paid_without_a_budget_blocks() -> None:
    evaluation = result(budget=Budget(D(0), D(0), D(5)))
    assert codes(evaluation) == [("execution", "budget.paid_without")]


def test_a_negative_budget_blocks() -> None:
    assert codes(result(budget=Budget(D(0), D(-1), D(5)))) == [("execution", "scoring.budget")]


def test_lost_points_need_a_reason() -> None:
    evaluation = result(replace(OUTPUT, actual=D(90)), BENEFIT, CONTENT)
    assert codes(evaluation) == [("1", "deviation.missing")]
    assert evaluation.total == D("94.50")


@pytest.mark.parametrize(
    ("deviation", "expected"),
    [
        (Deviation("delay"), ["deviation.remedy", "deviation.due"]),
        (replace(REMEDIED, reason="weather"), ["deviation.reason"]),
        (replace(REMEDIED, reason="other"), ["deviation.explanation"]),
        (replace(REMEDIED, reason="other", explanation="A strike"), []),
        (replace(REMEDIED, remedy=" "), ["deviation.remedy"]),
        (replace(REMEDIED, due=None), ["deviation.due"]),
        (REMEDIED, []),
    ],
)
def test_a_reason_is_complete_or_blocks(deviation: Deviation, expected: list[str]) -> None:
    evaluation = result(replace(OUTPUT, actual=D(90), deviation=deviation), BENEFIT, CONTENT)
    assert [code for _ref, code in codes(evaluation)] == expected


@pytest.mark.parametrize(("actual", "needed"), [("23.39", False), ("23.4", True), ("25", True)])
def test_far_over_the_target_has_full_marks_and_needs_a_reason(actual: str, needed: bool) -> None:
    far_over = replace(OUTPUT, measure=Measure(Kind.POS, D(18)), actual=D(actual))
    evaluation = result(far_over, BENEFIT, CONTENT)
    line = evaluation.lines[1]
    assert line.scored is not None
    assert line.scored.points == line.weight
    assert line.needs_deviation is needed
    assert codes(evaluation) == ([("1", "deviation.missing")] if needed else [])


def test_words_without_evidence_block() -> None:
    evaluation = result(OUTPUT, BENEFIT, CONTENT, replace(WORDS, has_evidence=False))
    assert codes(evaluation) == [("4", "indicator.evidence")]


def test_points_outside_the_interval_block_with_the_interval() -> None:
    evaluation = result(OUTPUT, BENEFIT, CONTENT, replace(WORDS, given_points=D("12")))
    assert codes(evaluation) == [("4", "scoring.interval")]
    assert "[9.00, 12.00)" in str(evaluation.blockers[0].text)


def test_two_indicators_with_one_number_block() -> None:
    assert codes(result(OUTPUT, OUTPUT)) == [("", "form.repeated_ref")]


def test_a_form_without_indicators_blocks() -> None:
    evaluation = evaluate(EvaluationInput(BUDGET, (), RULES))
    assert codes(evaluation) == [("", "weights.no_indicators")]
    assert not evaluation.can_be_submitted


def test_weights_that_do_not_add_up_block() -> None:
    evaluation = result(replace(OUTPUT, weight=D(49)), BENEFIT, CONTENT)
    assert codes(evaluation) == [("", "weights.sum")]
    assert evaluation.total is None


def test_a_full_form_adds_up_and_can_be_submitted() -> None:
    evaluation = result(OUTPUT, BENEFIT, CONTENT, WORDS)
    assert [str(line.weight) for line in evaluation.lines] == ["10", "50.00", "15.00", "10.00", "15.00"]
    assert evaluation.total == D("94.50")
    assert evaluation.grade == "excellent"
    assert evaluation.can_be_submitted


def test_a_cost_indicator_brings_the_cost_weights() -> None:
    cost = IndicatorInput("5", "成本", Family.COST, Measure(Kind.NEG, D(100), "万元"), actual=D(90))
    evaluation = result(OUTPUT, BENEFIT, CONTENT, cost)
    assert {line.family: line.weight for line in evaluation.lines}[Family.COST] == 20
    assert codes(result(OUTPUT, cost, scheme=Scheme.STANDARD)) == [("", "weights.homeless")]


def test_without_a_budget_execution_is_left_out_and_noted() -> None:
    evaluation = result(budget=Budget(D(0), D(0), None))
    assert [line.family for line in evaluation.lines] == ["output", "benefit", "satisfaction"]
    assert evaluation.total == 100
    assert [note.code for note in evaluation.notes] == ["weights.no_budget"]


def test_overspending_is_noted() -> None:
    evaluation = result(budget=Budget(D(1), D(1), D(2)))
    assert [note.code for note in evaluation.notes] == ["budget.overspent"]
    assert evaluation.total == 100


def test_every_line_explains_itself() -> None:
    evaluation = result(OUTPUT, BENEFIT, CONTENT, WORDS)
    lines = [line.scored.working.line for line in evaluation.lines if line.scored]
    assert lines[0] == "w × min(1, e ÷ b) (w = 10, e = 153.33, b = 161.4)"
    assert lines[-1] == "p (p = 10, w = 15)"


@pytest.mark.parametrize(
    ("total", "grade"),
    [("100", "excellent"), ("90.00", "excellent"), ("89.99", "good"), ("80", "good"), ("79.99", "fair"),
     ("60", "fair"), ("59.99", "poor"), ("0", "poor")],
)  # fmt: skip
def test_the_grade_follows_the_rounded_total(total: str, grade: str) -> None:
    assert grade_of(D(total), RULES) == grade


def test_the_total_is_the_sum_of_rounded_points() -> None:
    """Two lines of 24.995 points each round up to 25.00, so the total is above the unrounded sum."""
    halves = [
        replace(OUTPUT, ref=str(number), measure=Measure(Kind.POS, D(5000)), actual=D("4999"), weight=D(25))
        for number in (11, 12)
    ]
    evaluation = result(*halves, BENEFIT, CONTENT, budget=replace(BUDGET, executed=D("161.40")))
    assert evaluation.total == D("100.00")


@settings(deadline=None)
@given(st.lists(st.decimals(0, 300, places=2), min_size=1, max_size=12), st.decimals(0, 300, places=2))
def test_any_form_scores_within_its_weights(actuals: list[Decimal], executed: Decimal) -> None:
    items = [replace(OUTPUT, ref=f"o{number}", actual=actual) for number, actual in enumerate(actuals)]
    evaluation = result(*items, BENEFIT, budget=replace(BUDGET, executed=executed))
    assert sum(line.weight for line in evaluation.lines) == 100
    assert all(
        line.scored is not None and 0 <= line.scored.points <= line.weight for line in evaluation.lines
    )
    assert evaluation.total == sum(line.scored.points for line in evaluation.lines if line.scored)
