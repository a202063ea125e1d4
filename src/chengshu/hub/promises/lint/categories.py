"""Rules C01–C09: whether an indicator stands in the class to which its content belongs."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.targets import (
    Dimension,
    Direction,
    Kind,
    is_lasting,
    name_direction,
    normalise,
)

from . import suggestions, words
from .data import Hit
from .examples import one
from .registry import ERROR, WARNING, Card, per_indicator
from .view import IndicatorView, plain_name

_CLASSES = "财预〔2021〕101号"
"""The classes of core indicators."""


def _filed(item: IndicatorView) -> dict[str, str]:
    return {"name": item.row.name, "value": item.row.annual_raw, "filed": item.row.l2_name}


@per_indicator(
    Card(
        "C01",
        ERROR,
        _("Share filed as quantity"),
        _("A quantity counts things; a share says how well or how completely."),
        _CLASSES,
        _("“%(name)s”: “%(value)s” is a share, filed under %(filed)s."),
        _("File it under quality, or promise a number."),
        one("故障处理率", "100%", l2="11"),
        one("故障处理率", "100%", l2="12"),
    )
)
def share_as_quantity(item: IndicatorView) -> Iterator[Hit]:
    if item.is_filed_under("11") and item.is_ratio and not item.is_count_name:
        yield Hit(item.ref, _filed(item), suggestions.filed_under(item, suggestions.fitting_class(item)))


@per_indicator(
    Card(
        "C02",
        ERROR,
        _("Timeliness filed elsewhere"),
        _("How fast work is done is the class 时效; elsewhere it is weighted and reported wrongly."),
        _CLASSES,
        _("“%(name)s” is about time, filed under %(filed)s."),
        _("File it under timeliness."),
        one("案件审查及时率", "100%", l2="12"),
        one("案件审查及时率", "100%", l2="13"),
    )
)
def timeliness_elsewhere(item: IndicatorView) -> Iterator[Hit]:
    if item.is_filed_under("11", "12", "21", "22", "23") and _is_timeliness(item):
        yield Hit(item.ref, _filed(item), suggestions.filed_under(item, "时效指标"))


def _is_timeliness(item: IndicatorView) -> bool:
    # 按时按质 is two promises (V08); a mean response time or an outage measures the system, which is quality.
    if item.has((*words.SYSTEM_PERFORMANCE, "按质")) or is_lasting(item.name):
        return False
    if any(target.inner for target in item.targets):
        return False
    return _speaks_of_time(item) or any(
        target.kind is Kind.TIME_LIMIT and target.per for target in item.targets
    )


def _speaks_of_time(item: IndicatorView) -> bool:
    uptime = item.has(("运行时间", "工作时间", "在线时间"))
    phrased = item.plain.endswith("能力") or "动态管理及时" in item.plain
    return item.has(words.TIMELINESS) and not uptime and not phrased and not _is_composite_delivery(item)


def _is_composite_delivery(item: IndicatorView) -> bool:
    return any(target.kind in {Kind.DELIVERABLE, Kind.FREQ, Kind.WINDOW} for target in item.targets)


@per_indicator(
    Card(
        "C03",
        WARNING,
        _("Quality or quantity in each other's place, or under timeliness"),
        _("A number of things is a quantity; a share without a time is no timeliness."),
        _CLASSES,
        _("“%(name)s”: “%(value)s” does not belong under %(filed)s."),
        _("File it where its unit belongs."),
        one("故障解决率", "100%", l2="13"),
        one("故障解决及时率", "100%", l2="13"),
    )
)
def quality_elsewhere(item: IndicatorView) -> Iterator[Hit]:
    if _share_without_time(item) or _count_as_quality(item):
        yield Hit(item.ref, _filed(item), suggestions.filed_under(item, suggestions.fitting_class(item)))


def _share_without_time(item: IndicatorView) -> bool:
    timed = item.has(words.TIMELINESS) or any(target.inner for target in item.targets)
    process = item.has(words.INPUTS)
    return item.is_filed_under("13") and item.is_rate_name and item.is_ratio and not timed and not process


def _count_as_quality(item: IndicatorView) -> bool:
    """A number of things under quality; fewer accidents or complaints are quality, though."""
    target = item.annual
    counted = target.dimension is Dimension.COUNT or target.kind is Kind.FREQ
    better_more = name_direction(target.inner or item.name) is Direction.POS
    return item.is_filed_under("12") and counted and better_more and target.kind is not Kind.COMPOSITE


@per_indicator(
    Card(
        "C04",
        ERROR,
        _("Satisfaction filed elsewhere"),
        _("Satisfaction is a class of its own with its own weight."),
        _CLASSES,
        _("“%(name)s” is about satisfaction, filed under %(filed)s."),
        _("File it under satisfaction."),
        one("企业满意度", "≥90%", l2="22"),
        one("企业满意度", "≥90%", l2="31"),
    )
)
def satisfaction_elsewhere(item: IndicatorView) -> Iterator[Hit]:
    if item.is_satisfaction and item.family in {"1", "2"}:
        yield Hit(item.ref, _filed(item), suggestions.filed_under(item, "服务对象满意度"))


@per_indicator(
    Card(
        "C05",
        ERROR,
        _("No satisfaction, but filed as such"),
        _("Technical results under satisfaction take its weight from the people asked."),
        _CLASSES,
        _("“%(name)s” is no satisfaction of anybody, filed under %(filed)s."),
        _("File it under quality or timeliness."),
        one("误报率", "≤5%", l2="31"),
        one("用户满意度", "≥95%", l2="31"),
    )
)
def no_satisfaction(item: IndicatorView) -> Iterator[Hit]:
    if item.family == "3" and item.plain and not item.is_satisfaction:
        yield Hit(item.ref, _filed(item), suggestions.filed_under(item, suggestions.fitting_class(item)))


@per_indicator(
    Card(
        "C06",
        WARNING,
        _("Input or procedure instead of a result"),
        _("Money spent, goods bought and people employed are what a project costs, not what it yields."),
        "财预〔2020〕10号",
        _("“%(name)s” tells what is put in, not what comes out."),
        _("Promise what the money brings about."),
        one("年度资金支出进度", "≥95%", l2="13"),
        one("业务办结量", "≥500件", l2="11"),
    )
)
def input_as_result(item: IndicatorView) -> Iterator[Hit]:
    staffed = item.annual.unit == "人" and item.plain.endswith(words.STAFF_ENDINGS)
    built = item.plain.startswith(("开发", "建设", "采购")) and item.is_count_name and item.annual.value == 1
    if item.family in {"1", "2"} and (item.has(words.INPUTS) or staffed or built):
        yield Hit(item.ref, _filed(item))


@per_indicator(
    Card(
        "C07",
        ERROR,
        _("The work's own result filed as benefit"),
        _("Uptime, service life and counts of services are output; a benefit is what changes for others."),
        _CLASSES,
        _("“%(name)s” is a result of the work itself, filed under %(filed)s."),
        _("File it under output, and name what it changes for people."),
        one("系统正常运行率", "≥99%", l2="22"),
        one("群众办事跑动次数下降率", "≥20%", l2="22"),
    )
)
def wrong_benefit(item: IndicatorView) -> Iterator[Hit]:
    if not item.is_filed_under("21", "22", "23") or item.is_satisfaction or _is_life_in_percent(item):
        return
    own_rate = item.is_rate_name and not item.plain.endswith(words.BENEFIT_RATES)
    if not _is_timeliness(item) and (own_rate or item.has(words.INTERNAL_RESULTS)):
        yield Hit(item.ref, _filed(item), suggestions.filed_under(item, suggestions.fitting_class(item)))


@per_indicator(
    Card(
        "C08",
        ERROR,
        _("Duration as a percentage"),
        _("A service life is measured in years; a percentage of it means nothing."),
        "GB 3100-1993",
        _("“%(name)s” is a duration, but the value is “%(value)s”."),
        _("Say the availability in percent, or the service life in years."),
        one("系统使用周期", "≥98%", l2="21"),
        one("系统正常使用年限", "≥5年", l2="12"),
    )
)
def life_in_percent(item: IndicatorView) -> Iterator[Hit]:
    if _is_life_in_percent(item):
        yield Hit(item.ref, _filed(item), suggestions.life_or_availability(item))


def _is_life_in_percent(item: IndicatorView) -> bool:
    return is_lasting(item.name) and item.is_ratio


@per_indicator(
    Card(
        "C09",
        WARNING,
        _("The value only repeats the name, or an activity"),
        _("“Normal operation: operates normally” cannot fail, so it promises nothing."),
        "财预〔2020〕10号",
        _("“%(value)s” says no more than the name “%(name)s”."),
        _("Name a figure or a proof that decides."),
        one("系统正常运行情况", "正常运行", l2="12"),
        one("系统可用率", "≥99.5%", l2="12"),
    )
)
def repeats_itself(item: IndicatorView) -> Iterator[Hit]:
    undefined = item.plain.endswith("完成度") and item.is_ratio
    routine = item.annual.kind is Kind.FREQ and not item.annual.unit and bool(item.annual.what)
    if undefined or routine or _is_tautology(item):
        yield Hit(item.ref, _filed(item))


def _is_tautology(item: IndicatorView) -> bool:
    if item.annual.kind not in {Kind.TEXT, Kind.BOOL}:
        return False
    value = plain_name(normalise(item.annual.word))
    core = item.plain.removesuffix("情况").removesuffix("状况")
    if not value or not core or (item.annual.kind is Kind.BOOL and item.has(words.ACCEPTANCE)):
        return False
    return value in core or core in value or set(core) <= set(value)
