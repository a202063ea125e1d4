"""What a case says to those who follow it: its variables read as what they mean, and nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from chengshu.scenes.approvals.actions.licences import Condition


def text_of(variables: Mapping[str, Any], name: str) -> str:
    """The text under a name; empty when there is none."""
    value = variables.get(name)
    return value.strip() if isinstance(value, str) else ""


def day_of(variables: Mapping[str, Any], name: str) -> date | None:
    """The day under a name, as forms hand it over: ``2026-03-06``, or ``{"@": "2026-03-06"}`` as FEEL writes it."""
    value = variables.get(name)
    if isinstance(value, Mapping):
        value = value.get("@")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def texts_of(variables: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The list of texts under a name."""
    value = variables.get(name)
    entries = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return tuple(entry for entry in entries if isinstance(entry, str))


def conditions_of(variables: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions that the decision's form named; a row without a readable limit is left to whoever decides."""
    rows = variables.get("permit_conditions")
    entries = rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ()
    read = (_condition(row) for row in entries if isinstance(row, Mapping))
    return tuple(condition for condition in read if condition is not None)


def _condition(row: Mapping[str, Any]) -> Condition | None:
    try:
        limit = Decimal(str(row.get("limit")))
    except InvalidOperation:
        return None
    if not limit.is_finite():
        return None
    return Condition(
        quantity=text_of(row, "quantity"),
        comparison=text_of(row, "comparison"),
        limit=limit,
        measured_in=text_of(row, "unit"),
        outfall=text_of(row, "outfall"),
        standard=text_of(row, "standard"),
    )
