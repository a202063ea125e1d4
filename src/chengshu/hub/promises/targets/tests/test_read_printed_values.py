"""The worked examples of printed values, and what must hold for any text at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.hub.promises.targets import (
    Dimension,
    Kind,
    Note,
    Op,
    Target,
    meaning,
    parse,
    same,
    show,
    write,
)

D = Decimal

SINGLE_VALUES: list[tuple[str, str, dict[str, Any]]] = [
    ("全区不低于36台", "", {"op": Op.GE, "value": D(36), "unit": "台", "scope": "全区"}),
    ("不低于3KM", "", {"op": Op.GE, "value": D(3), "unit": "km", "dimension": Dimension.LENGTH}),
    ("11.6万件", "", {"op": None, "value": D(116000), "unit": "件", "scale": D(10000)}),
    ("≥200,000", "政务大厅服务人次", {"op": Op.GE, "value": D(200000), "unit": "人次"}),
    ("≤3S", "", {"op": Op.LE, "value": D(3), "unit": "s"}),
    ("3秒以内", "", {"op": Op.LE, "value": D(3), "unit": "s"}),
    ("≤3（秒）", "", {"op": Op.LE, "value": D(3), "unit": "s"}),
    ("<0.2s", "", {"op": Op.LT, "value": D("0.2"), "unit": "s"}),
    ("＜0.2s", "", {"op": Op.LT, "value": D("0.2"), "unit": "s"}),
    (">98", "报障电话接听率（%）", {"op": Op.GT, "value": D(98), "unit": "%"}),
    ("95%以上", "", {"op": Op.GE, "value": D(95), "unit": "%"}),
    ("大于等于95%", "", {"op": Op.GE, "value": D(95), "unit": "%"}),
    ("不低于95％", "", {"op": Op.GE, "value": D(95), "unit": "%"}),
    ("少于2次", "", {"op": Op.LT, "value": D(2), "unit": "次"}),
    ("不超过30分钟", "", {"op": Op.LE, "value": D(30), "unit": "min"}),
    ("不少于10年", "", {"op": Op.GE, "value": D(10), "unit": "年"}),
    ("最少10种", "", {"op": Op.GE, "value": D(10), "unit": "种"}),
    ("《2小时", "", {"op": None, "candidates": (Op.LE, Op.LT), "value": D(2), "unit": "h"}),
    ("10个工作日", "行政审批时间", {"op": None, "value": D(10), "unit": "WD"}),
    (
        "较法定办理时限压缩90%以上",
        "",
        {"op": Op.GE, "value": D(90), "unit": "%", "relative_to": "法定时限", "change": "压缩"},
    ),
    ("完成率100%", "依申请公开办理件数", {"inner": "完成率", "value": D(100), "unit": "%"}),
    ("90%满意度以上", "", {"inner": "满意度", "op": Op.GE, "value": D(90), "unit": "%"}),
    ("项目通报批评数为0", "", {"inner": "项目通报批评数", "op": Op.EQ, "value": D(0)}),
    ("每月1次", "", {"kind": Kind.FREQ, "value": D(1), "per": "月", "annual": D(12), "unit": "次"}),
    ("每月一次", "", {"kind": Kind.FREQ, "value": D(1), "per": "月", "annual": D(12), "unit": "次"}),
    (
        "每周产出巡检维护记录表",
        "",
        {"kind": Kind.FREQ, "per": "周", "annual": D(52), "what": "巡检维护记录表"},
    ),
    ("每季度至少2次", "", {"kind": Kind.FREQ, "op": Op.GE, "per": "季", "annual": D(8)}),
    (
        "24小时内修复/次故障",
        "",
        {"kind": Kind.TIME_LIMIT, "op": Op.LE, "value": D(24), "unit": "h", "per": "故障", "what": "修复"},
    ),
    (
        "系统面向南沙区所有政府工作人员，不少于1000人",
        "",
        {"op": Op.GE, "value": D(1000), "unit": "人", "scope": "系统面向南沙区所有政府工作人员"},
    ),
    ("≥1000宗（株）", "", {"op": Op.GE, "value": D(1000), "unit": "宗", "unit_also": ("株",)}),
    ("216.8万", "为企业节约筹建成本", {"value": D(2168000), "unit": "元", "dimension": Dimension.MONEY}),
    ("≥80分", "用户满意度", {"op": Op.GE, "value": D(80), "unit": "分", "dimension": Dimension.SCORE}),
    ("满意", "", {"kind": Kind.GRADE, "op": Op.GE, "word": "满意"}),
    ("满意及以上", "", {"kind": Kind.GRADE, "op": Op.GE, "word": "满意"}),
    ("0次", "", {"op": Op.EQ, "value": D(0), "unit": "次"}),
    ("0", "", {"op": Op.EQ, "value": D(0)}),
    ("≥100%", "", {"op": Op.GE, "value": D(100), "unit": "%"}),
    ("2300.14平方米", "", {"op": Op.EQ, "value": D("2300.14"), "unit": "m²"}),
    ("1份清单", "", {"kind": Kind.DELIVERABLE, "value": D(1), "unit": "份", "what": "清单"}),
    ("项目运维期到产出总结报告一份", "", {"kind": Kind.DELIVERABLE, "value": D(1), "what": "总结报告"}),
    ("4篇", "", {"kind": Kind.DELIVERABLE, "value": D(4), "unit": "篇"}),
    ("≥5万", "年度新增数据量（条）", {"op": Op.GE, "value": D(50000), "unit": "条"}),
    ("1000（个）", "", {"value": D(1000), "unit": "个"}),
    ("≥2000万人次", "", {"op": Op.GE, "value": D(20000000), "unit": "人次"}),
    ("≥800RPS", "", {"op": Op.GE, "value": D(800), "unit": "RPS", "dimension": Dimension.RATE}),
    ("5X8小时", "", {"kind": Kind.WINDOW, "value": D(5), "hi": D(8)}),
    ("7*24小时", "", {"kind": Kind.WINDOW, "value": D(7), "hi": D(24)}),
    ("3-5个", "", {"kind": Kind.RANGE, "value": D(3), "hi": D(5), "unit": "个"}),
    ("10至20天", "", {"kind": Kind.RANGE, "value": D(10), "hi": D(20), "unit": "D"}),
    ("系统正常使用年限：≥2年", "办事效率", {"inner": "系统正常使用年限", "op": Op.GE, "unit": "年"}),
    ("合格", "", {"kind": Kind.BOOL}),
    ("终端完成“网上办、港澳指尖办、自助办”服务上线", "", {"kind": Kind.BOOL}),
    ("提高", "", {"kind": Kind.TEXT, "word": "提高"}),
    ("根据2019年文件要求落实", "", {"kind": Kind.TEXT}),
    ("", "", {"kind": Kind.TEXT, "word": ""}),
]


@pytest.mark.parametrize(("raw", "name", "expected"), SINGLE_VALUES, ids=[v[0] for v in SINGLE_VALUES])
def test_a_printed_value_is_read_as_it_is_meant(raw: str, name: str, expected: dict[str, Any]) -> None:
    target = parse(raw, name)

    found = {field: getattr(target, field) for field in expected}
    assert found == expected
    assert target.raw == raw


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        (
            "维保月度报告（每月1次），提供12份维保月度报告",
            [
                {"kind": Kind.FREQ, "value": D(1), "per": "月", "what": "维保月度报告"},
                {"kind": Kind.DELIVERABLE, "value": D(12), "unit": "份", "what": "维保月度报告"},
            ],
        ),
        (
            "在国产化环境下,简单查询≤3S,复杂查询≤5S",
            [
                {"when": "简单查询", "op": Op.LE, "value": D(3), "unit": "s"},
                {"when": "复杂查询", "op": Op.LE, "value": D(5), "unit": "s"},
            ],
        ),
        (
            "应用及数据库1、每日增量备份2、每周全量备份",
            [
                {"kind": Kind.FREQ, "value": D(1), "per": "日", "what": "增量备份"},
                {"kind": Kind.FREQ, "value": D(1), "per": "周", "what": "全量备份"},
            ],
        ),
        (
            "7*24小时服务电话;24小时内使用户能够正常使用",
            [
                {"kind": Kind.WINDOW, "value": D(7), "hi": D(24)},
                {"kind": Kind.TIME_LIMIT, "op": Op.LE, "value": D(24), "unit": "h"},
            ],
        ),
    ],
)
def test_several_promises_in_one_value_are_told_apart(raw: str, parts: list[dict[str, Any]]) -> None:
    target = parse(raw)

    assert target.kind is Kind.COMPOSITE
    assert [
        {field: getattr(part, field) for field in expected}
        for part, expected in zip(target.parts, parts, strict=True)
    ] == parts


def test_the_environment_and_the_scope_of_a_composite_are_kept() -> None:
    assert parse("在国产化环境下，简单查询≤3S，复杂查询≤5S").env == "国产化环境"
    assert parse("应用及数据库1、每日增量备份2、每周全量备份").scope == "应用及数据库"


def test_the_mistyped_sign_is_never_decided_for_the_author() -> None:
    target = parse("《2小时")

    assert target.op is None
    assert Note.ILLEGAL_OPERATOR in target.notes


def test_what_had_to_be_assumed_is_noted() -> None:
    assert Note.UNIT_ASSUMED in parse("216.8万", "为企业节约筹建成本").notes
    assert Note.UNIT_FROM_NAME in parse(">98", "接听率（%）").notes
    assert Note.UNIT_SPELLING in parse("≤3S").notes
    assert Note.UNIT_SPELLING not in parse("≤3s").notes
    assert Note.UNIT_IN_PARENTHESES in parse("≤3（秒）").notes
    assert Note.IMPLIED_OPERATOR in parse("24小时内修复/次故障").notes
    assert Note.SCORE_OUT_OF_100_ASSUMED in parse("≥80分").notes
    assert Note.APPROXIMATE in parse("100个左右").notes
    assert Note.OPERATORS_CONFLICT in parse("≥5%以下").notes


@pytest.mark.parametrize(
    ("raw", "op"),
    [
        ("5天以上", Op.GE),
        ("5天以下", Op.LE),
        ("5天以内", Op.LE),
        ("不满5天", Op.LT),
        ("超过5天", Op.GT),
        ("5天以外", Op.GT),
    ],
)
def test_including_and_excluding_words_follow_the_civil_code(raw: str, op: Op) -> None:
    assert parse(raw).op is op


def test_different_units_are_different_targets() -> None:
    assert not same(parse("≥5人"), parse("≥5人次"))
    assert not same(parse("≤5天"), parse("≤5个工作日"))
    assert parse("≥5分").dimension is Dimension.SCORE
    assert parse("≤5分钟").dimension is Dimension.TIME


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("不低于36台", "at least 36 台"),
        ("≤3S", "at most 3 s"),
        ("每月1次", "1 次 a month, that is 12 a year"),
        ("24小时内修复/次故障", "修复, at most 24 小时"),
        ("《2小时", "unclear comparison with 2 小时"),
        ("满意", "“满意” or better"),
        ("14000卷", "14000 卷, without a comparison"),
        ("按时办结率99%", "按时办结率 99%, without a comparison"),
        ("简单查询≤3S，复杂查询≤5S", "简单查询: at most 3 s; 复杂查询: at most 5 s"),
    ],
)
def test_the_meaning_is_a_sentence(raw: str, sentence: str) -> None:
    with override("en"):
        assert meaning(parse(raw)).replace("秒", "s") == sentence


def test_the_written_form_is_the_one_officials_print() -> None:
    assert write(parse("不超过12H")) == "≤12小时"
    assert write(parse("≥1.5万个")) == "≥1.5万个"
    assert write(parse("少于3个工作日")) == "<3个工作日"
    assert write(parse("不少于1000宗（株）")) == "≥1000宗（株）"
    assert write(parse("每月1次")) == "每月1次"


@pytest.mark.parametrize("raw", [value[0] for value in SINGLE_VALUES])
def test_the_canonical_form_of_every_example_reads_back(raw: str) -> None:
    _assert_reads_back(parse(raw))


PIECES = st.sampled_from(
    [
        *("≥", "≤", "《", ">", "不低于", "以上", "以内", "内", "每月", "每"),
        *("10", "3.5", "1,000", "万", "亿", "%", "次", "小时", "（", "）"),
        *("(", ")", "，", "；", ";", "、", "1、", "/", "~", "至"),
        *("满意", "合格", "完成", "上线", "率", "完成率", "全区", "在国产化环境下", "较上年", "压缩"),
        *("份", "清单", "7*24小时", "[scope=x]", "[word=", "[per=月]", "[what=a]", "]", "{", "}"),
        *("一", "两", "分", "平方米", "约", "左右", "0", "-", "简单查询", "S"),
        *("RPS", "为", "等于", "系统正常使用年限："),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=10))
def test_no_text_whatever_makes_it_fail(raw: str, name: str) -> None:
    target = parse(raw, name)

    assert target.raw == raw
    _assert_reads_back(target)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=9).map("".join))
def test_any_mixture_of_the_grammars_own_words_reads_back(raw: str) -> None:
    _assert_reads_back(parse(raw))


def _assert_reads_back(target: Target) -> None:
    again = parse(show(target))
    assert same(again, target), (show(target), again, target)
    assert show(again) == show(target)
    assert meaning(target) is not None
