"""Types of FEEL: what conforms to them, and what a value becomes when it has to.

Null conforms to every type where a value is held to one, yet ``null instance of T`` is false, as DMN has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chengshu.engines.cases.feel import syntax, temporal
from chengshu.engines.cases.feel.values import DATE_AND_TIME, DAYS, YEARS, Function, Range, kind


class Mismatch:
    """What :meth:`Type.coerced` answers for a value that cannot be of the type."""


MISMATCH = Mismatch()


@dataclass(frozen=True)
class Type:
    """A type; this one is ``Any``."""

    def conforms(self, value: Any) -> bool:
        """Whether the value is of this type. Null is of every type."""
        return True

    def coerced(self, value: Any) -> Any:
        """The value as this type takes it (10.3.2.9.4): a list of one element as that element, a single value as a
        list of one, a date as its midnight in UTC; :data:`MISMATCH` if it cannot be of the type."""
        if value is None or self.conforms(value):
            return value
        if isinstance(value, list) and len(value) == 1:
            return self.coerced(value[0])
        return MISMATCH

    @property
    def title(self) -> str:
        return "Any"


ANY = Type()


@dataclass(frozen=True)
class Simple(Type):
    """A type named by the kind of its values, whatever their parts."""

    kind: str

    def conforms(self, value: Any) -> bool:
        return value is None or kind(value) == self.kind

    def coerced(self, value: Any) -> Any:
        if self.kind == DATE_AND_TIME and kind(value) == "date":
            return temporal.at_midnight(value)
        return super().coerced(value)

    @property
    def title(self) -> str:
        return self.kind


@dataclass(frozen=True)
class ListType(Type):
    of: Type = ANY

    def conforms(self, value: Any) -> bool:
        return value is None or (kind(value) == "list" and all(self.of.conforms(item) for item in value))

    def coerced(self, value: Any) -> Any:
        if value is None:
            return None
        items = list(value) if kind(value) == "list" else [value]
        taken = [self.of.coerced(item) for item in items]
        return MISMATCH if MISMATCH in taken else taken

    @property
    def title(self) -> str:
        return f"list<{self.of.title}>"


@dataclass(frozen=True)
class ContextType(Type):
    """A context with at least these entries, each of which may be null (DMN 1.3, 10.3.2.9.2)."""

    entries: Mapping[str, Type] = field(default_factory=dict)

    def conforms(self, value: Any) -> bool:
        if value is None:
            return True
        return kind(value) == "context" and all(
            name in value and of.conforms(value[name]) for name, of in self.entries.items()
        )

    def coerced(self, value: Any) -> Any:
        if kind(value) != "context":
            return super().coerced(value)
        taken = dict(value)
        for name, of in self.entries.items():
            if name not in taken:
                return MISMATCH
            taken[name] = of.coerced(taken[name])
        return MISMATCH if MISMATCH in taken.values() else taken

    @property
    def title(self) -> str:
        entries = ", ".join(f"{name}: {of.title}" for name, of in self.entries.items())
        return f"context<{entries}>"


@dataclass(frozen=True)
class RangeType(Type):
    of: Type = ANY

    def conforms(self, value: Any) -> bool:
        return value is None or (
            isinstance(value, Range) and self.of.conforms(value.low) and self.of.conforms(value.high)
        )

    @property
    def title(self) -> str:
        return f"range<{self.of.title}>"


@dataclass(frozen=True)
class FunctionType(Type):
    parameters: tuple[Type, ...] | None = None
    result: Type = ANY

    def conforms(self, value: Any) -> bool:
        if value is None:
            return True
        if not isinstance(value, Function):
            return False
        return self.parameters is None or (value.variadic or self._fits(value))

    def _fits(self, function: Function) -> bool:
        """Parameters may accept more, the result may be less; what a function does not declare is not held
        against it."""
        if self.parameters is None or len(function.parameters) != len(self.parameters):
            return False
        declared = function.types or (None,) * len(function.parameters)
        return all(
            own is None or is_subtype(wanted, own)
            for own, wanted in zip(declared, self.parameters, strict=True)
        ) and (function.result_type is None or is_subtype(function.result_type, self.result))

    @property
    def title(self) -> str:
        parameters = ", ".join(of.title for of in self.parameters or ())
        return f"function<{parameters}> -> {self.result.title}"


@dataclass(frozen=True)
class Constrained(Type):
    """A type with allowed values.

    :param allows: whether a value that is of type ``of`` is among the allowed ones
    :param in_place: whether these values stand in place of those that the base type allows, instead of besides them
    :param tests: the allowed values as whoever made the type holds them, best first
    """

    of: Type
    allows: Callable[[Any], bool] = field(compare=False)
    name: str = ""
    tests: Any = field(default=None, compare=False)
    in_place: bool = False

    @property
    def base(self) -> Type:
        """What a value must be besides being allowed."""
        of = self.of
        while self.in_place and isinstance(of, (Late, Constrained)):
            of = of.target if isinstance(of, Late) else of.of
        return of

    def conforms(self, value: Any) -> bool:
        return value is None or (self.base.conforms(value) and self.allows(value))

    def coerced(self, value: Any) -> Any:
        taken = self.base.coerced(value)
        return taken if taken is MISMATCH or taken is None or self.allows(taken) else MISMATCH

    @property
    def title(self) -> str:
        return self.name or self.of.title


@dataclass(frozen=True)
class Late(Type):
    """A type named before it is read: looked up when it is needed, so that types may contain themselves.

    :param registry: where the type is by then; a name that never comes is ``Any``
    """

    name: str
    registry: Mapping[str, Type] = field(compare=False)

    @property
    def target(self) -> Type:
        return self.registry.get(self.name, ANY)

    def conforms(self, value: Any) -> bool:
        return self.target.conforms(value)

    def coerced(self, value: Any) -> Any:
        return self.target.coerced(value)

    @property
    def title(self) -> str:
        return self.name


def is_subtype(one: Type, other: Type) -> bool:
    """Whether everything of type ``one`` is of type ``other``."""
    if type(other) is Type or one == other:
        return True
    match one, other:
        case (Late(), _):
            return is_subtype(one.target, other)
        case (_, Late()):
            return is_subtype(one, other.target)
        case (Constrained(), _):
            return is_subtype(one.base, other)
        case (ListType(), ListType()):
            return is_subtype(one.of, other.of)
        case (RangeType(), RangeType()):
            return is_subtype(one.of, other.of)
        case (ContextType(), ContextType()):
            return all(
                name in one.entries and is_subtype(one.entries[name], of)
                for name, of in other.entries.items()
            )
        case (FunctionType(), FunctionType()):
            return _is_subfunction(one, other)
    return False


def _is_subfunction(one: FunctionType, other: FunctionType) -> bool:
    if other.parameters is None:
        return True
    return (
        one.parameters is not None
        and len(one.parameters) == len(other.parameters)
        and all(is_subtype(wider, own) for own, wider in zip(one.parameters, other.parameters, strict=True))
        and is_subtype(one.result, other.result)
    )


BUILT_IN_TYPES: Mapping[str, Type] = {
    "Any": ANY,
    "Null": Simple("null"),
    "number": Simple("number"),
    "string": Simple("string"),
    "boolean": Simple("boolean"),
    "date": Simple("date"),
    "time": Simple("time"),
    DATE_AND_TIME: Simple(DATE_AND_TIME),
    "dateTime": Simple(DATE_AND_TIME),
    DAYS: Simple(DAYS),
    "dayTimeDuration": Simple(DAYS),
    "day-time duration": Simple(DAYS),
    YEARS: Simple(YEARS),
    "yearMonthDuration": Simple(YEARS),
    "year-month duration": Simple(YEARS),
    "list": ListType(),
    "context": ContextType(),
    "range": RangeType(),
    "function": FunctionType(),
}


def resolved(written: syntax.TypeName, types: Mapping[str, Type]) -> Type | None:
    """The type that is meant; None if some name in it is unknown.

    :param types: named types beside the built-in ones, which they may hide
    """
    parts = [(name, resolved(part, types)) for name, part in written.parts]
    of = resolved(written.of, types) if written.of else ANY
    if of is None or any(part is None for _name, part in parts):
        return None
    known = [(name, part) for name, part in parts if part is not None]
    if written.name == "list" and written.of:
        return ListType(of)
    if written.name == "range" and written.of:
        return RangeType(of)
    if written.name == "context" and known:
        return ContextType(dict(known))
    if written.name == "function" and (known or written.of):
        return FunctionType(tuple(part for _name, part in known), of)
    return types.get(written.name) or BUILT_IN_TYPES.get(written.name)


def inferred(node: syntax.Node) -> Type | None:
    """The type of what an expression yields, where its form alone tells; None elsewhere."""
    match node:
        case syntax.Literal(value=value) if value is not None:
            return Simple(kind(value))
        case syntax.Negation(operand=operand) if inferred(operand) == Simple("number"):
            return Simple("number")
        case syntax.AtLiteral(text=text):
            found = temporal.parse_any(text)
            return None if found is None else Simple(kind(found))
        case syntax.InstanceOf():
            return Simple("boolean")
        case syntax.ListOf(items=items) if items:
            types = [inferred(item) for item in items]
            first = types[0]
            return ListType(first) if first is not None and all(of == first for of in types) else None
        case syntax.ContextOf(entries=entries):
            parts = {key: inferred(value) for key, value in entries}
            return ContextType({key: of or ANY for key, of in parts.items()})
    return None


def is_instance(value: Any, of: Type) -> bool:
    """``value instance of T``; allowed values are not looked at, as conformance is to the type beneath them."""
    of = _unconstrained(of)
    if value is None:
        return isinstance(of, Simple) and of.kind == "null"
    if isinstance(of, ListType) and of.of is not ANY:
        return kind(value) == "list" and all(is_instance(item, of.of) for item in value)
    return of.conforms(value)


def _unconstrained(of: Type) -> Type:
    """The type without allowed values, also of what it is made of."""
    match of:
        case Late():
            return _unconstrained(of.target)
        case Constrained():
            return _unconstrained(of.of)
        case ListType():
            return ListType(_unconstrained(of.of))
        case ContextType():
            return ContextType({name: _unconstrained(part) for name, part in of.entries.items()})
    return of
