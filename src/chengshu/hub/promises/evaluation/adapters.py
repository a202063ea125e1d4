"""From a parsed target to the measure that is evaluated. What is ambiguous is refused, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.hub.promises.targets.data import Target
from chengshu.hub.promises.targets.kinds import Dimension, Direction, Note, Op
from chengshu.hub.promises.targets.kinds import Kind as TargetKind

from .measures import Kind, Measure, Nature, Statistic

_ADDING_UP = {Dimension.COUNT, Dimension.MONEY, Dimension.AREA}
_ORDERED = {Op.GE: Kind.POS, Op.GT: Kind.POS, Op.LE: Kind.NEG, Op.LT: Kind.NEG}
_UNREADABLE = {Note.ILLEGAL_OPERATOR, Note.OPERATORS_CONFLICT}
_EXACT = {Dimension.AREA, Dimension.LENGTH}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the printed text does not say and a person decides.

    :param nature: for counts that are levels (concurrent users) or the reverse; None: as usual for the unit
    :param statistic: what stands for many cases under a time limit
    :param share_target: percent of cases within the limit, for a compliance share
    """

    is_satisfaction: bool = False
    nature: Nature | None = None
    statistic: Statistic | None = None
    share_target: Decimal | None = None


def measure_of(target: Target, direction: Direction, choices: Choices | None = None) -> Measure:
    """The measure of a target.

    Strict bounds on whole counts are closed (少于2次 is at most 1), a frequency counts its year, and a bare
    number takes the direction of its name. A zero without a unit counts occurrences.

    :raises InvalidInput: if the target has several parts, an unclear operator, contradicts its direction, or
        is a time limit for which no statistic is chosen
    """
    chosen = choices or Choices()
    match target.kind:
        case TargetKind.COMPOSITE:
            raise _unclear("measure.composite", _("This target has several parts: measure each of them."))
        case TargetKind.BOOL | TargetKind.WINDOW:
            return Measure(Kind.BOOL)
        case TargetKind.GRADE | TargetKind.TEXT:
            return Measure(Kind.BOOL if direction is Direction.BOOL else Kind.QUAL)
        case TargetKind.RANGE:
            return _of_range(target, direction, chosen)
        case TargetKind.TIME_LIMIT:
            return _time_limit(target, chosen)
        case _:
            return _of_number(target, direction, chosen)


def _of_number(target: Target, direction: Direction, chosen: Choices) -> Measure:
    kind = _kind(target, direction)
    if chosen.statistic is not None and kind is Kind.NEG and target.dimension is Dimension.TIME:
        return _time_limit(target, chosen)
    value, strict = _bound(target)
    return Measure(
        Kind.SATISFACTION if chosen.is_satisfaction and kind is Kind.POS else kind,
        value,
        target.unit,
        _nature(target, chosen),
        strict,
        exact=kind is Kind.EQ and target.dimension in _EXACT,
    )


def _kind(target: Target, direction: Direction) -> Kind:
    if target.kind in (TargetKind.DELIVERABLE, TargetKind.FREQ) and target.op is None:
        return Kind.POS
    if target.candidates or target.notes & _UNREADABLE:
        raise _unclear("measure.operator", _("The operator of this target is unclear."))
    kind = _ORDERED.get(target.op) if target.op else None
    if kind is None:
        return Kind.NEG if direction is Direction.NEG else Kind.EQ
    if {kind.value, direction.value} == {"pos", "neg"}:
        raise _unclear("measure.contradiction", _("The operator contradicts what the name asks for."))
    return kind


def _bound(target: Target) -> tuple[Decimal | None, bool]:
    value = target.annual if target.kind is TargetKind.FREQ else target.value
    if value is None or target.op not in (Op.GT, Op.LT):
        return value, False
    if target.dimension is Dimension.COUNT and value == value.to_integral_value():
        return (value + 1 if target.op is Op.GT else value - 1), False
    return value, True


def _nature(target: Target, chosen: Choices) -> Nature:
    if chosen.nature is not None:
        return chosen.nature
    if target.kind in (TargetKind.DELIVERABLE, TargetKind.FREQ):
        return Nature.ACCUMULATING
    occurrences = target.dimension is None and target.value == 0
    adds_up = (target.dimension in _ADDING_UP or occurrences) and not target.per
    return Nature.ACCUMULATING if adds_up else Nature.LEVEL


def _time_limit(target: Target, chosen: Choices) -> Measure:
    strict = target.op is Op.LT
    return Measure(
        Kind.TIME_LIMIT,
        target.value,
        target.unit,
        strict=strict and chosen.statistic is not Statistic.COMPLIANCE_SHARE,
        statistic=chosen.statistic,
        share_target=chosen.share_target,
    )


def _of_range(target: Target, direction: Direction, chosen: Choices) -> Measure:
    if direction is Direction.POS:
        return Measure(Kind.POS, target.value, target.unit, _nature(target, chosen))
    if direction is Direction.NEG:
        return Measure(Kind.NEG, target.hi, target.unit, _nature(target, chosen))
    raise _unclear("measure.range", _("A range needs a direction: is its lower or its upper end promised?"))


def _unclear(code: str, message: Words) -> InvalidInput:
    return InvalidInput(
        message, field="target", code=code, hint=_("Correct the printed target and confirm the correction.")
    )
