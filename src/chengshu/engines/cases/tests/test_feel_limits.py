"""Expressions that would never end, or grow without bound, are stopped; strange texts never crash anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.engines.cases.feel import (
    FeelError,
    FeelLimit,
    Limits,
    compile_expression,
    compile_unary_tests,
    from_json,
    text_of,
    to_json,
)
from chengshu.engines.cases.feel.values import equal

ENDLESS = [
    "{f: function(x) f(x), r: f(1)}.r",
    "{f: function(x) f(x) + f(x), r: f(1)}.r",
    "for i in 1..1000000000 return i",
    "every i in 1..1000000000 satisfies true",
    "for i in 1..3000, j in 1..3000 return i",
    '{s: function(t, n) if n = 0 then t else s(t + t, n - 1), r: s("abcdefgh", 60)}.r',
    "count([1..99999999][item > 3]) + count(for i in 0..99999999 return i)",
    'matches("' + "a" * 3000 + '", "(a*)*(b*)*\\\\1c")',
    "for i in 1..200 return [partial[-1], partial[-1]]",
    "string(for i in 1..200 return [partial[-1], partial[-1]]) = null",
    "{twin: function() for i in 1..60 return [partial[-1], partial[-1]], same: twin() = twin()}.same",
    "count(for i in 1..50000 return concatenate(partial, [i]))",
    "sort(for i in 1..60000 return 60000 - i, function(a, b) a < b)",
]


@pytest.mark.parametrize("text", ENDLESS)
def test_an_expression_that_never_ends_is_stopped(text: str) -> None:
    with pytest.raises(FeelLimit) as caught:
        compile_expression(text).evaluate({}, limits=Limits(steps=100_000))
    assert str(caught.value.message)


def test_time_runs_out_too() -> None:
    limits = Limits(steps=10**9, items=10**9, seconds=0.05)
    with pytest.raises(FeelLimit):
        compile_expression("every i in 1..100000000 satisfies i > 0").evaluate({}, limits=limits)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "1" + ")" * 500,
        "[" * 500,
        "1" + " + 1" * 5000,
        "-" * 5000 + "1",
        "not(" * 500 + "true" + ")" * 500,
        "if true then " * 300 + "1",
        "a" + ".a" * 5000,
        "x" * 60_000,
    ],
)
def test_too_deep_or_too_long_a_text_is_refused(text: str) -> None:
    with pytest.raises(FeelError):
        compile_expression(text)


def test_a_long_chain_of_conditions_is_fine() -> None:
    text = " and ".join(f"x != {number}" for number in range(2000))
    assert compile_expression(text).evaluate({"x": Decimal(-1)}) is True


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_patterns_that_explode_elsewhere_are_answered(pattern: str) -> None:
    found = compile_expression("matches(text, pattern)").evaluate(
        {"text": "a" * 40 + "!", "pattern": pattern}
    )
    assert found is False


FRAGMENTS = st.sampled_from(
    [
        *(
            "1",
            "x",
            '"s"',
            "null",
            "true",
            "[",
            "]",
            "(",
            ")",
            "{",
            "}",
            ",",
            ":",
            ".",
            "..",
            "+",
            "-",
            "*",
            "/",
        ),
        *(
            "**",
            "=",
            "<",
            ">=",
            "!=",
            "and",
            "or",
            "not",
            "if",
            "then",
            "else",
            "for",
            "in",
            "return",
            "some",
        ),
        *(
            "every",
            "satisfies",
            "between",
            "instance",
            "of",
            "number",
            "list",
            "function",
            "external",
            "@",
            "?",
        ),
        *("sum", "date and time", "item", "partial", "->", "//", "/*", "\\", "#", "'", '"', "🐎", "用地"),
    ]
)


def refusal_of(text: str) -> FeelError | None:
    """What compiling and evaluating the text as an expression and as unary tests ends in; None for a value."""
    limits = Limits(steps=2000, items=1000)
    try:
        compile_expression(text).evaluate({"x": Decimal(2)}, limits=limits)
        compile_unary_tests(text).matches(Decimal(1), {"x": Decimal(2)}, limits=limits)
    except FeelError as error:
        return error
    return None


@settings(max_examples=400, deadline=None)
@given(st.lists(FRAGMENTS, max_size=14))
def test_any_row_of_words_either_compiles_or_is_refused(words: list[str]) -> None:
    text = " ".join(words)
    refusal = refusal_of(text)
    assert refusal is None or 0 <= refusal.position <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_either_compiles_or_is_refused(text: str) -> None:
    refusal = refusal_of(text)
    assert refusal is None or str(refusal.message)


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
KEYS = st.from_regex(r"[a-z][a-z0-9]{2,8}", fullmatch=True).filter(
    lambda key: (
        key not in ("and", "else", "every", "external", "for", "function", "instance", "not", "null")
        and key not in ("return", "satisfies", "some", "then", "true", "false", "between", "item", "partial")
    )
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | st.dates() | st.datetimes() | st.times(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_a_value_survives_json(value: Any) -> None:
    assert equal(from_json(to_json(value)), value) is True


LITERALS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(LITERALS)
def test_a_value_as_feel_writes_it_is_read_as_the_same_value(value: Any) -> None:
    assert equal(compile_expression(text_of(value, nested=True)).evaluate({}), value) is True
