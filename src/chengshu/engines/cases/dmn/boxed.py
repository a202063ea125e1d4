"""Boxed expressions: literal, context, list, relation, invocation, function, conditional, filter, iterators, tables.

Each becomes a closure over a scope, like FEEL itself; what is faulty becomes null and a finding with its element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.data import Finding
from chengshu.engines.cases.dmn.document import (
    child,
    children,
    is_feel,
    name_of,
    text_in,
    type_ref,
    variable_of,
)
from chengshu.engines.cases.dmn.items import Items, allowed_values
from chengshu.engines.cases.dmn.tables import AGGREGATIONS, HIT_POLICIES, Input, Output, Rule, Table
from chengshu.engines.cases.feel.errors import FeelError
from chengshu.engines.cases.feel.expressions import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from chengshu.engines.cases.feel.iterating import compiled_for, compiled_quantified
from chengshu.engines.cases.feel.limits import Closure, Run, Scope
from chengshu.engines.cases.feel.names import normalised
from chengshu.engines.cases.feel.operations import filtered, invoked_by_name
from chengshu.engines.cases.feel.types import ANY, MISMATCH, Type
from chengshu.engines.cases.feel.values import Function, kind
from chengshu.foundation.errors import Words

Names = tuple[str, ...]

EXPRESSIONS = (
    *(
        "literalExpression",
        "context",
        "list",
        "relation",
        "invocation",
        "functionDefinition",
        "decisionTable",
    ),
    *("conditional", "filter", "for", "some", "every"),
)


def nothing(_scope: Scope) -> None:
    """The closure of an expression that is not there."""


class Boxes:
    """Compiles the boxed expressions of one model.

    :param findings: collects what is wrong
    """

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        self.members: frozenset[str] = frozenset()
        self.items = Items(self._allowed_values, self._unknown_type)

    # ---- findings --------------------------------------------------------------------------------------------

    def refuse(
        self, code: str, element: Element, message: Words, hint: Words = "", *, warning: bool = False
    ) -> None:
        severity = "warning" if warning else "error"
        self.findings.append(
            Finding(severity, code, _id_around(element), _name_around(element), message, hint, element.line)  # type: ignore[arg-type]
        )

    def _unknown_type(self, element: Element, name: str) -> None:
        self.refuse(
            "dmn.unknown_type",
            element,
            _("There is no type “%(name)s”.") % {"name": name},
            _("Define it as an item definition, or choose another."),
            warning=True,
        )

    def _allowed_values(self, text: str, element: Element) -> UnaryTests | None:
        return self.tests(text, element, ())

    # ---- FEEL ------------------------------------------------------------------------------------------------

    def expression(self, text: str, element: Element, names: Names) -> Expression | None:
        """The compiled text; None for none, and, with a finding, for a faulty one."""
        if not text:
            return None
        try:
            return compile_expression(text, names=names, members=self.members, types=self.items.types)
        except FeelError as error:
            self._faulty(error, element)
            return None

    def tests(self, text: str, element: Element, names: Names) -> UnaryTests | None:
        """The compiled unary tests; None for an empty cell, which everything passes."""
        if not text:
            return None
        try:
            return compile_unary_tests(text, names=names, members=self.members, types=self.items.types)
        except FeelError as error:
            self._faulty(error, element)
            return _never()

    def _faulty(self, error: FeelError, element: Element) -> None:
        text = error.text if len(error.text) <= 80 else f"{error.text[:79]}…"
        message = _("The expression “%(text)s” cannot be read: %(reason)s") % {
            "text": text,
            "reason": error.message,
        }
        self.refuse("dmn.expression", element, message, error.hint)

    # ---- boxes -----------------------------------------------------------------------------------------------

    def logic_of(self, element: Element | None, names: Names) -> Closure | None:
        """The expression that is a child of ``element``; None if there is none."""
        found = child(element, *EXPRESSIONS) if element is not None else None
        return self.box(found, names) if found is not None else None

    def box(self, element: Element, names: Names) -> Closure:
        """The closure of an expression element, its result held to the element's type."""
        make: Callable[[Element, Names], Closure] = getattr(self, f"_{element.local}")
        return self.typed(make(element, names), element)

    def typed(self, closure: Closure, element: Element | None) -> Closure:
        """The closure with its result coerced to the type that the element refers to."""
        reference = type_ref(element)
        if element is None or not reference:
            return closure
        of = self.items.referred(reference, element)
        return closure if of is ANY else lambda scope: held_to(of, closure(scope), scope.run)

    def _literalExpression(self, element: Element, names: Names) -> Closure:  # noqa: N802, the name in the standard
        if not is_feel(element) or child(element, "importedValues") is not None:
            self.refuse(
                "dmn.language",
                element,
                _("Expressions in “%(language)s” are not evaluated.")
                % {"language": element.get("expressionLanguage")},
                _("Write the expression in FEEL."),
            )
            return nothing
        expression = self.expression(text_in(element), element, names)
        return expression.within if expression else nothing

    def _context(self, element: Element, names: Names) -> Closure:
        entries: list[tuple[str, Closure]] = []
        known = names
        for entry in children(element, "contextEntry"):
            variable = variable_of(entry)
            logic = self.typed(self.logic_of(entry, known) or nothing, variable)
            name = name_of(variable) if variable is not None else ""
            entries.append((name, logic))
            known = (*known, name) if name else known

        def build(scope: Scope) -> Any:
            values: dict[str, Any] = {}
            inside = Scope(values, scope, scope.run)
            for name, logic in entries:
                value = logic(inside)
                if not name:
                    return value
                values[name] = value
            return values

        return build

    def _list(self, element: Element, names: Names) -> Closure:
        items = [self.box(item, names) for item in children(element, *EXPRESSIONS)]
        return lambda scope: [item(scope) for item in items]

    def _relation(self, element: Element, names: Names) -> Closure:
        columns = [(name_of(column), column) for column in children(element, "column")]
        rows = [
            [
                (name, self.typed(self.box(cell, names), column))
                for (name, column), cell in zip(columns, children(row, *EXPRESSIONS), strict=False)
            ]
            for row in children(element, "row")
        ]
        return lambda scope: [{name: cell(scope) for name, cell in row} for row in rows]

    def _invocation(self, element: Element, names: Names) -> Closure:
        function = self.logic_of(element, names) or nothing
        bindings = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            logic = self.typed(self.logic_of(binding, names) or nothing, parameter)
            bindings.append((name_of(parameter) if parameter is not None else "", logic))

        def call(scope: Scope) -> Any:
            arguments = {name: logic(scope) for name, logic in bindings}
            return invoked_by_name(function(scope), arguments, scope.run)

        return call

    def _functionDefinition(self, element: Element, names: Names) -> Closure:  # noqa: N802
        return self.function(element, "function", names, None)

    def function(self, element: Element, name: str, names: Names, result: Type | None) -> Closure:
        """The closure that makes a function value, which keeps the scope it is made in."""
        if element.get("kind", "FEEL") not in ("FEEL", ""):
            self.refuse(
                "dmn.external_function",
                element,
                _("Functions of other languages (%(kind)s) are never called; the result is null.")
                % {"kind": element.get("kind")},
                warning=True,
            )
            return lambda scope: scope.run.null("external")
        formal = children(element, "formalParameter")
        parameters = tuple(name_of(parameter) for parameter in formal) or _implied_parameters(element, names)
        types = tuple(self.items.referred(type_ref(parameter), parameter) for parameter in formal)
        body = self.logic_of(element, (*names, *parameters)) or nothing
        return lambda scope: function_of(name, parameters, types, result, body, scope)

    def _conditional(self, element: Element, names: Names) -> Closure:
        condition, then, otherwise = (
            self.logic_of(child(element, kind), names) or nothing for kind in ("if", "then", "else")
        )
        return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)

    def _filter(self, element: Element, names: Names) -> Closure:
        values = self.logic_of(child(element, "in"), names) or nothing
        match = self.logic_of(child(element, "match"), (*names, "item", *self.members)) or nothing
        return lambda scope: filtered(values(scope), match, scope, -1)

    def _iterated(self, element: Element, names: Names, result: str) -> tuple[str, Closure, Closure]:
        name = normalised(element.get("iteratorVariable"))
        values = self._domain(child(element, "in"), names)
        return name, values, self.logic_of(child(element, result), (*names, name, "partial")) or nothing

    def _domain(self, holder: Element | None, names: Names) -> Closure:
        """What an iterator runs over; as in FEEL, ``1..4`` without brackets is possible."""
        literal = child(holder, "literalExpression") if holder is not None else None
        text = text_in(literal)
        if literal is None or ".." not in text:
            return self.logic_of(holder, names) or nothing
        expression = self.expression(f"for each in {text} return each", literal, names)
        return expression.within if expression else nothing

    def _for(self, element: Element, names: Names) -> Closure:
        name, values, body = self._iterated(element, names, "return")
        return compiled_for([(name, values, None)], body, -1)

    def _some(self, element: Element, names: Names) -> Closure:
        name, values, test = self._iterated(element, names, "satisfies")
        return compiled_quantified([(name, values, None)], test, -1, every=False)

    def _every(self, element: Element, names: Names) -> Closure:
        name, values, test = self._iterated(element, names, "satisfies")
        return compiled_quantified([(name, values, None)], test, -1, every=True)

    # ---- decision tables -------------------------------------------------------------------------------------

    def _decisionTable(self, element: Element, names: Names) -> Closure:  # noqa: N802
        policy, aggregation = element.get("hitPolicy") or "UNIQUE", element.get("aggregation")
        if policy not in HIT_POLICIES or aggregation not in AGGREGATIONS:
            self.refuse(
                "dmn.hit_policy",
                element,
                _("The hit policy “%(policy)s” is not known.")
                % {"policy": f"{policy} {aggregation}".strip()},
            )
            return nothing
        table = Table(
            policy,
            aggregation,
            tuple(self._input(column, names) for column in children(element, "input")),
            tuple(self._output(column, names) for column in children(element, "output")),
            tuple(self._rule(rule, names) for rule in children(element, "rule")),
        )
        return table.evaluate if self._has_even_rules(element, table) else nothing

    def _input(self, column: Element, names: Names) -> Input:
        text = text_in(child(column, "inputExpression"))
        allowed = text_in(child(column, "inputValues"))
        return Input(
            self.expression(text, column, names),
            self.tests(allowed, column, names),
            column.get("label") or text,
        )

    def _output(self, column: Element, names: Names) -> Output:
        values = self.tests(text_in(child(column, "outputValues")), column, names)
        default = child(column, "defaultOutputEntry")
        return Output(
            normalised(column.name),
            values or allowed_values(self.items.referred(_type_of_column(column), column)),
            self.expression(text_in(default), default or column, names),
        )

    def _rule(self, rule: Element, names: Names) -> Rule:
        return Rule(
            tuple(self.tests(text_in(cell), cell, (*names, "?")) for cell in children(rule, "inputEntry")),
            tuple(self.expression(text_in(cell), cell, names) for cell in children(rule, "outputEntry")),
        )

    def _has_even_rules(self, element: Element, table: Table) -> bool:
        """Whether every rule has a cell for each column; reports those that have not."""
        uneven = [
            number
            for number, rule in enumerate(table.rules, 1)
            if len(rule.tests) != len(table.inputs) or len(rule.results) != len(table.outputs)
        ]
        for number in uneven:
            self.refuse(
                "dmn.rule_width",
                element,
                _("Rule %(number)d has not as many cells as the table has columns.") % {"number": number},
                _("Fill in or remove cells."),
            )
        if not table.outputs:
            self.refuse("dmn.no_output", element, _("A decision table needs at least one output."))
        return bool(table.outputs) and not uneven


def _never() -> UnaryTests:
    """The tests that nothing passes: what a faulty cell counts as."""
    return compile_unary_tests("? = null and ? != null")


def held_to(of: Type, value: Any, run: Run) -> Any:
    """The value coerced to a type; null, with a remark, if it cannot be of it.

    A function stays what it is: many editors write the type of its results where its own type belongs.
    """
    if isinstance(value, Function):
        return value
    run.weigh(value)
    taken = of.coerced(value)
    if taken is MISMATCH:
        return run.null("result_type", kind=kind(value), type=of.title)
    return taken


def function_of(
    name: str,
    parameters: Names,
    types: Iterable[Type],
    result: Type | None,
    body: Closure,
    scope: Scope,
) -> Function:
    """A function value whose body sees its arguments and the scope it was made in."""

    def call(run: Run, *arguments: Any) -> Any:
        run.enter()
        try:
            values: Mapping[str, Any] = dict(zip(parameters, arguments, strict=True))
            return body(Scope(values, scope, run))
        finally:
            run.leave()

    return Function(name, parameters, call, types=tuple(types), result_type=result)


def _implied_parameters(function: Element, names: Names) -> Names:
    """The inputs of a decision table that is a function without declared parameters."""
    table = child(function, "decisionTable")
    columns = children(table, "input") if table is not None else []
    texts = (normalised(text_in(child(column, "inputExpression"))) for column in columns)
    return tuple(dict.fromkeys(text.partition(".")[0] for text in texts if text and text not in names))


def _type_of_column(column: Element) -> str:
    """The type of an output; that of the decision, if it is its only one and has none of its own."""
    table = column.parent
    around = table.parent if table is not None else None
    if type_ref(column) or table is None or around is None or len(children(table, "output")) > 1:
        return type_ref(column)
    return type_ref(variable_of(around))


def _id_around(element: Element) -> str:
    """The id of the element, or of the nearest around it that has one."""
    return next((found.id for found in (element, *element.ancestors()) if found.id), "")


def _name_around(element: Element) -> str:
    kinds = ("decision", "businessKnowledgeModel", "inputData", "decisionService", "itemDefinition")
    return next((found.name for found in (element, *element.ancestors()) if found.local in kinds), "")
