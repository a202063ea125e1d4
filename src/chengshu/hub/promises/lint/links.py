"""Rules X01, X02, X04, X06 and X09: the same promise in both tables or in several projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.targets import Dimension, Kind, same

from . import suggestions, words
from .data import Hit
from .examples import indicator, project, tables
from .registry import ERROR, INFO, WARNING, Card, per_tables
from .view import IndicatorView, ProjectView, TablesView, bigrams

_SIMILAR = 0.8
_SIMILAR_WITH_SAME_FIGURE = 0.5
_LONG_NAME = 12


def alike(one: IndicatorView, other: IndicatorView) -> float:
    """How much two names resemble each other, 0 to 1."""
    if not one.plain or not other.plain:
        return 0.0
    return SequenceMatcher(None, one.plain, other.plain, autojunk=False).ratio()


def is_distinctive(item: IndicatorView) -> bool:
    """Whether the figure is so particular that two equal ones are hardly by chance."""
    value = item.annual.value
    return item.annual.dimension is Dimension.COUNT and value is not None and value >= 1000


def counterparts(item: IndicatorView, view: TablesView) -> list[IndicatorView]:
    """The project indicators that one of the department sums up: same name, or like name and figure."""
    exact = [other for other in view.project_indicators if other.plain == item.plain]
    return exact or [
        other
        for other in view.project_indicators
        if alike(item, other) >= _SIMILAR or _same_figure_and_like(item, other)
    ]


def _same_figure_and_like(one: IndicatorView, other: IndicatorView) -> bool:
    same_figure = is_distinctive(one) and same(one.annual, other.annual)
    return same_figure and alike(one, other) >= _SIMILAR_WITH_SAME_FIGURE


def _both(one: IndicatorView, other: IndicatorView) -> dict[str, str]:
    return {
        "name": one.row.name,
        "value": one.row.annual_raw,
        "other": other.ref,
        "other_name": other.row.name,
        "other_value": other.row.annual_raw,
    }


@per_tables(
    Card(
        "X01",
        ERROR,
        _("Department and project promise different values"),
        _("One promise cannot have two targets; at the year's end one of them would be wrong."),
        "财预〔2015〕88号",
        _("The department says “%(value)s”, %(other)s says “%(other_value)s”."),
        _("Print the same value in both tables."),
        tables(
            project("甲项目", indicator("环境巡查次数", "≥500次", l2="11")),
            department=(indicator("环境巡查次数", "500次", l2="11"),),
        ),
        tables(
            project("甲项目", indicator("环境巡查次数", "≥500次", l2="11")),
            department=(indicator("环境巡查次数", "不少于500次", l2="11"),),
        ),
    )
)
def different_values(view: TablesView) -> Iterator[Hit]:
    for item in view.department:
        found = counterparts(item, view)
        if found and not any(same(item.annual, other.annual) for other in found):
            yield Hit(item.ref, _both(item, found[0]), suggestions.same_as(item, found[0]))


@per_tables(
    Card(
        "X02",
        ERROR,
        _("Department indicator without a project"),
        _("What no project is paid for will hardly be done."),
        "预算法第32条",
        _("No project has an indicator like “%(name)s”."),
        _("Name the project that pays for it, or drop the indicator."),
        tables(
            project("甲项目", indicator("环境巡查次数", "≥500次", l2="11")),
            department=(indicator("无人机机库部署数量", "≥36台", l2="11"),),
        ),
        tables(
            project("甲项目", indicator("环境巡查次数", "≥500次", l2="11")),
            department=(indicator("环境巡查次数", "≥500次", l2="11"),),
        ),
    )
)
def no_project(view: TablesView) -> Iterator[Hit]:
    if view.tables.projects is None:
        return
    for item in view.department:
        if not counterparts(item, view):
            yield Hit(item.ref, {"name": item.row.name})


@per_tables(
    Card(
        "X04",
        WARNING,
        _("The same promise twice"),
        _("Work that is counted in two places looks like twice the work."),
        "财预〔2020〕10号",
        _("Also in %(other)s: “%(other_name)s”, “%(other_value)s”."),
        _("Keep it where it is paid for, and refer to it elsewhere."),
        tables(
            project("甲项目", indicator("政务大厅服务人次", "≥200000人次", l2="11")),
            project("乙项目", indicator("政务大厅服务人次", "≥200,000人次", l2="11")),
        ),
        tables(
            project("甲项目", indicator("政务大厅服务人次", "≥200000人次", l2="11")),
            project("乙项目", indicator("用户满意度", "≥95%", l2="31")),
        ),
    )
)
def double_counting(view: TablesView) -> Iterator[Hit]:
    copied = _identical_projects(view)
    yield from copied.values()
    others = [item for item in view.project_indicators if item.ref.partition("#")[0] not in copied]
    for one, other in combinations(others, 2):
        within = one.project == other.project
        if _is_overlap(one, other) if within else _is_same_promise(one, other):
            yield Hit(one.ref, _both(one, other))
            yield Hit(other.ref, _both(other, one))
    for item in view.department:
        twice = [other for other in view.project_indicators if _is_same_promise(item, other)]
        if len(twice) > 1:
            yield Hit(item.ref, _both(item, twice[1]))


def _identical_projects(view: TablesView) -> dict[str, Hit]:
    """Projects whose indicators are word for word those of another one."""
    groups: dict[tuple[tuple[str, str], ...], list[ProjectView]] = defaultdict(list)
    for item in view.projects:
        if len(item.indicators) > 1:
            groups[tuple((each.plain, each.row.annual_raw) for each in item.indicators)].append(item)
    return {
        item.ref: Hit(
            item.ref, {"other": other.ref, "other_name": other.row.name, "other_value": len(other.indicators)}
        )
        for group in groups.values()
        for item in group
        for other in group
        if other.ref != item.ref
    }


def _is_same_promise(one: IndicatorView, other: IndicatorView) -> bool:
    """Across projects: a particular name or a particular figure in common, not just the usual phrases."""
    if one.has(words.GENERIC_NAMES) or not same(one.annual, other.annual):
        return False
    if is_distinctive(one) and bigrams(one.plain) & bigrams(other.plain):
        return True
    particular = one.annual.value is not None and len(one.plain) >= 6
    return particular and alike(one, other) >= _SIMILAR


def _is_overlap(one: IndicatorView, other: IndicatorView) -> bool:
    """Within a project: the core of one name stands in the other's, and the values do not tell them apart."""
    short, long = sorted((_stem(one), _stem(other)), key=len)
    if one.l2 != other.l2 or len(short) < 2 or short not in long:
        return False
    in_words = {one.annual.kind, other.annual.kind} & {Kind.TEXT, Kind.BOOL}
    return same(one.annual, other.annual) or (bool(in_words) and len(short) >= 5)


def _stem(item: IndicatorView) -> str:
    """The name without the words that every name has; satisfaction keeps them, for the persons differ."""
    stem = item.name
    for filler in () if item.is_satisfaction else words.STEM_FILLERS:
        stem = stem.replace(filler, "")
    return stem


@per_tables(
    Card(
        "X06",
        ERROR,
        _("Name copied from another project"),
        _("The value then belongs to something the project does not do."),
        "财预〔2015〕88号",
        _("“%(name)s” is the name of %(other)s, which promises “%(other_value)s”."),
        _("Give the indicator the name of what this project delivers."),
        tables(
            project("事项目录管理项目", indicator("事项目录管理和标准化建设服务后台支撑", "4人", l2="11")),
            project(
                "某系统运维项目", indicator("事项目录管理和标准化建设服务后台支撑", "总结报告一份", l2="11")
            ),
        ),
        tables(
            project("事项目录管理项目", indicator("事项目录管理和标准化建设服务后台支撑", "4人", l2="11")),
            project("某系统运维项目", indicator("运维总结报告", "≥1份", l2="11")),
        ),
    )
)
def copied_name(view: TablesView) -> Iterator[Hit]:
    for one, other in combinations(view.project_indicators, 2):
        copied = one.plain == other.plain and len(one.plain) >= _LONG_NAME and one.project != other.project
        if copied and one.annual.unit != other.annual.unit:
            guest, owner = sorted((one, other), key=_belonging)
            yield Hit(guest.ref, _both(guest, owner), suggestions.own_deliverable(guest))


def _belonging(item: IndicatorView) -> int:
    """How many pairs of characters the indicator shares with its project."""
    around = f"{item.project.name}{item.project.goal}" if item.project else ""
    return len(bigrams(item.plain) & bigrams(around))


@per_tables(
    Card(
        "X09",
        INFO,
        _("One thing under two names"),
        _("Sums and comparisons miss what is named differently."),
        _("Convention of the district"),
        _("Probably the same as “%(other_name)s” of %(other)s."),
        _("Use one name."),
        tables(
            project("甲项目", indicator("工单按时退回率", "≥95%", l2="13")),
            project("乙项目", indicator("工单按时退单率", "≥95%", l2="13")),
        ),
        tables(
            project("甲项目", indicator("工单按时退单率", "≥95%", l2="13")),
            project("乙项目", indicator("工单按时退单率", "≥95%", l2="13")),
        ),
    )
)
def naming_variants(view: TablesView) -> Iterator[Hit]:
    for one, other in combinations(view.indicators, 2):
        if one.project != other.project and _is_variant(one, other):
            for item, twin in ((one, other), (other, one)):
                yield Hit(item.ref, _both(item, twin), suggestions.longer_name(item, twin.row.name))


def _is_variant(one: IndicatorView, other: IndicatorView) -> bool:
    if one.plain == other.plain or not same(one.annual, other.annual) or one.is_satisfaction:
        return False
    if one.annual.kind in {Kind.TEXT, Kind.BOOL}:
        return False
    return alike(one, other) >= _SIMILAR or _same_figure_and_like(one, other)
