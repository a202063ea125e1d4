"""What a course lets expect: pure arithmetic on the past, small enough to be explained in one sentence.

The middle (median) of the last periods, moved by how far the same weekday or the same calendar month usually lies from
it, give or take the usual deviation (median of the absolute deviations × 1.4826, which is the standard deviation where
values scatter normally). A few wild values move none of the three. No machine learns anything here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

Point = tuple[date, Decimal]
"""First day of a period that is over, and its number."""

SCALE = Decimal("1.4826")
UNUSUAL_AT = Decimal("3.5")
"""Usual deviations from which on a value is unusual (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993)."""
SURE_OF = Decimal("1.96")
"""Usual deviations within which 95 of 100 values lie."""
WINDOWS: Mapping[str, tuple[int, int, int]] = {"day": (56, 14, 3), "month": (36, 6, 2)}
"""Length of period → how many of the last count, how many there must be, and how many of one season."""
_FOURTH = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a period's number was to be, by the periods before it.

    :ivar middle: the expected number
    :ivar usual: the usual deviation from it
    :ivar season: how far this weekday or month usually lies from the middle of all
    :ivar points: how many periods this rests on
    :ivar of_season: how many of them are of the same weekday or month; 0 if too few to tell
    """

    middle: Decimal
    usual: Decimal
    season: Decimal
    points: int
    of_season: int
    low: Decimal
    high: Decimal

    def is_unusual(self, value: Decimal) -> bool:
        """Whether a value lies further away than chance explains; what counts is at least a twentieth of the middle."""
        return abs(value - self.middle) > max(UNUSUAL_AT * self.usual, abs(self.middle) / 20)


def expect(
    points: Sequence[Point], at: date, length: str, *, counts: bool = False, most: Decimal | None = None
) -> Expectation | None:
    """What the points before ``at`` let expect for the period that begins then; None if there are too few.

    :param length: ``day`` (seasons are weekdays) or ``month`` (seasons are calendar months)
    :param counts: whether they count things that happen by themselves: such a number scatters by its square root at
        least (Poisson), so that one after a row of zeros is nothing unusual
    :param most: no number can be larger, such as 100 of a percentage
    """
    if length not in WINDOWS:
        return None
    window, least, least_of_season = WINDOWS[length]
    past = sorted(point for point in points if point[0] < at)[-window:]
    if len(past) < least:
        return None
    values = [value for _day, value in past]
    whole = _median(values)
    offsets = _offsets(past, whole, length, least_of_season)
    usual = SCALE * _median(
        [abs(value - whole - offsets.get(_season(day, length), 0)) for day, value in past]
    )
    season = offsets.get(_season(at, length), Decimal(0))
    if counts:
        usual = max(usual, max(whole + season, Decimal(1)).sqrt())
    same = [day for day, _value in past if _season(day, length) == _season(at, length)]
    middle = _rounded(whole + season)
    reach = SURE_OF * usual
    low = max(middle - reach, Decimal(0)) if min(values) >= 0 else middle - reach
    high = middle + reach if most is None else min(middle + reach, most)
    return Expectation(
        middle,
        _rounded(usual),
        _rounded(season),
        len(past),
        len(same) if _season(at, length) in offsets else 0,
        _rounded(low),
        _rounded(high),
    )


def _offsets(past: Sequence[Point], whole: Decimal, length: str, least: int) -> dict[int, Decimal]:
    seasons: dict[int, list[Decimal]] = {}
    for day, value in past:
        seasons.setdefault(_season(day, length), []).append(value)
    return {season: _median(values) - whole for season, values in seasons.items() if len(values) >= least}


def _season(day: date, length: str) -> int:
    return day.weekday() if length == "day" else day.month


def _median(values: Sequence[Decimal]) -> Decimal:
    ordered, count = sorted(values), len(values)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_FOURTH, ROUND_HALF_EVEN).normalize() + Decimal(0)
