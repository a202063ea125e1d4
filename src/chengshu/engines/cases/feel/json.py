"""FEEL values as JSON for ``jsonb`` columns, and back.

Numbers are JSON numbers; a date, time, duration or range is ``{"@": "<as FEEL writes it>"}``. A context that has the
key ``@`` itself is wrapped as ``{"@@": {…}}``. Functions cannot be stored and become null, nor can the character NUL,
which becomes U+FFFD.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel import temporal
from chengshu.engines.cases.feel.numbers import NUMBERS
from chengshu.engines.cases.feel.values import Range, kind, lift, text_of

_SAFE_INTEGER = 2**53


def to_json(value: Any) -> Any:
    """The value as what ``json.dumps`` takes: whole numbers as int, others as float when a float holds them exactly
    to 15 digits, else as ``{"@": "<digits>"}``."""
    match kind(value):
        case "null" | "boolean":
            return value
        case "number":
            return _number_to_json(lift(value))
        case "string":
            return str(value).replace("\0", "\ufffd")
        case "list":
            return [to_json(item) for item in value]
        case "context":
            entries = {str(key): to_json(item) for key, item in value.items()}
            return {"@@": entries} if entries.keys() & {"@", "@@"} else entries
        case "function" | "unknown":
            return None
    return {"@": text_of(value)}


def from_json(value: Any) -> Any:
    """The value that :func:`to_json` was given; numbers come back as Decimal."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float, Decimal)):
        return lift(value)
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if isinstance(value, Mapping):
        if value.keys() == {"@"}:
            return _from_literal(str(value["@"]))
        inner = value["@@"] if value.keys() == {"@@"} else value
        return {key: from_json(item) for key, item in inner.items()}
    return None


def _number_to_json(value: Decimal | None) -> Any:
    if value is None:
        return None
    if value == value.to_integral_value() and abs(value) <= _SAFE_INTEGER:
        return int(value)
    shown = float(value)
    return shown if Decimal(repr(shown)) == value else {"@": str(value)}


def _from_literal(text: str) -> Any:
    found = temporal.parse_any(text)
    if found is not None:
        return found
    if text[:1] in "[(":
        return _range_from(text)
    try:
        return NUMBERS.create_decimal(text)
    except ArithmeticError:
        return None


def _range_from(text: str) -> Any:
    from chengshu.engines.cases.feel.builtins.conversion import range_from_text

    found = range_from_text(text)
    return found if isinstance(found, Range) else None
