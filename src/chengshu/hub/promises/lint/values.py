"""Rules V01–V09: what a printed value must be before anybody can say whether it was met."""

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
    name_direction,
    normalise,
)

from . import suggestions, words
from .data import Hit
from .examples import one
from .registry import ERROR, WARNING, Card, per_indicator, per_project
from .view import IndicatorView, ProjectView
from .words import YARDSTICKS

GUIDE = "财预〔2021〕101号"
"""Indicator values must be quantified, comparable and attainable."""
CODE = "民法典第1259条"


def printed(item: IndicatorView) -> dict[str, str]:
    """Name and annual value, for a message."""
    return {"name": item.row.name, "value": item.row.annual_raw}


@per_indicator(
    Card(
        "V01",
        WARNING,
        _("Figure without a comparison"),
        _("A bare figure does not say whether it is a floor, a ceiling or exact."),
        CODE,
        _("“%(value)s” has no sign or word of comparison."),
        _("Add ≥, ≤ or =."),
        one("资料整理量", "14000卷", l2="11"),
        one("资料整理量", "≥14000卷", l2="11"),
    )
)
def no_operator(item: IndicatorView) -> Iterator[Hit]:
    # 每月一次 is a phrase, not a bare figure; 内 without 以 is no word of Article 1259.
    figures = re.search(r"[0-9]", normalise(item.row.annual_raw + item.row.period_raw))
    stated = any(
        (target.op and Note.IMPLIED_OPERATOR not in target.notes)
        or target.candidates
        or target.hi is not None
        for target in item.targets
        if target.kind is not Kind.WINDOW
    )
    if figures and not stated:
        yield Hit(item.ref, printed(item), suggestions.comparison(item))


@per_indicator(
    Card(
        "V02",
        ERROR,
        _("Sign that is no comparison"),
        _("A book-title mark typed for < or > leaves open whether the number is included."),
        "GB/T 3101-1993",
        _("“%(value)s” uses a sign that is no comparison."),
        _("Choose the comparison that was meant."),
        one("修复时间", "《2小时", l2="13"),
        one("修复时间", "≤2小时", l2="13"),
    )
)
def illegal_operator(item: IndicatorView) -> Iterator[Hit]:
    if any(Note.ILLEGAL_OPERATOR in target.notes for target in item.targets):
        yield Hit(item.ref, printed(item), suggestions.candidates(item))


def contradicts(item: IndicatorView) -> bool:
    """Whether the printed sign points the wrong way."""
    return any(_is_turned(item, target) for target in item.targets)


def _is_turned(item: IndicatorView, target: Target) -> bool:
    """Whether the sign rewards the worse result. 速度 in seconds is a common word for the time taken."""
    if target.op is None or target.kind not in {Kind.NUM, Kind.RANGE} or target.change:
        return False
    name = target.inner or item.name
    told = name_direction(name)
    if "速度" in name and target.dimension is Dimension.TIME:
        told = Direction.NEG
    floor = target.op in {Op.GE, Op.GT}
    ceiling = target.op in {Op.LE, Op.LT}
    return (told is Direction.NEG and floor) or (told is Direction.POS and ceiling)


@per_indicator(
    Card(
        "V03",
        ERROR,
        _("The sign rewards the worse result"),
        _("A recovery time of more than twelve hours would count as achieved, one of an hour as missed."),
        GUIDE,
        _("“%(name)s” gets better the other way round than “%(value)s” says."),
        _("Turn the sign round."),
        one("恢复时间目标RTO", ">12小时"),
        one("恢复时间目标RTO", "≤12小时"),
    )
)
def wrong_direction(item: IndicatorView) -> Iterator[Hit]:
    if contradicts(item):
        yield Hit(item.ref, printed(item), suggestions.turned(item))


@per_indicator(
    Card(
        "V04",
        ERROR,
        _("Unit missing"),
        _("A number without a unit cannot be measured."),
        "GB 3100-1993",
        _("“%(value)s” has no unit."),
        _("Print the unit after the number."),
        one("故障恢复时间", "≤3", l2="13"),
        one("故障恢复时间", "≤3小时", l2="13"),
    )
)
def unit_missing(item: IndicatorView) -> Iterator[Hit]:
    missing = any(
        target.kind in {Kind.NUM, Kind.RANGE}
        and (not target.unit or Note.UNIT_FROM_NAME in target.notes)
        and target.value != 0
        for target in item.targets
    )
    if missing:
        yield Hit(item.ref, printed(item), suggestions.unit_from_name(item))


@per_indicator(
    Card(
        "V05",
        ERROR,
        _("The unit contradicts the name"),
        _("A rate is a share and not a number of cases; two units in one value add up different things."),
        "GB 3100-1993",
        _("“%(name)s” cannot be measured in the unit of “%(value)s”."),
        _("Correct the name or the unit."),
        one("案件完成率", "260宗", l2="11"),
        one("案件完成量", "260宗", l2="11"),
    )
)
def unit_against_name(item: IndicatorView) -> Iterator[Hit]:
    if any(_unit_contradicts(item, target) for target in item.targets):
        yield Hit(item.ref, printed(item), suggestions.rate_and_count(item) if item.is_rate_name else ())


def _unit_contradicts(item: IndicatorView, target: Target) -> bool:
    if target.unit_also:
        return True
    counted_rate = item.is_rate_name and target.dimension is Dimension.COUNT
    persons = target.unit in {"人", "人次"}
    things = item.has(("数据", "业务", "工单", "事项")) and item.plain.endswith(
        ("处理量", "数据量", "流转量")
    )
    return counted_rate or (persons and things)


@per_indicator(
    Card(
        "V06",
        WARNING,
        _("Bound that nothing can exceed"),
        _("A share above 100% does not exist, so “at least 100%” can only mean exactly 100%."),
        GUIDE,
        _("“%(value)s” asks for more than there can be."),
        _("Write =100%, or a figure that can be exceeded."),
        one("巡检完成率", "≥100%"),
        one("巡检完成率", "≥98%"),
    )
)
def impossible_bound(item: IndicatorView) -> Iterator[Hit]:
    whole = any(
        target.dimension is Dimension.RATIO and target.op in {Op.GE, Op.GT} and (target.value or 0) >= 100
        and not item.has(("增长", "提高", "增幅"))
        for target in item.targets
    )  # fmt: skip
    if whole:
        yield Hit(item.ref, printed(item), suggestions.exactly_all(item))


@per_project(
    Card(
        "V07",
        WARNING,
        _("Absolute figure that cannot hold"),
        _("Uptime, satisfaction and work done thousands of times never reach 100%."),
        GUIDE,
        _("“%(name)s” cannot hold at “%(value)s”: one case makes it fail."),
        _("Set a figure that one failure does not break."),
        one("系统正常运行率", "100%"),
        one("系统正常运行率", "≥99.5%"),
    )
)
def cannot_hold(item: ProjectView) -> Iterator[Hit]:
    mass = any(
        target.dimension is Dimension.COUNT and (target.value or 0) >= YARDSTICKS["mass"].value
        for each in item.indicators
        for target in each.targets
    )
    for each in item.indicators:
        if _is_too_certain(each, mass):
            yield Hit(each.ref, printed(each))


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
        "V08",
        WARNING,
        _("Several promises in one value"),
        _("If one is kept and the other broken, the indicator has no single result."),
        GUIDE,
        _("“%(name)s”: “%(value)s” holds more than one promise."),
        _("Make one indicator of each promise."),
        one("查询速度", "简单查询≤3秒，复杂查询≤5秒", l2="13"),
        one("简单查询时间", "≤3秒", l2="13"),
    )
)
def several_promises(item: IndicatorView) -> Iterator[Hit]:
    values = (item.annual, item.period)
    composite = any(value.kind is Kind.COMPOSITE or value.unit_also for value in values)
    sentence = any(value.is_quantity and value.scope and "," in normalise(value.raw) for value in values)
    per_case = any(value.kind is Kind.TIME_LIMIT and value.per for value in values)
    if composite or sentence or per_case or _MERGED.search(item.plain) or _MERGED.search(item.name):
        yield Hit(item.ref, printed(item))


@per_indicator(
    Card(
        "V09",
        WARNING,
        _("Words without a criterion"),
        _("“Satisfied” or “improved” says neither on which scale nor from when on it counts as met."),
        GUIDE,
        _("“%(value)s” names no scale and no threshold."),
        _("Name a figure, or the evidence that decides."),
        one("用户满意度", "满意", l2="31"),
        one("用户满意率", "≥90%", l2="31"),
    )
)
def no_criterion(item: IndicatorView) -> Iterator[Hit]:
    # 合格 or 通过 have their criterion in the acceptance procedure; a whole sentence does not.
    vague = any(
        value.kind in {Kind.GRADE, Kind.TEXT} or (value.kind is Kind.BOOL and len(value.word) > 4)
        for value in (item.annual, item.period)
    )
    if vague:
        yield Hit(item.ref, printed(item), suggestions.satisfaction_rate(item))
