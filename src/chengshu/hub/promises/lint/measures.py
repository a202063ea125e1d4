"""Rules V10–V16 and V18: whether name, figure and unit of a value fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.targets import (
    Dimension,
    Kind,
    Note,
    Op,
    Target,
    is_lasting,
    is_reducing,
    normalise,
    unit_in_parentheses,
)

from . import suggestions, words
from .data import Hit
from .examples import one
from .registry import ERROR, INFO, WARNING, Card, per_indicator
from .values import CODE, GUIDE, contradicts, printed
from .view import IndicatorView
from .words import YARDSTICKS


@per_indicator(
    Card(
        "V10",
        ERROR,
        _("Name and value measure different things"),
        _("A result for the one says nothing about the other."),
        GUIDE,
        _("The name is “%(name)s”, the value “%(value)s” measures something else."),
        _("Name what is measured, and give the other its own indicator."),
        one("公共服务事项网办率", "按时办结率99%", l2="13"),
        one("公共服务事项按时办结率", "按时办结率99%", l2="13"),
    )
)
def name_against_value(item: IndicatorView) -> Iterator[Hit]:
    if any(_measures_another(item, target) for target in item.targets):
        yield Hit(item.ref, printed(item), suggestions.named_inside(item))


def _measures_another(item: IndicatorView, target: Target) -> bool:
    if target.inner:
        return target.inner not in item.plain
    if not target.is_quantity:
        return False
    if target.dimension is Dimension.RATIO:
        no_share = item.plain.endswith(("时间", "时长", "效率"))
        return no_share and not is_reducing(item.plain) and not is_lasting(item.plain)
    return item.is_rate_name and target.dimension is Dimension.COUNT


@per_indicator(
    Card(
        "V11",
        INFO,
        _("Unit in parentheses, in the name or misspelt"),
        _("S is siemens and KM no unit; a unit belongs after its number."),
        "GB 3100-1993",
        _("The unit of “%(name)s”: “%(value)s” is not written as usual."),
        _("Write the unit after the number, in its usual spelling."),
        one("响应时间", "≤3（S）", l2="13"),
        one("响应时间", "≤3秒", l2="13"),
    )
)
def unit_spelling(item: IndicatorView) -> Iterator[Hit]:
    odd = {Note.UNIT_SPELLING, Note.UNIT_IN_PARENTHESES}
    misspelt = any(target.notes & odd for target in item.targets)
    if misspelt or unit_in_parentheses(item.row.name):
        yield Hit(item.ref, printed(item), suggestions.usual_unit(item) if misspelt else ())


@per_indicator(
    Card(
        "V12",
        ERROR,
        _("Amount without its currency or unit"),
        _("万 is ten thousand of something; of what is not printed."),
        "GB 3100-1993",
        _("“%(value)s” does not say ten thousand of what."),
        _("Add 元, or the unit that is meant."),
        one("节约筹建成本", "216.8万", l2="21"),
        one("节约筹建成本", "216.8万元", l2="21"),
    )
)
def amount_incomplete(item: IndicatorView) -> Iterator[Hit]:
    assumed = any(Note.UNIT_ASSUMED in target.notes for target in item.targets)
    nothing = any(target.scale != 1 and not target.unit for target in item.targets)
    if assumed or nothing:
        yield Hit(item.ref, printed(item), suggestions.assumed_unit(item) if assumed else ())


@per_indicator(
    Card(
        "V13",
        WARNING,
        _("Frequency not brought to the year"),
        _("The annual value of “once a month” is twelve; only that can be compared with what was done."),
        GUIDE,
        _("“%(value)s” comes to %(annual)s a year."),
        _("Print the yearly number."),
        one("安全日志分析", "每月1次", l2="11"),
        one("安全日志分析", "≥12次", l2="11"),
    )
)
def frequency(item: IndicatorView) -> Iterator[Hit]:
    if item.annual.kind is Kind.FREQ and item.annual.per != "年":
        yield Hit(item.ref, {**printed(item), "annual": str(item.annual.annual)}, suggestions.per_year(item))


_CHANGED = re.compile(rf"({'|'.join(words.CHANGE_FILLERS)})?(提高|提升|增长|增加|降低|减少|改善|优化)")
_OF_EACH_ITEM = ("法定时限", "法定")


@per_indicator(
    Card(
        "V14",
        WARNING,
        _("Relative target without one baseline"),
        _("An increase or a saving can only be checked against a named figure."),
        GUIDE,
        _("“%(value)s” names no single figure to compare with."),
        _("Name the baseline and its year; for several items attach the list."),
        one("压缩审批时间", "压缩90%以上", l2="13"),
        one("压缩审批时间", "较上年压缩10%以上", l2="13"),
    )
)
def no_baseline(item: IndicatorView) -> Iterator[Hit]:
    relative = any(
        (target.change and target.relative_to in {"", *_OF_EACH_ITEM})
        or (target.kind is Kind.TEXT and _CHANGED.fullmatch(normalise(target.word)))
        or (target.dimension is Dimension.MONEY and item.has(("节约", "节省")) and not target.relative_to)
        for target in item.targets
    )
    if relative:
        yield Hit(item.ref, printed(item), suggestions.baseline(item))


@per_indicator(
    Card(
        "V15",
        WARNING,
        _("False precision"),
        _("No plan knows nine digits ahead, and a single acceptance cannot be 99.9% passed."),
        GUIDE,
        _("“%(value)s” is more precise than “%(name)s” can be."),
        _("Round the figure, or say passed or not passed."),
        one("平台存储数据量", "321871211条", l2="11"),
        one("平台存储数据量", "≥3.2亿条", l2="11"),
    )
)
def false_precision(item: IndicatorView) -> Iterator[Hit]:
    if any(_is_too_precise(item, target) for target in item.targets):
        yield Hit(item.ref, printed(item))


def _is_too_precise(item: IndicatorView, target: Target) -> bool:
    if target.value is None or target.kind not in {Kind.NUM, Kind.RANGE}:
        return False
    if target.dimension is Dimension.RATIO and item.has(words.ACCEPTANCE) and item.is_rate_name:
        return target.op in {Op.GE, Op.GT} and target.value < 100 and "设备" not in item.plain
    digits = len(target.value.normalize().as_tuple().digits)
    return digits >= YARDSTICKS["significant_digits"].value


@per_indicator(
    Card(
        "V16",
        ERROR,
        _("Percentage and score confused"),
        _("95 of 100 points is not 95% satisfied, and points mean nothing without the full marks."),
        GUIDE,
        _("“%(name)s” with “%(value)s”: share or score?"),
        _("Say whether it is a share, or a score and out of how many."),
        one("维保服务评分", "95%", l2="31"),
        one("维保服务评分", "≥95分（满分100分）", l2="31"),
    )
)
def percent_or_score(item: IndicatorView) -> Iterator[Hit]:
    scored = item.plain.endswith(("评分", "得分", "分数"))
    unclear = any(
        (scored and target.dimension is Dimension.RATIO)
        or (target.dimension is Dimension.SCORE and "满分" not in target.raw + item.row.annual_raw)
        for target in item.targets
    )
    if unclear:
        yield Hit(item.ref, printed(item), suggestions.score_or_percent(item))


@per_indicator(
    Card(
        "V18",
        INFO,
        _("Strict sign where the number should count"),
        _("“More than 98%” makes exactly 98% a failure, which is rarely meant."),
        CODE,
        _("“%(value)s” leaves out the number itself."),
        _("Write ≥ or ≤ if the number itself is good enough."),
        one("电话接听率", ">98%"),
        one("电话接听率", "≥98%"),
    )
)
def strict_sign(item: IndicatorView) -> Iterator[Hit]:
    strict = any(target.op in {Op.GT, Op.LT} for target in item.targets)
    if strict and not contradicts(item):
        yield Hit(item.ref, printed(item), suggestions.inclusive(item))
