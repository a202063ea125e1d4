from __future__ import annotations

from dataclasses import replace

from . import samples
from .reading import document_text, sheet_rows


def test_a_clean_table_says_that_nothing_was_found() -> None:
    clean = samples.report(0)
    assert ["—", "未发现问题", 0, 0, 0, 0] in sheet_rows(clean, 0)
    assert ["未发现问题"] in sheet_rows(clean, 1)


def test_the_summary_counts_by_severity_rule_and_project() -> None:
    rows = sheet_rows(samples.report(7))
    assert ["检查范围：46个项目，281条绩效指标；发现问题7条。"] in rows
    assert [row[-4:] for row in rows if row[0] == "错误"] == [[4, 0, 0, 4]]
    assert [row[-4:] for row in rows if row[0] == "V07"] == [[0, 3, 0, 3]]
    assert [row[-4:] for row in rows if row[0] == "P02"] == [[1, 0, 0, 1]]


def test_the_departments_own_indicators_count_together() -> None:
    report = samples.report(2)
    own = tuple(replace(finding, ref=f"D{number}") for number, finding in enumerate(report.findings, 16))
    rows = sheet_rows(replace(report, findings=own))
    assert [row[-1] for row in rows if row[0] == "部门"] == [2]


def test_every_finding_is_listed_with_all_it_says() -> None:
    rows = sheet_rows(samples.report(3), 1)
    assert rows[2][:1] == ["部门名称：广州市南沙区政务服务和数据管理局"]
    assert rows[3] == ["序号", "编号", "项目", "指标", "原文", "规则", "级别", "问题及依据", "修改建议"]
    assert rows[5] == [
        2,
        "P02#1",
        "恢复时间目标RTO项目",
        "恢复时间目标RTO",
        "恢复时间目标RTO；年度指标值：>12小时",
        "V03",
        "错误",
        "恢复时间目标RTO：方向矛盾",
        "改为“≤12小时”",
    ]


def test_the_report_says_that_a_person_decides() -> None:
    assert "须经人工确认" in document_text(samples.report())
