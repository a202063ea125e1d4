"""Closures of comparisons and of unary tests, with short ways for pairs of numbers and of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel.limits import Closure, Scope
from chengshu.engines.cases.feel.operations import alone, is_in, same
from chengshu.engines.cases.feel.values import FOREIGN, Range, compare, equal, kind, lift

Test = Callable[[Scope, Any], Any]
"""A compiled unary test: called with the scope and the value under test; True, False or None."""

_PLAIN = frozenset({Decimal, str, bool})


def equality(left: Closure, right: Closure, wanted: bool, at: int) -> Closure:
    def decide(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        if type(one) is type(other) and type(one) in _PLAIN:
            return (one == other) is wanted
        found = same(one, other, scope.run.tick)
        if found is None:
            return scope.run.null("operands", at, operator="=", left=kind(one), right=kind(other))
        return found is wanted

    return decide


_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda side: side < 0,
    "<=": lambda side: side <= 0,
    ">": lambda side: side > 0,
    ">=": lambda side: side >= 0,
}


def order(left: Closure, right: Closure, operator: str, at: int) -> Closure:
    holds = _ORDERS[operator]

    def decide(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        if type(one) is Decimal and type(other) is Decimal:
            return holds(-1 if one < other else one > other)
        side = compare(alone(one), alone(other))
        if side is None:
            return scope.run.null("operands", at, operator=operator, left=kind(one), right=kind(other))
        return holds(side)

    return decide


def literal_test(wanted: Any) -> Test:
    of = type(wanted)

    def test(scope: Scope, value: Any) -> Any:
        if type(value) is of:
            return value == wanted
        if type(value) in FOREIGN:
            return equal(lift(value), wanted)
        return equal(alone(value), wanted)

    return test


def range_test(interval: Range, at: int) -> Test:
    """Membership in a range that is known when the test is compiled."""
    low, high = interval.low, interval.high
    low_included, high_included = interval.low_included, interval.high_included
    numeric = type(low) is Decimal and type(high) is Decimal

    def test(scope: Scope, value: Any) -> Any:
        if numeric and type(value) is Decimal:
            return (low <= value if low_included else low < value) and (
                value <= high if high_included else value < high
            )
        return is_in(value, interval, scope.run, at)

    return test


def one_of(tests: list[Test], turned: bool) -> Test:
    if len(tests) == 1 and not turned:
        return tests[0]

    def test(scope: Scope, value: Any) -> Any:
        result: bool | None = False
        for part in tests:
            holds = part(scope, value)
            if holds is True:
                return not turned
            if holds is None:
                result = None
        return result if result is None else turned

    return test


def one_sided_test(operator: str, endpoint: Closure, at: int) -> Test:
    def equals(scope: Scope, value: Any) -> Any:
        found = equal(value, endpoint(scope), scope.run.tick)
        return None if found is None else found is (operator == "=")

    if operator in ("=", "!="):
        return equals
    holds = _ORDERS[operator]

    def test(scope: Scope, value: Any) -> Any:
        end = endpoint(scope)
        if type(value) is Decimal and type(end) is Decimal:
            return holds(-1 if value < end else value > end)
        side = compare(alone(value), end)
        if side is None:
            return scope.run.null("operands", at, operator=operator, left=kind(value), right=kind(end))
        return holds(side)

    return test
