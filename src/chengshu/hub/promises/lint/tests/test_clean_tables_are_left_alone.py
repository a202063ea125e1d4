"""A table as it should be gets no error, and nothing is found in no tables at all."""

from __future__ import annotations

import pytest

from chengshu.hub.promises.lint import Severity, lint
from chengshu.hub.promises.lint.examples import indicator, project, tables
from chengshu.hub.promises.tables.data import SourceTables

CLEAN = tables(
    project(
        "2025年甲系统运维项目",
        indicator("系统巡检次数", "≥12次", l2="11"),
        indicator("系统可用率", "≥99.5%", l2="12"),
        indicator("故障修复时间", "≤2小时", l2="13"),
        indicator("群众办事跑动次数下降率", "≥20%", l2="22"),
        indicator("使用单位满意度", "≥90%", l2="31"),
        indicator("单台设备年运维成本", "≤1200元", l2="41"),
        goal="全年巡检不少于12次，系统可用率不低于99.5%，故障两小时内修复，使用单位满意。",
        raw="1、1-产出指标：11-数量指标：系统巡检次数；实施周期指标值：≥12次；年度指标值：≥12次。",
    ),
    project(
        "乙审批工作经费",
        indicator("环评案件办结量", "≥450宗", l2="11"),
        indicator("审批文书差错率", "≤1%", l2="12"),
        indicator("环评审批时间", "≤3个工作日", l2="13"),
        indicator("企业环评办理成本下降率", "≥10%", l2="21"),
        indicator("企业满意度", "≥90%", l2="31"),
        indicator("单宗技术审查成本", "≤2000元", l2="41"),
        goal="办结环评案件不少于450宗，三个工作日内完成审批。",
        raw="1、1-产出指标：11-数量指标：环评案件办结量；实施周期指标值：≥450宗；年度指标值：≥450宗。",
    ),
    department=(indicator("环评案件办结量", "≥450宗", l2="11"), indicator("系统可用率", "≥99.5%", l2="12")),
)


def test_a_clean_table_gets_no_error() -> None:
    assert [finding for finding in lint(CLEAN) if finding.severity is Severity.ERROR] == []


def test_a_clean_table_gets_no_warning_either() -> None:
    assert [(f.ref, f.code) for f in lint(CLEAN) if f.severity is Severity.WARNING] == []


@pytest.mark.parametrize("nothing", [SourceTables(2025, None, None), tables()])
def test_no_tables_give_no_findings(nothing: SourceTables) -> None:
    assert lint(nothing) == []


def test_a_department_without_projects_is_not_blamed_for_having_none() -> None:
    alone = SourceTables(2025, None, CLEAN.department)

    assert not {"X01", "X02"} & {finding.code for finding in lint(alone)}


@pytest.mark.parametrize(
    "odd", ["", "%", "《", "1、", "≥", "满意以上以上", "[word=]", "{;}", "99999999999999999999999999999"]
)
def test_odd_texts_never_make_the_linter_fail(odd: str) -> None:
    found = lint(tables(project(odd, indicator(odd, odd), goal=odd, raw=odd)))

    assert all(isinstance(finding.message, str) for finding in found)
