"""``for``, ``some`` and ``every``: nested iteration over lists and ranges, within the limits of the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel import temporal
from chengshu.engines.cases.feel.limits import Closure, Run, Scope
from chengshu.engines.cases.feel.numbers import whole
from chengshu.engines.cases.feel.values import Range, kind, lift

Domain = tuple[str, Closure, Closure | None]
"""Name of the variable, what it runs over, and the other end if it is ``low..high``."""


def compiled_for(domains: list[Domain], body: Closure, at: int) -> Closure:
    """``for … return …``: the list of results; ``partial`` is that list so far."""

    def loop(scope: Scope) -> Any:
        results: list[Any] = []
        inner = Scope({"partial": results}, scope, scope.run)
        try:
            for each in _scopes(domains, 0, inner, at):
                value = body(each)
                results.append(list(value) if value is results else value)
                scope.run.need_items(len(results))
        except _NotIterable:
            return None
        return results

    return loop


def compiled_quantified(domains: list[Domain], test: Closure, at: int, *, every: bool) -> Closure:
    """``some`` or ``every … satisfies …``: like ``or`` and ``and`` over all tests, so null is possible."""
    decisive = not every

    def loop(scope: Scope) -> Any:
        result: bool | None = every
        try:
            for each in _scopes(domains, 0, scope, at):
                value = test(each)
                if value is decisive:
                    return decisive
                if not isinstance(value, bool):
                    result = None
        except _NotIterable:
            return None
        return result

    return loop


class _NotIterable(Exception):
    """What should be run over is no list and no range of whole numbers or dates."""


def _scopes(domains: list[Domain], level: int, scope: Scope, at: int) -> Iterator[Scope]:
    """One scope for each combination; the last variable runs fastest."""
    name, domain, end = domains[level]
    innermost = level == len(domains) - 1
    run = scope.run
    values = domain(scope) if end is None else _span(domain(scope), end(scope), run, at)
    for item in _elements(values, run, at):
        run.tick()
        inside = Scope({name: lift(item)}, scope, run)
        if innermost:
            yield inside
        else:
            yield from _scopes(domains, level + 1, inside, at)


def _elements(values: Any, run: Run, at: int) -> Iterable[Any]:
    if isinstance(values, (list, tuple)):
        return list(values)
    if isinstance(values, range):
        return (Decimal(number) for number in values)
    if isinstance(values, Range):
        return _elements(_closed_span(values, run, at), run, at)
    if isinstance(values, Iterator):
        return values
    if values is None:
        run.null("not_a_list", at, kind="null")
        raise _NotIterable
    return [values]


def _closed_span(interval: Range, run: Run, at: int) -> Any:
    """The whole numbers or days in a range, from its low to its high end."""
    low, high = interval.low, interval.high
    if kind(low) == "number" and kind(high) == "number":
        first, last = whole(lift(low)), whole(lift(high))
        if first is not None and last is not None:
            return range(first + (not interval.low_included), last + interval.high_included)
    if kind(low) == "date" and kind(high) == "date":
        start = temporal.day_number(low) + (not interval.low_included)
        return _days(start, temporal.day_number(high) - (not interval.high_included))
    run.null("not_a_range", at, left=kind(low), right=kind(high))
    raise _NotIterable


def _span(low: Any, high: Any, run: Run, at: int) -> Any:
    """``low..high`` of an iterator, which also runs downwards."""
    low, high = lift(low), lift(high)
    first, last = whole(low), whole(high)
    if first is not None and last is not None:
        return range(first, last + 1) if first <= last else range(first, last - 1, -1)
    if kind(low) == "date" and kind(high) == "date":
        return _days(temporal.day_number(low), temporal.day_number(high))
    run.null("not_a_range", at, left=kind(low), right=kind(high))
    raise _NotIterable


def _days(first: int, last: int) -> Iterator[Any]:
    step = 1 if first <= last else -1
    return (temporal.date_of_day(day) for day in range(first, last + step, step))
