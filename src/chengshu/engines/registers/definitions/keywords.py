"""Which keyword a field may have, by its kind: the table that the README prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chengshu.engines.registers.data import Kind

ALWAYS: Final = frozenset(
    {"type", "title", "description", "$comment", "x-title", "x-help", "x-show-when", "x-width"}
)
_TEXT: Final = frozenset({"minLength", "maxLength", "x-variable", "x-prefill", "x-masked"})
_CHOICE: Final = frozenset({"enum", "oneOf", "x-code-list", "x-widget", "x-variable", "x-prefill"})
_NUMBER: Final = frozenset({"minimum", "maximum", "x-unit", "x-variable", "x-prefill"})
_DAY: Final = frozenset({"format", "x-earliest", "x-latest", "x-working-day", "x-variable", "x-prefill"})

KEYWORDS: Final[Mapping[Kind, frozenset[str]]] = {
    "text": _TEXT | {"pattern", "x-validator", "format"},
    "long_text": _TEXT | {"x-lines"},
    "choice": _CHOICE,
    "choices": frozenset({"items", "uniqueItems", "minItems", "maxItems", "x-variable", "x-widget"}),
    "yes_no": frozenset({"x-variable"}),
    "consent": frozenset({"const", "x-variable"}),
    "integer": _NUMBER,
    "number": _NUMBER | {"multipleOf"},
    "money": _NUMBER - {"x-unit"} | {"x-money"},
    "computed": frozenset({"x-computed", "multipleOf", "x-unit", "x-money", "x-variable"}),
    "date": _DAY,
    "time": frozenset({"format", "x-variable"}),
    "moment": frozenset({"format", "x-variable"}),
    "files": frozenset({"items", "uniqueItems", "minItems", "maxItems", "x-attachments", "x-variable"}),
    "group": frozenset({"properties", "required", "x-order", "additionalProperties"}),
    "rows": frozenset({"items", "minItems", "maxItems", "x-row-title", "x-variable"}),
}
ITEMS: Final[Mapping[str, frozenset[str]]] = {
    "choices": frozenset({"type", "enum", "oneOf", "x-code-list"}),
    "files": frozenset({"type"}),
    "rows": frozenset({"type", "properties", "required", "x-order", "additionalProperties"}),
}
"""What the ``items`` of an array may have."""


def kind_of(field: Mapping[str, Any]) -> Kind | None:
    """How a field is entered; None for an array without fitting ``items``."""
    if "x-computed" in field:
        return "computed"
    match field["type"]:
        case "object":
            return "group"
        case "boolean":
            return "consent" if "const" in field else "yes_no"
        case "integer":
            return "integer"
        case "number":
            return "money" if "x-money" in field else "number"
        case "array":
            return _kind_of_array(field)
    return _kind_of_text(field)


def _kind_of_array(field: Mapping[str, Any]) -> Kind | None:
    kinds: dict[str, Kind] = {"object": "rows", "string": "choices", "integer": "files"}
    kind = kinds.get(field.get("items", {}).get("type", ""))
    return None if kind == "files" and "x-attachments" not in field else kind


def _kind_of_text(field: Mapping[str, Any]) -> Kind:
    formats: dict[str, Kind] = {"date": "date", "time": "time", "date-time": "moment"}
    if field.get("format") in formats:
        return formats[field["format"]]
    if {"enum", "oneOf", "x-code-list"} & set(field):
        return "choice"
    return "long_text" if "x-lines" in field else "text"
