"""Layout of 项目支出绩效目标执行监控表 (财预〔2019〕136号, appendix)."""

from __future__ import annotations

from chengshu.foundation.papers.layout import Cell, Part, Row

from .cells import centered, class_cells, label, labels, number, text
from .data import LIKELIHOODS, MONITORING_REASONS, FundMonitoring, MonitoredIndicator, MonitoringForm

# side, levels 1 to 3, target, achieved, forecast, five reasons, explanation, three odds, remark
_WIDTHS = (12, 17, 19, 34, 25, 25, 25, 9, 9, 9, 9, 9, 27, 9, 9, 9, 17)
_TICK = "√"
_NOTE = (
    "注：1. 偏差原因分析：针对与预期目标产生偏差的指标值，"
    "分别从经费保障、制度保障、人员保障、硬件条件保障等方面判断，并说明原因。"
    "2. 完成目标可能性：对应所设定的实现绩效目标的路径，"
    "分确定能、有可能、完全不可能三级综合判断。"
)


def monitoring_parts(form: MonitoringForm) -> tuple[Part, ...]:
    rows = (
        Row((label("项目名称", 2), centered(form.project, 15))),
        Row(
            (label("主管部门", 2), centered(form.department, 5), label("实施单位", 5), centered(form.unit, 5))
        ),
        *_funds(form),
        Row((label("年度总体目标", 2), text(form.goal, 15))),
        *_headings(form.period),
        *_indicators(form.indicators),
    )
    title = f"项目支出绩效目标执行监控表（{form.year}年度）"
    return (
        Part(form.project, title, _WIDTHS, rows, above_right="单位：万元", below=(_NOTE,), font_size=8.5),
    )


def _funds(form: MonitoringForm) -> tuple[Row, ...]:
    heading = Row(
        (
            label("项目资金（万元）", 2, len(form.funds) + 1),
            label("", 2),
            label("年初预算数"),
            label(f"{form.period}执行数"),
            label(f"{form.period}执行率"),
            label("全年预计执行数", 5),
            label("备注", 5),
        )
    )
    return (heading, *(Row(_fund(fund)) for fund in form.funds))


def _fund(fund: FundMonitoring) -> tuple[Cell, ...]:
    rate = Cell(fund.rate, "number", figures="percent", align="center")
    return (
        text(fund.name, 2),
        number(fund.initial),
        number(fund.executed),
        rate,
        number(fund.forecast, columns=5),
        text("", 5),
    )


def _headings(period: str) -> tuple[Row, ...]:
    tall = (
        label(words, rows=2)
        for words in (
            "一级指标",
            "二级指标",
            "三级指标",
            "年度指标值",
            f"{period}执行情况",
            "全年预计完成情况",
        )
    )
    upper = (
        Cell("", "label", rows=2, joins_below=True),
        *tall,
        label("偏差原因分析", 6),
        label("完成目标可能性", 3),
        label("备注", rows=2),
    )
    lower = labels(
        *(words for _code, words in MONITORING_REASONS), "原因说明", *(words for _code, words in LIKELIHOODS)
    )
    return (Row(upper, heading=True), Row(lower, heading=True))


def _indicators(indicators: tuple[MonitoredIndicator, ...]) -> tuple[Row, ...]:
    if not indicators:
        return (Row((Cell("绩效指标", "label", joins_above=True), *(text("") for _width in _WIDTHS[1:]))),)
    side = Cell("绩效指标", "label", rows=len(indicators), joins_above=True)
    return tuple(
        Row((*((side,) if index == 0 else ()), *classes, *_state(indicator)))
        for index, (classes, indicator) in enumerate(zip(class_cells(indicators), indicators, strict=True))
    )


def _state(indicator: MonitoredIndicator) -> tuple[Cell, ...]:
    return (
        text(indicator.name),
        centered(indicator.annual_target),
        centered(indicator.achieved),
        centered(indicator.forecast),
        *(_ticked(code in indicator.reasons) for code, _words in MONITORING_REASONS),
        text(indicator.explanation),
        *(_ticked(code == indicator.likelihood) for code, _words in LIKELIHOODS),
        text(indicator.remark),
    )


def _ticked(is_so: bool) -> Cell:
    return centered(_TICK if is_so else "")
