from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from . import samples
from .reading import document_text, sheet_rows, sheets


def test_what_is_not_reported_stays_blank_and_is_not_zero() -> None:
    rows = sheet_rows(samples.evaluation())
    unreported = next(row for row in rows if "系统平均响应时间2" in row)
    assert unreported == ["效益指标", "社会效益指标", "系统平均响应时间2", "≤3S", 7.14, "进度滞后：加强调度"]
    assert ["其他资金"] in rows
    assert ["总分", 100] in rows


def test_the_form_has_the_official_columns() -> None:
    rows = sheet_rows(samples.evaluation())
    assert ["项目支出绩效自评表（2025年度）"] in rows
    assert ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"] in rows
    assert [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ] in rows


def test_money_is_printed_as_numbers_and_the_rate_as_percent() -> None:
    assert ["年度资金总额", 365.7, 350, 341.25, 10, 0.975, 9.75] in sheet_rows(samples.evaluation())
    assert "97.50%" in document_text(samples.evaluation())


def test_the_total_is_printed_once_everything_is_reported() -> None:
    scored = replace(samples.evaluation(), total_score=Decimal("92.345"))
    assert "92.35" in document_text(scored)


def test_neighbours_of_one_class_share_one_cell() -> None:
    sheet = sheets(samples.evaluation())[0]
    printed = [cell.value for row in sheet.iter_rows() for cell in row]
    assert printed.count("产出指标") == 1
    assert printed.count("质量指标") == 1
    assert "年度总体目标" in printed


def test_the_indicator_heading_repeats_on_paper() -> None:
    sheet = sheets(samples.evaluation())[0]
    first, last = sheet.print_title_rows.replace("$", "").split(":")
    assert first == last
    assert "一级指标" in [cell.value for cell in sheet[int(first)]]
