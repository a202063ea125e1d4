"""How far two people who code the same visits agree beyond chance: Cohen's kappa (1960)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

from chengshu.scenes.supervision.sampling.intervals import LEVEL, places, two_sided_quantile


@dataclass(frozen=True)
class Agreement:
    """Agreement of two coders.

    :param observed: share of equal codes; None without any
    :param kappa: None when both only ever used one and the same code: chance then explains everything, and nothing
        can be said
    :param low: lower end of kappa's interval
    """

    coded: int
    observed: Decimal | None
    kappa: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


def cohens_kappa(codes: Sequence[tuple[Hashable, Hashable]], level: Decimal = LEVEL) -> Agreement:
    """Kappa with its large-sample interval.

    :param codes: for each thing coded, the code of the first and of the second person
    """
    n = len(codes)
    if n == 0:
        return Agreement(0, None, None)
    observed = sum(first == second for first, second in codes) / n
    of_first, of_second = Counter(code for code, _ in codes), Counter(code for _, code in codes)
    chance = sum(of_first[code] * of_second[code] for code in of_first) / n**2
    if chance == 1:
        return Agreement(n, places(observed), None)
    kappa = (observed - chance) / (1 - chance)
    spread = two_sided_quantile(level) * sqrt(observed * (1 - observed) / n) / (1 - chance)
    return Agreement(
        n,
        places(observed),
        places(kappa),
        places(max(-1.0, kappa - spread)),
        places(min(1.0, kappa + spread)),
    )
