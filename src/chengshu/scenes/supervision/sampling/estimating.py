"""From a stratified sample to an estimate for everybody, with its interval.

The estimator is the textbook one (Cochran, Sampling Techniques, ch. 5): the shares of the strata weighted by their
size, the variance with the finite population correction. The interval is Wilson's at the effective sample size, so
that it is not empty when everybody agreed, and vanishes when everybody was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chengshu.scenes.supervision.sampling.intervals import LEVEL, Interval, places, wilson


@dataclass(frozen=True)
class StratumResult:
    """What came of one stratum.

    :param size: elements of the frame
    :param drawn: elements of the sample
    :param answered: of those, how many gave a usable answer
    :param count: of those, how many said yes
    """

    size: int
    drawn: int
    answered: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.answered <= self.drawn <= self.size:
            raise ValueError("a stratum needs count ≤ answered ≤ drawn ≤ size")


@dataclass(frozen=True)
class Estimate:
    """An estimated share.

    :param share: None when no stratum has an answer
    :param covers: the part of the frame that strata with answers make up; strata without are not represented
    :param effective: the size of a simple random sample that would be as exact
    """

    share: Decimal | None
    interval: Interval | None
    answered: int
    effective: Decimal | None
    covers: Decimal


def stratified_share(strata: Mapping[str, StratumResult], level: Decimal = LEVEL) -> Estimate:
    """The share of yes in the whole frame.

    Those who gave no answer are taken to be like the others of their stratum: a weighting class adjustment.
    """
    total = sum(stratum.size for stratum in strata.values())
    heard = [stratum for stratum in strata.values() if stratum.answered]
    base = sum(stratum.size for stratum in heard)
    covers = places(base / total) if total else Decimal(0)
    if not heard:
        return Estimate(None, None, 0, None, covers)
    shares = [(stratum.size / base, stratum) for stratum in heard]
    share = min(1.0, sum(weight * stratum.count / stratum.answered for weight, stratum in shares))
    answered = sum(stratum.answered for stratum in heard)
    effective = _effective(share, shares)
    if effective is None:
        return Estimate(places(share), Interval(places(share), places(share), level), answered, None, covers)
    return Estimate(
        places(share), wilson(share * effective, effective, level), answered, places(effective), covers
    )


def _effective(share: float, shares: Sequence[tuple[float, StratumResult]]) -> float | None:
    """The effective sample size; None when everybody was heard and nothing is left to estimate.

    The variance of each stratum is taken with half a success and half a failure added, so that a stratum in which
    everybody agreed does not count as certain.
    """
    variance = flat = 0.0
    for weight, stratum in shares:
        unheard = 1 - stratum.answered / stratum.size
        smoothed = (stratum.count + 0.5) / (stratum.answered + 1)
        variance += weight**2 * unheard * smoothed * (1 - smoothed) / max(stratum.answered - 1, 1)
        flat += weight**2 * unheard / stratum.answered
    if flat == 0:
        return None
    inner = share * (1 - share)
    return min(inner / variance, 1 / flat) if inner else 1 / flat


def base_weight(size: int, drawn: int) -> Decimal:
    """For how many of the frame one drawn element stands.

    :raises ValueError: if nothing was drawn
    """
    if drawn <= 0:
        raise ValueError("nothing was drawn here")
    return places(size / drawn)


def answer_weight(size: int, answered: int) -> Decimal | None:
    """The same after those who gave no answer were shared out among those who did; None when nobody did."""
    return places(size / answered) if answered else None
