"""Intervals against published and hand-computed values, and against a simulation of themselves."""

from __future__ import annotations

from decimal import Decimal
from math import comb

import pytest

from chengshu.scenes.supervision.sampling.drawing import rank
from chengshu.scenes.supervision.sampling.frames import Element
from chengshu.scenes.supervision.sampling.intervals import (
    beta_probability,
    clopper_pearson,
    rate,
    two_sided_quantile,
    wilson,
)


def test_a_share_of_nothing_is_unknown_and_not_100_percent() -> None:
    unknown = rate(0, 0)
    assert (unknown.share, unknown.interval, unknown.is_known) == (None, None, False)


@pytest.mark.parametrize(("count", "of"), [(-1, 5), (6, 5), (1, 0), (0, -1)])
def test_impossible_counts_are_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="count"):
        rate(count, of)


def test_the_95_percent_quantile_is_the_known_one() -> None:
    assert two_sided_quantile(Decimal("0.95")) == pytest.approx(1.959963984540054)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe (1998), table I: 81/263, 15/148, 0/20, 1/29
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_wilson_gives_newcombes_values(count: int, of: int, low: str, high: str) -> None:
    interval = wilson(count, of)
    assert (round(interval.low, 4), round(interval.high, 4)) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe (1998), table I, method 5
        (81, 263, "0.2527", "0.3676"),
        (15, 148, "0.0578", "0.1617"),
        (0, 20, "0.0000", "0.1684"),
        (1, 29, "0.0009", "0.1776"),
    ],
)
def test_clopper_pearson_gives_newcombes_values(count: int, of: int, low: str, high: str) -> None:
    interval = clopper_pearson(count, of)
    assert [float(interval.low), float(interval.high)] == pytest.approx([float(low), float(high)], abs=5.1e-5)


@pytest.mark.parametrize(("k", "n", "p"), [(1, 5, 0.3), (7, 20, 0.5), (19, 20, 0.9), (50, 172, 0.2)])
def test_the_incomplete_beta_function_is_the_upper_tail_of_the_binomial(k: int, n: int, p: float) -> None:
    tail = sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))
    assert beta_probability(p, k, n - k + 1) == pytest.approx(tail, rel=1e-12)


def test_all_successes_leave_room_for_doubt() -> None:
    assert wilson(172, 172).high == 1
    assert wilson(172, 172).low < Decimal("0.98")


def test_exact_coverage_holds_what_the_names_promise() -> None:
    """Not simulated but summed: every outcome of 30 trials with its probability."""
    for share in (0.05, 0.2, 0.5, 0.8, 0.95):
        exact = _coverage(30, share, lambda k, share=share: clopper_pearson(k, 30).covers(share))
        assert exact >= 0.95
        near = _coverage(30, share, lambda k, share=share: wilson(k, 30).covers(share))
        assert near >= 0.90


def test_a_monte_carlo_run_covers_the_truth_as_often_as_it_says() -> None:
    """2,000 samples of 60 from a seeded stream: the share covered lies within four standard errors of 95 %."""
    trials, of, truth = 2_000, 60, 0.85
    covered = 0
    intervals = [wilson(count, of) for count in range(of + 1)]
    for trial in range(trials):
        count = sum(_uniform(trial, item) < truth for item in range(of))
        covered += intervals[count].covers(truth)
    assert covered / trials == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / trials) ** 0.5 + 0.01)


def _coverage(of: int, share: float, covers: object) -> float:
    assert callable(covers)
    return sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(of + 1) if covers(k))


def _uniform(trial: int, item: int) -> float:
    """A number of [0, 1) that is the same on every machine."""
    return int(rank("coverage", str(trial), Element(str(item), ""))[:13], 16) / 16**13
