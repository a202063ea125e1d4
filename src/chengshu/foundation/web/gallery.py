"""What the design page shows: every component once, with made-up but lifelike data in the shape pages use.

The page at ``/design/`` and the tests render it. Nothing here is a fact about the district.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from chengshu.foundation.web.formats import SHANGHAI
from chengshu.foundation.web.shell import (
    Change,
    Column,
    Crumb,
    Filter,
    HeatCell,
    HeatGroup,
    HeatRow,
    NavGroup,
    NavItem,
    Option,
    Page,
    SavedView,
    Tab,
    TimelineEvent,
)

VERDICTS = {"positive": "已兑现", "caution": "有风险", "negative": "未兑现", "neutral": "未举证"}
FAMILIES = (
    ("quantity", "数量"),
    ("quality", "质量"),
    ("time", "时效"),
    ("benefit", "效益"),
    ("satisfaction", "满意度"),
)
PROJECTS = (
    ("样例局本级", "政务服务工作经费（样例）", "77.30", (4, 2, 1, 1, 1)),
    ("样例局本级", "经济服务审批工作经费（样例）", "1038.84", (6, 3, 2, 2, 1)),
    ("样例局本级", "信息化建设和政务数据管理工作经费（样例）", "2666.83", (12, 7, 3, 3, 2)),
    ("样例局本级", "便民热线工作经费（样例）", "159.18", (5, 2, 4, 1, 2)),
    ("样例局本级", "电子监察视频监控系统运维项目（样例）", "24.30", (2, 1, 2, 0, 1)),
    ("样例中心", "政务服务中心运行经费（样例）", "368.20", (4, 3, 3, 1, 2)),
    ("样例中心", "自助服务终端运维项目（样例）", "82.83", (1, 2, 1, 1, 1)),
)


def sample() -> dict[str, Any]:
    """The context of ``gallery.html``."""
    return {
        "district": "广州市南沙区",
        "navigation": _navigation(),
        "breadcrumbs": (Crumb("首页", "/"), Crumb("设计", "")),
        "columns": _columns(),
        "rows": _rows(),
        "filters": _filters(),
        "views": (
            SavedView("本季度有风险", "?view=1", current=True),
            SavedView("金额五百万元以上", "?view=2"),
        ),
        "page": Page(shown=5, total=281, start=1, next="b64cursor"),
        "total": Decimal("13074.48"),
        "groups": heat_groups(),
        "families": FAMILIES,
        "verdicts": tuple((tone, label, 20 + 7 * n) for n, (tone, label) in enumerate(VERDICTS.items())),
        "tabs": _tabs(),
        "timeline": _timeline(),
        "changes": _changes(),
        "line_chart": _line_chart(),
        "bar_chart": _bar_chart(),
        "options": (
            Option("head", "局本级", "四十三个项目"),
            Option("centre", "政务服务中心"),
            Option("city", "数字城市运营中心"),
        ),
        "errors": (
            ("id_target", "年度指标值：请填写数值和单位，例如“不低于 36 台”"),
            ("id_unit", "请选择责任单位"),
        ),
    }


def _navigation() -> tuple[NavGroup, ...]:
    return (
        NavGroup(
            "工作台",
            (
                NavItem("待办", "/inbox/", "inbox", count=12, key="i"),
                NavItem("绩效看板", "/promises/", "board", current=True, key="b"),
                NavItem("项目", "/projects/", "wallet", key="p"),
                NavItem("指标", "/indicators/", "target", key="n"),
                NavItem("检查发现", "/findings/", "alert", count=37, key="f"),
            ),
        ),
        NavGroup(
            "管理",
            (
                NavItem("组织机构", "/organisation/", "org"),
                NavItem("账号与授权", "/accounts/", "users"),
                NavItem("工作日历", "/calendar/", "calendar"),
                NavItem("审计", "/audit/", "shield"),
            ),
        ),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", "指标", header=True, sort="name"),
        Column("project", "项目"),
        Column("target", "年度指标值", kind="fit"),
        Column("actual", "实际值", kind="number", sort="actual"),
        Column("amount", "预算（万元）", kind="money", sort="amount"),
        Column("verdict", "结论", kind="fit", sort="verdict"),
        Column("changed", "更新日期", kind="date", sort="changed"),
    )


def _rows() -> list[dict[str, Any]]:
    def row(number: int, *values: Any) -> dict[str, Any]:
        keys = ("name", "project", "target", "actual", "amount", "tone", "day")
        made = {"id": number, **dict(zip(keys, values, strict=True))}
        return {
            **made,
            "verdict": VERDICTS[made["tone"]],
            "changed": datetime(2025, 9, made["day"], tzinfo=SHANGHAI),
        }

    return [
        row(1, "无人机机库部署数量", "无人机服务（样例）", "≥ 36 台", 31, Decimal("1240.00"), "caution", 30),
        row(
            2,
            "工单按时办结率",
            "便民热线（样例）",
            "100%",
            Decimal("99.62"),
            Decimal("159.18"),
            "negative",
            28,
        ),
        row(
            3,
            "系统平均响应时间",
            "运营平台（样例）",
            "≤ 3 秒",
            Decimal("1.84"),
            Decimal("2666.83"),
            "positive",
            26,
        ),
        row(
            4,
            "国际（港澳）人才服务业务量",
            "大厅管理（样例）",
            "≥ 35000 件",
            36120,
            Decimal("839.55"),
            "positive",
            24,
        ),
        row(5, "用户满意度", "政务云租赁（样例）", "满意", None, Decimal("38.02"), "neutral", 12),
    ]


def _filters() -> tuple[Filter, ...]:
    return (
        Filter("q", "关键词", kind="search", placeholder="指标或项目名称"),
        Filter("verdict", "结论", options=tuple(Option(tone, label) for tone, label in VERDICTS.items())),
        Filter("unit", "单位", options=(Option("head", "局本级"), Option("centre", "政务服务中心"))),
    )


def _tabs() -> tuple[Tab, ...]:
    return (
        Tab("概况", "?tab=overview", current=True),
        Tab("指标", "?tab=promises", count=14),
        Tab("佐证材料", "?tab=evidence", count=3),
        Tab("历史", "?tab=history"),
    )


def _timeline() -> tuple[TimelineEvent, ...]:
    def at(month: int, day: int, hour: int) -> datetime:
        return datetime(2025, month, day, hour, 30, tzinfo=SHANGHAI)

    return (
        TimelineEvent("已批复", at(3, 3, 10), "预算绩效科负责岗", "同意，按批复目标执行。", "positive"),
        TimelineEvent(
            "退回修改", at(2, 24, 16), "预算绩效科审核岗", "RTO 的比较符号写反，请核对。", "negative"
        ),
        TimelineEvent("提交审核", at(2, 21, 9), "信息化管理科经办岗", tone="info"),
        TimelineEvent("建立草稿", at(2, 19, 14), "信息化管理科经办岗"),
    )


def _changes() -> tuple[Change, ...]:
    return (
        Change("恢复时间目标 RTO", "> 12 小时", "≤ 12 小时"),
        Change("年度指标值", "≥ 15 份", "≥ 15 份"),
        Change("评分标准", None, "按完成比例得分"),
    )


def _line_chart() -> dict[str, Any]:
    return {
        "kind": "line",
        "unit": "%",
        "categories": [f"{month}月" for month in range(1, 13)],
        "series": [
            {"name": "计划", "values": [8, 16, 25, 33, 41, 50, 58, 66, 75, 83, 92, 100], "dashed": True},
            {"name": "实际", "values": [6, 13, 24, 35, 44, 49, 60, 64, 71, None, None, None]},
        ],
    }


def _bar_chart() -> dict[str, Any]:
    values = {
        "positive": (38, 21, 30, 12, 9),
        "caution": (9, 6, 7, 3, 2),
        "negative": (4, 3, 6, 1, 0),
        "neutral": (20, 14, 8, 22, 18),
    }
    series = [
        {"name": VERDICTS[tone], "tone": tone, "values": list(counts)} for tone, counts in values.items()
    ]
    return {"kind": "stack", "unit": "项", "categories": [label for _, label in FAMILIES], "series": series}


def heat_groups() -> tuple[HeatGroup, ...]:
    """A small board: two units, seven projects, verdicts spread by a fixed rule."""
    units = dict.fromkeys(unit for unit, *_ in PROJECTS)
    return tuple(
        HeatGroup(
            unit,
            tuple(_heat_row(place, project) for place, project in enumerate(PROJECTS) if project[0] == unit),
        )
        for unit in units
    )


def _heat_row(place: int, project: tuple[str, str, str, tuple[int, ...]]) -> HeatRow:
    _, label, amount, counts = project
    cells = {
        key: tuple(_heat_cell(place, family, n) for n in range(count))
        for family, ((key, _), count) in enumerate(zip(FAMILIES, counts, strict=True))
    }
    return HeatRow(
        label, f"#project-{place}", Decimal(amount), float(Decimal(amount) / Decimal("2666.83")), cells
    )


def _heat_cell(place: int, family: int, n: int) -> HeatCell:
    tones = ("positive", "positive", "neutral", "positive", "caution", "neutral", "positive", "negative")
    tone = tones[(place * 5 + family * 3 + n) % len(tones)]
    facts = (("目标", "≥ 95%"), ("实际", "—" if tone == "neutral" else "96.2%"))
    name = f"样例指标 {place + 1}.{family + 1}.{n + 1}"
    return HeatCell(
        f"#promise-{place}-{family}-{n}", name, tone, VERDICTS[tone], facts, flagged=(place + n) % 6 == 5
    )
