"""The two things that FEEL text can be: an expression, and the unary tests of a decision table's cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.feel.builtins import BUILT_INS
from chengshu.engines.cases.feel.comparing import Test
from chengshu.engines.cases.feel.compiling import Compiler
from chengshu.engines.cases.feel.errors import FeelLimit, Remark
from chengshu.engines.cases.feel.limits import LIMITS, Closure, Limits, Run, Scope
from chengshu.engines.cases.feel.parser import Parser
from chengshu.engines.cases.feel.syntax import Tests
from chengshu.engines.cases.feel.types import Type

_NOTHING: Mapping[str, Any] = {}


class Expression:
    """A compiled FEEL expression: unchanging, shared between threads.

    :param names: names that the expression reads from outside, built-in functions not among them
    """

    __slots__ = ("_closure", "names", "text")

    def __init__(self, text: str, closure: Closure, names: frozenset[str]) -> None:
        self.text = text
        self.names = names
        self._closure = closure

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def evaluate(
        self,
        context: Mapping[str, Any] = _NOTHING,
        *,
        limits: Limits = LIMITS,
        remarks: list[Remark] | None = None,
        strict: bool = False,
    ) -> Any:
        """The value with the context's entries in scope; null where DMN says null.

        :param remarks: is filled with why parts became null
        :param strict: raise at the first such part instead
        :raises FeelLimit: if steps, depth, size or time run out
        :raises FeelError: in strict evaluation
        """
        run = Run(limits, self.text, remarks, strict)
        value = self.within(Scope(context, None, run))
        run.weigh(value)
        return value

    def within(self, scope: Scope) -> Any:
        """The value inside a scope that is already there, on the ledger of its run."""
        try:
            return self._closure(scope)
        except RecursionError as error:
            raise _too_deep(self.text) from error


class UnaryTests:
    """A compiled cell of a decision table: ``< 5``, ``"a", "b"``, ``not(null)``, ``-``, ``? > limit``."""

    __slots__ = ("_alternatives", "_test", "names", "text")

    def __init__(self, text: str, test: Test, alternatives: tuple[Test, ...], names: frozenset[str]) -> None:
        self.text = text
        self.names = names
        self._test = test
        self._alternatives = alternatives

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"

    def evaluate(
        self,
        context: Mapping[str, Any],
        *,
        limits: Limits = LIMITS,
        remarks: list[Remark] | None = None,
        strict: bool = False,
    ) -> bool:
        """Whether the value under ``"?"`` in the context passes; a test that is null does not pass.

        :raises FeelLimit: if steps, depth, size or time run out
        :raises FeelError: in strict evaluation
        """
        run = Run(limits, self.text, remarks, strict)
        return self.within(Scope(context, None, run), context.get("?"))

    def matches(self, value: Any, context: Mapping[str, Any] = _NOTHING, *, limits: Limits = LIMITS) -> bool:
        """Whether ``value`` passes, with the context's entries in scope."""
        return self.within(Scope(context, None, Run(limits, self.text)), value)

    def within(self, scope: Scope, value: Any) -> bool:
        """The same inside a scope that is already there."""
        try:
            return self._test(scope, value) is True
        except RecursionError as error:
            raise _too_deep(self.text) from error

    def position(self, scope: Scope, value: Any) -> int | None:
        """Which of the alternatives, counted from 0, the value is the first to pass; None if it passes none."""
        passed = (place for place, test in enumerate(self._alternatives) if test(scope, value) is True)
        return next(passed, None)


def _too_deep(text: str) -> FeelLimit:
    return FeelLimit(_("The expression was stopped: it is nested too deeply."), text=text)


def compile_expression(
    text: str,
    *,
    names: Iterable[str] = (),
    members: Iterable[str] = (),
    types: Mapping[str, Type] | None = None,
) -> Expression:
    """Compile a FEEL expression; the same text with the same names is compiled once.

    :param names: names in scope; needed to recognise names with symbols, and names with blanks beside known words
    :param members: names that may follow a dot, needed for the same reason
    :param types: named types for ``instance of`` and parameters
    :raises FeelError: if the text is no expression; says where
    """
    if types:
        return _compile_expression(text, names, members, types)
    return _cached_expression(text, frozenset(names), frozenset(members))


def compile_unary_tests(
    text: str,
    *,
    names: Iterable[str] = (),
    members: Iterable[str] = (),
    types: Mapping[str, Type] | None = None,
) -> UnaryTests:
    """Compile a cell of a decision table; parameters as for :func:`compile_expression`.

    :raises FeelError: if the text is no unary tests; says where
    """
    if types:
        return _compile_unary_tests(text, names, members, types)
    return _cached_unary_tests(text, frozenset(names), frozenset(members))


@lru_cache(maxsize=4096)
def _cached_expression(text: str, names: frozenset[str], members: frozenset[str]) -> Expression:
    return _compile_expression(text, names, members, {})


@lru_cache(maxsize=4096)
def _cached_unary_tests(text: str, names: frozenset[str], members: frozenset[str]) -> UnaryTests:
    return _compile_unary_tests(text, names, members, {})


def _compile_expression(
    text: str, names: Iterable[str], members: Iterable[str], types: Mapping[str, Type]
) -> Expression:
    compiler = Compiler(types)
    closure = _guarded(text, lambda: compiler.closure(Parser(text, (*names, *types), members).expression()))
    return Expression(text, closure, frozenset(compiler.free - BUILT_INS.keys()))


def _compile_unary_tests(
    text: str, names: Iterable[str], members: Iterable[str], types: Mapping[str, Type]
) -> UnaryTests:
    compiler = Compiler(types)

    def compiled() -> tuple[Test, tuple[Test, ...]]:
        tests = Parser(text, (*names, *types), members).unary_tests()
        parts = tests.tests if isinstance(tests, Tests) else ()
        return compiler.test(tests), tuple(compiler.test(part) for part in parts)

    test, alternatives = _guarded(text, compiled)
    return UnaryTests(text, test, alternatives, frozenset(compiler.free - BUILT_INS.keys() - {"?"}))


def _guarded(text: str, compile_it: Callable[[], Any]) -> Any:
    try:
        return compile_it()
    except RecursionError as error:
        raise _too_deep(text) from error
