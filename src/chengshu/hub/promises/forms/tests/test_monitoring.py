from __future__ import annotations

from dataclasses import replace

from chengshu.hub.promises.forms.data import LIKELIHOODS, MONITORING_REASONS

from . import samples
from .reading import sheet_rows, sheets


def test_the_form_has_the_official_columns() -> None:
    rows = sheet_rows(samples.monitoring())
    assert ["项目资金（万元）", "年初预算数", "1-7月执行数", "1-7月执行率", "全年预计执行数", "备注"] in rows
    assert [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "1-7月执行情况",
        "全年预计完成情况",
        "偏差原因分析",
        "完成目标可能性",
        "备注",
    ] in rows
    assert [
        *(words for _code, words in MONITORING_REASONS),
        "原因说明",
        *(words for _code, words in LIKELIHOODS),
    ] in rows


def test_ticks_stand_under_their_reason_and_likelihood() -> None:
    sheet = sheets(samples.monitoring())[0]
    columns = {cell.value: cell.column for row in sheet.iter_rows() for cell in row if cell.value}
    ticked = {cell.column for row in sheet.iter_rows() for cell in row if cell.value == "√"}
    assert ticked == {columns["经费保障"], columns["有可能"]}


def test_an_indicator_not_yet_judged_has_no_tick() -> None:
    form = samples.monitoring(1)
    open_question = replace(form.indicators[0], reasons=frozenset(), likelihood=None)
    values = [value for row in sheet_rows(replace(form, indicators=(open_question,))) for value in row]
    assert "√" not in values


def test_the_period_under_review_is_named_in_the_headings() -> None:
    values = [value for row in sheet_rows(replace(samples.monitoring(), period="1-9月")) for value in row]
    assert {"1-9月执行数", "1-9月执行率", "1-9月执行情况"} <= set(values)
