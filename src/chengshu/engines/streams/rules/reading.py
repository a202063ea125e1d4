"""A condition as it is stored and typed: JSON in, a checked condition out, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.rules.definition import (
    Absence,
    Compare,
    Condition,
    OneOf,
    Swing,
    Threshold,
    Together,
    Windowed,
)
from chengshu.foundation.errors import InvalidInput

KINDS: dict[str, type[Any]] = {
    "threshold": Threshold,
    "one_of": OneOf,
    "swing": Swing,
    "windowed": Windowed,
    "together": Together,
    "absence": Absence,
}
CHOICES: dict[tuple[str, str], frozenset[str]] = {
    ("windowed", "function"): frozenset({"mean", "sum", "min", "max", "count"}),
    ("together", "function"): frozenset({"count", "mean", "min", "max"}),
    ("together", "by"): frozenset({"rule", "area"}),
    ("swing", "direction"): frozenset({"rise", "fall", "any"}),
}
LONGEST_MS = 31 * 86_400_000
NUMBERS = frozenset({"limit", "clear", "by", "factor"})
COUNTS = frozenset({"needed", "at_least"})


def read_condition(stored: Mapping[str, Any]) -> Condition:
    """The condition in JSON: ``kind`` and the fields of its class.

    :raises InvalidInput: naming the first field that is missing, unknown or of the wrong kind
    """
    kind = str(stored.get("kind", ""))
    if kind not in KINDS:
        raise InvalidInput(_("There is no such kind of condition."), field="kind", hint=", ".join(KINDS))
    given = {name: value for name, value in stored.items() if name != "kind" and value is not None}
    known = {field.name for field in fields(KINDS[kind])}
    unknown = sorted(set(given) - known)
    if unknown:
        raise InvalidInput(_("A condition of this kind has no such field."), field=unknown[0])
    try:
        condition: Condition = KINDS[kind](
            **{name: _value(kind, name, value) for name, value in given.items()}
        )
    except TypeError as error:
        missing = sorted(name for name in known - set(given) if f"'{name}'" in str(error))
        raise InvalidInput(_("This is needed."), field=missing[0] if missing else "kind") from None
    return _sensible(condition)


def faults_of(stored: Mapping[str, Any]) -> list[InvalidInput]:
    """Everything that is wrong with a condition, field by field; none if ``read_condition`` takes it."""
    kind = str(stored.get("kind", ""))
    if kind in KINDS:
        wrong = [*_missing(kind, stored), *_wrong_values(kind, stored)]
        if wrong:
            return wrong
    try:
        read_condition(stored)
    except InvalidInput as error:
        return [error]
    return []


def _missing(kind: str, stored: Mapping[str, Any]) -> list[InvalidInput]:
    needed = [one.name for one in fields(KINDS[kind]) if one.default is MISSING]
    return [
        InvalidInput(_("This is needed."), field=name) for name in needed if stored.get(name) in (None, "")
    ]


def _wrong_values(kind: str, stored: Mapping[str, Any]) -> list[InvalidInput]:
    found: list[InvalidInput] = []
    for name in (one.name for one in fields(KINDS[kind])):
        if stored.get(name) in (None, ""):
            continue
        try:
            _value(kind, name, stored[name])
        except InvalidInput as error:
            found.append(error)
    return found


def write_condition(condition: Condition) -> dict[str, Any]:
    """The JSON of a condition; ``read_condition`` gives the same again."""
    kind = next(name for name, known in KINDS.items() if isinstance(condition, known))
    facts = {field.name: getattr(condition, field.name) for field in fields(condition)}
    facts = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in facts.items()}
    return {"kind": kind, **{name: value for name, value in facts.items() if value is not None}}


def _value(kind: str, name: str, value: Any) -> Any:
    if (kind, name) in CHOICES:
        return _chosen(name, value, CHOICES[kind, name])
    if name == "compare":
        return Compare(_chosen(name, value, frozenset(Compare)))
    if name == "words":
        return _words(value)
    if name == "metric":
        return _metric(value)
    if name.endswith("_ms"):
        return _whole(name, value, 0, LONGEST_MS)
    if name in COUNTS:
        return _whole(name, value, 1, 100_000)
    assert name in NUMBERS
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidInput(_("This is no number."), field=name)
    return float(value)


def _chosen(name: str, value: Any, allowed: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise InvalidInput(_("There is no such choice."), field=name, hint=", ".join(sorted(allowed)))
    return value


def _words(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise InvalidInput(_("Name at least one word."), field="words")
    return frozenset(value)


def _metric(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 40:
        raise InvalidInput(_("This is no metric."), field="metric")
    return value


def _whole(name: str, value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidInput(
            _("A whole number from %(least)s to %(most)s.") % {"least": least, "most": most}, field=name
        )
    return value


def _sensible(condition: Condition) -> Condition:
    """What each field alone does not show: a clearing limit on the wrong side, a window of no width."""
    if not isinstance(condition, Absence) and not condition.metric:
        raise InvalidInput(_("This is needed."), field="metric")
    if isinstance(condition, Threshold | Windowed) and condition.clear is not None:
        above = condition.compare in (Compare.ABOVE, Compare.AT_LEAST)
        if (condition.clear > condition.limit) if above else (condition.clear < condition.limit):
            raise InvalidInput(_("It would recover before it was across the limit."), field="clear")
    if isinstance(condition, Swing | Windowed) and condition.within_ms < 1000:
        raise InvalidInput(_("The window must be at least a second wide."), field="within_ms")
    if isinstance(condition, Swing) and condition.by <= 0:
        raise InvalidInput(_("This must be more than nothing."), field="by")
    if isinstance(condition, Absence) and condition.factor < 1:
        raise InvalidInput(_("This must be at least 1."), field="factor")
    return condition
