"""What the linter proposes. Only width, case, spaces and a bare 100 % may be accepted in bulk."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.hub.promises.targets import (
    Dimension,
    Direction,
    Kind,
    Op,
    Target,
    name_direction,
    normalise,
    unit_of_name,
    write,
)

from .data import Suggestion, SuggestionKind
from .view import IndicatorView, ProjectView, plain_name
from .words import ALTERNATIVE_L2, COUNT_ENDINGS

AUTO, PROPOSAL = SuggestionKind.AUTO, SuggestionKind.PROPOSAL
Offers = tuple[Suggestion, ...]


def _value(item: IndicatorView, after: str, reason: Words, kind: SuggestionKind = PROPOSAL) -> Suggestion:
    return Suggestion(kind, "annual_raw", item.row.annual_raw, after, reason)


def _name(item: IndicatorView, after: str, reason: Words) -> Suggestion:
    return Suggestion(PROPOSAL, "name", item.row.name, after, reason)


def _added(after: str, reason: Words) -> Suggestion:
    return Suggestion(PROPOSAL, "new", "", after, reason)


def filed_under(item: IndicatorView, l2_name: str) -> Offers:
    """Move the indicator to another class; promised approval times get their sign at the same time."""
    if not l2_name or l2_name == item.row.l2_name:
        return ()
    move = Suggestion(
        PROPOSAL, "l2_name", item.row.l2_name, l2_name, _("This class is where such an indicator belongs.")
    )
    return (move, *(comparison(item) if _is_promised_time(item) else ()))


def _is_promised_time(item: IndicatorView) -> bool:
    return item.annual.dimension is Dimension.TIME and item.annual.op is None and item.annual.kind is Kind.NUM


def fitting_class(item: IndicatorView) -> str:
    """The class in which an output indicator of this name belongs."""
    for names, l2_name in ALTERNATIVE_L2:
        if item.has(names) and "不可用" not in item.plain:
            return l2_name
    return "数量指标" if item.is_count_name and name_direction(item.name) is Direction.POS else "质量指标"


def name_for(item: IndicatorView) -> Offers:
    """A name for an indicator without one, if its class leaves only one."""
    if item.l2 == "31":
        return (_name(item, "服务对象满意度", _("The class has only this usual name.")),)
    return ()


def code_of_name(item: IndicatorView) -> Offers:
    """The code that fits the printed class name."""
    if not item.named_l2:
        return ()
    reason = _("The printed name of the class fits the indicator.")
    return (Suggestion(PROPOSAL, "l2_code", item.row.l2_code, item.named_l2, reason),)


def full_width(item: ProjectView) -> Offers:
    """Full-width separators for the indicator cell."""
    text = item.row.indicators_raw
    wide = text.replace(":", "：").replace(";", "；")
    if wide == text:
        return ()
    return (Suggestion(AUTO, "indicators_raw", text, wide, _("Only the width of the punctuation changes.")),)


def comparison(item: IndicatorView) -> Offers:
    """The sign that a bare value lacks: ``=`` for a bare 100 %, else by which way is better."""
    target = item.annual
    if target.kind is Kind.COMPOSITE or target.value is None:
        return ()
    if target.dimension is Dimension.RATIO and target.value == 100 and target.kind is Kind.NUM:
        sure = _("Nothing can exceed 100%, so a bare 100% can only mean exactly.")
        return (_value(item, _with_op(target, Op.EQ), sure, PROPOSAL if target.inner else AUTO),)
    if item.direction is Direction.EQ or target.value == 0:
        return (_signed(item, Op.EQ, _("An exact quantity.")),)
    if target.kind is Kind.TIME_LIMIT or item.direction is Direction.NEG:
        return (_signed(item, Op.LE, _("The lower the better, so the value is an upper limit.")),)
    if target.kind in {Kind.NUM, Kind.DELIVERABLE} and item.direction is Direction.POS:
        return (_signed(item, Op.GE, _("The more the better, so the value is a lower limit.")),)
    return ()


def _signed(item: IndicatorView, op: Op, reason: Words) -> Suggestion:
    return _value(item, _with_op(item.annual, op), reason)


def _with_op(target: Target, op: Op) -> str:
    written = write(replace(target, op=op, candidates=()))
    if target.kind is Kind.DELIVERABLE:
        return written + target.what
    if target.kind is Kind.TIME_LIMIT:
        return f"{written}{target.what}" + (f"/次{target.per}" if target.per else "")
    return target.inner + written


def candidates(item: IndicatorView) -> Offers:
    """What a mistyped sign may have meant; the author must choose."""
    return tuple(
        _value(item, _with_op(target, op), _("One of the signs that may have been meant."))
        for target in item.targets[:1]
        for op in target.candidates
    )


def turned(item: IndicatorView) -> Offers:
    """The same figure with the sign the other way round: >12小时 becomes ≤12小时."""
    if item.annual.dimension is Dimension.TIME and item.annual.op in {Op.LE, Op.LT}:
        timed = re.sub(r"(能力|速度|效率)$", "", item.row.name) + "时间"
        return (_name(item, timed, _("What is limited is a time, so the name should say so.")),)
    limit = Op.GE if item.annual.op in {Op.LE, Op.LT} else Op.LE
    return (_signed(item, limit, _("The sign as printed would reward the worse result.")),)


def inclusive(item: IndicatorView) -> Offers:
    """The sign that includes the number; on a count the equivalent whole number."""
    target = item.annual
    if target.op is Op.LT and target.dimension is Dimension.COUNT and target.value is not None:
        lower = replace(target, value=target.value - 1)
        return (_value(item, _with_op(lower, Op.LE), _("On whole numbers both mean the same.")),)
    op = Op.LE if target.op is Op.LT else Op.GE
    return (_signed(item, op, _("The usual form includes the number (Civil Code, Article 1259).")),)


def unit_from_name(item: IndicatorView) -> Offers:
    """The unit that the name tells."""
    unit = unit_of_name(normalise(item.row.name))
    target = replace(item.annual, unit=unit)
    if not unit or item.annual.value is None:
        return ()
    return (_value(item, write(target), _("The name tells this unit.")),)


def assumed_unit(item: IndicatorView) -> Offers:
    """元 after 万, where the name speaks of money."""
    return (_value(item, write(item.annual), _("The name speaks of money; please confirm.")),)


def usual_unit(item: IndicatorView) -> Offers:
    """The unit's symbol in its right case; or the unit without parentheses."""
    printed, unit = item.row.annual_raw, item.annual.unit
    if unit.isascii() and unit.isalpha():
        cased = re.sub(rf"(?<![A-Za-z]){unit}(?![A-Za-z])", unit, printed, flags=re.IGNORECASE)
        if cased != printed:
            return (_value(item, cased, _("Only the case of the unit changes."), AUTO),)
    after = write(item.annual)
    if item.annual.kind is not Kind.NUM or after == printed:
        return ()
    return (_value(item, after, _("The unit stands after its number, without parentheses.")),)


def exactly_all(item: IndicatorView) -> Offers:
    """=100 % for ≥100 %."""
    return (_value(item, "=100%", _("Nothing can exceed 100%.")),)


def satisfaction_rate(item: IndicatorView) -> Offers:
    """A satisfaction rate for a grade without a scale."""
    if item.family != "3" or (item.plain and not item.is_satisfaction):
        return ()
    figure = "满意度≥95%" if item.annual.kind is Kind.TEXT else "满意率≥90%"
    return (_value(item, figure, _("A rate can be surveyed and scored; please set the figure.")),)


def rate_and_count(item: IndicatorView) -> Offers:
    """A count under the name of a rate: a count under its own name, and the rate beside it."""
    counted = item.plain.removesuffix("率").removesuffix("完成") + "办结量"
    at_least = _with_op(item.annual, Op.GE)
    return (
        _name(item, counted, _("The value counts cases, so the name should too.")),
        _value(item, at_least, _("The more the better, so the value is a lower limit.")),
        _added(
            f"{counted.removesuffix('量')}率：≥?%",
            _("If the rate is meant as well, it needs its own figure."),
        ),
    )


def named_inside(item: IndicatorView) -> Offers:
    """Two indicators for a name and a value that measure different things."""
    inner = next((target for target in item.targets if target.inner), None)
    if inner is None:
        return rate_and_count(item) if item.is_rate_name else ()
    whole = inner.dimension is Dimension.RATIO and inner.value == 100
    op = Op.GE if name_direction(inner.inner) is Direction.POS else Op.LE
    value = write(replace(inner, op=inner.op or (Op.EQ if whole else op)))
    offers = (
        _name(item, _measured_name(item, inner.inner), _("What the value measures.")),
        _value(item, value, _("The figure without the name inside it.")),
    )
    if not (item.is_rate_name or item.is_count_name):
        return offers
    unit = "%" if item.is_rate_name else ""
    own = _("What the name measures needs its own figure.")
    return (*offers, _added(f"{item.row.name}：≥?{unit}", own))


def _measured_name(item: IndicatorView, metric: str) -> str:
    """办理件数 with the metric 完成率 becomes 办理完成率."""
    counted = next((ending for ending in COUNT_ENDINGS if item.row.name.endswith(ending)), "")
    return item.row.name.removesuffix(counted) + metric if counted else metric


def life_or_availability(item: IndicatorView) -> Offers:
    """What a service life in percent may have meant: availability, or years."""
    printed = write(item.annual)
    return (
        _name(item, "系统可用率", _("If the share of working time is meant.")),
        _value(item, printed, _("The figure fits an availability.")),
        _added("正常使用年限：≥5年", _("If the service life is meant, it is given in years.")),
    )


def baseline(item: IndicatorView) -> Offers:
    """The baseline that a relative target lacks; where it differs by item, only a list can name it."""
    if item.annual.relative_to or item.is_satisfaction:
        return ()
    target = replace(item.annual, op=None)
    printed = f"节约{write(target)}" if target.dimension is Dimension.MONEY else item.row.annual_raw
    figure = "?%" if target.kind is Kind.TEXT else ""
    return (_value(item, f"较?年{printed}{figure}", _("Name the year and the figure compared with.")),)


def per_year(item: IndicatorView) -> Offers:
    """A frequency as a yearly number."""
    annual = item.annual.annual
    if annual is None:
        return ()
    paper = any(word in item.plain + item.annual.what for word in ("报告", "记录", "清单", "表"))
    unit = "份" if paper else item.annual.unit or "次"
    return (_value(item, f"≥{annual}{unit}", _("The yearly number that the frequency comes to.")),)


def score_or_percent(item: IndicatorView) -> Offers:
    """A score needs its scale."""
    value = item.annual.value or Decimal(0)
    score = _value(item, f"≥{value:f}分（满分100分）", _("If it is a score, name the full marks."))
    return (score, _value(item, f"≥{value:f}%", _("If it is a share, give a percentage.")))


def same_as(item: IndicatorView, other: IndicatorView) -> Offers:
    """One value for both tables: the inclusive one."""
    if item.annual.op in {Op.GE, Op.LE}:
        return ()
    return (_value(item, other.row.annual_raw, _("The value in the other table.")),)


def longer_name(item: IndicatorView, name: str) -> Offers:
    """The fuller name under which the same promise stands elsewhere."""
    if len(plain_name(name)) <= len(item.plain):
        return ()
    return (_name(item, name, _("The name used for the same promise elsewhere.")),)


def own_deliverable(item: IndicatorView) -> Offers:
    """For a copied name: the thing that the value delivers."""
    what = item.annual.what
    if not what:
        return ()
    kind = "运维" if item.project and "运维" in item.project.name else ""
    at_least = write(replace(item.annual, op=Op.GE))
    return (
        _name(item, kind + what, _("What the value delivers.")),
        _value(item, at_least, _("The more the better, so the value is a lower limit.")),
    )
