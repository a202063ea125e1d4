"""Values of a form on their way into the database and back, and the parting of what is personal."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from chengshu.engines.registers.data import Correction, Field, Form, MaterialLine, Provenance
from chengshu.engines.registers.masks import masked
from chengshu.engines.registers.paths import joined


def variables_of(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields marked ``x-variable``, by variable name; numbers are ``Decimal``, lists ``list``.

    An empty or hidden field gives None, so that a condition of the process finds every name it knows.
    """
    return dict(_variables(form.fields, values))


def _variables(fields: tuple[Field, ...], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in fields:
        value = values.get(field.name)
        if field.variable:
            yield field.variable, _variable(value)
        if field.kind == "group":
            yield from _variables(field.fields, value or {})


def names_passed_on(form: Form) -> frozenset[str]:
    """The variables that ``variables_of`` gives, whatever was entered."""
    return frozenset(name for name, _value in _variables(form.fields, {}))


def _variable(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, tuple | list):
        return [_variable(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _variable(each) for name, each in value.items()}
    return value


def without_personal(form: Form, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values with the personal ones masked, and those in clear by their concrete path."""
    clear: dict[str, str] = {}
    return _masked_group(form.fields, values, "", clear), clear


def _masked_group(
    fields: tuple[Field, ...], values: Mapping[str, Any], prefix: str, clear: dict[str, str]
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for field in fields:
        if field.name not in values:
            continue
        path, value = joined(prefix, field.name), values[field.name]
        if field.kind == "group":
            kept[field.name] = _masked_group(field.fields, value, path, clear)
        elif field.kind == "rows":
            kept[field.name] = tuple(
                _masked_group(field.fields, row, f"{path}.{number}", clear)
                for number, row in enumerate(value)
            )
        elif field.masked:
            clear[path] = str(value)
            kept[field.name] = masked(field.masked, str(value))
        else:
            kept[field.name] = value
    return kept


def as_json(value: Any) -> Any:
    """A value as JSON keeps it: numbers with decimals and days as text, exactly."""
    if isinstance(value, Mapping):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value


def from_json(form: Form, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values again as they were, by what the form says of each."""
    return _group_from_json(form.fields, stored)


def _group_from_json(fields: tuple[Field, ...], stored: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: _from_json(field, stored[field.name]) for field in fields if field.name in stored}


def _from_json(field: Field, value: Any) -> Any:
    match field.kind:
        case "group":
            return _group_from_json(field.fields, value)
        case "rows":
            return tuple(_group_from_json(field.fields, row) for row in value)
        case "choices" | "files":
            return tuple(value)
        case "number" | "money" | "computed":
            return Decimal(value)
        case "date":
            return date.fromisoformat(value)
        case "time":
            return time.fromisoformat(value)
        case "moment":
            return datetime.fromisoformat(value)
    return value


def material_as_json(line: MaterialLine) -> dict[str, Any]:
    return dict(as_json(dataclasses.asdict(line)))


def material_from_json(stored: Mapping[str, Any]) -> MaterialLine:
    due_on = stored["due_on"]
    return MaterialLine(
        **{
            **stored,
            "files": tuple(stored["files"]),
            "due_on": date.fromisoformat(due_on) if due_on else None,
            "provenance": _provenance(stored["provenance"]) if stored["provenance"] else None,
        }
    )


def correction_as_json(correction: Correction) -> dict[str, Any]:
    return dict(as_json(dataclasses.asdict(correction)))


def correction_from_json(stored: Mapping[str, Any]) -> Correction:
    return Correction(**{**stored, "provenance": _provenance(stored["provenance"])})


def _provenance(stored: Mapping[str, Any]) -> Provenance:
    return Provenance(**{**stored, "as_of": date.fromisoformat(stored["as_of"])})
