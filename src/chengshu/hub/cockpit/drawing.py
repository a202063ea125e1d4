"""Small drawings that need no script: the course of a number as the path of a line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

WIDTH, HEIGHT = 120, 32


def sparkline(values: Sequence[Decimal | None]) -> str:
    """The path of a line through these values in a field of 120 by 32; empty with fewer than two.

    A period without a number breaks the line.
    """
    told = [value for value in values if value is not None]
    if len(told) < 2:
        return ""
    low, high = min(told), max(told)
    span = high - low
    step = Decimal(WIDTH - 4) / (len(values) - 1)
    path, begins = [], True
    for at, value in enumerate(values):
        if value is None:
            begins = True
            continue
        height = (value - low) / span if span else Decimal("0.5")
        x, y = 2 + step * at, HEIGHT - 3 - height * (HEIGHT - 6)
        path.append(f"{'M' if begins else 'L'}{x:.1f} {y:.1f}")
        begins = False
    return "".join(path)
