"""A score of vital signs, taken apart: pure arithmetic, exact fractions inside, decimals that add up outside.

Each term turns the raw value of an indicator into points from 0 to 100 by a piecewise linear curve, and weighs them.
A term without a number takes no part: its weight goes to the others in proportion, and the completeness says how much
of the weight had a number. Below the least completeness there is no score. Whatever is shown is rounded to four
decimals by the method of largest remainders, so that the shown weights make exactly 100 and the shown contributions
make exactly the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

HUNDRED = Decimal(100)
_UNIT = 10_000
"""A one in the last place."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points through which the line goes: raw values rising, points each from 0 to 100; level outside."""

    points: tuple[tuple[Decimal, Decimal], ...]

    def at(self, value: Decimal) -> Fraction:
        """The points of a raw value, exactly."""
        first, last = self.points[0], self.points[-1]
        if value <= first[0]:
            return Fraction(first[1])
        if value >= last[0]:
            return Fraction(last[1])
        after = next(number for number, point in enumerate(self.points) if point[0] >= value)
        (left, low), (right, high) = self.points[after - 1], self.points[after]
        share = Fraction(value - left) / Fraction(right - left)
        return Fraction(low) + share * (Fraction(high) - Fraction(low))

    @property
    def is_rising(self) -> bool:
        """Whether more is never worse."""
        return all(one[1] <= other[1] for one, other in pairwise(self.points))


@dataclass(frozen=True, slots=True)
class Term:
    """What a term weighs and how its points come about."""

    name: str
    weight: Decimal
    curve: Curve


@dataclass(frozen=True, slots=True)
class Part:
    """One term of a computed score.

    :ivar points: None without a number
    :ivar weight: its share of 100 after what is missing was shared out; 0 without a number
    :ivar contribution: what it adds to the score
    """

    term: Term
    value: Decimal | None
    points: Decimal | None
    weight: Decimal
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its parts; ``value`` is None below the least completeness."""

    value: Decimal | None
    completeness: Decimal
    """Percent of the weight that had a number."""
    parts: tuple[Part, ...]


def score(terms: Sequence[tuple[Term, Decimal | None]], least_complete: Decimal) -> Score:
    """The score of these raw values.

    :param least_complete: percent of the weight that must have a number
    """
    whole = sum((Fraction(term.weight) for term, _value in terms), Fraction(0))
    there = sum((Fraction(term.weight) for term, value in terms if value is not None), Fraction(0))
    completeness = shown(there * 100 / whole)
    if not there or completeness < least_complete:
        parts = [Part(term, value, _points(term, value), Decimal(0), Decimal(0)) for term, value in terms]
        return Score(None, completeness, tuple(parts))
    shares = [Fraction(term.weight) / there if value is not None else Fraction(0) for term, value in terms]
    exact = [
        share * term.curve.at(value) if value is not None else Fraction(0)
        for share, (term, value) in zip(shares, terms, strict=True)
    ]
    total = shown(sum(exact, Fraction(0)))
    weights = apportioned([share * 100 for share in shares], HUNDRED)
    contributions = apportioned(exact, total)
    parts = [
        Part(term, value, _points(term, value), weight, contribution)
        for (term, value), weight, contribution in zip(terms, weights, contributions, strict=True)
    ]
    return Score(total, completeness, tuple(parts))


def _points(term: Term, value: Decimal | None) -> Decimal | None:
    return None if value is None else shown(term.curve.at(value))


def shown(number: Fraction) -> Decimal:
    """Rounded to four decimals, half to even."""
    whole: int = round(number * _UNIT)
    return Decimal(whole) / _UNIT


def apportioned(exact: Sequence[Fraction], total: Decimal) -> list[Decimal]:
    """Each number rounded to four decimals so that they make ``total`` exactly, each within one unit of what it is.

    ``total`` is the rounded sum of the numbers. What rounding down leaves goes to the largest remainders.
    """
    floors = [number * _UNIT // 1 for number in exact]
    left = int(Fraction(total) * _UNIT) - sum(floors)
    order = sorted(range(len(exact)), key=lambda at: (floors[at] - exact[at] * _UNIT, at))
    raised = set(order[:left])
    return [Decimal(floor + (at in raised)) / _UNIT for at, floor in enumerate(floors)]
