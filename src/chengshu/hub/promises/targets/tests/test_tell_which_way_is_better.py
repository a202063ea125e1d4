"""Which way is better is told by the head word of the name, the unit and the kind of value."""

from __future__ import annotations

import pytest

from chengshu.hub.promises.targets import Direction, direction, name_direction, parse


@pytest.mark.parametrize(
    "name",
    [
        "恢复时间目标RTO",
        "恢复点目标rpo",
        "系统故障率（%）",
        "误报和漏报率",
        "网络链路延迟",
        "系统故障修复处理时间",
        "安全生产事故发生次数",
        "服务对象有效投诉次数",
        "单次故障系统不可用时长",
        "建设工程规划许可行政审批时间",
        "项目通报批评数",
        "热线退单率",
        "单件办理成本",
        "网络安全事件严重程度",
    ],
)
def test_the_lower_the_better(name: str) -> None:
    assert name_direction(name) is Direction.NEG


@pytest.mark.parametrize(
    "name",
    [
        "工单按时退单率",
        "故障解决率",
        "故障处理及时率",
        "故障响应及时率",
        "设备/系统正常使用年限",
        "系统设备使用周期",
        "软件正常运行时间（%）",
        "有效工作时间",
        "为企业节约筹建成本",
        "压缩行政审批时间，提高效率",
        "服务对象满意度",
        "系统并发数",
        "系统吞吐量",
        "数据项完整性",
        "响应能力",
    ],
)
def test_the_more_the_better(name: str) -> None:
    assert name_direction(name) is Direction.POS


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("响应能力", "≤5秒", Direction.NEG),
        ("故障修复", "24小时内修复/次故障", Direction.NEG),
        ("设备正常使用年限", "不少于5年", Direction.POS),
        ("行政审批时间", "10个工作日", Direction.NEG),
        ("不产生群众重大投诉", "90%满意度以上", Direction.POS),
        ("梳理清晰", "项目通报批评数为0", Direction.NEG),
        ("改造面积", "2300.14平方米", Direction.EQ),
        ("安全生产事故发生次数", "0次", Direction.NEG),
        ("项目初验合格情况", "合格", Direction.BOOL),
        ("用户满意度", "满意", Direction.QUAL),
        ("便利化程度", "提高", Direction.QUAL),
    ],
)
def test_the_value_says_what_the_name_leaves_open(name: str, raw: str, expected: Direction) -> None:
    assert direction(name, parse(raw, name)) is expected
