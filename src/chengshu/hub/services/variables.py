"""What an application hands to its process: keys and limits of our own, and what its form marks as a variable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Form


def of_form(form: Form | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The form's own variables as JSON: whole numbers as int, others as float, days as FEEL writes them."""
    if form is None:
        return {}
    return {name: _as_json(value) for name, value in registers.variables_of(form, values).items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | time):
        return {"@": value.isoformat()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _as_json(each) for name, each in value.items()}
    return value
