"""``+ - * / **`` and unary minus over every pair of kinds that DMN gives a meaning (tables 57 to 60 of DMN 1.3)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel import temporal
from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.numbers import NUMBERS, ONE
from chengshu.engines.cases.feel.temporal import NANOS, DaysDuration, YearsDuration
from chengshu.engines.cases.feel.values import DATE_AND_TIME, DAYS, FOREIGN, YEARS, kind, lift

Operation = Callable[[Any, Any], Any]


def calculated(operator: str, left: Any, right: Any, run: Run, at: int) -> Any:
    """The result, or null with a remark if the operator has no meaning for the two or the result is no number."""
    if type(left) in FOREIGN or type(right) in FOREIGN:
        left, right = lift(left), lift(right)
    operation = _TABLE.get((operator, kind(left), kind(right)))
    if operation is None:
        return run.null("operands", at, operator=operator, left=kind(left), right=kind(right))
    try:
        result = operation(left, right)
    except (ArithmeticError, ValueError):
        return run.null("arithmetic", at, operator=operator)
    if result is None:
        return run.null("operands", at, operator=operator, left=kind(left), right=kind(right))
    if isinstance(result, str):
        run.made_characters(len(result))
    return result


def negated(value: Any, run: Run, at: int) -> Any:
    value = lift(value) if type(value) in FOREIGN else value
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if isinstance(value, DaysDuration):
        return DaysDuration(-value.nanos)
    if isinstance(value, YearsDuration):
        return YearsDuration(-value.months)
    return run.null("operands", at, operator="-", left="null", right=kind(value))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """:raises ArithmeticError: if the result is not a number"""
    if not exponent:
        return ONE
    if not base and exponent < 0:
        raise ZeroDivisionError
    return NUMBERS.power(base, exponent)


def _moved_days(value: Any, duration: DaysDuration) -> Any:
    return temporal.plus_nanos(value, duration.nanos)


def _moved_back_days(value: Any, duration: DaysDuration) -> Any:
    return temporal.plus_nanos(value, -duration.nanos)


def _moved_months(value: Any, duration: YearsDuration) -> Any:
    return temporal.plus_months(value, duration.months)


def _moved_back_months(value: Any, duration: YearsDuration) -> Any:
    return temporal.plus_months(value, -duration.months)


def _between_moments(left: Any, right: Any) -> DaysDuration | None:
    """Only two moments that both have a zone, or both have none, can be subtracted."""
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    return DaysDuration(temporal.instant(left) - temporal.instant(right))


def _between_dates(left: Any, right: Any) -> DaysDuration:
    return DaysDuration((temporal.day_number(left) - temporal.day_number(right)) * temporal.DAY_NANOS)


def _between_times(left: Any, right: Any) -> DaysDuration | None:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    return DaysDuration(temporal.time_instant(left) - temporal.time_instant(right))


def _date_minus_moment(left: Any, right: Any) -> DaysDuration | None:
    return _between_moments(temporal.at_midnight(left), right)


def _moment_minus_date(left: Any, right: Any) -> DaysDuration | None:
    return _between_moments(left, temporal.at_midnight(right))


def _scaled_days(duration: DaysDuration, factor: Decimal) -> DaysDuration:
    return DaysDuration(_whole(NUMBERS.multiply(Decimal(duration.nanos), factor)))


def _divided_days(duration: DaysDuration, divisor: Decimal) -> DaysDuration:
    return DaysDuration(_whole(NUMBERS.divide(Decimal(duration.nanos), divisor)))


def _scaled_months(duration: YearsDuration, factor: Decimal) -> YearsDuration:
    return YearsDuration(_whole(NUMBERS.multiply(Decimal(duration.months), factor)))


def _divided_months(duration: YearsDuration, divisor: Decimal) -> YearsDuration:
    return YearsDuration(_whole(NUMBERS.divide(Decimal(duration.months), divisor)))


def _whole(value: Decimal) -> int:
    if value.adjusted() > 33:
        raise ValueError("too long a duration")
    return int(value)


def _ratio_of_days(left: DaysDuration, right: DaysDuration) -> Decimal:
    return NUMBERS.divide(Decimal(left.nanos), Decimal(right.nanos))


def _ratio_of_months(left: YearsDuration, right: YearsDuration) -> Decimal:
    return NUMBERS.divide(Decimal(left.months), Decimal(right.months))


def _swapped(operation: Operation) -> Operation:
    return lambda left, right: operation(right, left)


def _table() -> dict[tuple[str, str, str], Operation]:
    table: dict[tuple[str, str, str], Operation] = {
        ("+", "number", "number"): NUMBERS.add,
        ("-", "number", "number"): NUMBERS.subtract,
        ("*", "number", "number"): NUMBERS.multiply,
        ("/", "number", "number"): NUMBERS.divide,
        ("**", "number", "number"): power,
        ("+", "string", "string"): lambda left, right: left + right,
        ("+", DAYS, DAYS): lambda left, right: DaysDuration(left.nanos + right.nanos),
        ("-", DAYS, DAYS): lambda left, right: DaysDuration(left.nanos - right.nanos),
        ("+", YEARS, YEARS): lambda left, right: YearsDuration(left.months + right.months),
        ("-", YEARS, YEARS): lambda left, right: YearsDuration(left.months - right.months),
        ("*", DAYS, "number"): _scaled_days,
        ("*", "number", DAYS): _swapped(_scaled_days),
        ("*", YEARS, "number"): _scaled_months,
        ("*", "number", YEARS): _swapped(_scaled_months),
        ("/", DAYS, "number"): _divided_days,
        ("/", YEARS, "number"): _divided_months,
        ("/", DAYS, DAYS): _ratio_of_days,
        ("/", YEARS, YEARS): _ratio_of_months,
        ("-", "date", "date"): _between_dates,
        ("-", "time", "time"): _between_times,
        ("-", DATE_AND_TIME, DATE_AND_TIME): _between_moments,
        ("-", "date", DATE_AND_TIME): _date_minus_moment,
        ("-", DATE_AND_TIME, "date"): _moment_minus_date,
    }
    for moment in ("date", "time", DATE_AND_TIME):
        table["+", moment, DAYS] = _moved_days
        table["+", DAYS, moment] = _swapped(_moved_days)
        table["-", moment, DAYS] = _moved_back_days
    for moment in ("date", DATE_AND_TIME):
        table["+", moment, YEARS] = _moved_months
        table["+", YEARS, moment] = _swapped(_moved_months)
        table["-", moment, YEARS] = _moved_back_months
    return table


_TABLE = _table()


def seconds_of(duration: DaysDuration) -> Decimal:
    """The whole duration in seconds."""
    return NUMBERS.divide(Decimal(duration.nanos), Decimal(NANOS))
