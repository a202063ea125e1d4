"""Built-in functions on lists. Positions count from 1; from the end when negative."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from chengshu.engines.cases.feel.builtins.numeric import mean_of, sum_of
from chengshu.engines.cases.feel.builtins.registry import built_in, numbers_in
from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.numbers import NUMBERS, ONE, whole
from chengshu.engines.cases.feel.operations import invoked
from chengshu.engines.cases.feel.temporal import DaysDuration, YearsDuration
from chengshu.engines.cases.feel.values import Function, compare, equal, kind, lift, listed


def _position(run: Run, items: list[Any], position: Decimal, *, beyond: int = 0) -> int | None:
    """The 0-based index of a position; None, with a remark, outside the list."""
    place = whole(position)
    if place is None or place == 0 or place > len(items) + beyond or -place > len(items):
        return run.null("index", index=position)
    return place - 1 if place > 0 else len(items) + place


@built_in("list contains", "list: list, element: any")
def list_contains(run: Run, items: list[Any], element: Any) -> bool:
    run.tick(len(items))
    return any(equal(item, element, run.tick) is True for item in items)


@built_in("count", "list: list")
def count(_run: Run, items: list[Any]) -> Decimal:
    return Decimal(len(items))


@built_in("min", "list…: list")
def minimum(run: Run, items: list[Any]) -> Any:
    return _extreme(run, items, -1)


@built_in("max", "list…: list")
def maximum(run: Run, items: list[Any]) -> Any:
    return _extreme(run, items, 1)


def _extreme(run: Run, items: list[Any], side: int) -> Any:
    run.tick(len(items))
    if not items:
        return None
    best = lift(items[0])
    if compare(best, best) is None:
        return run.null("operands", operator="min/max", left=kind(best), right=kind(best))
    for item in items[1:]:
        found = compare(item, best)
        if found is None:
            return run.null("operands", operator="min/max", left=kind(item), right=kind(best))
        best = lift(item) if found == side else best
    return best


@built_in("sum", "list…: list")
def total(run: Run, items: list[Any]) -> Any:
    """The sum of numbers, or of durations of one kind; null of nothing."""
    if items and isinstance(lift(items[0]), (DaysDuration, YearsDuration)):
        return _sum_of_durations(run, [lift(item) for item in items])
    return _over_numbers(run, items, sum_of)


def _sum_of_durations(run: Run, items: list[Any]) -> Any:
    run.tick(len(items))
    if len({kind(item) for item in items}) > 1:
        return run.null("argument_type", name="sum", kind="list", parameter="list")
    if isinstance(items[0], DaysDuration):
        return DaysDuration(sum(item.nanos for item in items))
    return YearsDuration(sum(item.months for item in items))


def _over_numbers(
    run: Run, items: list[Any], calculate: Callable[[list[Decimal]], Decimal]
) -> Decimal | None:
    numbers = numbers_in(run, items)
    if not numbers:
        return None
    try:
        return calculate(numbers)
    except ArithmeticError:
        return run.null("arithmetic", operator=calculate.__name__)


@built_in("mean", "list…: list")
def mean(run: Run, items: list[Any]) -> Decimal | None:
    return _over_numbers(run, items, mean_of)


@built_in("product", "list…: list")
def product(run: Run, items: list[Any]) -> Decimal | None:
    def multiplied(numbers: list[Decimal]) -> Decimal:
        result = ONE
        for number in numbers:
            result = NUMBERS.multiply(result, number)
        return result

    return _over_numbers(run, items, multiplied)


@built_in("median", "list…: list")
def median(run: Run, items: list[Any]) -> Decimal | None:
    def middle(numbers: list[Decimal]) -> Decimal:
        ordered, half = sorted(numbers), len(numbers) // 2
        return ordered[half] if len(ordered) % 2 else mean_of(ordered[half - 1 : half + 1])

    return _over_numbers(run, items, middle)


@built_in("stddev", "list…: list")
def standard_deviation(run: Run, items: list[Any]) -> Decimal | None:
    """Of a sample, so null for less than two numbers."""

    def deviation(numbers: list[Decimal]) -> Decimal:
        centre = mean_of(numbers)
        squares = [NUMBERS.power(NUMBERS.subtract(number, centre), 2) for number in numbers]
        return NUMBERS.sqrt(NUMBERS.divide(sum_of(squares), Decimal(len(numbers) - 1)))

    return _over_numbers(run, items, deviation) if len(items) > 1 else None


@built_in("mode", "list…: list")
def mode(run: Run, items: list[Any]) -> list[Decimal] | None:
    """The most frequent numbers in ascending order; of nothing, nothing."""
    numbers = numbers_in(run, items)
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


@built_in("all", "list…: list")
def all_true(run: Run, items: list[Any]) -> bool | None:
    return _decided(run, items, decisive=False)


@built_in("any", "list…: list")
def any_true(run: Run, items: list[Any]) -> bool | None:
    return _decided(run, items, decisive=True)


def _decided(run: Run, items: list[Any], *, decisive: bool) -> bool | None:
    run.tick(len(items))
    if any(item is decisive for item in items):
        return decisive
    return not decisive if all(isinstance(item, bool) for item in items) else None


@built_in("sublist", "list: list, start position: number, length?: number")
def sublist(run: Run, items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    begin = _position(run, items, start)
    if begin is None:
        return None
    if length is None:
        return items[begin:]
    size = whole(length)
    if size is None or size < 1 or begin + size > len(items):
        return run.null("index", index=length)
    return items[begin : begin + size]


@built_in("append", "list: list, item…: any")
def append(_run: Run, items: list[Any], added: list[Any]) -> list[Any]:
    return [*items, *added]


@built_in("concatenate", "list…: list")
def concatenate(run: Run, lists: list[Any]) -> list[Any] | None:
    if any(part is None for part in lists):
        return run.null("not_a_list", kind="null")
    return [item for part in lists for item in listed(part)]


@built_in("union", "list…: list")
def union(run: Run, lists: list[Any]) -> list[Any] | None:
    joined = concatenate(run, lists)
    return None if joined is None else distinct_values(run, joined)


@built_in("distinct values", "list: list")
def distinct_values(run: Run, items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        run.tick(1 + len(kept) // 8)
        if not any(equal(item, other, run.tick) is True for other in kept):
            kept.append(item)
    return kept


@built_in("flatten", "list: list")
def flatten(run: Run, items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for item in items:
        run.tick()
        flat += flatten(run, item) if isinstance(item, list) else [item]
    return flat


@built_in("insert before", "list: list, position: number, newItem: any")
def insert_before(run: Run, items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    index = _position(run, items, position)
    return None if index is None else [*items[:index], item, *items[index:]]


@built_in("remove", "list: list, position: number")
def remove(run: Run, items: list[Any], position: Decimal) -> list[Any] | None:
    index = _position(run, items, position)
    return None if index is None else items[:index] + items[index + 1 :]


@built_in("list replace", "list: list, position: number, newItem: any")
@built_in("list replace", "list: list, match: function, newItem: any")
def list_replace(run: Run, items: list[Any], place: Any, item: Any) -> list[Any] | None:
    """Replaces the element at a position, or every element for which ``match(element, newItem)`` is true."""
    if isinstance(place, Decimal):
        index = _position(run, items, place)
        return None if index is None else [*items[:index], item, *items[index + 1 :]]
    replaced = []
    for old in items:
        hit = invoked(place, [old, item], run)
        if not isinstance(hit, bool):
            return run.null("not_boolean", kind=kind(hit))
        replaced.append(item if hit else old)
    return replaced


@built_in("reverse", "list: list")
def reverse(_run: Run, items: list[Any]) -> list[Any]:
    return items[::-1]


@built_in("index of", "list: list, match: any")
def index_of(run: Run, items: list[Any], match: Any) -> list[Decimal]:
    run.tick(len(items))
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match, run.tick) is True]


class _Unordered(Exception):
    """Two elements cannot be put in order."""


@built_in("sort", "list: list, precedes?: function")
def sort(run: Run, items: list[Any], precedes: Function | None = None) -> list[Any] | None:
    """In the order of ``precedes(x, y)``, without it in ascending order; equals keep their order."""

    def by_function(one: Any, other: Any) -> int:
        run.tick()
        if _before(run, precedes, one, other):
            return -1
        return 1 if _before(run, precedes, other, one) else 0

    def by_value(one: Any, other: Any) -> int:
        run.tick()
        side = compare(one, other)
        if side is None:
            raise _Unordered
        return side

    try:
        return sorted(items, key=cmp_to_key(by_value if precedes is None else by_function))
    except _Unordered:
        return run.null("argument_type", name="sort", kind="list", parameter="precedes")


def _before(run: Run, precedes: Any, one: Any, other: Any) -> bool:
    answer = invoked(precedes, [one, other], run)
    if not isinstance(answer, bool):
        raise _Unordered
    return answer
