"""Which lines of a budget add up to a given amount: an exact search, and how likely a hit is by chance.

Pure arithmetic on whole numbers (分 of 万元); it knows nothing about tables or tasks.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

MOST_TERMS = 6
MANY_AMOUNTS = 90
MOST_TERMS_OF_MANY = 4
VERY_MANY_AMOUNTS = 1_000
MOST_TERMS_OF_VERY_MANY = 2
"""Of more amounts there are too many triples, then too many pairs to hold, so fewer terms are tried."""

WINDOW = 50_00
"""Half-width, in hundredths, of the neighbourhood in which chance hits are counted."""


@dataclass(frozen=True, slots=True)
class Search:
    """The smallest combinations that meet a target.

    :param combinations: positions of the amounts, all combinations of the smallest size that has any
    :param chance: combinations of that size, or of the largest size tried, expected to meet any one target in
        this neighbourhood by chance alone
    :param size: the size of the combinations, or the largest size tried if there are none
    """

    combinations: tuple[tuple[int, ...], ...]
    chance: float
    size: int


def most_terms(count: int) -> int:
    """How many terms a search among so many amounts may use."""
    if count <= MANY_AMOUNTS:
        return MOST_TERMS
    return MOST_TERMS_OF_MANY if count <= VERY_MANY_AMOUNTS else MOST_TERMS_OF_VERY_MANY


def smallest_combinations(amounts: Sequence[int], target: int) -> Search:
    """Searches combinations of 1, 2, … terms, meeting in the middle, and stops at the first size with a hit.

    Amounts that are not positive or exceed the target are left out, as they can only add noise.
    """
    usable = [index for index, value in enumerate(amounts) if 0 < value <= target]
    limit = max(1, min(most_terms(len(usable)), len(usable)))
    for size in range(1, limit + 1):
        found = _exact(amounts, usable, target, size)
        if found or size == limit:
            return Search(tuple(sorted(found)), _chance(amounts, usable, target, size), size)
    raise AssertionError("the last size returns")


def _exact(amounts: Sequence[int], usable: Sequence[int], target: int, size: int) -> set[tuple[int, ...]]:
    left_by_sum: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for left in itertools.combinations(usable, size // 2):
        left_by_sum[sum(amounts[index] for index in left)].append(left)
    found = set()
    for right in itertools.combinations(usable, size - size // 2):
        for left in left_by_sum.get(target - sum(amounts[index] for index in right), ()):
            together = {*left, *right}
            if len(together) == size:
                found.add(tuple(sorted(together)))
    return found


def _chance(amounts: Sequence[int], usable: Sequence[int], target: int, size: int) -> float:
    """Combinations in the neighbourhood of the target, spread evenly over its whole numbers."""
    lefts = sorted(_sums(amounts, usable, size // 2))
    near = 0
    for right in _sums(amounts, usable, size - size // 2):
        near += bisect_right(lefts, target + WINDOW - right) - bisect_left(lefts, target - WINDOW - right)
    return near / math.comb(size, size // 2) / (2 * WINDOW + 1)


def _sums(amounts: Sequence[int], usable: Sequence[int], size: int) -> list[int]:
    return [sum(amounts[index] for index in chosen) for chosen in itertools.combinations(usable, size)]
