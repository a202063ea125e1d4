"""FEEL against vectors: the examples of the specification and its tables of semantics."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chengshu.engines.cases.feel import (
    DaysDuration,
    FarDate,
    FeelError,
    FineTime,
    Limits,
    Range,
    Remark,
    YearsDuration,
    compile_expression,
    compile_unary_tests,
)

NULLS = [
    "1 / 0",
    '1 + "a"',
    "0 ** -1",
    "9 ** 99999",
    "missing",
    "missing.entry",
    "[1, 2][3]",
    "[1, 2][0]",
    "{a: 1}.b",
    '1 < "a"',
    '1 = "1"',
    "[1..null]",
    'date("2023-02-29")',
    '@"no date"',
    'time("24:00:00")',
    'duration("P1Y1D")',
    "for x in null return x",
    "substring(1, 2)",
    "nothing(1)",
    "sum(list: [1], more: 2)",
    'number("1.000.000,01", ".", ".")',
    "now()",
    "today()",
    "true and null",
    'sort([1, "a"])',
]


@pytest.mark.parametrize("text", NULLS)
def test_what_has_no_meaning_is_null_and_says_why(text: str) -> None:
    remarks: list[Remark] = []
    assert compile_expression(text).evaluate({}, remarks=remarks) is None
    if text != "true and null":
        assert remarks
        assert all(str(remark.message) for remark in remarks)


@pytest.mark.parametrize("text", ["1 / 0", "missing", 'date("x")', "abs(null)"])
def test_strict_evaluation_raises_where_a_value_becomes_null(text: str) -> None:
    with pytest.raises(FeelError) as caught:
        compile_expression(text).evaluate({}, strict=True)
    assert caught.value.position >= 0


def test_a_remark_names_the_place_in_the_text() -> None:
    remarks: list[Remark] = []
    compile_expression("1 + unknown").evaluate({}, remarks=remarks)
    assert [(remark.code, remark.position) for remark in remarks] == [
        ("feel.unknown_name", 4),
        ("feel.operands", 2),
    ]


VALUES: list[tuple[str, Any]] = [
    ("1 + 2 * 3", Decimal(7)),
    ("(1 + 2) * 3", Decimal(9)),
    ("2 ** 3 ** 2", Decimal(64)),
    ("-2 ** 2", Decimal(4)),
    ("- - 3", Decimal(3)),
    ("1.5e3 + .5", Decimal("1500.5")),
    ("1 - 1 - 1", Decimal(-1)),
    ('"a" + "b"', "ab"),
    (r'"\u4e2d\U00591a\"\\\n"', '中多"\\\n'),
    (r'"\d"', r"\d"),
    ("1 < 2 and 2 < 3 or false", True),
    ("false and missing", False),
    ("true or missing", True),
    ("1 in [1..2] and 3 in (4, > 2)", True),
    ("5 between 1 and 5 and true", True),
    ("if 1 > 2 then 1 else if true then 2 else 3", Decimal(2)),
    ("[1, 2, 3][item > 1]", [Decimal(2), Decimal(3)]),
    ("[[1, 2], [3]][1][2]", Decimal(2)),
    ("[{a: 1}, {a: 2}][a = 2].a", [Decimal(2)]),
    ("[{item: 1}, {item: 5}][item > 2]", [{"item": Decimal(5)}]),
    ("[][1]", None),
    ("[][item > 1]", []),
    ("for a in [1, 2], b in [a, 9] return a * b", [Decimal(1), Decimal(9), Decimal(4), Decimal(18)]),
    ("{a b: 1, c: a b + 1}.c", Decimal(2)),
    ("{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(10)}.r", Decimal(55)),
    ("(function(x, y) x - y)(y: 1, x: 3)", Decimal(2)),
    ("count([1, 2]) + sum(1, 2)", Decimal(5)),
    ('date("2024-01-31") + duration("P1M")', date(2024, 2, 29)),
    ('@"2024-01-01T08:00:00Z" - @"2024-01-01T00:00:00+08:00"', DaysDuration.of(timedelta(hours=16))),
    ('@"P1Y" * 2', YearsDuration(24)),
    ('date("12345-06-07")', FarDate(12345, 6, 7)),
    (
        'years and months duration(@"2014-12-31T23:59:59", @"2016-12-31T00:00:01")',
        YearsDuration(24),
    ),
    ('years and months duration(@"2014-12-31", @"2016-12-30")', YearsDuration(23)),
    ('@"2002-04-02" = @"2002-04-02T00:00:00Z"', True),
    ('@"2002-04-02T00:00:01Z" = @"2002-04-02"', False),
    ('@"2002-04-02" = @"2002-04-02T00:00:00"', False),
    ("{n: null, r: (< 10) = (n..10)}.r", True),
    ("{n: null, r: [10..n) = (>= 10)}.r", True),
    ("{n: null, r: 5 in (n..10)}.r", True),
    ("{n: null, r: [n..10]}.r", None),
    ("{n: null, r: (n..n)}.r", None),
    ('time("01:02:03.000000004")', FineTime(1, 2, 3, 4)),
    ('@"10:00:00" + @"PT15H"', time(1, 0)),
    ('@"2024-02-29".weekday', Decimal(4)),
    ("[1..5].start included", True),
    ("1 instance of number", True),
    ("[1] instance of list<string>", False),
    ("// nothing\n 1 /* two */ + 2", Decimal(3)),
    ('string length("🐎")', Decimal(1)),
    ('{"a-b": 1}.a-b', Decimal(1)),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_an_expression_has_its_value(text: str, expected: Any) -> None:
    found = compile_expression(text).evaluate({})
    assert found == expected
    assert type(found) is type(expected)


TESTS: list[tuple[str, Any, bool]] = [
    ("-", None, True),
    ("< 5", Decimal(4), True),
    ("< 5", "4", False),
    ("< 5", None, False),
    ("[18..65]", Decimal(65), True),
    ("(18..65)", Decimal(18), False),
    ('"a", "b"', "b", True),
    ('not("a", "b")', "b", False),
    ('not("a", "b")', "c", True),
    ("not(< 5)", Decimal(7), True),
    ("null", None, True),
    ("not(null)", None, False),
    ("? > 3 and ? < limit", Decimal(4), True),
    ("limit", Decimal(9), True),
    ("[1, 2, 3]", Decimal(3), True),
    ("true", True, True),
    ("true", False, False),
    ("false", False, True),
    ("count(?) > 1", [1, 2], True),
    ('< date("2024-01-01")', date(2023, 12, 31), True),
    ("!= 5", Decimal(4), True),
    ("-5", Decimal(-5), True),
    ("3", 3, True),
    ("not(true)", False, True),
    ("limit > 5", "anything", True),
]


@pytest.mark.parametrize(("text", "value", "expected"), TESTS)
def test_a_cell_passes_or_not(text: str, value: Any, expected: bool) -> None:
    tests = compile_unary_tests(text, names=("limit",))
    assert tests.matches(value, {"limit": Decimal(9)}) is expected
    assert tests.evaluate({"limit": Decimal(9), "?": value}) is expected


FAULTY = [
    ("", 0),
    ("1 +", 3),
    ("(1", 2),
    ("1 2", 2),
    ('"open', 0),
    ("if 1 then 2", 11),
    ("[1, ", 4),
    ("{a 1}", 1),
    ("for in [1] return 1", 4),
    ("1 # 2", 2),
    ("f(a: 1, 2)", 1),
    ("${amount}", 0),
    ("a = = b", 4),
    ("x instance of", 13),
    ("@5", 1),
]


@pytest.mark.parametrize(("text", "position"), FAULTY)
def test_a_faulty_text_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(FeelError) as caught:
        compile_expression(text)
    assert caught.value.position == position
    assert caught.value.hint


def test_an_error_counts_lines_and_columns_from_one() -> None:
    with pytest.raises(FeelError) as caught:
        compile_expression("1 +\n  )")
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_names_with_blanks_and_symbols_are_found_longest_first() -> None:
    names = ("Fee", "Monthly Fee", "Profit-and-Loss", "a+b", "date", "年 度", "Is it?")
    context = {
        "Fee": Decimal(1),
        "Monthly Fee": Decimal(10),
        "Profit-and-Loss": Decimal(5),
        "a+b": Decimal(2),
        "date": Decimal(3),
        "年 度": Decimal(7),
        "Is it?": True,
    }
    text = "if Is it? then Monthly  Fee + Fee - Profit-and-Loss * a+b + date + 年 度 else 0"
    assert compile_expression(text, names=names).evaluate(context) == 11


def test_a_value_called_like_a_function_does_not_hide_the_function() -> None:
    expression = compile_expression('date = date("2024-01-01")', names=("date",))
    assert expression.evaluate({"date": date(2024, 1, 1)}) is True


def test_words_that_nobody_announced_stay_together() -> None:
    assert compile_expression("case amount * 2").evaluate({"case amount": 4}) == 8


def test_members_with_symbols_are_found_after_a_dot() -> None:
    expression = compile_expression("row.a-b + 1", names=("row",), members=("a-b",))
    assert expression.evaluate({"row": {"a-b": 2}}) == 3


def test_the_names_that_an_expression_reads_are_known() -> None:
    assert compile_expression("a + sum(b c) + for x in d return x").names == {"a", "b c", "d", "x"}


def test_values_of_python_are_taken_as_what_they_mean() -> None:
    context = {"i": 1, "f": 0.1, "t": (1, 2), "d": timedelta(hours=1), "n": float("nan"), "m": {"x": 2}}
    assert compile_expression("i + f").evaluate(context) == Decimal("1.1")
    assert compile_expression("sum(t)").evaluate(context) == 3
    assert compile_expression("t[2] + m.x").evaluate(context) == 4
    assert compile_expression('d = duration("PT1H")').evaluate(context) is True
    assert compile_expression("n").evaluate(context) is None


def test_the_present_comes_from_the_limits_only() -> None:
    limits = Limits(now=datetime(2024, 2, 29, 8, tzinfo=UTC))
    assert compile_expression("now()").evaluate({}, limits=limits) == datetime(2024, 2, 29, 8, tzinfo=UTC)
    assert compile_expression("today()").evaluate({}, limits=limits) == date(2024, 2, 29)


def test_ranges_without_an_end_are_values() -> None:
    assert compile_expression("(>= 5)").evaluate({}).low == 5
    assert isinstance(compile_expression("(< 5)").evaluate({}), Range)
    assert compile_expression("7 in r").evaluate({"r": Range(Decimal(5), None, True, False)}) is True


def test_objects_of_python_have_no_attributes_in_feel() -> None:
    for text in ("x.__class__", "x.year.__class__", "x.real", "x.denominator"):
        assert compile_expression(text).evaluate({"x": 5}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('range("[2..]")', None),
        ('range("[..9]")', None),
        ('range("[2..)") = >= 2', True),
        ('range("(..9)") != < 9', False),
        ("(3..7) = > 3", False),
        ("number(4.5)", Decimal("4.5")),
        ('number(4.5, ",", ".")', None),
        ("round up(1.2, null)", None),
        ("floor(1.2, null)", None),
        ("floor(1.2)", Decimal(1)),
    ],
)
def test_ranges_with_one_end_and_optional_arguments(text: str, expected: Any) -> None:
    """DMN 1.5, 10.3.4: a missing end needs an open bracket; an optional argument is left out, not null."""
    assert compile_expression(text).evaluate() == expected
