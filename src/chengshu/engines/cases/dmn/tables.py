"""Decision tables: every hit policy of DMN, as functions from the rules that match to the table's value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf
from typing import Any

from chengshu.engines.cases.feel.builtins.lists import maximum, minimum, total
from chengshu.engines.cases.feel.expressions import Expression, UnaryTests
from chengshu.engines.cases.feel.limits import Scope
from chengshu.engines.cases.feel.values import equal, text_of

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("", "SUM", "COUNT", "MIN", "MAX")


@dataclass(frozen=True)
class Input:
    """A column of conditions: what is tested, and which values it may have at all."""

    expression: Expression | None
    allowed: UnaryTests | None
    title: str = ""


@dataclass(frozen=True)
class Output:
    """A column of results; its name is empty when it is the only one.

    :param values: allowed values, the best first, for the policies that order by them
    """

    name: str
    values: UnaryTests | None
    default: Expression | None


@dataclass(frozen=True)
class Rule:
    """One line: its tests in the order of the inputs, its results in the order of the outputs."""

    tests: tuple[UnaryTests | None, ...]
    results: tuple[Expression | None, ...]


@dataclass(frozen=True)
class Matched:
    """What one evaluation of a table did, for a test run at the desk.

    :param element: id of the decision or function it belongs to
    :param inputs: values of the input expressions, in order
    :param rules: numbers of the rules that matched, from 1
    """

    element: str
    inputs: tuple[Any, ...]
    rules: tuple[int, ...]
    value: Any


@dataclass(frozen=True)
class Table:
    """A compiled decision table."""

    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def evaluate(self, scope: Scope) -> Any:
        """The table's value; null where several rules match against the policy, or none and there is no default."""
        values = [column.expression.within(scope) if column.expression else None for column in self.inputs]
        run = scope.run
        if not self._are_allowed(values, scope):
            return None
        hits = self._matching(values, scope)
        value = self._decided(hits, scope)
        if run.trace is not None:
            run.trace.append(Matched(run.element, tuple(values), tuple(hit + 1 for hit in hits), value))
        return value

    def _are_allowed(self, values: Sequence[Any], scope: Scope) -> bool:
        for column, value in zip(self.inputs, values, strict=True):
            if value is None or column.allowed is None or column.allowed.within(scope, value):
                continue
            scope.run.null("not_allowed", value=text_of(value, nested=True), name=column.title)
            return False
        return True

    def _matching(self, values: Sequence[Any], scope: Scope) -> list[int]:
        hits = []
        for number, rule in enumerate(self.rules):
            scope.run.tick()
            if all(
                test is None or test.within(scope, value)
                for test, value in zip(rule.tests, values, strict=True)
            ):
                hits.append(number)
                if self.policy == "FIRST":
                    break
        return hits

    def _decided(self, hits: Sequence[int], scope: Scope) -> Any:
        if self.policy == "COLLECT" and self.aggregation:
            return self._aggregated(hits, scope)
        if not hits:
            return self._default(scope)
        return _POLICIES[self.policy](self, hits, scope)

    def _default(self, scope: Scope) -> Any:
        if any(column.default for column in self.outputs):
            values = [column.default.within(scope) if column.default else None for column in self.outputs]
            return self._shaped(values)
        return [] if self.policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") else None

    def result(self, hit: int, scope: Scope) -> Any:
        """The value of one rule: of a single output that value, of several a context."""
        return self._shaped(self.values(hit, scope))

    def values(self, hit: int, scope: Scope) -> list[Any]:
        return [result.within(scope) if result else None for result in self.rules[hit].results]

    def _shaped(self, values: Sequence[Any]) -> Any:
        if len(self.outputs) == 1:
            return values[0]
        return {column.name: value for column, value in zip(self.outputs, values, strict=True)}

    def _aggregated(self, hits: Sequence[int], scope: Scope) -> Any:
        if not hits and any(column.default for column in self.outputs):
            return self._default(scope)
        if self.aggregation == "COUNT":
            return Decimal(len(hits))
        columns = zip(*(self.values(hit, scope) for hit in hits), strict=True)
        calculate = {"SUM": total, "MIN": minimum, "MAX": maximum}[self.aggregation]
        return self._shaped([calculate(scope.run, list(column)) for column in columns]) if hits else None

    def by_priority(self, hits: Sequence[int], scope: Scope) -> list[Any]:
        """The results of the rules, the best first; among equals in the order of the rules."""
        ranked = []
        for hit in hits:
            values = self.values(hit, scope)
            ranks = [
                self._rank(column, value, scope) for column, value in zip(self.outputs, values, strict=True)
            ]
            ranked.append((ranks, values))
        ranked.sort(key=lambda entry: entry[0])
        return [self._shaped(values) for _ranks, values in ranked]

    @staticmethod
    def _rank(column: Output, value: Any, scope: Scope) -> float:
        """The place of the value among the allowed ones; what is not among them comes last."""
        if column.values is None:
            return 0
        place = column.values.position(scope, value)
        return inf if place is None else place


def _unique(table: Table, hits: Sequence[int], scope: Scope) -> Any:
    if len(hits) > 1:
        return _several(table, hits, scope)
    return table.result(hits[0], scope)


def _any(table: Table, hits: Sequence[int], scope: Scope) -> Any:
    first = table.result(hits[0], scope)
    if all(equal(table.result(hit, scope), first, scope.run.tick) is True for hit in hits[1:]):
        return first
    return _several(table, hits, scope)


def _several(table: Table, hits: Sequence[int], scope: Scope) -> Any:
    rules = ", ".join(str(hit + 1) for hit in hits)
    return scope.run.null("several_rules", rules=rules, policy=table.policy)


def _first(table: Table, hits: Sequence[int], scope: Scope) -> Any:
    return table.result(hits[0], scope)


def _priority(table: Table, hits: Sequence[int], scope: Scope) -> Any:
    return table.by_priority(hits, scope)[0]


def _output_order(table: Table, hits: Sequence[int], scope: Scope) -> Any:
    return table.by_priority(hits, scope)


def _rule_order(table: Table, hits: Sequence[int], scope: Scope) -> Any:
    return [table.result(hit, scope) for hit in hits]


_POLICIES: dict[str, Callable[[Table, Sequence[int], Scope], Any]] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": _first,
    "PRIORITY": _priority,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
    "COLLECT": _rule_order,
}
