"""Sums of a few amounts: exact, smallest first, every equal one named."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.hub.promises.combinations import (
    MANY_AMOUNTS,
    MOST_TERMS,
    MOST_TERMS_OF_MANY,
    smallest_combinations,
)


@pytest.mark.parametrize("amounts", [[], [0, 0], [5, 7], [-3, 3_000]])
def test_nothing_is_found_where_nothing_fits(amounts: list[int]) -> None:
    assert smallest_combinations(amounts, 1_000).combinations == ()


def test_an_amount_is_used_once() -> None:
    assert smallest_combinations([500], 1_000).combinations == ()


def test_equal_amounts_give_several_combinations() -> None:
    assert smallest_combinations([300, 700, 700], 1_000).combinations == ((0, 1), (0, 2))


def test_the_smallest_combination_wins() -> None:
    found = smallest_combinations([100, 200, 300, 600, 1_000], 1_000)
    assert (found.combinations, found.size) == (((4,),), 1)


def test_six_terms_are_found_and_seven_are_not() -> None:
    amounts = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
    assert smallest_combinations(amounts, 111_111).combinations == ((0, 1, 2, 3, 4, 5),)
    assert smallest_combinations(amounts, 1_111_111).combinations == ()


def test_chance_grows_with_the_number_of_terms() -> None:
    amounts = [1_000 + 137 * index for index in range(40)]
    single, triple = smallest_combinations(amounts, 1_000), smallest_combinations(amounts, 9_999)
    assert single.chance < triple.chance


def test_many_amounts_are_searched_less_deeply() -> None:
    amounts = [2 * index for index in range(1, MANY_AMOUNTS + 2)]
    found = smallest_combinations(amounts, 1_001)
    assert (found.combinations, found.size) == ((), MOST_TERMS_OF_MANY)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(1, 200))
def test_the_search_equals_trying_everything(amounts: list[int], target: int) -> None:
    positions = range(len(amounts))
    hits = [
        chosen
        for size in range(1, min(MOST_TERMS, len(amounts)) + 1)
        for chosen in itertools.combinations(positions, size)
        if sum(amounts[index] for index in chosen) == target
    ]
    smallest = tuple(chosen for chosen in hits if len(chosen) == len(hits[0]))
    assert smallest_combinations(amounts, target).combinations == smallest
