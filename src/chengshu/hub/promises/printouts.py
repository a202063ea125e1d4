"""A checkpoint and a self-evaluation as the official forms print them: rows in, form data for ``forms.render`` out."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from chengshu.foundation.papers.layout import Imprint
from chengshu.hub.promises.appraisal import family_of, typed_form
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.weights import Family
from chengshu.hub.promises.forms.data import (
    EvaluatedIndicator,
    FundExecution,
    FundMonitoring,
    MonitoredIndicator,
    MonitoringForm,
    MonitoringReason,
    SelfEvaluationForm,
)
from chengshu.hub.promises.forms.data import Likelihood as PrintedLikelihood
from chengshu.hub.promises.measured import measured, value_unit
from chengshu.hub.promises.models import (
    Commitment,
    Form,
    Monitoring,
    MonitoringLine,
    SelfEvaluation,
    SelfEvaluationLine,
)

_PRINTED_REASONS: dict[str, MonitoringReason] = {
    "funding": "funding",
    "institution": "rules",
    "staff": "staff",
    "hardware": "equipment",
}
_LIKELIHOODS: dict[str, PrintedLikelihood] = {
    "certain": "certain",
    "possible": "possible",
    "impossible": "impossible",
}
_WORDS = {
    "yes": "完成",
    "no": "未完成",
    "achieved": "达成年度指标",
    "partly": "部分达成年度指标并具有一定效果",
    "not_achieved": "未达成年度指标且效果较差",
}
_FIRST_LEVELS = {
    Family.OUTPUT: "产出指标",
    Family.BENEFIT: "效益指标",
    Family.SATISFACTION: "满意度指标",
    Family.COST: "成本指标",
}
_REASON_WORDS = {
    "funding": "经费保障",
    "institution": "制度保障",
    "staff": "人员保障",
    "hardware": "硬件条件保障",
    "target_too_high": "目标设定偏高",
    "target_too_low": "目标设定偏低",
    "external": "政策或外部因素",
    "delay": "进度滞后",
    "other": "其他",
}
"""The words of the official forms for ``scoring.deviation_reasons``; what a form prints is not translated."""


def monitoring_form(checkpoint: Monitoring) -> MonitoringForm:
    """项目支出绩效目标执行监控表 of one checkpoint."""
    form, paid = checkpoint.form, checkpoint.paid
    rate = paid / checkpoint.adjusted_budget if paid is not None and checkpoint.adjusted_budget else None
    funds = FundMonitoring("年度资金总额", checkpoint.initial_budget, paid, rate, checkpoint.forecast_paid)
    commitments = _commitments(checkpoint.version_id)
    lines = checkpoint.lines.select_related("indicator").order_by("indicator__number")
    return MonitoringForm(
        year=form.budget_year.year,
        period=f"1-{checkpoint.as_of.month}月",
        project=form.title,
        department=form.budget_year.department_name,
        unit=_unit(form),
        funds=(funds,),
        goal=checkpoint.version.goal,
        indicators=tuple(_monitored(line, commitments[line.indicator_id]) for line in lines),
        imprint=_imprint(form, checkpoint.version.number),
    )


def _monitored(line: MonitoringLine, commitment: Commitment) -> MonitoredIndicator:
    reason = _PRINTED_REASONS.get(line.reason_code, "other") if line.reason_code else None
    words = _REASON_WORDS.get(line.reason_code, "") if reason == "other" else ""
    first, second = _levels(commitment)
    return MonitoredIndicator(
        l1_name=first,
        l2_name=second,
        name=commitment.name,
        annual_target=commitment.annual_raw,
        achieved=_printed(line.actual, commitment),
        forecast=line.forecast,
        reasons=frozenset({reason} if reason else ()),
        explanation="：".join(part for part in (words, line.reason) if part),
        likelihood=_LIKELIHOODS.get(line.likelihood),
        remark=line.remark,
    )


def evaluation_form(evaluation: SelfEvaluation) -> SelfEvaluationForm:
    """项目支出绩效自评表 of one self-evaluation, as far as it is filled in."""
    form = evaluation.form
    lines = list(evaluation.lines.select_related("indicator").order_by("indicator__number"))
    commitments = _commitments(evaluation.version_id)
    execution = _execution(evaluation, lines)
    return SelfEvaluationForm(
        year=form.budget_year.year,
        project=form.title,
        department=form.budget_year.department_name,
        unit=_unit(form),
        funds=(execution,),
        expected_goal=evaluation.version.goal,
        achieved_goal=typed_form(evaluation).achieved_goal,
        indicators=tuple(_evaluated(line, commitments[line.indicator_id]) for line in lines),
        total_points=(execution.points or Decimal(0))
        + sum((line.weight or Decimal(0) for line in lines), Decimal(0)),
        total_score=evaluation.total,
        imprint=_imprint(form, evaluation.version.number),
    )


def _execution(evaluation: SelfEvaluation, lines: list[SelfEvaluationLine]) -> FundExecution:
    adjusted, paid = evaluation.adjusted_budget, evaluation.paid
    rate = paid / adjusted if paid is not None and adjusted else None
    planned = rules.at(timezone.localdate())["scoring.weights.standard"].numbers[Family.EXECUTION]
    score = None
    if evaluation.total is not None and adjusted:
        score = evaluation.total - sum((line.score or Decimal(0) for line in lines), Decimal(0))
    return FundExecution(
        "年度资金总额", evaluation.initial_budget, adjusted, paid, planned if adjusted else None, rate, score
    )


def _evaluated(line: SelfEvaluationLine, commitment: Commitment) -> EvaluatedIndicator:
    first, second = _levels(commitment)
    parts = (
        _REASON_WORDS.get(line.reason_code, ""),
        line.reason,
        line.measure,
        f"完成时限：{line.measure_due_on:%Y-%m-%d}" if line.measure_due_on else "",
    )
    return EvaluatedIndicator(
        l1_name=first,
        l2_name=second,
        name=commitment.name,
        annual_target=commitment.annual_raw,
        actual=_printed(line.actual_text, commitment),
        points=line.weight,
        score=line.score,
        deviation="；".join(part for part in parts if part),
    )


def _printed(actual: str, commitment: Commitment) -> str:
    """A value as the form prints it: with its unit, or in the form's own words; a blank stays blank."""
    if not actual or actual in _WORDS:
        return _WORDS.get(actual, "")
    unit = value_unit(measured(commitment).measure)
    return f"{actual}{unit}" if unit and not actual.endswith(unit) else actual


def _levels(commitment: Commitment) -> tuple[str, str]:
    family = family_of(commitment)
    first = _FIRST_LEVELS.get(family, "") if family else ""
    return first or commitment.l1_name, commitment.l2_name


def _commitments(version_id: int) -> dict[int, Commitment]:
    return {c.indicator_id: c for c in Commitment.objects.filter(version_id=version_id)}


def _unit(form: Form) -> str:
    return form.project.unit_name if form.project else form.budget_year.department_name


def _imprint(form: Form, version: int) -> Imprint:
    return Imprint(timezone.localtime(), f"{form.ref} v{version}")
