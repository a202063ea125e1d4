"""Rules V01–V18: what a printed value must be before anybody can say whether it was met."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.targets import (
    Dimension,
    Direction,
    Kind,
    Note,
    Op,
    Target,
    is_lasting,
    is_reducing,
    name_direction,
    normalise,
    unit_in_parentheses,
)

from . import suggestions, words
from .data import Hit
from .examples import one
from .registry import ERROR, INFO, WARNING, Card, per_indicator, per_project
from .view import IndicatorView, ProjectView
from .words import YARDSTICKS

_GUIDE = "财预〔2021〕101号 (indicator values must be quantified, comparable and attainable)"
_CODE = "民法典第1259条"


def _printed(item: IndicatorView) -> dict[str, str]:
    return {"name": item.row.name, "value": item.row.annual_raw}


@per_indicator(
    Card(
        "V01", WARNING,
        _("Figure without a comparison"),
        _("A bare figure does not say whether it is a floor, a ceiling or exact, so over- and under-achievement cannot be scored."),
        _CODE,
        _("“%(value)s” has no sign or word of comparison."),
        _("Add ≥, ≤ or =."),
        one("资料整理量", "14000卷", l2="11"),
        one("资料整理量", "≥14000卷", l2="11"),
    )
)  # fmt: skip
def no_operator(item: IndicatorView) -> Iterator[Hit]:
    # A value in words only (每月一次) is a phrase, not a bare figure; 内 without 以 is no word of Article 1259.
    figures = re.search(r"[0-9]", normalise(item.row.annual_raw + item.row.period_raw))
    stated = any(
        (target.op and Note.IMPLIED_OPERATOR not in target.notes) or target.candidates or target.hi is not None
        for target in item.targets
        if target.kind is not Kind.WINDOW
    )
    if figures and not stated:
        yield Hit(item.ref, _printed(item), suggestions.comparison(item))


@per_indicator(
    Card(
        "V02", ERROR,
        _("Sign that is no comparison"),
        _("A book-title mark typed for < or > leaves open whether the number is included."),
        "GB/T 3101-1993",
        _("“%(value)s” uses a sign that is no comparison."),
        _("Choose the comparison that was meant."),
        one("修复时间", "《2小时", l2="13"),
        one("修复时间", "≤2小时", l2="13"),
    )
)  # fmt: skip
def illegal_operator(item: IndicatorView) -> Iterator[Hit]:
    if any(Note.ILLEGAL_OPERATOR in target.notes for target in item.targets):
        yield Hit(item.ref, _printed(item), suggestions.candidates(item))


def _contradicts(item: IndicatorView) -> bool:
    return any(_is_turned(item, target) for target in item.targets)


def _is_turned(item: IndicatorView, target: Target) -> bool:
    """Whether the sign rewards the worse result. 速度 given in seconds is a common word for the time taken."""
    if target.op is None or target.kind not in {Kind.NUM, Kind.RANGE} or target.change:
        return False
    name = target.inner or item.name
    told = name_direction(name)
    if "速度" in name and target.dimension is Dimension.TIME:
        told = Direction.NEG
    floor = target.op in {Op.GE, Op.GT}
    return (told is Direction.NEG and floor) or (told is Direction.POS and not floor and target.op is not Op.EQ)


@per_indicator(
    Card(
        "V03", ERROR,
        _("The sign rewards the worse result"),
        _("A recovery time of more than twelve hours would count as achieved, one of an hour as missed."),
        _GUIDE,
        _("“%(name)s” gets better the other way round than “%(value)s” says."),
        _("Turn the sign round."),
        one("恢复时间目标RTO", ">12小时"),
        one("恢复时间目标RTO", "≤12小时"),
    )
)  # fmt: skip
def wrong_direction(item: IndicatorView) -> Iterator[Hit]:
    if _contradicts(item):
        yield Hit(item.ref, _printed(item), suggestions.turned(item))


@per_indicator(
    Card(
        "V04", ERROR,
        _("Unit missing"),
        _("A number without a unit cannot be measured."),
        "GB 3100-1993",
        _("“%(value)s” has no unit."),
        _("Print the unit after the number."),
        one("故障恢复时间", "≤3", l2="13"),
        one("故障恢复时间", "≤3小时", l2="13"),
    )
)  # fmt: skip
def unit_missing(item: IndicatorView) -> Iterator[Hit]:
    missing = any(
        target.kind in {Kind.NUM, Kind.RANGE}
        and (not target.unit or Note.UNIT_FROM_NAME in target.notes)
        and target.value != 0
        for target in item.targets
    )
    if missing:
        yield Hit(item.ref, _printed(item), suggestions.unit_from_name(item))


@per_indicator(
    Card(
        "V05", ERROR,
        _("The unit contradicts the name"),
        _("A rate is a share and not a number of cases; two units in one value add up different things."),
        "GB 3100-1993",
        _("“%(name)s” cannot be measured in the unit of “%(value)s”."),
        _("Correct the name or the unit."),
        one("案件完成率", "260宗", l2="11"),
        one("案件完成量", "260宗", l2="11"),
    )
)  # fmt: skip
def unit_against_name(item: IndicatorView) -> Iterator[Hit]:
    if any(_unit_contradicts(item, target) for target in item.targets):
        yield Hit(item.ref, _printed(item), suggestions.rate_and_count(item) if item.is_rate_name else ())


def _unit_contradicts(item: IndicatorView, target: Target) -> bool:
    if target.unit_also:
        return True
    counted_rate = item.is_rate_name and target.dimension is Dimension.COUNT
    persons = target.unit in {"人", "人次"}
    things = item.has(("数据", "业务", "工单", "事项")) and item.plain.endswith(("处理量", "数据量", "流转量"))
    return counted_rate or (persons and things)


@per_indicator(
    Card(
        "V06", WARNING,
        _("Bound that nothing can exceed"),
        _("A share above 100% does not exist, so “at least 100%” can only mean exactly 100%."),
        _GUIDE,
        _("“%(value)s” asks for more than there can be."),
        _("Write =100%, or a figure that can be exceeded."),
        one("巡检完成率", "≥100%"),
        one("巡检完成率", "≥98%"),
    )
)  # fmt: skip
def impossible_bound(item: IndicatorView) -> Iterator[Hit]:
    whole = any(
        target.dimension is Dimension.RATIO and target.op in {Op.GE, Op.GT} and (target.value or 0) >= 100
        and not item.has(("增长", "提高", "增幅"))
        for target in item.targets
    )  # fmt: skip
    if whole:
        yield Hit(item.ref, _printed(item), suggestions.exactly_all(item))


@per_project(
    Card(
        "V07", WARNING,
        _("Absolute figure that cannot hold"),
        _("Uptime, satisfaction and work done thousands of times never reach 100%; one case makes the target fail."),
        _GUIDE,
        _("“%(name)s” cannot hold at “%(value)s”."),
        _("Set a figure that one failure does not break."),
        one("系统正常运行率", "100%"),
        one("系统正常运行率", "≥99.5%"),
    )
)  # fmt: skip
def cannot_hold(item: ProjectView) -> Iterator[Hit]:
    mass = any(
        target.dimension is Dimension.COUNT and (target.value or 0) >= YARDSTICKS["mass"].value
        for each in item.indicators
        for target in each.targets
    )
    for each in item.indicators:
        if _is_too_certain(each, mass):
            yield Hit(each.ref, _printed(each))


def _is_too_certain(item: IndicatorView, mass: bool) -> bool:
    value = item.annual.value if item.is_ratio and item.annual.op not in {Op.LE, Op.LT} else None
    if value is None:
        return False
    if item.is_satisfaction:
        return value >= YARDSTICKS["certain_satisfaction"].value
    uptime = item.has(("正常运行率", "可用率", "可用性", "在线率"))
    absolute = value == 100 and not item.annual.op
    return absolute and (uptime or (mass and item.has(words.MASS_WORK)))


_MERGED = re.compile(r"按时按质|保质保量|[^、]和[^、]{1,6}率$|、.*总数$")


@per_indicator(
    Card(
        "V08", WARNING,
        _("Several promises in one value"),
        _("If one is kept and the other broken, the indicator has no single result."),
        _GUIDE,
        _("“%(name)s”: “%(value)s” holds more than one promise."),
        _("Make one indicator of each promise."),
        one("查询速度", "简单查询≤3秒，复杂查询≤5秒", l2="13"),
        one("简单查询时间", "≤3秒", l2="13"),
    )
)  # fmt: skip
def several_promises(item: IndicatorView) -> Iterator[Hit]:
    values = (item.annual, item.period)
    composite = any(value.kind is Kind.COMPOSITE or value.unit_also for value in values)
    sentence = any(value.is_quantity and value.scope and "," in normalise(value.raw) for value in values)
    per_case = any(value.kind is Kind.TIME_LIMIT and value.per for value in values)
    if composite or sentence or per_case or _MERGED.search(item.plain) or _MERGED.search(item.name):
        yield Hit(item.ref, _printed(item))


@per_indicator(
    Card(
        "V09", WARNING,
        _("Words without a criterion"),
        _("“Satisfied” or “improved” says neither on which scale nor from when on it counts as met."),
        _GUIDE,
        _("“%(value)s” names no scale and no threshold."),
        _("Name a figure, or the evidence that decides."),
        one("用户满意度", "满意", l2="31"),
        one("用户满意率", "≥90%", l2="31"),
    )
)  # fmt: skip
def no_criterion(item: IndicatorView) -> Iterator[Hit]:
    # 合格 or 通过 have their criterion in the acceptance procedure; a whole sentence does not.
    vague = any(
        value.kind in {Kind.GRADE, Kind.TEXT} or (value.kind is Kind.BOOL and len(value.word) > 4)
        for value in (item.annual, item.period)
    )
    if vague:
        yield Hit(item.ref, _printed(item), suggestions.satisfaction_rate(item))


@per_indicator(
    Card(
        "V10", ERROR,
        _("Name and value measure different things"),
        _("A result for the one says nothing about the other."),
        _GUIDE,
        _("The name is “%(name)s”, the value “%(value)s” measures something else."),
        _("Name what is measured, and give the other its own indicator."),
        one("公共服务事项网办率", "按时办结率99%", l2="13"),
        one("公共服务事项按时办结率", "按时办结率99%", l2="13"),
    )
)  # fmt: skip
def name_against_value(item: IndicatorView) -> Iterator[Hit]:
    if any(_measures_another(item, target) for target in item.targets):
        yield Hit(item.ref, _printed(item), suggestions.named_inside(item))


def _measures_another(item: IndicatorView, target: Target) -> bool:
    if target.inner:
        return target.inner not in item.plain
    if not target.is_quantity:
        return False
    if target.dimension is Dimension.RATIO:
        named = item.plain.endswith(("时间", "时长"))
        timed = named and not is_reducing(item.plain) and not is_lasting(item.plain)
        return timed or item.plain.endswith("效率")
    return item.is_rate_name and target.dimension is Dimension.COUNT


@per_indicator(
    Card(
        "V11", INFO,
        _("Unit in parentheses, in the name or misspelt"),
        _("S is siemens and KM no unit; a unit belongs after its number."),
        "GB 3100-1993",
        _("The unit of “%(name)s”: “%(value)s” is not written as usual."),
        _("Write the unit after the number, in its usual spelling."),
        one("响应时间", "≤3（S）", l2="13"),
        one("响应时间", "≤3秒", l2="13"),
    )
)  # fmt: skip
def unit_spelling(item: IndicatorView) -> Iterator[Hit]:
    odd = {Note.UNIT_SPELLING, Note.UNIT_IN_PARENTHESES}
    misspelt = any(target.notes & odd for target in item.targets)
    if misspelt or unit_in_parentheses(item.row.name):
        yield Hit(item.ref, _printed(item), suggestions.usual_unit(item) if misspelt else ())


@per_indicator(
    Card(
        "V12", ERROR,
        _("Amount without its currency or unit"),
        _("万 is ten thousand of something; of what is not printed."),
        "GB 3100-1993",
        _("“%(value)s” does not say ten thousand of what."),
        _("Add 元, or the unit that is meant."),
        one("节约筹建成本", "216.8万", l2="21"),
        one("节约筹建成本", "216.8万元", l2="21"),
    )
)  # fmt: skip
def amount_incomplete(item: IndicatorView) -> Iterator[Hit]:
    assumed = any(Note.UNIT_ASSUMED in target.notes for target in item.targets)
    nothing = any(target.scale != 1 and not target.unit for target in item.targets)
    if assumed or nothing:
        yield Hit(item.ref, _printed(item), suggestions.assumed_unit(item) if assumed else ())


@per_indicator(
    Card(
        "V13", WARNING,
        _("Frequency not brought to the year"),
        _("The annual value of “once a month” is twelve; only that can be compared with what was done."),
        _GUIDE,
        _("“%(value)s” comes to %(annual)s a year."),
        _("Print the yearly number."),
        one("安全日志分析", "每月1次", l2="11"),
        one("安全日志分析", "≥12次", l2="11"),
    )
)  # fmt: skip
def frequency(item: IndicatorView) -> Iterator[Hit]:
    if item.annual.kind is Kind.FREQ and item.annual.per != "年":
        yield Hit(item.ref, {**_printed(item), "annual": item.annual.annual}, suggestions.per_year(item))


_CHANGED = re.compile(rf"({'|'.join(words.CHANGE_FILLERS)})?(提高|提升|增长|增加|降低|减少|改善|优化)")
_OF_EACH_ITEM = ("法定时限", "法定")


@per_indicator(
    Card(
        "V14", WARNING,
        _("Relative target without one baseline"),
        _("An increase or a saving can only be checked against a named figure."),
        _GUIDE,
        _("“%(value)s” names no single figure to compare with."),
        _("Name the baseline and its year; for several items attach the list."),
        one("压缩审批时间", "压缩90%以上", l2="13"),
        one("压缩审批时间", "较上年压缩10%以上", l2="13"),
    )
)  # fmt: skip
def no_baseline(item: IndicatorView) -> Iterator[Hit]:
    relative = any(
        (target.change and target.relative_to in {"", *_OF_EACH_ITEM})
        or (target.kind is Kind.TEXT and _CHANGED.fullmatch(normalise(target.word)))
        or (target.dimension is Dimension.MONEY and item.has(("节约", "节省")) and not target.relative_to)
        for target in item.targets
    )
    if relative:
        yield Hit(item.ref, _printed(item), suggestions.baseline(item))


@per_indicator(
    Card(
        "V15", WARNING,
        _("False precision"),
        _("No plan knows nine digits ahead, and a single acceptance cannot be 99.9% passed."),
        _GUIDE,
        _("“%(value)s” is more precise than “%(name)s” can be."),
        _("Round the figure, or say passed or not passed."),
        one("平台存储数据量", "321871211条", l2="11"),
        one("平台存储数据量", "≥3.2亿条", l2="11"),
    )
)  # fmt: skip
def false_precision(item: IndicatorView) -> Iterator[Hit]:
    if any(_is_too_precise(item, target) for target in item.targets):
        yield Hit(item.ref, _printed(item))


def _is_too_precise(item: IndicatorView, target: Target) -> bool:
    if target.value is None or target.kind not in {Kind.NUM, Kind.RANGE}:
        return False
    if target.dimension is Dimension.RATIO and item.has(words.ACCEPTANCE) and item.is_rate_name:
        return target.op in {Op.GE, Op.GT} and target.value < 100 and "设备" not in item.plain
    digits = len(target.value.normalize().as_tuple().digits)
    return digits >= YARDSTICKS["significant_digits"].value


@per_indicator(
    Card(
        "V16", ERROR,
        _("Percentage and score confused"),
        _("95 of 100 points is not 95% satisfied, and points mean nothing without the full marks."),
        _GUIDE,
        _("“%(name)s” with “%(value)s”: share or score?"),
        _("Say whether it is a share, or a score and out of how many."),
        one("维保服务评分", "95%", l2="31"),
        one("维保服务评分", "≥95分（满分100分）", l2="31"),
    )
)  # fmt: skip
def percent_or_score(item: IndicatorView) -> Iterator[Hit]:
    scored = item.plain.endswith(("评分", "得分", "分数"))
    unclear = any(
        (scored and target.dimension is Dimension.RATIO)
        or (target.dimension is Dimension.SCORE and "满分" not in target.raw + item.row.annual_raw)
        for target in item.targets
    )
    if unclear:
        yield Hit(item.ref, _printed(item), suggestions.score_or_percent(item))


@per_indicator(
    Card(
        "V18", INFO,
        _("Strict sign where the number should count"),
        _("“More than 98%” makes exactly 98% a failure, which is rarely meant."),
        _CODE,
        _("“%(value)s” leaves out the number itself."),
        _("Write ≥ or ≤ if the number itself is good enough."),
        one("电话接听率", ">98%"),
        one("电话接听率", "≥98%"),
    )
)  # fmt: skip
def strict_sign(item: IndicatorView) -> Iterator[Hit]:
    strict = any(target.op in {Op.GT, Op.LT} for target in item.targets)
    if strict and not _contradicts(item):
        yield Hit(item.ref, _printed(item), suggestions.inclusive(item))


