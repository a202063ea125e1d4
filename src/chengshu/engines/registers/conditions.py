"""Simple conditions in JSON logic: when a field is shown. The same rules run in the page (``form-conditions.ts``).

    {"==": [{"var": "applicant_type"}, "2"]}          {"in": [{"var": "district"}, ["440115", "440113"]]}
    {">": [{"var": "amount"}, 10000]}                 {"filled": {"var": "agent"}}
    {"and": [ … ]}    {"or": [ … ]}    {"!": … }

On one side of a comparison stands a field, on the other a constant. Only what is listed exists: nothing is called,
nothing loops, and a comparison with a field that is empty or hidden is false (``!=`` is true).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput

Operand = str | bool | Decimal | tuple[str, ...] | None
"""What a field holds: text, yes or no, a number, the chosen codes, or nothing."""

Logic = Mapping[str, Any]
Lookup = Callable[[str], Operand]
COMPARISONS = ("==", "!=", ">", ">=", "<", "<=")
MOST_PARTS = 60
DEEPEST = 8
LARGEST_EXPONENT = 20
"""Larger numbers stand on no form; they are taken for a slip of the keyboard."""


def holds(logic: Mapping[str, Any], lookup: Lookup) -> bool:
    """Whether a condition is true; ``lookup`` gives what a field holds."""
    ((operator, argument),) = logic.items()
    match operator:
        case "and":
            return all(holds(part, lookup) for part in argument)
        case "or":
            return any(holds(part, lookup) for part in argument)
        case "!":
            return not holds(argument, lookup)
        case "filled":
            return lookup(argument["var"]) not in (None, "", ())
        case "in":
            return _is_among(lookup(argument[0]["var"]), argument[1])
    return _compares(operator, lookup(argument[0]["var"]), argument[1])


def _is_among(value: Operand, constants: list[Any]) -> bool:
    """Whether the value, or one of several chosen ones, is listed."""
    chosen = value if isinstance(value, tuple) else (value,)
    return any(_compares("==", each, constant) for each in chosen for constant in constants)


def _compares(operator: str, value: Operand, constant: Any) -> bool:
    left, right = _alike(value, constant)
    if left is None or right is None:
        return operator == "!="
    match operator:
        case "==":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case ">":
            return bool(left > right)
        case ">=":
            return bool(left >= right)
        case "<":
            return bool(left < right)
    return bool(left <= right)


def _alike(value: Operand, constant: Any) -> tuple[Any, Any]:
    """Both sides as the same kind of thing; None where that cannot be."""
    if isinstance(constant, bool):
        return (value if isinstance(value, bool) else None), constant
    if isinstance(constant, int | float | Decimal):
        return as_number(value), as_number(str(constant))
    return (value if isinstance(value, str) and value != "" else None), str(constant)


def as_number(value: Operand) -> Decimal | None:
    """The number in a typed text, if it is one."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        number = Decimal(value.strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= LARGEST_EXPONENT else None


def fields_in(logic: Mapping[str, Any]) -> Iterator[str]:
    """Paths of the fields that a condition asks for."""
    for part in _parts(logic):
        if set(part) == {"var"}:
            yield part["var"]


def compared_in(logic: Mapping[str, Any]) -> Iterator[str]:
    """Paths of the fields whose value is compared, not only asked to be there."""
    for part in _parts(logic):
        for operator, argument in part.items():
            if operator in (*COMPARISONS, "in"):
                yield argument[0]["var"]


def _parts(logic: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(logic, Mapping):
        yield logic
        for argument in logic.values():
            yield from _parts(argument)
    elif isinstance(logic, list):
        for each in logic:
            yield from _parts(each)


def refuse_wrong_logic(logic: Any) -> None:
    """Insist that a condition has only what this module knows.

    :raises InvalidInput: ``form.condition`` with what is wrong
    """
    if sum(1 for _part in _parts(logic)) > MOST_PARTS:
        raise _wrong(
            _("The condition has too many parts."), _("Split the form, or add a choice that says it.")
        )
    _refuse(logic, 1)


def _refuse(logic: Any, depth: int) -> None:
    if not isinstance(logic, dict) or len(logic) != 1 or depth > DEEPEST:
        raise _wrong(
            _("A condition is an object with one operator."), _('Such as {"==": [{"var": "kind"}, "1"]}.')
        )
    ((operator, argument),) = logic.items()
    if operator in ("and", "or"):
        if not isinstance(argument, list) or not argument:
            raise _wrong(_("“%(operator)s” takes a list of conditions.") % {"operator": operator})
        for part in argument:
            _refuse(part, depth + 1)
    elif operator == "!":
        _refuse(argument, depth + 1)
    elif operator == "filled":
        _refuse_unless(_is_field(argument), operator)
    elif operator == "in":
        _refuse_unless(_is_pair(argument) and _are_constants(argument[1]), operator)
    elif operator in COMPARISONS:
        _refuse_unless(_is_pair(argument) and _is_constant(argument[1]), operator)
    else:
        raise _wrong(
            _("There is no operator “%(operator)s”.") % {"operator": operator},
            _("Use one of: %(operators)s.") % {"operators": "and or ! filled in == != > >= < <="},
        )


def _refuse_unless(fits: bool, operator: str) -> None:
    if not fits:
        raise _wrong(
            _("“%(operator)s” does not have what it needs.") % {"operator": operator},
            _('A field comes first and a constant second: [{"var": "kind"}, "1"].'),
        )


def _is_field(argument: Any) -> bool:
    return isinstance(argument, dict) and set(argument) == {"var"} and isinstance(argument["var"], str)


def _is_pair(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 2 and _is_field(argument[0])


def _is_constant(value: Any) -> bool:
    return isinstance(value, str | bool | int | float | Decimal)


def _are_constants(values: Any) -> bool:
    return isinstance(values, list) and bool(values) and all(_is_constant(value) for value in values)


def _wrong(message: Any, hint: Any = "") -> InvalidInput:
    return InvalidInput(message, field="x-show-when", code="form.condition", hint=hint)
