"""Confidence intervals of a share: Wilson (1927) and Clopper–Pearson (1934).

Wilson's is the one printed beside every rate: it never leaves [0, 1], is never empty at 0 or 100 %, and its coverage
stays near the nominal level for small samples (Brown, Cai, DasGupta 2001). Clopper–Pearson is exact and never covers
less than it says; it is printed where a score decides something about somebody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist

LEVEL = Decimal("0.95")
_PLACES = Decimal("0.000001")
_TINY = 1e-300
_MOST_TERMS = 10_000


@dataclass(frozen=True)
class Interval:
    """Where the true share lies, at a confidence level. Both ends are shares between 0 and 1."""

    low: Decimal
    high: Decimal
    level: Decimal = LEVEL

    def covers(self, share: Decimal | float) -> bool:
        return self.low <= Decimal(str(share)) <= self.high


@dataclass(frozen=True)
class Rate:
    """A share with everything that must be printed beside it.

    :param share: None when there is nothing to divide by: never 0 and never 100 %
    """

    count: int
    of: int
    share: Decimal | None
    interval: Interval | None

    @property
    def is_known(self) -> bool:
        return self.share is not None


def rate(count: int, of: int, level: Decimal = LEVEL) -> Rate:
    """``count`` of ``of`` with Wilson's interval.

    :raises ValueError: unless 0 ≤ count ≤ of
    """
    _insist(count, of)
    if of == 0:
        return Rate(count, of, None, None)
    return Rate(count, of, places(count / of), wilson(count, of, level))


def wilson(count: float, of: float, level: Decimal = LEVEL) -> Interval:
    """Wilson's score interval. Both may be fractions: an effective sample size is one.

    :param count: successes, 0 ≤ count ≤ of
    :param of: trials, more than 0
    """
    if of <= 0 or not 0 <= count <= of:
        raise ValueError("a share needs 0 ≤ count ≤ of and of > 0")
    z = two_sided_quantile(level)
    share, square = count / of, z * z
    centre = share + square / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    low = 0.0 if count == 0 else (centre - spread) / scale
    high = 1.0 if count == of else (centre + spread) / scale
    return Interval(places(max(0.0, low)), places(min(1.0, high)), level)


def clopper_pearson(count: int, of: int, level: Decimal = LEVEL) -> Interval:
    """The exact binomial interval: the shares that a two-sided test of each tail would not refuse."""
    _insist(count, of)
    if of == 0:
        raise ValueError("a share needs of > 0")
    tail = (1 - float(level)) / 2
    low = 0.0 if count == 0 else beta_quantile(tail, count, of - count + 1)
    high = 1.0 if count == of else beta_quantile(1 - tail, count + 1, of - count)
    return Interval(places(low), places(high), level)


def two_sided_quantile(level: Decimal) -> float:
    """z such that a standard normal value lies between −z and z with this probability: 1.959964 for 95 %."""
    if not 0 < level < 1:
        raise ValueError("a confidence level lies between 0 and 1")
    return NormalDist().inv_cdf(0.5 + float(level) / 2)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """x with I_x(a, b) = probability, by bisection to the last place of a double."""
    return _root(lambda x: beta_probability(x, a, b) - probability)


def beta_probability(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b) (continued fraction, DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def places(value: float) -> Decimal:
    """A computed share as it is stored and printed: six places."""
    return Decimal(repr(value)).quantize(_PLACES)


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of I_x(a, b), evaluated by Lentz's method."""
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _MOST_TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = 1 + term / c
            c = c if abs(c) > _TINY else _TINY
            step = c * d
            value *= step
        if abs(step - 1) < 1e-15:
            break
    return value


def _root(function: Callable[[float], float]) -> float:
    """Where an increasing function of [0, 1] crosses zero."""
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        low, high = (middle, high) if function(middle) < 0 else (low, middle)


def _insist(count: int, of: int) -> None:
    if of < 0 or not 0 <= count <= of:
        raise ValueError("a share needs 0 ≤ count ≤ of")
