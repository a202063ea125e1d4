"""Item definitions: the types of a model, made from its XML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chengshu.engines.cases.bpmn.tree import Element
from chengshu.engines.cases.dmn.document import child, children, text_in, type_ref
from chengshu.engines.cases.feel.expressions import UnaryTests
from chengshu.engines.cases.feel.limits import LIMITS, Run, Scope
from chengshu.engines.cases.feel.names import normalised
from chengshu.engines.cases.feel.types import (
    ANY,
    BUILT_IN_TYPES,
    Constrained,
    ContextType,
    FunctionType,
    Late,
    ListType,
    Type,
)

CompileTests = Callable[[str, Element], UnaryTests | None]
"""Compiles allowed values; None, after a finding, if they are faulty."""


class Items:
    """The types of one model by name, with those of imported models under ``import.name``.

    :param report: is called with the element and the name of a type that is nowhere defined
    """

    def __init__(self, compile_tests: CompileTests, report: Callable[[Element, str], None]) -> None:
        self.types: dict[str, Type] = {}
        self._compile_tests = compile_tests
        self._report = report
        self._import_of_prefix: dict[str, str] = {}

    def read(self, root: Element, import_names: Mapping[str, str]) -> None:
        """Define every item definition of the model.

        :param import_names: names of the imports by namespace
        """
        namespaces = root.namespaces()
        self._import_of_prefix = {
            prefix: import_names[namespace]
            for prefix, namespace in namespaces.items()
            if namespace in import_names
        }
        definitions = children(root, "itemDefinition")
        names = {normalised(definition.name) for definition in definitions}
        for name in names:
            self.types.setdefault(name, ANY)
        for definition in definitions:
            self.types[normalised(definition.name)] = self._definition(definition)

    def adopt(self, name: str, types: Mapping[str, Type]) -> None:
        """Take over the types of an imported model."""
        prefix = f"{name}." if name else ""
        self.types.update({f"{prefix}{inner}": of for inner, of in types.items()})

    def referred(self, reference: str, element: Element) -> Type:
        """The type of a ``typeRef``; ``Any`` without one, and, reported, for one that is not defined."""
        if not reference:
            return ANY
        for name in self._readings(reference):
            if name in self.types:
                return Late(name, self.types)
            if name in BUILT_IN_TYPES:
                return BUILT_IN_TYPES[name]
        self._report(element, reference)
        return ANY

    def _readings(self, reference: str) -> Iterator[str]:
        """The names that a reference can mean: as it is, after its prefix, or in the import of its prefix."""
        yield reference
        prefix, colon, local = reference.partition(":")
        if colon:
            if prefix in self._import_of_prefix:
                yield f"{self._import_of_prefix[prefix]}.{local}".lstrip(".")
            yield local

    def _definition(self, definition: Element) -> Type:
        of = self._constrained(definition, self._base(definition), "allowedValues")
        if definition.get("isCollection") == "true":
            of = ListType(of)
        return self._constrained(definition, of, "typeConstraint")

    def _base(self, definition: Element) -> Type:
        components = children(definition, "itemComponent")
        if components:
            return ContextType({normalised(part.name): self._definition(part) for part in components})
        function = child(definition, "functionItem")
        if function is not None:
            parameters = tuple(
                self.referred(type_ref(part), part) for part in children(function, "parameters")
            )
            result = function.get("outputTypeRef") or text_in(function, "outputTypeRef")
            return FunctionType(parameters, self.referred(normalised(result), function))
        return self.referred(type_ref(definition), definition)

    def _constrained(self, definition: Element, of: Type, kind: str) -> Type:
        constraint = child(definition, kind)
        text = text_in(constraint)
        tests = self._compile_tests(text, definition) if text else None
        if tests is None:
            return of
        allowed = tests

        def allows(value: Any) -> bool:
            return allowed.within(Scope({}, None, Run(LIMITS, allowed.text)), value)

        return Constrained(of, allows, normalised(definition.name), allowed, in_place=kind == "allowedValues")


def result_of(of: Type) -> Type | None:
    """What a function must return whose variable is of this type: the result of a function type, else the type
    itself, as models before DMN 1.3 have it; None for any."""
    of = settled(of)
    if isinstance(of, FunctionType):
        of = of.result
    return None if of is ANY else of


def settled(of: Type) -> Type:
    """The type itself where it is only referred to."""
    while isinstance(of, Late):
        of = of.target
    return of


def completed(of: Type, value: Any) -> Any:
    """Input data with null for each component that was left out; elsewhere a context must have them all."""
    of = settled(of)
    if isinstance(of, Constrained):
        return completed(of.of, value)
    if isinstance(of, ListType) and isinstance(value, (list, tuple)):
        return [completed(of.of, item) for item in value]
    if isinstance(of, ContextType) and isinstance(value, Mapping):
        return {**value, **{name: completed(part, value.get(name)) for name, part in of.entries.items()}}
    return value


def allowed_values(of: Type) -> UnaryTests | None:
    """The allowed values of a type, if it has any."""
    of = settled(of)
    return of.tests if isinstance(of, Constrained) and isinstance(of.tests, UnaryTests) else None


def member_names(root: Element) -> Iterator[str]:
    """Every name in the model that may follow a dot: components, entries, columns, outputs, and elements."""
    kinds = (
        "itemComponent",
        "variable",
        "column",
        "output",
        "decision",
        "inputData",
        "businessKnowledgeModel",
    )
    for element in root.walk():
        if element.local in (*kinds, "decisionService") and element.name:
            yield normalised(element.name)
