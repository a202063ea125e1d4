"""Points are spread exactly, and every move between families is written down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.foundation.errors import InvalidInput
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.weights import (
    Family,
    Scheme,
    apportion,
    family_weights,
    indicator_weights,
)

RULES = rules.at(date(2025, 12, 31))
USUAL = (Family.OUTPUT, Family.BENEFIT, Family.SATISFACTION)
CENTS = st.integers(1, 10_000).map(lambda cents: Decimal(cents) / 100)


def points(*numbers: str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


def weights(
    *families: Family, scheme: Scheme = Scheme.STANDARD, has_budget: bool = True
) -> dict[str, Decimal]:
    return dict(family_weights(RULES, families, scheme=scheme, has_budget=has_budget).final)


@pytest.mark.parametrize("parts", [[], points("0", "0"), points("-1", "2")])
def test_points_cannot_be_spread_over_nothing(parts: list[Decimal]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        apportion(Decimal(10), parts)
    assert refusal.value.code == "weights.parts"


@pytest.mark.parametrize("total", points("-1", "0.001"))
def test_totals_are_hundredths_and_not_negative(total: Decimal) -> None:
    with pytest.raises(InvalidInput) as refusal:
        apportion(total, [Decimal(1)])
    assert refusal.value.code == "weights.total"


def test_a_form_without_indicators_has_no_weights() -> None:
    with pytest.raises(InvalidInput) as refusal:
        weights(scheme=Scheme.STANDARD)
    assert refusal.value.code == "weights.no_indicators"


def test_a_family_that_the_scheme_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidInput) as refusal:
        weights(Family.COST, *USUAL)
    assert refusal.value.code == "weights.homeless"


@pytest.mark.parametrize(
    ("explicit", "code"),
    [
        ([Decimal(5), None], "weights.mixed"),
        (points("5", "4"), "weights.sum"),
        (points("11", "-1"), "weights.sum"),
        (points("9.999", "0.001"), "weights.sum"),
    ],
)
def test_explicit_weights_that_do_not_fit_are_refused(explicit: list[Decimal | None], code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        indicator_weights(Decimal(10), Decimal(10), explicit)
    assert refusal.value.code == code


def test_three_indicators_share_ten_points() -> None:
    assert indicator_weights(Decimal(10), Decimal(10), [None] * 3) == tuple(points("3.34", "3.33", "3.33"))


def test_explicit_weights_are_kept() -> None:
    assert indicator_weights(Decimal(10), Decimal(10), points("7", "3")) == tuple(points("7", "3"))


def test_explicit_weights_grow_with_points_that_moved_in() -> None:
    assert indicator_weights(Decimal(30), Decimal(40), points("20", "10")) == tuple(points("26.67", "13.33"))


def test_usual_and_cost_weights() -> None:
    assert weights(*USUAL) == {"execution": 10, "output": 50, "benefit": 30, "satisfaction": 10}
    cost = weights(Family.COST, *USUAL, scheme=Scheme.COST)
    assert cost == {"execution": 10, "cost": 20, "output": 40, "benefit": 20, "satisfaction": 10}


def test_without_satisfaction_its_points_go_to_benefit_with_a_reason() -> None:
    moved = family_weights(RULES, USUAL[:2], scheme=Scheme.STANDARD, has_budget=True)
    assert moved.final == {"execution": 10, "output": 50, "benefit": 40}
    assert [reason.code for reason in moved.reasons] == ["weights.satisfaction_to_benefit"]


def test_without_output_its_points_are_spread_in_proportion_with_a_reason() -> None:
    moved = family_weights(RULES, USUAL[1:], scheme=Scheme.STANDARD, has_budget=True)
    assert moved.final == {"execution": 10, "benefit": Decimal("67.50"), "satisfaction": Decimal("22.50")}
    assert [reason.code for reason in moved.reasons] == ["weights.family_missing"]


def test_without_benefit_and_satisfaction_output_carries_both() -> None:
    assert weights(Family.OUTPUT) == {"execution": 10, "output": 90}


def test_without_a_budget_the_rest_is_renormalised_to_a_hundred() -> None:
    moved = family_weights(RULES, USUAL, scheme=Scheme.STANDARD, has_budget=False)
    assert list(moved.final.values()) == points("55.56", "33.33", "11.11")
    assert [reason.code for reason in moved.reasons] == ["weights.no_budget"]


@settings(deadline=None)
@given(total=CENTS, parts=st.lists(CENTS, min_size=1, max_size=30))
def test_every_split_is_exact_and_no_part_is_a_hundredth_off(total: Decimal, parts: list[Decimal]) -> None:
    split = apportion(total, parts)
    assert sum(split) == total
    whole = sum(parts)
    assert all(
        abs(share - total * part / whole) < Decimal("0.01") for share, part in zip(split, parts, strict=True)
    )


@settings(deadline=None)
@given(st.sets(st.sampled_from([Family.COST, *USUAL]), min_size=1), st.booleans())
def test_the_families_that_are_there_always_have_a_hundred_points(
    present: set[Family], has_budget: bool
) -> None:
    final = weights(*present, scheme=Scheme.COST, has_budget=has_budget)
    assert sum(final.values()) == 100
    assert set(final) == present | ({Family.EXECUTION} if has_budget else set())
