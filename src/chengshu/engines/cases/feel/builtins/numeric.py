"""Built-in functions on numbers."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Any

from chengshu.engines.cases.feel.builtins.registry import built_in
from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.numbers import NUMBERS, ZERO, whole
from chengshu.engines.cases.feel.temporal import DaysDuration, YearsDuration
from chengshu.engines.cases.feel.values import DAYS, YEARS

LEAST_SCALE, MOST_SCALE = -6111, 6176
"""Scales of decimal128."""

_WIDE = Context(prec=13_000, Emin=-20_000, Emax=20_000, traps=[InvalidOperation])
"""Rounding must not fail for lack of digits between the largest and the smallest number."""


def _rounded(run: Run, name: str, value: Decimal, scale: Decimal | None, way: str) -> Decimal | None:
    """A scale that is not given is 0; null where one is expected makes the result null."""
    places = 0 if scale is None else int(scale)
    if not LEAST_SCALE <= places <= MOST_SCALE:
        return run.null("invalid_value", name=name, value=scale)
    if -int(value.as_tuple().exponent) <= places:
        return value
    return NUMBERS.plus(value.quantize(Decimal(1).scaleb(-places), rounding=way, context=_WIDE))


@built_in("decimal", "n: number, scale: number")
def decimal(run: Run, value: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(run, "decimal", value, scale, ROUND_HALF_EVEN)


@built_in("floor", "n: number")
@built_in("floor", "n: number, scale: number")
def floor(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _rounded(run, "floor", value, scale, ROUND_FLOOR)


@built_in("ceiling", "n: number")
@built_in("ceiling", "n: number, scale: number")
def ceiling(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _rounded(run, "ceiling", value, scale, ROUND_CEILING)


@built_in("round up", "n: number")
@built_in("round up", "n: number, scale: number")
def round_up(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _rounded(run, "round up", value, scale, ROUND_UP)


@built_in("round down", "n: number")
@built_in("round down", "n: number, scale: number")
def round_down(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _rounded(run, "round down", value, scale, ROUND_DOWN)


@built_in("round half up", "n: number")
@built_in("round half up", "n: number, scale: number")
def round_half_up(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _rounded(run, "round half up", value, scale, ROUND_HALF_UP)


@built_in("round half down", "n: number")
@built_in("round half down", "n: number, scale: number")
def round_half_down(run: Run, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _rounded(run, "round half down", value, scale, ROUND_HALF_DOWN)


@built_in("abs", f"n: number | {DAYS} | {YEARS}")
def absolute(_run: Run, value: Any) -> Any:
    if isinstance(value, DaysDuration):
        return DaysDuration(abs(value.nanos))
    if isinstance(value, YearsDuration):
        return YearsDuration(abs(value.months))
    return abs(value)


@built_in("modulo", "dividend: number, divisor: number")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """``dividend - divisor * floor(dividend / divisor)``: the sign is the divisor's."""
    if not divisor:
        return run.null("arithmetic", operator="modulo")
    try:
        rest = NUMBERS.remainder(dividend, divisor)
    except ArithmeticError:
        return run.null("arithmetic", operator="modulo")
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@built_in("sqrt", "number: number")
def square_root(run: Run, value: Decimal) -> Decimal | None:
    return NUMBERS.sqrt(value) if value >= 0 else run.null("arithmetic", operator="sqrt")


@built_in("log", "number: number")
def logarithm(run: Run, value: Decimal) -> Decimal | None:
    return NUMBERS.ln(value) if value > 0 else run.null("arithmetic", operator="log")


@built_in("exp", "number: number")
def exponential(run: Run, value: Decimal) -> Decimal | None:
    try:
        return NUMBERS.exp(value)
    except ArithmeticError:
        return run.null("arithmetic", operator="exp")


@built_in("odd", "number: number")
def odd(run: Run, value: Decimal) -> bool | None:
    integer = whole(value)
    return integer % 2 == 1 if integer is not None else run.null("invalid_value", name="odd", value=value)


@built_in("even", "number: number")
def even(run: Run, value: Decimal) -> bool | None:
    integer = whole(value)
    return integer % 2 == 0 if integer is not None else run.null("invalid_value", name="even", value=value)


def mean_of(values: list[Decimal]) -> Decimal:
    """:raises ArithmeticError: if the sum is too large"""
    return NUMBERS.divide(sum_of(values), Decimal(len(values)))


def sum_of(values: list[Decimal]) -> Decimal:
    """:raises ArithmeticError: if the sum is too large"""
    total = ZERO
    for value in values:
        total = NUMBERS.add(total, value)
    return total
