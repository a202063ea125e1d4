"""Which way is better: from the head word of an indicator's name, its unit and its kind."""

from __future__ import annotations

import re

from .data import Target
from .kinds import Dimension, Direction, Kind, Note, Op
from .tokens import normalise

NEGATIVE_RATES = (
    "故障", "误报", "漏报", "误报和漏报", "误报漏报", "投诉", "差错", "错误", "退单", "退回", "事故", "超时",
    "延误",     "违规", "丢包", "流失", "重复", "逾期", "不合格", "中断", "空置", "偏差", "事故发生",
)  # fmt: skip
"""Words that make a rate better when lower, if they stand right before 率: 故障率, but not 故障解决率."""

TURNING_WORDS = ("按时", "及时", "准时")
"""Before such a rate they turn it: 按时退单率 is better when higher."""

LIFE_WORDS = ("年限", "使用周期", "寿命", "质保期", "使用期")
UPTIME = re.compile(r"(正常|有效|可用|在线|稳定)[^,。]{0,4}(时间|时长)")
DURATION_WORDS = (
    "不可用时长", "时间", "时长", "时限", "时延", "延迟", "延时", "耗时", "RTO", "RPO", "用时", "周期",
)  # fmt: skip
NEGATIVE_COUNTS = (
    "投诉",
    "事故",
    "通报批评",
    "误报",
    "漏报",
    "故障次数",
    "故障数",
    "差错",
    "违规",
    "偏差",
    "上访",
    "舆情",
)
NEGATIVE_MONEY = ("成本", "能耗", "耗电", "费用")
REDUCING_VERBS = ("压缩", "降低", "减少", "缩短", "节约", "节省", "下降")
"""To do more of reducing something bad is good: 节约成本, 压缩审批时间."""


def head(name: str) -> str:
    """The name without bracketed remarks."""
    return re.sub(r"\([^()]*\)", "", normalise(name)).upper()


def is_reducing(name: str) -> bool:
    """Whether the name speaks of reducing something: 压缩审批时间."""
    return any(verb in head(name) for verb in REDUCING_VERBS)


def is_lasting(name: str) -> bool:
    """Whether the name is a service life, which is better when longer."""
    return any(word in head(name) for word in LIFE_WORDS)


def _is_uptime(name: str) -> bool:
    words = head(name)
    return bool(UPTIME.search(words)) and "不" not in words


def name_direction(name: str) -> Direction:
    """POS or NEG, from the name alone."""
    words = head(name)
    if is_reducing(name):
        return Direction.POS
    if words.endswith(("率", "比例", "占比")):
        return _rate_direction(re.sub(r"(率|比例|占比)$", "", words))
    if words.endswith(("性", "度", "能力", "质量")) and not words.endswith(("严重程度", "偏差度")):
        return Direction.POS
    if is_lasting(name) or _is_uptime(name):
        return Direction.POS
    negative = (*DURATION_WORDS, *NEGATIVE_COUNTS, *NEGATIVE_MONEY, "严重程度", "偏差度")
    return Direction.NEG if any(word in words for word in negative) else Direction.POS


def _rate_direction(modifiers: str) -> Direction:
    negative = next((word for word in NEGATIVE_RATES if modifiers.endswith(word)), None)
    if negative is None:
        return Direction.POS
    before = modifiers[: -len(negative)]
    return Direction.POS if before.endswith(TURNING_WORDS) else Direction.NEG


def direction(name: str, target: Target) -> Direction:
    """Which way is better for this indicator.

    A metric named inside the value counts more than the name, and a short duration is better whatever it is
    called (响应能力 ≤5秒), unless it is a service life.
    """
    fixed = {Kind.BOOL: Direction.BOOL, Kind.GRADE: Direction.QUAL, Kind.TEXT: Direction.QUAL}.get(
        target.kind
    )
    if fixed is not None:
        return fixed
    told = name_direction(target.inner or name)
    if target.op is Op.EQ and told is Direction.POS and not target.change:
        return Direction.EQ if target.dimension is not Dimension.RATIO else Direction.POS
    if target.kind is Kind.TIME_LIMIT or _is_short_duration(target, target.inner or name):
        return Direction.NEG
    if Note.IMPLIED_OPERATOR in target.notes and target.dimension is Dimension.AREA:
        return Direction.EQ
    return told


def _is_short_duration(target: Target, name: str) -> bool:
    longer_is_better = is_lasting(name) or _is_uptime(name) or is_reducing(name)
    return target.dimension is Dimension.TIME and not longer_is_better
