"""What compiled expressions do at run time: looking names up, paths, filters, invocations, membership."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel import temporal
from chengshu.engines.cases.feel.limits import Closure, Run, Scope
from chengshu.engines.cases.feel.numbers import whole
from chengshu.engines.cases.feel.types import MISMATCH
from chengshu.engines.cases.feel.values import Function, Range, Tick, compare, equal, includes, kind, lift

MISSING = object()
"""What a look-up answers for a name that nothing bears; null is a value like others."""


def looked_up(scope: Scope | None, name: str) -> Any:
    while scope is not None:
        value = scope.values.get(name, MISSING)
        if value is not MISSING:
            return value
        scope = scope.parent
    return MISSING


def alone(value: Any) -> Any:
    """The only element of a list of one, else the value."""
    return value[0] if type(value) is list and len(value) == 1 else value


def range_of(low: Any, high: Any, low_included: bool, high_included: bool, run: Run, at: int) -> Any:
    """The range from ``low`` to ``high``; null if they have no order. An open end may be null: no limit there."""
    without_low = low is None and not low_included and compare(high, high) == 0
    without_high = high is None and not high_included and compare(low, low) == 0
    if compare(low, high) is None and not (without_low or without_high):
        return run.null("not_a_range", at, left=kind(low), right=kind(high))
    return Range(low, high, low_included, high_included)


def member(value: Any, name: str, run: Run, at: int) -> Any:
    """``value.name`` for a context, a list of contexts, a temporal value or a range."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        run.tick(len(value))
        return [member(item, name, run, at) for item in value]
    if isinstance(value, Mapping):
        if name in value:
            return lift(value[name])
        return run.null("unknown_member", at, name=name)
    found = _range_property(value, name) if isinstance(value, Range) else _property(value, name)
    return run.null("unknown_member", at, name=name) if found is None else found


def _property(value: Any, name: str) -> Any:
    if kind(value) in ("number", "string", "boolean", "function", "unknown") and not hasattr(
        value, "resolution"
    ):
        return None
    return temporal.temporal_property(lift(value), name)


def _range_property(interval: Range, name: str) -> Any:
    return {
        "start": interval.low,
        "end": interval.high,
        "start included": interval.low_included,
        "end included": interval.high_included,
    }.get(name)


def element(value: Any, index: Decimal, run: Run, at: int) -> Any:
    """``list[index]``, counted from 1, from the end when negative."""
    if value is None:
        return None
    items = value if isinstance(value, (list, tuple)) else [value]
    place = whole(index)
    if place is None or place == 0 or abs(place) > len(items):
        return run.null("index", at, index=index)
    return lift(items[place - 1 if place > 0 else place])


def filtered(value: Any, test: Closure, scope: Scope, at: int) -> Any:
    """``list[test]``: the elements for which the test is true, or the element whose number the test is."""
    if value is None:
        return None
    items = value if isinstance(value, (list, tuple)) else [value]
    if not items:
        return _filtered_nothing(test, scope)
    kept = []
    for item in items:
        scope.run.tick()
        inside = Scope({"item": item}, scope, scope.run)
        found = test(Scope(item, inside, scope.run) if isinstance(item, Mapping) else inside)
        if found is True:
            kept.append(item)
        elif isinstance(found, Decimal):
            return element(items, found, scope.run, at)
        elif found is not False and found is not None:
            scope.run.null("not_boolean", at, kind=kind(found))
    return kept


def _filtered_nothing(test: Closure, scope: Scope) -> Any:
    """Of an empty list every filter leaves an empty list, but no number finds an element."""
    quiet = Run(scope.run.limits)
    quiet.steps = scope.run.steps
    index = test(Scope({"item": None}, Scope(scope.values, scope.parent, quiet), quiet))
    scope.run.steps = quiet.steps
    return None if isinstance(index, Decimal) else []


def invoked(target: Any, arguments: list[Any], run: Run, at: int = -1) -> Any:
    """Call a function value with arguments in order."""
    if not isinstance(target, Function):
        return run.null("not_a_function", at, name=kind(target))
    if target.variadic:
        return target.call(run, *arguments)
    if len(arguments) != len(target.parameters):
        return run.null("arguments", at, name=target.name)
    return _called(target, arguments, run, at)


def invoked_by_name(target: Any, arguments: dict[str, Any], run: Run, at: int = -1) -> Any:
    """Call a function value with arguments by name; for a user's function each parameter must be named."""
    if not isinstance(target, Function):
        return run.null("not_a_function", at, name=kind(target))
    if target.named is not None:
        return target.named(run, arguments)
    if not set(arguments) <= set(target.parameters):
        return run.null("arguments", at, name=target.name)
    return _called(target, [arguments.get(name) for name in target.parameters], run, at)


def _called(target: Function, arguments: list[Any], run: Run, at: int) -> Any:
    """Call with each argument held to its parameter's type: one that cannot be of it is null inside the function,
    which is called all the same (DMN 1.3, 10.3.2.9.4)."""
    taken = []
    for value, of in zip(arguments, target.types or [None] * len(arguments), strict=True):
        accepted = value if of is None else of.coerced(value)
        if accepted is MISMATCH:
            accepted = run.null("argument_type", at, name=target.name, kind=kind(value), parameter=of.title)
        taken.append(accepted)
    result = target.call(run, *taken)
    if target.result_type is None:
        return result
    accepted = target.result_type.coerced(result)
    if accepted is MISMATCH:
        return run.null("result_type", at, kind=kind(result), type=target.result_type.title)
    return accepted


def same(one: Any, other: Any, tick: Tick) -> bool | None:
    """``one = other``, where a list of one element may stand for that element."""
    found = equal(one, other, tick)
    if found is None and isinstance(one, list) != isinstance(other, list):
        return equal(alone(one), alone(other), tick)
    return found


def is_in(value: Any, found: Any, run: Run, at: int) -> Any:
    """Whether a value passes a test: within a range, equal, or, for a list, equal to it or among its elements."""
    if isinstance(found, Range):
        return _is_in_range(value, found, run, at)
    equality = same(value, found, run.tick)
    if equality is not True and isinstance(found, (list, tuple)):
        return _is_among(value, found, run)
    if equality is None:
        return run.null("operands", at, operator="in", left=kind(value), right=kind(found))
    return equality


def is_within(value: Any, domain: Any, run: Run, at: int) -> Any:
    """``value in domain``: within a range, among the elements of a list or their ranges, or equal."""
    if isinstance(domain, Range):
        return _is_in_range(value, domain, run, at)
    if isinstance(domain, (list, tuple)):
        return _is_among(value, domain, run)
    if domain is None:
        return run.null("not_a_list", at, kind="null")
    return same(value, domain, run.tick) is True


def _is_in_range(value: Any, interval: Range, run: Run, at: int) -> Any:
    inside = includes(interval, value)
    if inside is None:
        return run.null("operands", at, operator="in", left=kind(value), right="range")
    return inside


def _is_among(value: Any, items: Any, run: Run) -> bool:
    run.tick(len(items))
    return any(
        (includes(item, value) if isinstance(item, Range) else same(value, item, run.tick)) is True
        for item in items
    )
