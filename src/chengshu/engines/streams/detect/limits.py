"""How large a quantity may become before it is no longer part of what a series does.

The series is cut into blocks and the largest value of each is kept. Maxima of blocks follow Gumbel's distribution,
whose two parameters are read off their quartiles and their ninth decile, so that up to a tenth of the blocks may be
disturbed without moving the limit. The limit is what a whole undisturbed series exceeds with probability ``RISK``.
"""

from __future__ import annotations

import math

import numpy as np

from chengshu.engines.streams.detect.series import Floats

RISK = 0.05
BLOCKS = 150
LEAST_BLOCKS = 12


def limit_of(quantity: Floats, window: int) -> float:
    """The limit for a non-negative quantity that was computed over ``window`` rows; infinite if there is too little."""
    block = max(2 * window, len(quantity) // BLOCKS, 1)
    count = len(quantity) // block
    if count < LEAST_BLOCKS:
        return math.inf
    maxima = quantity[: count * block].reshape(count, block).max(axis=1)
    scale = _scale(maxima)
    place = float(np.median(maxima)) - scale * _gumbel(0.5)
    return place + scale * _gumbel(1 - RISK / count)


def _scale(maxima: Floats) -> float:
    """The wider of what the middle half and what the upper half up to the ninth decile say."""
    low, middle, high, ninth = np.quantile(maxima, [0.25, 0.5, 0.75, 0.9])
    inner = (high - low) / (_gumbel(0.75) - _gumbel(0.25))
    upper = (ninth - middle) / (_gumbel(0.9) - _gumbel(0.5))
    return float(max(inner, upper)) or 1e-9


def _gumbel(share: float) -> float:
    return -math.log(-math.log(share))
