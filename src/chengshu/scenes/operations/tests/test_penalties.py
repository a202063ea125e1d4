"""Penalties follow the contract's table, and nothing is guessed."""

from __future__ import annotations

from decimal import Decimal

from chengshu.scenes.operations.reckoning.penalties import Rule, penalties, total
from chengshu.scenes.operations.reckoning.places import distance_m

RULES = (
    Rule("availability", below=Decimal("99.9"), percent=Decimal(5)),
    Rule("availability", below=Decimal(99), percent=Decimal(20)),
    Rule("late_repair", yuan=Decimal(500)),
    Rule("missed_round", percent=Decimal(1)),
)
FEE = Decimal(100_000)


def cost(percent: str | None, fee: Decimal | None = FEE, **breaches: int) -> Decimal | None:
    known = None if percent is None else Decimal(percent)
    return total(penalties(RULES, availability={"网络": known}, breaches=breaches, fee_yuan=fee))


def test_what_is_kept_costs_nothing() -> None:
    assert cost("99.9") == 0


def test_of_several_steps_the_lowest_counts_alone() -> None:
    assert cost("99.5") == 5000
    assert cost("98.9999") == 20_000


def test_each_breach_counts() -> None:
    assert cost("100", late_repair=3, missed_round=2) == 3500


def test_a_breach_without_a_row_costs_nothing() -> None:
    assert cost("100", late_response=9) == 0


def test_without_a_fee_a_share_is_not_known() -> None:
    assert cost("99", None) is None
    assert cost("100", None, late_repair=1) == 500


def test_availability_that_is_no_number_is_not_punished() -> None:
    assert cost(None) == 0


def test_distance_between_two_halls() -> None:
    near = (Decimal("22.801000"), Decimal("113.525000"))
    assert distance_m(*near, *near) == 0
    assert 1110 < distance_m(*near, Decimal("22.811000"), near[1]) < 1114
