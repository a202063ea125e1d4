"""What one call changed, as JSON: the part of a history entry from which ``history.replay`` rebuilds the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from enum import Enum
from typing import Any

from chengshu.engines.cases.state import CaseRow, Delta, Job, State, Task, Token, Wait

_CASE = ("id", "plan", "state", "status", "outcome", "unit_id", "opened_by", "title")
_UNSET = object()


def plain(value: Any) -> Any:
    """A field's value as JSON."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value


def _defaults(kind: type[Any]) -> dict[str, Any]:
    found = {}
    for item in fields(kind):
        if item.default is not MISSING:
            found[item.name] = item.default
        elif item.default_factory is not MISSING:
            found[item.name] = item.default_factory()
        else:
            found[item.name] = _UNSET
    return found


DEFAULTS: dict[type[Any], dict[str, Any]] = {kind: _defaults(kind) for kind in (Token, Task, Wait, Job)}


def changed_fields(row: Any, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields that differ from what they were; dictionaries are copied.

    :param before: the former values of those that may have changed; None for a new row, which is compared with defaults
    """
    known = DEFAULTS[type(row)] if before is None else before
    values = vars(row)
    found = {}
    for name, old in known.items():
        value = values[name]
        if value == old:
            continue
        if name == "local" and before is not None:
            found.update(_changed_keys(old, value))
        else:
            found[name] = dict(value) if isinstance(value, dict) else plain(value)
    return found


def _changed_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What changed in a token's own data: set, lengthened and forgotten keys. Long lists are not told twice."""
    told: dict[str, Any] = {}
    for key, value in new.items():
        if key not in old:
            told.setdefault("set", {})[key] = value
        elif value != old[key]:
            longer = _added(old[key], value)
            told.setdefault("longer" if longer else "set", {})[key] = longer or value
    if gone := [key for key in old if key not in new]:
        told["forgotten"] = gone
    return told


def _added(old: Any, new: Any) -> list[Any]:
    """What was appended to a list; empty when something else happened to it."""
    if isinstance(old, list) and isinstance(new, list) and new[: len(old)] == old:
        return new[len(old) :]
    return []


def case_fields(case: CaseRow) -> dict[str, Any]:
    """The fields of the case itself that a call may change, variables and number of the last entry apart."""
    return {name: getattr(case, name) for name in _CASE}


def recorded(
    state: State,
    delta: Delta,
    before: Mapping[tuple[str, int], Any],
    case_before: Mapping[str, Any],
    variables: Mapping[str, Any],
) -> dict[str, Any]:
    """Every change of this call by table; tables without one are left out."""
    changes: dict[str, Any] = {}
    for (table, row_id), old in before.items():
        row = getattr(state, table).get(row_id)
        if row is None:
            if old is not None:
                changes.setdefault("gone", []).append(row_id)
        elif found := changed_fields(row, old):
            changes.setdefault(table, {})[str(row_id)] = found
    if delta.waits_new:
        changes["waits"] = {
            str(wait): changed_fields(state.waits[wait], None) for wait in sorted(delta.waits_new)
        }
    if delta.waits_gone:
        changes["waits_gone"] = sorted(delta.waits_gone)
    case_now = case_fields(state.case)
    if case_now != case_before:
        changes["case"] = {name: plain(new) for name, new in case_now.items() if new != case_before[name]}
    if variables:
        changes["variables"] = dict(variables)
    return changes
