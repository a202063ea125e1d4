"""Rules X03, X10 and X11: the goal in prose against the indicators, and slips of the pen.

Where a source has no goals (the shipped facts leave them out) these rules say nothing about them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.hub.promises.targets import Dimension, Kind, normalise, same

from . import suggestions, words
from .data import Hit
from .examples import indicator, project, tables
from .links import alike, is_distinctive
from .registry import INFO, WARNING, Card, per_project, per_tables
from .view import ProjectView, TablesView, bigrams, plain_name

_STOP_CHARACTERS = frozenset("的了和与及或等为对在以从将并把被其各该我本全有无不")
_STOP_PAIRS = frozenset(
    (
        *("通过", "进行", "提供", "实现", "完成", "工作", "服务", "项目", "管理", "系统", "平台"),
        *("建设", "提升", "情况", "数量", "政务", "部门", "信息", "相关", "南沙", "沙区", "数据"),
    )
)


@per_project(
    Card(
        "X03",
        WARNING,
        _("Goal and indicators speak of different things"),
        _("A goal without an indicator is not checked; an indicator outside it shows nothing."),
        "财预〔2015〕88号",
        _("Goal and indicators do not meet in: %(missing)s"),
        _("Add an indicator for each part of the goal, and drop those that serve none."),
        tables(
            project(
                "某运维项目",
                indicator("系统可用率", "≥99%"),
                goal="提供不少于两场的大规模培训；接入1800多份业务数据表。",
            )
        ),
        tables(
            project(
                "某运维项目",
                indicator("培训场次", "≥2场", l2="11"),
                indicator("接入业务数据表数量", "≥1800份", l2="11"),
                goal="提供不少于两场的大规模培训；接入1800多份业务数据表。",
            )
        ),
    )
)
def goal_against_indicators(item: ProjectView) -> Iterator[Hit]:
    if not item.goal:
        return
    missing = [*_figures_without_indicator(item), *_parts_without_indicator(item)]
    if missing or _is_about_other_things(item):
        yield Hit(item.ref, {"missing": "；".join(missing) or item.goal[:40]})


_FIGURE = re.compile(
    r"(?:超过|不少于|达|约)?([0-9]+|[两一二三四五六七八九十])(?:余|多)?(?:万|亿)?(?:余|多)?([份条个场次家台页件])"
)


def _figures_without_indicator(item: ProjectView) -> list[str]:
    """Figures with a unit in the goal, to which no indicator has the like."""
    targets = [target for each in item.indicators for target in each.targets]
    units = {unit for target in targets for unit in (target.unit, *target.unit_also)}
    found = []
    for match in _FIGURE.finditer(item.goal):
        meant = len(match[0]) > 2 and (len(match[1]) > 1 or match[0].startswith("不少于"))
        if meant and match[2] not in units:
            found.append(match[0])
    return found


_LISTED = re.compile(r"(?:通过开展|包括|完成)([^。;]*?、[^。;]*?)等")


def _parts_without_indicator(item: ProjectView) -> list[str]:
    """Things listed or numbered in the goal of which no indicator speaks."""
    spoken = _speech(item)
    listed = [part for match in _LISTED.finditer(item.goal) for part in match[1].split("、")]
    quoted = re.findall(r"[“\"]([^”\"]{4,8})[”\"](?:快速|机制|等主动)", item.goal)
    numbered = re.split(r"(?:^|(?<=[。;)]))\d[、.)](?!\d)", item.goal)[1:]
    new = re.findall(r"新增([^,;。]{4,12}?功能)", item.goal)
    parts = [part for part in (*listed, *quoted, *numbered, *new) if len(plain_name(part)) >= 4]
    return [part[:20] for part in parts if not _is_spoken_of(part, spoken)] if len(parts) > 1 else []


def _is_spoken_of(part: str, spoken: set[str]) -> bool:
    """Whether the indicators take a part up; a sentence shares one word with anything, so needs two."""
    return len(_content(part) & spoken) > (1 if len(part) > 20 else 0)


def _speech(item: ProjectView) -> set[str]:
    """The pairs of characters of everything the indicators say."""
    return {pair for each in item.indicators for pair in _content(each.row.name + each.row.annual_raw)}


def _content(text: str) -> set[str]:
    """The pairs of characters that carry meaning: without the words of every project."""
    return {pair for pair in bigrams(text) - _STOP_PAIRS if not _STOP_CHARACTERS & set(pair)}


def _is_about_other_things(item: ProjectView) -> bool:
    """Whether most output indicators share nothing with the goal and the name."""
    spoken = _content(item.goal + item.row.name)
    outputs = [each for each in item.indicators if each.family == "1" and not each.has(words.GENERIC_NAMES)]
    strange = [each for each in outputs if _content(each.plain) and not _content(each.plain) & spoken]
    return len(outputs) > 1 and len(strange) * 2 > len(outputs)


@per_tables(
    Card(
        "X10",
        INFO,
        _("Slip of the pen"),
        _("A published table is an official document."),
        "党政机关公文处理工作条例",
        _("“%(found)s”: perhaps “%(meant)s”?"),
        _("Check and correct."),
        tables(
            project(
                "某项目",
                indicator("网络安全事件严重程度", "无威胁时间"),
                goal="促进政大厅务服务水平提高。",
            ),
            project("乙项目", indicator("政务大厅服务人次", "≥5人次", l2="11")),
        ),
        tables(
            project(
                "某项目",
                indicator("网络安全事件严重程度", "无威胁事件"),
                goal="促进政务大厅服务水平提高。",
            ),
            project("乙项目", indicator("政务大厅服务人次", "≥5人次", l2="11")),
        ),
    )
)
def slips(view: TablesView) -> Iterator[Hit]:
    yield from _confused_words(view)
    yield from _shortened_names(view)
    yield from _jumbled_goals(view)
    for item in view.projects:
        yield from _name_with_a_gap(item)


def _confused_words(view: TablesView) -> Iterator[Hit]:
    for item in view.indicators:
        for right, wrong in words.CONFUSABLE_WORDS:
            value = item.row.annual_raw
            if right in item.plain and wrong in value and right not in value:
                yield Hit(item.ref, {"found": value, "meant": value.replace(wrong, right)})


def _shortened_names(view: TablesView) -> Iterator[Hit]:
    """A project's indicator whose name lost characters against the department's, at the very same figure."""
    for item in view.department:
        for other in view.project_indicators:
            like = is_distinctive(item) and same(item.annual, other.annual) and alike(item, other) >= 0.5
            if like and len(other.plain) < len(item.plain):
                offer = suggestions.longer_name(other, item.row.name)
                yield Hit(other.ref, {"found": other.row.name, "meant": item.row.name}, offer)


_WINDOW = 6


def _jumbled_goals(view: TablesView) -> Iterator[Hit]:
    """Six characters in an order found nowhere else, where the tables know the same six in another order."""
    known: dict[str, set[str]] = defaultdict(set)
    for text in _texts(view):
        for window in _windows(text):
            known["".join(sorted(window))].add(window)
    for item in view.projects:
        elsewhere = [text for text in _texts(view) if text != item.goal]
        for window in _windows(item.goal):
            others = known["".join(sorted(window))] - {window}
            meant = next((other for other in sorted(others) if _is_slip(window, other)), None)
            if meant and not any(window in text for text in elsewhere):
                yield Hit(item.ref, {"found": window, "meant": meant})
                break


def _texts(view: TablesView) -> list[str]:
    names = [item.plain for item in view.indicators]
    return [*(item.goal for item in view.projects if item.goal), *(name for name in names if name)]


def _windows(text: str) -> Iterator[str]:
    for start in range(len(text) - _WINDOW + 1):
        window = text[start : start + _WINDOW]
        if all("一" <= character <= "鿿" for character in window):
            yield window


def _is_slip(window: str, other: str) -> bool:
    """Whether one character merely moved, the first and the last staying where they are."""
    moved = any(
        other == rest[:to] + window[take] + rest[to:]
        for take in range(1, _WINDOW - 1)
        for rest in (window[:take] + window[take + 1 :],)
        for to in range(1, _WINDOW - 1)
    )
    return moved and len(set(window)) >= _WINDOW - 1


_CORE = re.compile(r"(?:20\d\d年)?(?:广州市)?(?:南沙区)?(.+?(?:平台|系统|中心))")


def _name_with_a_gap(item: ProjectView) -> Iterator[Hit]:
    """The project's own name in its goal, with one character missing."""
    match = _CORE.match(plain_name(item.row.name))
    core = match[1] if match else ""
    if len(core) < 6 or core in item.goal:
        return
    for gap in range(len(core) - 1):
        shortened = core[:gap] + core[gap + 1 :]
        if shortened in item.goal and core not in item.goal:
            yield Hit(item.ref, {"found": shortened, "meant": core})
            return


@per_project(
    Card(
        "X11",
        WARNING,
        _("Goal cannot be judged"),
        _("A goal that repeats the name, or promises what nothing measures, cannot be missed."),
        "财预〔2015〕88号",
        _("The goal “%(goal)s” promises nothing that the indicators could show to be missed."),
        _("Say what will be different, and by which indicator it will be seen."),
        tables(project("某系统项目", indicator("资金支出进度", "≥95%"), goal="完成某系统项目")),
        tables(
            project(
                "某系统项目", indicator("系统可用率", "≥99%"), goal="全年稳定运行，故障修复不超过两小时。"
            )
        ),
    )
)
def goal_inadequate(item: ProjectView) -> Iterator[Hit]:
    if not item.goal:
        return
    reasons = {
        "repeats_name": _repeats_name(item),
        "improves_unmeasured": _improves_unmeasured(item),
        "assesses_without_result": _assesses_without_result(item),
    }
    why = next((reason for reason, holds in reasons.items() if holds), "")
    if why:
        yield Hit(item.ref, {"goal": item.goal[:40], "why": why})


def _repeats_name(item: ProjectView) -> bool:
    rest = plain_name(item.goal).replace(plain_name(item.row.name), "")
    return len(rest) <= 4


def _improves_unmeasured(item: ProjectView) -> bool:
    """Improvement promised, with neither benefit nor satisfaction nor quality beside the inputs."""
    promised = re.search(r"提升|优化|提高|改善", item.goal)
    only_inputs = all(
        each.family == "1" and (each.has(words.INPUTS) or each.annual.dimension is Dimension.COUNT)
        for each in item.indicators
    )
    return bool(promised) and only_inputs


def _assesses_without_result(item: ProjectView) -> bool:
    assessed = re.search(rf"({'|'.join(words.ASSESSMENTS)})(服务)?(项目|经费)?$", normalise(item.row.name))
    judged = any(
        each.has(words.PASS_WORDS)
        or each.annual.kind is Kind.BOOL
        or each.annual.dimension is Dimension.SCORE
        for each in item.indicators
    )
    return bool(assessed) and not judged
