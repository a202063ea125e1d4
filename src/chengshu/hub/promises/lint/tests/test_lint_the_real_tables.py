"""What the linter must find in the real tables, and the whole of what it finds."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.utils.translation import override

from chengshu.hub.promises.lint import Finding, SuggestionKind, lint
from chengshu.hub.promises.tables import facts
from chengshu.hub.promises.tables.data import SourceTables

from .source_tables import full_tables, pairs

NEED_GOALS = {"X03", "X11"}
"""Rules about the goals, which the shipped facts leave out."""


@pytest.fixture(scope="module")
def tables() -> SourceTables:
    return full_tables()


@pytest.fixture(scope="module")
def findings(tables: SourceTables) -> list[Finding]:
    return lint(tables)


@pytest.fixture(scope="module")
def found(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.ref, finding.code) for finding in findings}


@pytest.mark.parametrize(("ref", "code"), pairs("required.txt"), ids="-".join)
def test_a_known_defect_is_found(ref: str, code: str, found: set[tuple[str, str]]) -> None:
    assert (ref, code) in found


def test_the_list_of_known_defects_is_long_enough_to_mean_something() -> None:
    assert len(pairs("required.txt")) >= 470


def test_bare_figures_are_found_exactly_where_they_stand(found: set[tuple[str, str]]) -> None:
    listed = {pair for pair in pairs("required.txt") if pair[1] == "V01"}
    more = {("D13", "V01"), ("D15", "V01")}  # the department's copies of P27#2 and P33#4

    assert {pair for pair in found if pair[1] == "V01"} == listed | more


def test_the_whole_of_what_is_found_is_the_committed_list(found: set[tuple[str, str]]) -> None:
    committed = set(pairs("all.txt"))

    assert sorted(found - committed) == []
    assert sorted(committed - found) == []


def test_without_goals_only_the_rules_about_goals_fall_silent(found: set[tuple[str, str]]) -> None:
    shipped = {(finding.ref, finding.code) for finding in lint(facts.load())}
    about_goals = {pair for pair in found if pair[1] in NEED_GOALS} | {("P16", "X10"), ("P44", "X10")}

    assert not {code for _, code in shipped} & NEED_GOALS
    assert found - shipped - about_goals == _markup_of_goals(found, shipped)
    assert shipped - found == set()


def _markup_of_goals(found: set[tuple[str, str]], shipped: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Markup stands only in the goals of P18 to P26."""
    lost = {pair for pair in found - shipped if pair[1] == "S06"}
    assert {ref for ref, _ in lost} <= {f"P{n}" for n in range(18, 27)}
    return lost


def test_every_finding_can_be_told_and_stored(findings: list[Finding]) -> None:
    with override("en"):
        assert all(finding.message for finding in findings)
    assert all(json.dumps(dict(finding.data)) for finding in findings)


def test_only_width_case_and_bare_hundreds_may_be_accepted_in_bulk(findings: list[Finding]) -> None:
    automatic = [
        suggestion
        for finding in findings
        for suggestion in finding.suggestions
        if suggestion.kind is SuggestionKind.AUTO
    ]

    assert automatic
    for suggestion in automatic:
        same_but_case = suggestion.before.casefold() == suggestion.after.casefold()
        wide = suggestion.before.replace(":", "：").replace(";", "；") == suggestion.after
        hundred = (suggestion.before.replace("％", "%"), suggestion.after) == ("100%", "=100%")
        assert same_but_case or wide or hundred, suggestion


def test_no_suggestion_proposes_what_is_printed_already(findings: list[Finding]) -> None:
    assert not [s for f in findings for s in f.suggestions if s.before == s.after]


@pytest.mark.parametrize(
    ("ref", "code", "field", "after"),
    [
        ("P36#1", "V03", "annual_raw", "≤12小时"),
        ("D16", "V03", "annual_raw", "≤12小时"),
        ("D20", "V10", "name", "按时办结率"),
        ("D20", "V10", "annual_raw", "≥99%"),
        ("D20", "V10", "new", "行政审批和公共服务事项网办率：≥?%"),
        ("P27#2", "V10", "name", "案件办结量"),
        ("P27#2", "V10", "annual_raw", "≥260宗"),
        ("P27#2", "V10", "new", "案件办结率：≥?%"),
        ("P21#5", "V02", "annual_raw", "≤2小时"),
        ("P21#5", "V02", "annual_raw", "<2小时"),
        ("P12#4", "C08", "name", "系统可用率"),
        ("P12#4", "C08", "new", "正常使用年限：≥5年"),
        ("D24", "X01", "annual_raw", "≤24小时"),
        ("P28#4", "C02", "l2_name", "时效指标"),
        ("P28#4", "C02", "annual_raw", "≤1个工作日"),
        ("P26#5", "V01", "annual_raw", "≤10个工作日"),
        ("P36#6", "V09", "annual_raw", "满意率≥90%"),
        ("P28#14", "V09", "annual_raw", "满意度≥95%"),
        ("P43#8", "C05", "l2_name", "时效指标"),
        ("P43#14", "C05", "l2_name", "质量指标"),
        ("P41#2", "X06", "name", "运维总结报告"),
        ("P41#2", "X06", "annual_raw", "≥1份"),
        ("P12#1", "V13", "annual_raw", "≥12份"),
        ("P01#1", "V01", "annual_raw", "≥1次"),
        ("P01#5", "V01", "annual_raw", "=100%"),
        ("P01#2", "V10", "name", "依申请公开办理完成率"),
        ("P38#9", "V03", "name", "响应时间"),
        ("P06#7", "V18", "annual_raw", "≤1次"),
        ("P26#8", "V12", "annual_raw", "216.8万元"),
    ],
)
def test_a_correction_is_offered(
    ref: str, code: str, field: str, after: str, findings: list[Finding]
) -> None:
    offers = [
        (suggestion.field, suggestion.after)
        for finding in findings
        if (finding.ref, finding.code) == (ref, code)
        for suggestion in finding.suggestions
    ]

    assert (field, after) in offers


def test_the_tables_are_left_as_they_are(tables: SourceTables) -> None:
    before = repr(tables)
    lint(tables)

    assert repr(tables) == before


def test_findings_come_in_the_order_of_the_tables(findings: list[Finding]) -> None:
    heads = list(dict.fromkeys(finding.ref.partition("#")[0] for finding in findings))

    assert heads == sorted(heads, key=lambda head: (head.startswith("D"), head))
    assert max(Counter((finding.ref, finding.code) for finding in findings).values()) == 1
