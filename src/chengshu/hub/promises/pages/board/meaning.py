"""A printed value explained: the sentence, its parts, the direction and why, and the actual against the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.errors import Words
from chengshu.hub.promises.measured import Measured
from chengshu.hub.promises.models import Commitment, Observation
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.targets import (
    Direction,
    Kind,
    Note,
    Op,
    Target,
    direction,
    is_lasting,
    is_reducing,
    meaning,
    name_direction,
    parse,
)
from chengshu.hub.promises.targets.lexicon import unit_named
from chengshu.hub.promises.targets.wording import number

OPERATORS: dict[Op, Words] = {
    Op.GE: gettext_lazy("≥ at least; the number itself counts"),
    Op.LE: gettext_lazy("≤ at most; the number itself counts"),
    Op.GT: gettext_lazy("> more than; the number itself does not count"),
    Op.LT: gettext_lazy("< less than; the number itself does not count"),
    Op.EQ: gettext_lazy("= exactly"),
}
DIMENSIONS: dict[str, Words] = {
    "count": gettext_lazy("Count"),
    "ratio": gettext_lazy("Share"),
    "score": gettext_lazy("Score"),
    "time": gettext_lazy("Time"),
    "length": gettext_lazy("Length"),
    "area": gettext_lazy("Area"),
    "money": gettext_lazy("Amount of money"),
    "rate": gettext_lazy("Rate"),
}
NOTES: dict[Note, Words] = {
    Note.ILLEGAL_OPERATOR: gettext_lazy("The operator character is no operator; it was not guessed."),
    Note.IMPLIED_OPERATOR: gettext_lazy("The comparison follows from the wording, not from a sign."),
    Note.UNIT_FROM_NAME: gettext_lazy("The unit was taken from the indicator's name."),
    Note.UNIT_IN_PARENTHESES: gettext_lazy("The unit stands in parentheses."),
    Note.UNIT_ASSUMED: gettext_lazy("The unit is not printed and was assumed."),
    Note.UNIT_SPELLING: gettext_lazy("The unit is not spelled as its standard does."),
    Note.SCORE_OUT_OF_100_ASSUMED: gettext_lazy("A score out of 100 was assumed."),
    Note.APPROXIMATE: gettext_lazy("The value is printed as approximate."),
    Note.OPERATORS_CONFLICT: gettext_lazy("Two operators contradict each other."),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A printed value as people understand it."""

    raw: str
    sentence: str
    kind: Words
    rows: Sequence[tuple[Words, Words]]
    notes: Sequence[Words]
    parts: Sequence[Explained]


def explain(raw: str, name: str) -> Explained:
    """What the parser understands of a printed value; the printed text itself is never replaced."""
    return _explained(parse(raw, name))


def sentence(raw: str, name: str) -> str:
    """The value in one short sentence."""
    return meaning(parse(raw, name)) if raw else ""


def _explained(target: Target) -> Explained:
    return Explained(
        target.raw,
        meaning(target),
        wording.TARGET_KINDS[target.kind.value],
        list(_rows(target)),
        [NOTES[note] for note in Note if note in target.notes],
        [_explained(part) for part in target.parts],
    )


def _rows(target: Target) -> list[tuple[Words, Words]]:
    """Only what the value has, in reading order."""
    dimension = target.dimension
    unit = " / ".join(map(_unit, (target.unit, *target.unit_also))) if target.unit else ""
    told: list[tuple[Words, Words]] = [
        (_("Kind"), wording.TARGET_KINDS[target.kind.value]),
        (_("Operator"), _operator(target)),
        (_("Number"), _number(target)),
        (_("Unit of measure"), f"{unit}（{DIMENSIONS[dimension.value]}）" if dimension and unit else unit),
        (_("Per"), target.per),
        (_("A year"), number(target.annual)),
        (_("When"), target.when),
        (_("Scope"), target.scope),
        (_("Environment"), target.env),
        (_("Compared with"), f"{target.change}{target.relative_to}"),
        (_("Measures really"), target.inner),
        (_("Item"), target.what),
        (_("Wording"), target.word),
    ]
    return [(term, value) for term, value in told if str(value)]


def _unit(symbol: str) -> str:
    """The unit as officials print it: 小时 for ``h``."""
    unit = unit_named(symbol)
    return unit.printed if unit else symbol


def _operator(target: Target) -> Words:
    if target.candidates:
        signs = _(" or ").join(op.value for op in target.candidates)
        return _("unclear; it may mean %(signs)s") % {"signs": signs}
    if target.op:
        return OPERATORS[target.op]
    return _("none printed") if target.is_quantity else ""


def _number(target: Target) -> str:
    if target.value is None:
        return ""
    shown = f"{target.value:,f}"
    return f"{shown} – {target.hi:,f}" if target.hi is not None and target.kind is Kind.RANGE else shown


def direction_of(commitment: Commitment) -> tuple[Words, Words]:
    """Which way is better for this promise, and what tells so."""
    target = parse(commitment.annual_raw, commitment.name)
    told = direction(commitment.name, target)
    return wording.DIRECTIONS[told.value], _why(commitment.name, target, told)


def _why(name: str, target: Target, told: Direction) -> Words:
    measured = target.inner or name
    if told is Direction.BOOL:
        return _("The value says that something is done or passed; there is nothing in between.")
    if told is Direction.QUAL:
        return _("The value is a word or a grade, so an evaluator judges it.")
    if told is Direction.EQ:
        return _("The value names the number itself.")
    if is_reducing(measured):
        return _("The name speaks of reducing something; the more, the better.")
    if is_lasting(measured):
        return _("The name is a service life; the longer, the better.")
    if told is not name_direction(measured):
        return _("The unit is a duration, and a shorter one is better whatever the name says.")
    if told is Direction.NEG:
        return _("The head word of the name is something to keep low.")
    return _("The head word of the name is something to achieve.")


@dataclass(frozen=True, slots=True)
class Gauge:
    """The actual value and the target on one scale, in per cent of its length."""

    actual: Decimal
    target: Decimal
    unit: str
    is_met: bool
    actual_at: str
    target_at: str


def gauge(
    commitment: Commitment, observation: Observation | None, measured: Measured | None = None
) -> Gauge | None:
    """Target against actual; None where there is no number on either side to compare.

    :param measured: how its binding has the promise measured: the printed limit of one case may be asked as a share
    """
    share = measured.measure.share_target if measured is not None else None
    if share is not None and observation is not None and observation.value is not None:
        return _drawn(observation.value, share, "%", observation.value >= share)
    target = parse(commitment.annual_raw, commitment.name)
    if observation is None or observation.value is None or target.value is None or not target.is_quantity:
        return None
    bound = target.annual if target.kind is Kind.FREQ and target.annual is not None else target.value
    is_met = _meets(observation.value, bound, target, commitment)
    return _drawn(observation.value, bound, _unit(target.unit), is_met)


def _drawn(actual: Decimal, bound: Decimal, unit: str, is_met: bool) -> Gauge:
    top = max(actual, bound) * Decimal("1.15") or Decimal(1)
    places = (f"{max(Decimal(0), number * 100 / top):.2f}" for number in (actual, bound))
    return Gauge(actual.normalize(), bound, unit, is_met, *places)


def _meets(actual: Decimal, bound: Decimal, target: Target, commitment: Commitment) -> bool:
    lower = direction(commitment.name, target) is Direction.NEG
    op = target.op or (Op.LE if lower else Op.GE)
    return {
        Op.GE: actual >= bound,
        Op.LE: actual <= bound,
        Op.GT: actual > bound,
        Op.LT: actual < bound,
        Op.EQ: actual == bound,
    }[op]
