"""Built-in functions from one kind to another: ``string``, ``number``, ``range``, ``is``, ``not``."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel import temporal
from chengshu.engines.cases.feel.builtins.registry import built_in
from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.numbers import NUMBERS
from chengshu.engines.cases.feel.tokens import string_value
from chengshu.engines.cases.feel.values import Range, compare, equal, kind, text_of

_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPS = (" ", ",", ".")


@built_in("string", "from: any")
def string(run: Run, value: Any) -> str | None:
    if value is None:
        return None
    run.weigh(value)
    return text_of(value)


@built_in("number", "from: string, grouping separator?: string, decimal separator?: string")
def number(run: Run, text: str, group: str | None = None, point: str | None = None) -> Decimal | None:
    """``number("1 000,5", " ", ",")``; the separators must differ, and each be one of blank, comma, point."""
    if (group and group not in _GROUPS) or (point and point not in (",", ".")) or (group and group == point):
        return run.null("invalid_value", name="number", value=f"{group} {point}")
    if group:
        text = text.replace(group, "")
    if point:
        text = text.replace(point, ".") if point != "." else text
    return (
        parsed_number(text)
        if _NUMBER.fullmatch(text)
        else run.null("invalid_value", name="number", value=text)
    )


@built_in("number", "from: number")
def number_itself(_run: Run, value: Decimal) -> Decimal:
    """A number alone is already one; with separators, only text is taken."""
    return value


def parsed_number(text: str) -> Decimal | None:
    """The number of a plain literal; None if it is none, or too large."""
    try:
        found = NUMBERS.create_decimal(text)
    except ArithmeticError:
        return None
    return found if found.is_finite() else None


@built_in("not", "negand: any")
def negation(_run: Run, value: Any) -> bool | None:
    return not value if isinstance(value, bool) else None


@built_in("is", "value1: any, value2: any")
def is_same(run: Run, left: Any, right: Any) -> bool:
    """Whether both are the same element of the same domain: unlike ``=``, times are not brought to UTC first."""
    if kind(left) != kind(right):
        return False
    if kind(left) in ("time", "date and time"):
        same_zone = temporal.offset_seconds(left) == temporal.offset_seconds(right)
        return same_zone and equal(left, right) is True
    return equal(left, right, run.tick) is True


_RANGE = re.compile(r"(?P<open>[\[\](])(?P<low>.*?)\.\.(?P<high>.*)(?P<close>[\[\])])", re.DOTALL)
_SIDE = re.compile(r"\(\s*(?P<operator><=|>=|<|>|=)(?P<end>.*)\)", re.DOTALL)


@built_in("range", "from: string")
def range_of(run: Run, text: str) -> Range | None:
    found = range_from_text(text)
    return found if found is not None else run.null("invalid_value", name="range", value=text)


def range_from_text(text: str) -> Range | None:
    """The range written in ``text``, whose ends may only be literals; None if it is none.

    One end may be left out where the bracket is open, as in ``[2..)``, which makes the range unbounded there.
    """
    text = text.strip()
    if match := _SIDE.fullmatch(text):
        return _one_sided(match["operator"], _literal(match["end"]))
    match = _RANGE.fullmatch(text)
    if not match:
        return None
    low_text, high_text = match["low"].strip(), match["high"].strip()
    low, high = _literal(low_text), _literal(high_text)
    if (low is None and low_text) or (high is None and high_text) or low is high is None:
        return None
    if (low is None and match["open"] == "[") or (high is None and match["close"] == "]"):
        return None
    if low is not None and high is not None and compare(low, high) not in (-1, 0):
        return None
    return Range(low, high, match["open"] == "[", match["close"] == "]")


def _one_sided(operator: str, end: Any) -> Range | None:
    if end is None:
        return None
    if operator == "=":
        return Range(end, end, True, True)
    if operator in ("<", "<="):
        return Range(None, end, False, operator == "<=")
    return Range(end, None, operator == ">=", False)


_CALL = re.compile(r'(?:@|(?:date and time|date|time|duration)\s*\(\s*)("(?:[^"\\]|\\.)*")\s*\)?')


def _literal(text: str) -> Any:
    """A number, text or temporal literal; None for anything else, also for blank."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return parsed_number(text)
    if re.fullmatch(r'"(?:[^"\\]|\\.)*"', text):
        return string_value(text)
    match = _CALL.fullmatch(text)
    return temporal.parse_any(string_value(match[1])) if match else temporal.parse_any(text)
