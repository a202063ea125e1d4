"""Layout of 项目支出绩效自评表 (财预〔2020〕10号, appendix)."""

from __future__ import annotations

from chengshu.foundation.papers.layout import Cell, Part, Row

from .cells import centered, class_cells, label, labels, number, point, text
from .data import EvaluatedIndicator, FundExecution, SelfEvaluationForm

# side label · level 1 · level 2 · level 3 · annual target · actual · points · score or rate · deviation
_WIDTHS = (14, 20, 24, 44, 36, 36, 17, 19, 62)
_FUND_HEADINGS = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
_INDICATOR_HEADINGS = (
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值",
    "得分",
    "偏差原因分析及改进措施",
)
_NOTE = (
    "注：执行率＝全年执行数÷全年预算数；得分一档最高不能超过该指标分值上限；"
    "定量指标按实际完成值与年度指标值比较计分，定性指标按达成年度指标、部分达成年度指标并具有一定效果、"
    "未达成年度指标且效果较差三档计分；未填报的指标留空，不按0分计。"
)


def evaluation_parts(form: SelfEvaluationForm) -> tuple[Part, ...]:
    rows = (*_identity(form), *_funds(form.funds), *_goals(form), *_indicators(form.indicators), _total(form))
    signatures = (
        f"填报人：{form.filled_by}　　　　联系电话：{form.phone}　　　　单位负责人：{form.approved_by}"
    )
    return (
        Part(
            name=form.project,
            title=f"项目支出绩效自评表（{form.year}年度）",
            widths=_WIDTHS,
            rows=rows,
            above_right="单位：万元",
            below=(_NOTE, signatures),
        ),
    )


def _identity(form: SelfEvaluationForm) -> tuple[Row, ...]:
    return (
        Row((label("项目名称", 2), centered(form.project, 7))),
        Row((label("主管部门", 2), centered(form.department, 3), label("实施单位"), centered(form.unit, 3))),
    )


def _funds(funds: tuple[FundExecution, ...]) -> tuple[Row, ...]:
    heading = (label("项目资金（万元）", 1, len(funds) + 1), label("", 2), *labels(*_FUND_HEADINGS))
    return (Row(heading), *(Row(_fund(fund)) for fund in funds))


def _fund(fund: FundExecution) -> tuple[Cell, ...]:
    amounts = (number(fund.initial), number(fund.adjusted), number(fund.executed))
    rate = Cell(fund.rate, "number", figures="percent", align="center")
    return (text(fund.name, 2), *amounts, point(fund.points), rate, point(fund.score))


def _goals(form: SelfEvaluationForm) -> tuple[Row, ...]:
    return (
        Row((label("年度总体目标", 1, 2), label("预期目标", 4), label("实际完成情况", 4))),
        Row((text(form.expected_goal, 4), text(form.achieved_goal, 4))),
    )


def _indicators(indicators: tuple[EvaluatedIndicator, ...]) -> tuple[Row, ...]:
    heading = Row((Cell("", "label", joins_below=True), *labels(*_INDICATOR_HEADINGS)), heading=True)
    if not indicators:
        return (
            heading,
            Row(
                (Cell("绩效指标", "label", joins_above=True), *(text("") for _heading in _INDICATOR_HEADINGS))
            ),
        )
    side = Cell("绩效指标", "label", rows=len(indicators), joins_above=True)
    rows = [
        Row((*((side,) if index == 0 else ()), *classes, *_result(indicator)))
        for index, (classes, indicator) in enumerate(zip(class_cells(indicators), indicators, strict=True))
    ]
    return (heading, *rows)


def _result(indicator: EvaluatedIndicator) -> tuple[Cell, ...]:
    return (
        text(indicator.name),
        centered(indicator.annual_target),
        centered(indicator.actual),
        point(indicator.points),
        point(indicator.score),
        text(indicator.deviation),
    )


def _total(form: SelfEvaluationForm) -> Row:
    points = Cell(form.total_points, "total", figures="score", align="center")
    score = Cell(form.total_score, "total", figures="score", align="center")
    return Row((label("总分", 6), points, score, text("")))
