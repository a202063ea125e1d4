"""Rules X05, X07, X08, X12 and V17: one project against its peers, the law and the form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from statistics import median

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.targets import Dimension, Direction, Kind, Op, Target, name_direction

from .data import Hit
from .examples import indicator, project, tables
from .registry import INFO, WARNING, Card, per_project, per_tables
from .view import IndicatorView, ProjectView, TablesView
from .words import FAMILIES, YARDSTICKS


@per_tables(
    Card(
        "X05",
        INFO,
        _("Project of an earlier year"),
        _("A project begun years ago may only await its last payment; its targets are past."),
        _("Convention of the district"),
        _("The name says %(started)s, the budget is for %(year)s."),
        _("Say whether this is a tail payment, and what is still to be achieved."),
        tables(project("2020年某系统项目", indicator("可用率", "≥99%"))),
        tables(project("2025年某系统项目", indicator("可用率", "≥99%"))),
    )
)
def earlier_year(view: TablesView) -> Iterator[Hit]:
    for item in view.projects:
        match = re.match(r".{0,12}?(20\d\d)年", item.row.name)
        if match and int(match[1]) < view.year - 1:
            yield Hit(item.ref, {"started": match[1], "year": view.year})


@per_project(
    Card(
        "X08",
        WARNING,
        _("A family of indicators is missing"),
        _("A project needs output, benefit and satisfaction to show what it is for."),
        "财预〔2015〕88号",
        _("Nothing under %(families)s."),
        _("Add at least one indicator of each family."),
        tables(project("某项目", indicator("件数", "≥5件", l2="11"))),
        tables(
            project(
                "某项目",
                indicator("件数", "≥5件", l2="11"),
                indicator("跑动次数下降率", "≥5%", l2="22"),
                indicator("满意率", "≥90%", l2="31"),
            )
        ),
    )
)
def family_missing(item: ProjectView) -> Iterator[Hit]:
    missing = [code for code in ("1", "2", "3") if code not in item.families]
    if missing:
        yield Hit(item.ref, {"families": "、".join(FAMILIES[code] for code in missing), "codes": missing})


@per_project(
    Card(
        "X12",
        WARNING,
        _("No cost indicator"),
        _("Without one nobody can say whether the result was worth its price."),
        "财预〔2021〕101号",
        _("%(amount)s 万元 without any cost indicator."),
        _("Add the cost per unit of output, or the ceiling of the total."),
        tables(project("某项目", indicator("件数", "≥5件", l2="11"))),
        tables(project("某项目", indicator("单件办理成本", "≤120元", l2="41"))),
    )
)
def no_cost(item: ProjectView) -> Iterator[Hit]:
    if "4" not in item.families:
        yield Hit(item.ref, {"amount": f"{item.row.amount:,}"})


@per_tables(
    Card(
        "X07",
        WARNING,
        _("Targets that cannot hold together"),
        _("Two promises of the same work must be possible at once."),
        YARDSTICKS["statutory_approval"].source,
        _("“%(name)s”: “%(value)s” cannot hold together with %(other)s “%(other_value)s”."),
        _("Change one of them, or say for which items each holds."),
        tables(
            project(
                "某项目",
                indicator("压缩工程建设项目审批时间", "压缩90%以上", l2="13"),
                indicator("建设工程规划许可审批时间", "10个工作日", l2="13"),
            )
        ),
        tables(
            project(
                "某项目",
                indicator("压缩工程建设项目审批时间", "压缩50%以上", l2="13"),
                indicator("建设工程规划许可审批时间", "≤10个工作日", l2="13"),
            )
        ),
    )
)
def cannot_hold_together(view: TablesView) -> Iterator[Hit]:
    yield from _compression_against_times(view)
    for item in view.projects:
        yield from _special_slower_than_normal(item)


def _compression_against_times(view: TablesView) -> Iterator[Hit]:
    """A promise to cut the statutory time, against approval times that save less than that."""
    cuts = [item for item in view.indicators if _cut(item.annual) and item.has(("审批",))]
    times = [item for item in view.project_indicators if _is_building_approval_time(item)]
    slow: list[IndicatorView] = []
    for cut in cuts:
        slow = [time for time in times if _saved(time) < (_cut(cut.annual) or Decimal(0))]
        if slow:
            yield Hit(cut.ref, _pair(cut, slow[0]))
    for time in slow:
        yield Hit(time.ref, _pair(time, cuts[0]))


def _cut(target: Target) -> Decimal | None:
    return target.value if target.change in {"压缩", "缩短"} and target.dimension is Dimension.RATIO else None


def _is_building_approval_time(item: IndicatorView) -> bool:
    return (
        item.annual.unit == "WD"
        and item.plain.endswith("审批时间")
        and item.has(("建设", "工程", "设计方案"))
    )


def _saved(item: IndicatorView) -> Decimal:
    """The share of the statutory time that the promised one saves, in percent."""
    limit = YARDSTICKS["statutory_approval"].value
    return 100 - (item.annual.value or Decimal(0)) / limit * 100


def _special_slower_than_normal(item: ProjectView) -> Iterator[Hit]:
    """The same permit in a simpler case (施工临时…) promised later than in the normal one."""
    by_name = {each.plain: each for each in item.indicators if each.name == each.plain}
    for each in item.indicators:
        normal = by_name.get(each.plain) if each.name != each.plain else None
        simpler = "临时" in each.name or "简易" in each.name
        if normal and simpler and _is_longer(each.annual, normal.annual):
            yield Hit(each.ref, _pair(each, normal))


def _is_longer(one: Target, other: Target) -> bool:
    comparable = one.dimension is Dimension.TIME and one.unit == other.unit
    return comparable and (one.value or 0) > (other.value or 0)


def _pair(one: IndicatorView, other: IndicatorView) -> dict[str, str]:
    return {
        "name": one.row.name,
        "value": one.row.annual_raw,
        "other": other.ref,
        "other_value": other.row.annual_raw,
    }


@per_tables(
    Card(
        "V17",
        WARNING,
        _("Lax against the peers"),
        _("A target far below what comparable projects promise may have been set to be met easily."),
        "财预〔2020〕10号",
        _("“%(name)s”: “%(value)s” is lax against %(peer)s."),
        _("Raise the target, or explain why this project differs."),
        tables(
            project("甲项目", indicator("系统故障率", "≤10%")),
            project("乙项目", indicator("系统故障率", "≤1%")),
        ),
        tables(
            project("甲项目", indicator("系统故障率", "≤2%")),
            project("乙项目", indicator("系统故障率", "≤1%")),
        ),
    )
)
def lax(view: TablesView) -> Iterator[Hit]:
    satisfaction = [item for item in view.project_indicators if item.is_satisfaction and _percent(item)]
    middle = median([_percent(item) or Decimal(0) for item in satisfaction]) if satisfaction else Decimal(0)
    for item in view.indicators:
        peer = _laxer_than(item, view, middle)
        if peer:
            yield Hit(item.ref, {"name": item.row.name, "value": item.row.annual_raw, "peer": peer})


def _percent(item: IndicatorView) -> Decimal | None:
    return item.annual.value if item.annual.kind is Kind.NUM and item.is_ratio else None


def _laxer_than(item: IndicatorView, view: TablesView, middle: Decimal) -> str:
    percent = _percent(item)
    if item.is_satisfaction and percent is not None:
        margin = YARDSTICKS["satisfaction_margin"].value
        return f"{middle.normalize():f}%" if percent < middle - margin else ""
    if item.is_rate_name and percent is not None and name_direction(item.name) is Direction.NEG:
        return _better_peer(item, percent, view)
    if "RPO" in item.plain.upper() and item.annual.unit == "h":
        limit = YARDSTICKS["recovery_point"]
        return f"<{limit.value}h" if (item.annual.value or 0) >= limit.value else ""
    return _dear_per_person(item)


def _better_peer(item: IndicatorView, percent: Decimal, view: TablesView) -> str:
    peers = [
        (value, peer.ref)
        for peer in view.project_indicators
        if peer.ref != item.ref and peer.plain == item.plain and (value := _percent(peer)) is not None
    ]
    best = min(peers, default=None)
    if best and percent >= best[0] * YARDSTICKS["rate_factor"].value and percent > best[0]:
        return f"{best[1]} ({best[0].normalize():f}%)"
    return ""


def _dear_per_person(item: IndicatorView) -> str:
    """More money per person served than a yardstick allows: 1,800 万元 for fifty users."""
    served = item.annual.unit == "人" and item.has(("服务人数", "服务对象", "用户数"))
    if (
        not served
        or item.project is None
        or not item.annual.value
        or item.annual.op not in {Op.GE, Op.EQ, None}
    ):
        return ""
    each = item.project.amount / item.annual.value
    return f"{each:.2f} 万元/人" if each > YARDSTICKS["money_per_person"].value else ""
