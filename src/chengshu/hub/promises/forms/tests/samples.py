"""Filled-in forms that the tests print."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from chengshu.foundation.errors import Place
from chengshu.foundation.papers.layout import Imprint
from chengshu.hub.promises.forms import (
    EvaluatedIndicator,
    Finding,
    FundExecution,
    FundMonitoring,
    LintReport,
    MonitoredIndicator,
    MonitoringForm,
    SelfEvaluationForm,
    TargetsForm,
)
from chengshu.hub.promises.tables.data import (
    BudgetLine,
    DepartmentTable,
    IndicatorRow,
    ProjectRow,
    ProjectTable,
    SourceTables,
    TaskRow,
    UnitRow,
)

HERE = Place(1)
IMPRINT = Imprint(datetime(2025, 8, 15, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")), "2025-1", simulated=True)
AMOUNT = Decimal("365.70")
ZERO = Decimal("0.00")


def evaluation(count: int = 3, text: str = "系统平均响应时间") -> SelfEvaluationForm:
    """A self-evaluation of ``count`` indicators; the last one is not reported yet."""
    indicators = tuple(
        EvaluatedIndicator(
            l1_name="产出指标" if number < 2 else "效益指标",
            l2_name="质量指标" if number < 2 else "社会效益指标",
            name=f"{text}{number}",
            annual_target="≤3S",
            actual="" if number == count - 1 else "2.5S",
            points=Decimal("7.14"),
            score=None if number == count - 1 else Decimal("7.14"),
            deviation="进度滞后：加强调度",
        )
        for number in range(count)
    )
    return SelfEvaluationForm(
        year=2025,
        project=text,
        department="广州市南沙区政务服务和数据管理局",
        unit="广州南沙政务服务中心",
        funds=(
            FundExecution(
                "年度资金总额",
                AMOUNT,
                Decimal(350),
                Decimal("341.25"),
                Decimal(10),
                Decimal("0.975"),
                Decimal("9.75"),
            ),
            FundExecution("其他资金", None, None, None),
        ),
        expected_goal=text,
        achieved_goal=text,
        indicators=indicators,
        total_points=Decimal(100),
        total_score=None,
        imprint=IMPRINT,
        filled_by="填报人",
    )


def monitoring(count: int = 3, text: str = "系统平均响应时间") -> MonitoringForm:
    indicators = tuple(
        MonitoredIndicator(
            l1_name="产出指标",
            l2_name="质量指标",
            name=f"{text}{number}",
            annual_target="≤3S",
            achieved="2.5S",
            forecast="2.8S",
            reasons=frozenset({"funding"}),
            explanation=text,
            likelihood="possible",
        )
        for number in range(count)
    )
    return MonitoringForm(
        year=2025,
        period="1-7月",
        project=text,
        department="广州市南沙区政务服务和数据管理局",
        unit="广州南沙政务服务中心",
        funds=(FundMonitoring("年度资金总额", AMOUNT, Decimal(120), Decimal("0.3281"), Decimal(350)),),
        goal=text,
        indicators=indicators,
        imprint=IMPRINT,
    )


def report(count: int = 3, text: str = "恢复时间目标RTO") -> LintReport:
    findings = tuple(
        Finding(
            ref=f"P{number % 46 + 1:02d}#{number}",
            project=f"{text}项目",
            indicator=text,
            raw=f"{text}；年度指标值：>12小时",
            code="V03" if number % 3 else "V07",
            severity="E" if number % 3 else "W",
            reason=f"{text}：方向矛盾",
            suggestion="改为“≤12小时”",
        )
        for number in range(count)
    )
    return LintReport(2025, "广州市南沙区政务服务和数据管理局", 46, 281, findings, IMPRINT)


def targets(count: int = 3, text: str = "巡检次数") -> TargetsForm:
    return TargetsForm(SourceTables(2025, _projects(count, text), _department(count, text)), IMPRINT)


def _projects(count: int, text: str) -> ProjectTable:
    indicators = tuple(_indicator(f"P01#{number}", number, text) for number in range(1, count + 1))
    raw = "".join(f"{indicator.number}、{indicator.raw}。" for indicator in indicators)
    money = (Decimal("1365.70"), Decimal(1000), Decimal("365.70"), ZERO)
    project = ProjectRow("P01", "某项目", "某中心", *money, "目标", indicators, raw, HERE)
    return ProjectTable("某局", money[0], (UnitRow("某中心", money[0], (project,), HERE),))


def _indicator(ref: str, number: int, text: str) -> IndicatorRow:
    raw = f"1-产出指标：11-数量指标：{text}；实施周期指标值：≥4次；年度指标值：≥4次"
    levels = ("1", "产出指标", "11", "数量指标")
    return IndicatorRow(
        ref, number, *levels, text, "≥4次", "≥4次", raw=raw, has_value_labels=True, place=HERE
    )


def _department(count: int, text: str) -> DepartmentTable:
    names = ("基本支出", "项目支出", "财政拨款", "其他资金", "财政专项资金", "其他事业发展性支出")
    amounts = ("100", "1365.70", "1465.70", "0", "0", "0")
    budget = (
        *(BudgetLine(name, Decimal(amount), HERE) for name, amount in zip(names, amounts, strict=True)),
        BudgetLine("区本级使用资金", Decimal("1465.70"), HERE),
        BudgetLine("拟用于对下转移支付资金", ZERO, HERE),
    )
    indicators = tuple(
        IndicatorRow(
            f"D{number:02d}",
            number,
            "",
            "产出指标",
            "",
            "质量指标",
            f"{text}{number}",
            "≥4次",
            "≥5次",
            raw=f"{text}{number}；≥4次；≥5次",
            has_value_labels=True,
            place=HERE,
        )
        for number in range(1, count + 1)
    )
    tasks = (TaskRow(3, "加强服务", "（一）拓展。", Decimal("839.55"), "（一）提升。", HERE),)
    return DepartmentTable("某局", budget, "总体目标。", tasks, indicators, other_tasks="无")
