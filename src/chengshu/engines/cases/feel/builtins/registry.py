"""How a built-in function is declared: its name, its parameters with their kinds, and what it does.

    @built_in("substring", "string: string, start position: number, length?: number")
    def substring(run, string, start, length=None): ...

An argument of the wrong kind makes the result null, with a remark; so does null, unless the kind is ``any`` or the
parameter is optional, when null counts as not given. Kind ``list`` takes a single value as a list of one; any other
kind takes a list of one as its element. A parameter with ``…`` takes all remaining arguments, as a list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.values import Function, kind, lift, listed

Implementation = Callable[..., Any]


class _Wrong:
    """An argument that is not of its parameter's kind."""


_WRONG = _Wrong()


_EXACT: dict[str, type] = {"string": str, "number": Decimal, "list": list, "boolean": bool, "context": dict}


@dataclass(frozen=True, slots=True)
class Parameter:
    """:param exact: types of Python that certainly are of one of the kinds, the short way"""

    name: str
    kinds: frozenset[str]
    optional: bool = False
    rest: bool = False
    exact: frozenset[type] = frozenset()


@dataclass(frozen=True, slots=True)
class Misfit:
    """An argument that its parameter does not accept."""

    parameter: Parameter
    argument: Any


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in function."""

    name: str
    parameters: tuple[Parameter, ...]
    implementation: Implementation

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many arguments in order."""
        least = sum(not parameter.optional for parameter in self.parameters)
        rest = bool(self.parameters) and self.parameters[-1].rest
        return least <= count and (rest or count <= len(self.parameters))

    def answers_to(self, names: frozenset[str]) -> bool:
        """Whether it can be called with arguments of these names."""
        own = {parameter.name for parameter in self.parameters}
        needed = {parameter.name for parameter in self.parameters if not parameter.optional}
        return needed <= names <= own

    def gathered(self, arguments: Sequence[Any]) -> Sequence[Any]:
        """The arguments in order, those of a last parameter with ``…`` as one list; a single list is that list."""
        if not self.parameters or not self.parameters[-1].rest:
            return arguments
        ahead = len(self.parameters) - 1
        rest = list(arguments[ahead:])
        return [*arguments[:ahead], rest[0] if ahead == 0 and len(rest) == 1 else rest]

    def ordered(self, arguments: dict[str, Any]) -> list[Any]:
        """Arguments by name in the order of the parameters; what is not given is null."""
        return [
            [arguments[parameter.name]] if parameter.rest and place else arguments.get(parameter.name)
            for place, parameter in enumerate(self.parameters)
        ]

    def taken(self, arguments: Sequence[Any]) -> list[Any] | Misfit:
        """The arguments as the implementation wants them, or the first that does not fit."""
        taken = []
        for parameter, argument in zip(self.parameters, arguments, strict=False):
            value = _taken(parameter, argument)
            if value is _WRONG:
                return Misfit(parameter, argument)
            taken.append(value)
        return taken


def _taken(parameter: Parameter, argument: Any) -> Any:
    if type(argument) in parameter.exact:
        return argument
    value = lift(argument)
    kinds = parameter.kinds
    if "any" in kinds:
        return value
    if value is None:
        return None if parameter.optional else _WRONG
    if kind(value) in kinds:
        return value
    if "list" in kinds:
        return listed(value)
    if type(value) is list and len(value) == 1 and kind(value[0]) in kinds:
        return lift(value[0])
    return _WRONG


class BuiltIn(Function):
    """A built-in function with all its signatures."""

    __slots__ = ("signatures",)

    def __init__(self, name: str) -> None:
        super().__init__(name, (), self._called, variadic=True, named=self._called_by_name)
        self.signatures: list[Signature] = []

    def declare(self, signature: Signature) -> None:
        self.signatures.append(signature)
        self.parameters = self.parameters or tuple(parameter.name for parameter in signature.parameters)

    def of_count(self, count: int) -> tuple[Signature, ...]:
        """The signatures that take so many arguments in order."""
        return tuple(signature for signature in self.signatures if signature.accepts(count))

    def call_one_of(self, signatures: Sequence[Signature], run: Run, arguments: Sequence[Any]) -> Any:
        """Call the first of these signatures that the arguments fit; null if they fit none."""
        misfit: Misfit | None = None
        for signature in signatures:
            taken = signature.taken(signature.gathered(arguments))
            if not isinstance(taken, Misfit):
                return _accounted(signature.implementation(run, *taken), run)
            misfit = taken
        return self._refused(run, misfit)

    def _called(self, run: Run, *arguments: Any) -> Any:
        return self.call_one_of(self.of_count(len(arguments)), run, arguments)

    def _called_by_name(self, run: Run, arguments: dict[str, Any]) -> Any:
        misfit: Misfit | None = None
        for signature in self.signatures:
            if signature.answers_to(frozenset(arguments)):
                taken = signature.taken(signature.ordered(arguments))
                if not isinstance(taken, Misfit):
                    return _accounted(signature.implementation(run, *taken), run)
                misfit = taken
        return self._refused(run, misfit)

    def _refused(self, run: Run, misfit: Misfit | None) -> Any:
        """Null: no signature has so many or such arguments, or the last one tried does not accept one."""
        if misfit is None:
            return run.null("arguments", name=self.name)
        return run.null(
            "argument_type", name=self.name, kind=kind(misfit.argument), parameter=misfit.parameter.name
        )


def _accounted(result: Any, run: Run) -> Any:
    """The result, its size entered in the ledger."""
    if type(result) is str:
        run.made_characters(len(result))
    elif type(result) is list or type(result) is dict:
        run.made_items(len(result))
    return result


BUILT_INS: dict[str, BuiltIn] = {}


def built_in(name: str, parameters: str = "") -> Callable[[Implementation], Implementation]:
    """Declare a signature of the built-in ``name``; the implementation is called with the run and the values."""

    def declare(implementation: Implementation) -> Implementation:
        function = BUILT_INS.setdefault(name, BuiltIn(name))
        function.declare(Signature(name, _parameters(parameters), implementation))
        return implementation

    return declare


def _parameters(text: str) -> tuple[Parameter, ...]:
    return tuple(_parameter(part) for part in text.split(",") if part.strip())


def _parameter(text: str) -> Parameter:
    name, _colon, kinds = text.strip().partition(":")
    rest = name.endswith("…")
    optional = name.endswith("?")
    wanted = frozenset(part.strip() for part in kinds.split("|"))
    exact = frozenset(python for found, python in _EXACT.items() if found in wanted)
    return Parameter(name.rstrip("?…").strip(), wanted, optional, rest, exact)


def numbers_in(run: Run, values: Sequence[Any]) -> list[Decimal] | None:
    """The values as numbers; None, with a remark, if one is none."""
    run.tick(len(values))
    lifted = [lift(value) for value in values]
    for value in lifted:
        if not isinstance(value, Decimal):
            run.null("argument_type", name="list", kind=kind(value), parameter="number")
            return None
    return lifted
