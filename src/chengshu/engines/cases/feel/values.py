"""The values of FEEL: their kinds, equality, order, and how they are shown.

Numbers are ``Decimal``; text, truth and null are Python's; lists are ``list``, contexts are mappings; for dates and
times see ``temporal.py``. ``int``, ``float``, ``tuple`` and ``timedelta`` are accepted from outside and taken as what
they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel import temporal
from chengshu.engines.cases.feel.numbers import NUMBERS, plain
from chengshu.engines.cases.feel.temporal import (
    DaysDuration,
    FarDate,
    FarDateTime,
    FineTime,
    YearsDuration,
)
from chengshu.engines.cases.feel.tokens import quoted

DATE_AND_TIME = "date and time"
DAYS = "days and time duration"
YEARS = "years and months duration"


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """An interval; an end that is None and open is unbounded, as in ``(< 5)``."""

    low: Any
    high: Any
    low_included: bool
    high_included: bool


class Function:
    """A function value: a built-in, a function literal, a business knowledge model or a decision service.

    :param parameters: names in order; a trailing ``…`` in a built-in's signature is not kept here
    :param call: takes the run and as many arguments as there are parameters
    :param variadic: a built-in, which checks its arguments itself
    """

    __slots__ = ("call", "name", "named", "parameters", "result_type", "types", "variadic")

    def __init__(
        self,
        name: str,
        parameters: tuple[str, ...],
        call: Callable[..., Any],
        *,
        types: tuple[Any, ...] = (),
        result_type: Any = None,
        variadic: bool = False,
        named: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.call = call
        self.types = types
        self.result_type = result_type
        self.variadic = variadic
        self.named = named


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    int: "number",
    float: "number",
    str: "string",
    list: "list",
    tuple: "list",
    dict: "context",
    date: "date",
    FarDate: "date",
    time: "time",
    FineTime: "time",
    datetime: DATE_AND_TIME,
    FarDateTime: DATE_AND_TIME,
    DaysDuration: DAYS,
    timedelta: DAYS,
    YearsDuration: YEARS,
    Range: "range",
    Function: "function",
}


def kind(value: Any) -> str:
    """The name of the value's FEEL type; ``unknown`` for what FEEL does not have."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    if isinstance(value, Mapping):
        return "context"
    if isinstance(value, Function):
        return "function"
    # Subclasses: lazy strings, string enumerations, frozen clocks of tests. ``datetime`` comes before ``date``.
    for python in (bool, int, str, datetime, date, time, list, tuple):
        if isinstance(value, python):
            return _KINDS[python]
    return "unknown"


def lift(value: Any) -> Any:
    """A value from outside as FEEL holds it: numbers as Decimal, tuples as lists. Not a number becomes null."""
    match value:
        case bool() | Decimal() | str() | None:
            return value if not isinstance(value, Decimal) or value.is_finite() else None
        case int():
            return NUMBERS.create_decimal(value)
        case float():
            number = Decimal(repr(value))
            return NUMBERS.plus(number) if number.is_finite() else None
        case tuple() | set() | frozenset():
            return list(value)
        case timedelta():
            return DaysDuration.of(value)
    return value


FOREIGN = frozenset({int, float, tuple, set, frozenset, timedelta})
"""Types that :func:`lift` changes."""


def listed(value: Any) -> list[Any]:
    """The value as a list: itself, or the only element."""
    if isinstance(value, (list, tuple)):
        return list(value)
    return [value]


# ---- equality and order --------------------------------------------------------------------------------------

Tick = Callable[[], None]
"""Called for each element that is compared, so that a run can stop; lists may share parts and unfold without end."""


def equal(left: Any, right: Any, tick: Tick | None = None) -> bool | None:
    """``left = right``: None when values of different types are compared, except that null equals only null and a
    date equals its midnight in UTC (DMN 1.3 §10.3.2.3.5)."""
    if left is None or right is None:
        return left is right
    one, other = kind(left), kind(right)
    if {one, other} == {"date", DATE_AND_TIME}:
        return _equal_moments(
            *(temporal.at_midnight(each) if kind(each) == "date" else each for each in (left, right))
        )
    if one != other:
        return None
    if one == "list":
        return _equal_lists(left, right, tick)
    if one == "context":
        return _equal_contexts(left, right, tick)
    return _EQUALITIES.get(one, _is_same)(left, right)


def _equal_lists(left: Any, right: Any, tick: Tick | None) -> bool:
    if tick is not None:
        tick()
    return len(left) == len(right) and all(
        equal(one, other, tick) is True for one, other in zip(left, right, strict=True)
    )


def _equal_contexts(left: Any, right: Any, tick: Tick | None) -> bool:
    if tick is not None:
        tick()
    return len(left) == len(right) and all(
        key in right and equal(value, right[key], tick) is True for key, value in left.items()
    )


def _is_same(left: Any, right: Any) -> bool:
    return left is right


def _equal_plain(left: Any, right: Any) -> bool:
    return bool(left == right)


def _equal_lifted(left: Any, right: Any) -> bool:
    return bool(lift(left) == lift(right))


def _equal_ranges(left: Range, right: Range) -> bool:
    return (
        left.low_included == right.low_included
        and left.high_included == right.high_included
        and equal(left.low, right.low) is True
        and equal(left.high, right.high) is True
    )


def _equal_moments(left: Any, right: Any) -> bool:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return False
    return temporal.instant(left) == temporal.instant(right)


def _equal_times(left: Any, right: Any) -> bool:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return False
    return (temporal.time_instant(left) - temporal.time_instant(right)) % temporal.DAY_NANOS == 0


_EQUALITIES: dict[str, Callable[[Any, Any], bool]] = {
    "boolean": _equal_plain,
    "string": _equal_plain,
    "number": _equal_lifted,
    "range": _equal_ranges,
    "date": _equal_plain,
    "time": _equal_times,
    DATE_AND_TIME: _equal_moments,
    DAYS: _equal_lifted,
    YEARS: _equal_plain,
}


def order_key(value: Any) -> tuple[str, Any] | None:
    """What a value is ordered by, with the kind that it can be compared within; None if it has no order.

    Moments with and without a zone are kinds of their own: neither comes before the other.
    """
    found = kind(value)
    match found:
        case "number":
            return found, lift(value)
        case "string":
            return found, value
        case "date":
            return found, (value.year, value.month, value.day)
        case "time":
            return f"{found} {value.tzinfo is None}", temporal.time_instant(value)
        case "date and time":
            return f"{found} {value.tzinfo is None}", temporal.instant(value)
        case "days and time duration":
            return found, lift(value).nanos
        case "years and months duration":
            return found, value.months
    return None


def compare(left: Any, right: Any) -> int | None:
    """-1, 0 or 1; None if the two have no order."""
    one, other = order_key(left), order_key(right)
    if one is None or other is None or one[0] != other[0]:
        return None
    return int(one[1] > other[1]) - int(one[1] < other[1])


def includes(interval: Range, value: Any) -> bool | None:
    """``value in interval``: None if they cannot be compared."""
    if interval.low is not None:
        side = compare(value, interval.low)
        if side is None:
            return None
        if side < 0 or (side == 0 and not interval.low_included):
            return False
    if interval.high is not None:
        side = compare(value, interval.high)
        if side is None:
            return None
        if side > 0 or (side == 0 and not interval.high_included):
            return False
    return True


# ---- showing -------------------------------------------------------------------------------------------------


def text_of(value: Any, *, nested: bool = False) -> str:
    """The value as ``string(value)`` shows it; texts inside lists and contexts are in quotation marks."""
    match kind(value):
        case "null":
            return "null"
        case "boolean":
            return "true" if value else "false"
        case "number":
            lifted = lift(value)
            return "null" if lifted is None else plain(lifted)
        case "string":
            return quoted(value) if nested else str(value)
        case "list":
            return f"[{', '.join(text_of(item, nested=True) for item in value)}]"
        case "context":
            entries = (f"{key}: {text_of(item, nested=True)}" for key, item in value.items())
            return "{" + ", ".join(entries) + "}"
        case "range":
            return _range_text(value)
        case "function":
            return f"function({', '.join(value.parameters)})"
        case "unknown":
            return str(value)
    return temporal.temporal_text(lift(value))


def _range_text(interval: Range) -> str:
    low, high = (text_of(end, nested=True) for end in (interval.low, interval.high))
    if interval.low is None and interval.high is not None:
        return f"({'<=' if interval.high_included else '<'} {high})"
    if interval.high is None and interval.low is not None:
        return f"({'>=' if interval.low_included else '>'} {low})"
    return f"{'[' if interval.low_included else '('}{low}..{high}{']' if interval.high_included else ')'}"
