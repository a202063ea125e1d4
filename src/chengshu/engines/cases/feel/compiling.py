"""Turns a syntax tree into closures: one small Python function per node, called with the scope. No ``eval``.

A closure costs about as much as the operation it performs; pairs of numbers and pairs of texts take a short way.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any

from chengshu.engines.cases.feel import syntax, temporal
from chengshu.engines.cases.feel.arithmetic import calculated, negated
from chengshu.engines.cases.feel.builtins import BUILT_INS, BuiltIn
from chengshu.engines.cases.feel.comparing import (
    Test,
    equality,
    literal_test,
    one_of,
    one_sided_test,
    order,
    range_test,
)
from chengshu.engines.cases.feel.iterating import compiled_for, compiled_quantified
from chengshu.engines.cases.feel.limits import LIMITS, Closure, Run, Scope
from chengshu.engines.cases.feel.numbers import NUMBERS
from chengshu.engines.cases.feel.operations import (
    MISSING,
    element,
    filtered,
    invoked,
    invoked_by_name,
    is_in,
    is_within,
    looked_up,
    member,
    range_of,
)
from chengshu.engines.cases.feel.types import Type, inferred, is_instance, resolved
from chengshu.engines.cases.feel.values import FOREIGN, Function, Range, compare, kind, lift

_LITERAL = frozenset({"date", "time", "date and time", "duration"})
"""Functions that write a literal when they are called with one; such a call is made once, when it is compiled."""

_APART = Run(LIMITS)
"""The ledger of what is evaluated while compiling: a few literals, which neither loop nor remark."""


class Compiler:
    """Compiles one expression.

    :param types: named types that ``instance of`` and parameters may use, beside the built-in ones
    """

    def __init__(self, types: Mapping[str, Type] | None = None) -> None:
        self.types = types or {}
        self.free: set[str] = set()

    @singledispatchmethod
    def closure(self, node: syntax.Node) -> Closure:
        """The closure of an expression."""
        raise TypeError(f"{type(node).__name__} is no expression")

    # ---- values ----------------------------------------------------------------------------------------------

    @closure.register
    def _literal(self, node: syntax.Literal) -> Closure:
        value = node.value
        return lambda _scope: value

    @closure.register
    def _at_literal(self, node: syntax.AtLiteral) -> Closure:
        value, at, text = temporal.parse_any(node.text), node.at, node.text
        if value is not None:
            return lambda _scope: value
        return lambda scope: scope.run.null("invalid_value", at, name="@", value=text)

    @closure.register
    def _name(self, node: syntax.Name) -> Closure:
        name, at = node.text, node.at
        self.free.add(name)
        built_in = BUILT_INS.get(name)

        def read(scope: Scope) -> Any:
            value = scope.values.get(name, MISSING)
            if value is MISSING:
                value = looked_up(scope.parent, name)
                if value is MISSING:
                    return built_in or scope.run.null("unknown_name", at, name=name)
            return lift(value) if type(value) in FOREIGN else value

        return read

    @closure.register
    def _list(self, node: syntax.ListOf) -> Closure:
        items = [self.closure(item) for item in node.items]
        return lambda scope: [item(scope) for item in items]

    @closure.register
    def _context(self, node: syntax.ContextOf) -> Closure:
        entries = [(key, self.closure(value), value.at) for key, value in node.entries]
        repeated = len({key for key, _value, _at in entries}) < len(entries)

        def build(scope: Scope) -> Any:
            if repeated:
                return scope.run.null(
                    "duplicate_key", node.at, name=", ".join(key for key, _v, _a in entries)
                )
            values: dict[str, Any] = {}
            inside = Scope(values, scope, scope.run)
            for key, value, _at in entries:
                values[key] = value(inside)
            return values

        return build

    @closure.register
    def _interval(self, node: syntax.Interval) -> Closure:
        fixed = self._constant(node)
        if fixed is not MISSING:
            return lambda _scope: fixed
        low, high, at = self.closure(node.low), self.closure(node.high), node.at
        low_included, high_included = node.low_included, node.high_included
        return lambda scope: range_of(low(scope), high(scope), low_included, high_included, scope.run, at)

    @closure.register
    def _one_sided(self, node: syntax.OneSided) -> Closure:
        endpoint, operator, at = self.closure(node.endpoint), node.operator, node.at

        def build(scope: Scope) -> Any:
            end = endpoint(scope)
            if end is None or operator == "!=":
                return scope.run.null("not_a_range", at, left=operator, right=kind(end))
            if operator == "=":
                return Range(end, end, True, True)
            if operator in ("<", "<="):
                return Range(None, end, False, operator == "<=")
            return Range(end, None, operator == ">=", False)

        return build

    @closure.register
    def _function(self, node: syntax.FunctionOf) -> Closure:
        names = tuple(name for name, _type in node.parameters)
        types = tuple(resolved(of, self.types) if of else None for _name, of in node.parameters)
        unknown = any(of and not found for (_name, of), found in zip(node.parameters, types, strict=True))
        body, at, result = self.closure(node.body), node.at, inferred(node.body)

        def build(scope: Scope) -> Any:
            if node.external or unknown:
                return scope.run.null("external" if node.external else "not_a_function", at, name="function")

            def call(run: Run, *arguments: Any) -> Any:
                run.enter()
                try:
                    return body(Scope(dict(zip(names, arguments, strict=True)), scope, run))
                finally:
                    run.leave()

            return Function("function", names, call, types=types, result_type=result)

        return build

    # ---- operators -------------------------------------------------------------------------------------------

    @closure.register
    def _negation(self, node: syntax.Negation) -> Closure:
        operand, at = self.closure(node.operand), node.at
        return lambda scope: negated(operand(scope), scope.run, at)

    @closure.register
    def _arithmetic(self, node: syntax.Arithmetic) -> Closure:
        left, right = self.closure(node.left), self.closure(node.right)
        operator, at = node.operator, node.at
        fast = {"+": NUMBERS.add, "-": NUMBERS.subtract, "*": NUMBERS.multiply}.get(operator)
        if fast is None:
            return lambda scope: calculated(operator, left(scope), right(scope), scope.run, at)
        quick = fast

        def calculate(scope: Scope) -> Any:
            one, other = left(scope), right(scope)
            if type(one) is Decimal and type(other) is Decimal:
                try:
                    return quick(one, other)
                except ArithmeticError:
                    return scope.run.null("arithmetic", at, operator=operator)
            return calculated(operator, one, other, scope.run, at)

        return calculate

    @closure.register
    def _comparison(self, node: syntax.Comparison) -> Closure:
        left, right, at = self.closure(node.left), self.closure(node.right), node.at
        if node.operator in ("=", "!="):
            return equality(left, right, node.operator == "=", at)
        return order(left, right, node.operator, at)

    @closure.register
    def _logic(self, node: syntax.Logic) -> Closure:
        parts = [self.closure(part) for part in node.parts]
        decisive = node.operator == "or"
        at = node.at

        def decide(scope: Scope) -> Any:
            result: bool | None = not decisive
            for part in parts:
                value = part(scope)
                if value is decisive:
                    return decisive
                if type(value) is not bool:
                    if value is not None:
                        scope.run.null("not_boolean", at, kind=kind(value))
                    result = None
            return result

        return decide

    @closure.register
    def _between(self, node: syntax.Between) -> Closure:
        value, low, high, at = (
            self.closure(node.value),
            self.closure(node.low),
            self.closure(node.high),
            node.at,
        )

        def decide(scope: Scope) -> Any:
            middle, least, most = value(scope), low(scope), high(scope)
            above, below = compare(middle, least), compare(middle, most)
            if above is None or below is None:
                return scope.run.null(
                    "operands",
                    at,
                    operator="between",
                    left=kind(middle),
                    right=f"{kind(least)}, {kind(most)}",
                )
            return above >= 0 >= below

        return decide

    @closure.register
    def _in(self, node: syntax.In) -> Closure:
        value, at = self.closure(node.value), node.at
        if node.domain is not None:
            domain = self.closure(node.domain)
            return lambda scope: is_within(value(scope), domain(scope), scope.run, at)
        test = self.test(node.tests, cell=False)
        return lambda scope: test(scope, value(scope)) is True

    @closure.register
    def _instance_of(self, node: syntax.InstanceOf) -> Closure:
        value, of, at = self.closure(node.value), resolved(node.type, self.types), node.at
        name = node.type.name
        if of is None:
            return lambda scope: scope.run.null("result_type", at, kind="?", type=name)
        wanted = of
        return lambda scope: is_instance(value(scope), wanted)

    @closure.register
    def _if(self, node: syntax.If) -> Closure:
        condition, then, otherwise = (
            self.closure(part) for part in (node.condition, node.then, node.otherwise)
        )
        at = node.condition.at

        def choose(scope: Scope) -> Any:
            holds = condition(scope)
            if holds is True:
                return then(scope)
            if holds is not False and holds is not None:
                scope.run.null("not_boolean", at, kind=kind(holds))
            return otherwise(scope)

        return choose

    # ---- loops -----------------------------------------------------------------------------------------------

    @closure.register
    def _for(self, node: syntax.For) -> Closure:
        return compiled_for(self._iterators(node.iterators), self.closure(node.body), node.at)

    @closure.register
    def _quantified(self, node: syntax.Quantified) -> Closure:
        return compiled_quantified(
            self._iterators(node.iterators), self.closure(node.test), node.at, every=node.every
        )

    def _iterators(self, iterators: tuple[syntax.Iterator, ...]) -> list[tuple[str, Closure, Closure | None]]:
        return [
            (part.name, self.closure(part.domain), self.closure(part.end) if part.end else None)
            for part in iterators
        ]

    # ---- paths and filters -----------------------------------------------------------------------------------

    @closure.register
    def _path(self, node: syntax.Path) -> Closure:
        base, name, at = self.closure(node.base), node.name, node.at

        def read(scope: Scope) -> Any:
            value = base(scope)
            if type(value) is dict:
                found = value.get(name, MISSING)
                if found is not MISSING:
                    return lift(found) if type(found) in FOREIGN else found
            return member(value, name, scope.run, at)

        return read

    @closure.register
    def _filter(self, node: syntax.Filter) -> Closure:
        base, at = self.closure(node.base), node.at
        if isinstance(node.test, syntax.Literal) and isinstance(node.test.value, Decimal):
            index = node.test.value
            return lambda scope: element(base(scope), index, scope.run, at)
        test = self.closure(node.test)
        return lambda scope: filtered(base(scope), test, scope, at)

    # ---- invocations -----------------------------------------------------------------------------------------

    @closure.register
    def _call(self, node: syntax.Call) -> Closure:
        arguments = [self.closure(argument) for argument in node.arguments]
        built_in = self._built_in(node.function)
        at = node.at
        fixed = self._constant(node)
        if fixed is not MISSING:
            return lambda _scope: fixed
        if built_in is not None and not node.names:
            return _built_in_call(built_in, arguments, at)
        function = self.closure(node.function)
        fallback = BUILT_INS.get(node.function.text) if isinstance(node.function, syntax.Name) else None
        names = node.names

        def call(scope: Scope) -> Any:
            target = function(scope)
            if not isinstance(target, Function) and fallback is not None:
                target = fallback
            values = [argument(scope) for argument in arguments]
            scope.run.at = at
            if names:
                return invoked_by_name(target, dict(zip(names, values, strict=True)), scope.run, at)
            return invoked(target, values, scope.run, at)

        return call

    def _constant(self, node: syntax.Node) -> Any:
        """The value of a literal, of ``date("…")`` and its like, or of a range between two of them; else MISSING."""
        match node:
            case syntax.Literal(value=value):
                return value
            case syntax.AtLiteral(text=text):
                found = temporal.parse_any(text)
            case syntax.Call(function=function, arguments=(syntax.Literal(value=argument),), names=()):
                built_in = self._built_in(function)
                found = built_in.call(_APART, argument) if built_in and built_in.name in _LITERAL else None
            case syntax.Interval():
                found = self._constant_interval(node)
            case _:
                found = None
        return MISSING if found is None else found

    def _constant_interval(self, node: syntax.Interval) -> Range | None:
        low, high = self._constant(node.low), self._constant(node.high)
        if low is MISSING or high is MISSING:
            return None
        found: Range | None = range_of(low, high, node.low_included, node.high_included, _APART, node.at)
        return found

    @staticmethod
    def _built_in(function: syntax.Node) -> BuiltIn | None:
        """The built-in function that is meant for sure: no name in scope hides it."""
        if isinstance(function, syntax.Name) and not function.known:
            return BUILT_INS.get(function.text)
        return None

    # ---- unary tests -----------------------------------------------------------------------------------------

    def test(self, node: syntax.Node, *, cell: bool = True) -> Test:
        """The compiled form of a unary test or several.

        :param cell: it stands in a decision table, where an expression that is true passes whatever the input
        """
        match node:
            case syntax.AnyTest():
                return lambda _scope, _value: True
            case syntax.Tests(tests=tests, negated=turned):
                return one_of([self.test(part, cell=cell) for part in tests], turned)
            case syntax.OneSided(operator=operator, endpoint=endpoint, at=at):
                return one_sided_test(operator, self.closure(endpoint), at)
            case syntax.Test(expression=expression, uses_input=uses_input):
                return self._expression_test(expression, uses_input, cell)
        raise TypeError(f"{type(node).__name__} is no unary test")

    def _expression_test(self, expression: syntax.Node, uses_input: bool, cell: bool) -> Test:
        fixed = self._constant(expression)
        if isinstance(fixed, Range):
            return range_test(fixed, expression.at)
        if type(fixed) in (Decimal, str):
            return literal_test(fixed)
        wanted, at = self.closure(expression), expression.at

        def test(scope: Scope, value: Any) -> Any:
            found = wanted(Scope({"?": value}, scope, scope.run))
            if uses_input and (found is None or isinstance(found, bool)):
                return found
            if cell and found is True and not isinstance(value, bool):
                return value is not None
            return is_in(value, found, scope.run, at)

        return test


def _built_in_call(built_in: BuiltIn, arguments: list[Closure], at: int) -> Closure:
    signatures = built_in.of_count(len(arguments))

    def call(scope: Scope) -> Any:
        values = [argument(scope) for argument in arguments]
        scope.run.at = at
        return built_in.call_one_of(signatures, scope.run, values)

    return call
