"""The syntax tree of FEEL: frozen nodes, each with its place ``at`` in the text. No meaning here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Node:
    at: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, a string, a boolean or null."""

    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """``@"2024-02-29"``; what its text means is decided when it is compiled."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name; ``known`` when something in scope bears it, so that it hides a built-in function."""

    text: str
    known: bool


@dataclass(frozen=True, slots=True)
class Path(Node):
    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    base: Node
    test: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """An invocation; ``names`` is empty when the arguments are positional."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``+ - * / **``"""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``= != < <= > >=``"""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``and`` or ``or`` over two and more parts."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class OneSided(Node):
    """``< 5``: as a unary test, a test; in parentheses as a value, a range with one end."""

    operator: str
    endpoint: Node


@dataclass(frozen=True, slots=True)
class Test(Node):
    """An expression as a unary test; ``uses_input`` when it contains ``?``, so that it decides by itself."""

    expression: Node
    uses_input: bool


@dataclass(frozen=True, slots=True)
class AnyTest(Node):
    """The unary test ``-``."""


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Alternatives, of which one must hold, or none when ``negated``."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in domain``, or ``value in (test, test)``, when ``domain`` is None."""

    value: Node
    tests: Tests
    domain: Node | None = None


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """``name in domain`` or ``name in domain .. end``."""

    name: str
    domain: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    every: bool
    iterators: tuple[Iterator, ...]
    test: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """``[low..high]`` with each end included or not."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """A type as written: a name, or a constructor with parts.

    :param of: element type of a list or range; result type of a function
    :param parts: entries of a context (with their names); parameters of a function (without)
    """

    name: str
    of: TypeName | None = None
    parts: tuple[tuple[str, TypeName], ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    parameters: tuple[tuple[str, TypeName | None], ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: TypeName
