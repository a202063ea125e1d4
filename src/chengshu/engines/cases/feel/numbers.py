"""FEEL numbers: decimals of 34 digits, as IEEE 754-2008 decimal128. What is no number (infinity) does not occur."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""All arithmetic goes through the methods of this context; nothing depends on a thread's own context."""

ZERO = Decimal(0)
ONE = Decimal(1)


def whole(value: object) -> int | None:
    """The value as an int if it is a whole number of at most 34 digits, else None."""
    if isinstance(value, Decimal) and value.adjusted() < 34 and value == value.to_integral_value():
        return int(value)
    return None


def plain(value: Decimal) -> str:
    """The number without exponent and without needless zeros, as ``string(number)`` shows it."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
