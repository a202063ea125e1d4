"""Overlaps, gaps and dead rules of decision tables are found, and named so that one can mend them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html import escape

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.engines.cases.bpmn.decision_tables import RULES, lint_decisions
from chengshu.engines.cases.feel import compile_unary_tests


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(
    *rules: str, policy: str = "UNIQUE", types: str = "number", default: str = "", allowed: str = ""
) -> bytes:
    """A decision ``Fee``; each rule is its input cells and its result, separated by ``|``."""
    width = rules[0].count("|") if rules else 1
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    inputs = "".join(
        f'<input id="i{number}" label="column {number}"><inputExpression typeRef="{kind}"><text>x{number}</text>'
        f"</inputExpression>{values}</input>"
        for number, kind in enumerate((types.split() * width)[:width])
    )
    lines = ""
    for number, rule in enumerate(rules, start=1):
        *tests, result = rule.split("|")
        entries = "".join(f"<inputEntry><text>{escape(test)}</text></inputEntry>" for test in tests)
        lines += (
            f'<rule id="r{number}">{entries}<outputEntry><text>{escape(result)}</text></outputEntry></rule>'
        )
    otherwise = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    return (
        f'<definitions xmlns="{DMN}" id="d" name="d" namespace="n"><decision id="fee" name="Fee">'
        f'<decisionTable id="t" hitPolicy="{policy}">{inputs}<output>{otherwise}</output>{lines}</decisionTable>'
        "</decision></definitions>"
    ).encode()


def found(content: bytes) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.element, str(finding.message)) for finding in lint_decisions(content)]


def test_a_complete_table_without_overlaps_is_left_in_peace() -> None:
    assert found(table("< 10|1", "[10..20]|2", "> 20|3")) == []


def test_two_rules_for_the_same_value_are_an_overlap_at_that_value() -> None:
    assert found(table("<= 10|1", "[10..20]|2", "> 20|3")) == [
        ("dmn.overlap", "r2", "Rules 1 and 2 of “Fee” both apply to column 0: 10.")
    ]


def test_a_value_that_no_rule_covers_is_a_gap() -> None:
    assert found(table("< 10|1", "(10..20]|2", "> 20|3")) == [
        ("dmn.gap", "t", "No rule of “Fee” applies to column 0: 10.")
    ]


def test_a_stretch_between_two_ranges_is_a_gap() -> None:
    messages = [message for _code, _element, message in found(table("<= 10|1", ">= 11|2"))]
    assert messages == ["No rule of “Fee” applies to column 0: (10..11)."]


def test_whole_days_leave_no_gap_between_neighbours() -> None:
    assert found(table('<= date("2026-01-31")|1', '>= @"2026-02-01"|2', types="date")) == []


def test_texts_that_are_not_mentioned_are_a_gap_unless_the_column_lists_its_values() -> None:
    rules = ('"new"|1', '"old"|2')
    assert [code for code, _element, _message in found(table(*rules, types="string"))] == ["dmn.gap"]
    assert found(table(*rules, types="string", allowed='"new","old"')) == []


def test_a_default_fills_every_gap() -> None:
    assert found(table("< 10|1", default="0")) == []


def test_several_columns_are_looked_at_together() -> None:
    rules = ("< 10|true|1", "< 10|false|2", ">= 10|true|3")
    assert found(table(*rules, types="number boolean")) == [
        ("dmn.gap", "t", "No rule of “Fee” applies to column 0: 10, > 10; column 1: false.")
    ]


def test_under_any_an_overlap_with_the_same_result_is_allowed() -> None:
    assert found(table("<= 10|1", ">= 10|1", policy="ANY")) == []
    assert [code for code, *_rest in found(table("<= 10|1", ">= 10|2", policy="ANY"))] == ["dmn.overlap"]


def test_under_first_a_rule_behind_a_wider_one_is_masked() -> None:
    assert found(table("< 10|1", "[2..5]|2", "-|3", policy="FIRST")) == [
        ("dmn.masked_rule", "r2", "Rule 2 of “Fee” is never reached: rule 1 applies before it.")
    ]


def test_a_range_the_wrong_way_round_never_applies() -> None:
    assert ("dmn.rule_never_applies", "r1", "Rule 1 of “Fee” can never apply.") in found(
        table("[20..10]|1", "-|2")
    )


def test_collecting_tables_may_overlap_and_leave_gaps() -> None:
    assert found(table("< 10|1", "< 20|2", policy="COLLECT")) == []


def test_cells_that_compute_are_not_judged() -> None:
    assert found(table("> limit|1", "< 10|2")) == []
    assert [code for code, *_rest in found(table("> limit|1", "< 10|2", "< 5|3"))] == ["dmn.overlap"]


def test_an_unreadable_file_gives_its_reason() -> None:
    assert [code for code, *_rest in found(b"<a>")] == ["bpmn.malformed"]


def test_a_table_too_large_to_be_searched_is_not_searched_for_ever() -> None:
    rules = [("|".join("-" if at != column else "< 5" for at in range(18))) + "|1" for column in range(18)]
    assert all(code == "dmn.overlap" for code, *_rest in found(table(*rules)))


def test_every_rule_of_this_module_was_seen_above() -> None:
    assert {rule.code for rule in RULES} == {
        "dmn.overlap",
        "dmn.gap",
        "dmn.masked_rule",
        "dmn.rule_never_applies",
    }


CELLS = st.one_of(
    st.just("-"),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 6)),
    st.builds(
        "{}{}..{}{}".format,
        st.sampled_from("[("),
        st.integers(0, 3),
        st.integers(3, 6),
        st.sampled_from("])"),
    ),
    st.builds("not({})".format, st.integers(0, 6)),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_a_table_has_findings_exactly_when_some_value_is_decided_by_no_rule_or_by_several(
    rules: list[tuple[str, str]],
) -> None:
    samples = [number * 0.5 for number in range(-2, 16)]
    tests = [tuple(compile_unary_tests(cell) for cell in rule) for rule in rules]
    hits = {
        sum(one.matches(Decimal(str(x))) and other.matches(Decimal(str(y))) for one, other in tests)
        for x in samples
        for y in samples
    }
    codes = {code for code, *_rest in found(table(*(f"{one}|{other}|1" for one, other in rules)))}
    assert ("dmn.gap" in codes) == (0 in hits)
    assert ("dmn.overlap" in codes) == (max(hits) > 1)
