"""What one promise asks for and what may be reported on it: its printed target read as a measure.

A target that cannot be measured as printed carries its doubt instead of a guess, and is judged as a whole, in words,
by a person with a file. One with several parts is proven that way; for every other doubt the verdict stays open until
the printed target is corrected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.hub.promises.evaluation import curves
from chengshu.hub.promises.evaluation.adapters import Choices, measure_of
from chengshu.hub.promises.evaluation.measures import Achievement, Kind, Measure, Nature, Statistic
from chengshu.hub.promises.models import Binding, Commitment
from chengshu.hub.promises.targets import Dimension, Direction, parse
from chengshu.hub.promises.targets.lexicon import unit_named, unit_spelled

SATISFACTION = "31"
DONE, NOT_DONE = "yes", "no"
_AS_A_WHOLE = {"measure.composite"}
_NUMBER = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?\s*(.*)", re.DOTALL)
_LONGEST_WHOLE, _LONGEST_FRACTION = 14, 6


@dataclass(frozen=True, slots=True)
class Measured:
    """The measure of a promise, with why it is doubtful, if it is.

    :ivar doubt: why the printed target cannot be measured; None when it can
    """

    measure: Measure
    doubt: InvalidInput | None = None

    @property
    def is_clear(self) -> bool:
        """Whether a verdict can follow from a value."""
        return self.doubt is None or self.doubt.code in _AS_A_WHOLE


def measured(commitment: Commitment, parameters: Mapping[str, Any] | None = None) -> Measured:
    """How this promise is measured.

    :param parameters: what its binding decided beside the printed text: statistic, share_target, nature
    """
    target = parse(commitment.annual_raw or commitment.period_raw, commitment.name)
    try:
        return Measured(
            measure_of(
                target, Direction(commitment.direction.lower()), _choices(commitment, parameters or {})
            )
        )
    except InvalidInput as doubt:
        return Measured(Measure(Kind.QUAL), doubt)


def measured_by(commitment: Commitment, binding: Binding | None) -> Measured:
    """How this promise is measured under a binding."""
    return measured(commitment, binding.parameters if binding else None)


def _choices(commitment: Commitment, parameters: Mapping[str, Any]) -> Choices:
    share, statistic, nature = (parameters.get(name) for name in ("share_target", "statistic", "nature"))
    return Choices(
        is_satisfaction=commitment.family == SATISFACTION,
        nature=Nature(nature) if nature else None,
        statistic=Statistic(statistic) if statistic else None,
        share_target=Decimal(share) if share else None,
    )


def plan_of(parameters: Mapping[str, Any], year: int) -> curves.Curve | None:
    """The planned curve a binding names: a due date or twelve monthly shares; None: even by days."""
    if due := parameters.get("due_on"):
        return curves.due_on(date.fromisoformat(due))
    if shares := parameters.get("monthly"):
        return curves.Monthly(year, tuple(Decimal(share) for share in shares))
    return None


@dataclass(frozen=True, slots=True)
class Value:
    """A reported value: a number, or a word for what has none (yes, no, or a grade of achievement)."""

    number: Decimal | None = None
    word: str = ""

    @property
    def done(self) -> bool | None:
        return {DONE: True, NOT_DONE: False}.get(self.word)

    @property
    def achievement(self) -> Achievement | None:
        return Achievement(self.word) if self.word in set(Achievement) else None

    def fits(self, measure: Measure) -> bool:
        """Whether this is the sort of value that the measure asks for."""
        if measure.kind is Kind.BOOL:
            return self.done is not None
        if measure.kind is Kind.QUAL:
            return self.achievement is not None
        return self.number is not None


WORDS: Mapping[str, Words] = {
    DONE: _("Done"),
    NOT_DONE: _("Not done"),
    Achievement.ACHIEVED.value: _("Annual target achieved"),
    Achievement.PARTLY.value: _("Partly achieved, with some effect"),
    Achievement.NOT_ACHIEVED.value: _("Not achieved, with little effect"),
}


def words_for(measure: Measure) -> tuple[str, ...]:
    """The words among which a report on this measure chooses; empty when it asks for a number."""
    if measure.kind is Kind.BOOL:
        return DONE, NOT_DONE
    return tuple(grade.value for grade in Achievement) if measure.kind is Kind.QUAL else ()


def value_unit(measure: Measure) -> str:
    """The unit in which a value is reported: percent for a share of cases, else the target's own."""
    return "%" if measure.statistic is Statistic.COMPLIANCE_SHARE else measure.unit


def read_value(measure: Measure, text: str, *, field: str = "value") -> Value:
    """What a person typed, as a value of this measure.

    Full-width digits, thousands separators and the measure's own unit are understood. Nothing is guessed.

    :raises InvalidInput: with an own code for each way to be wrong
    """
    given = unicodedata.normalize("NFKC", text).strip()
    if not given:
        raise _wrong(
            field,
            "value.empty",
            _("No value is given."),
            _("A missing value is not a zero: enter what was reached."),
        )
    if words := words_for(measure):
        if given not in words:
            raise _wrong(
                field,
                "value.choice",
                _("This is none of the possible answers."),
                _("Choose one of the answers listed."),
            )
        return Value(word=given)
    return Value(number=_number(measure, given, field))


def _number(measure: Measure, given: str, field: str) -> Decimal:
    found = _NUMBER.fullmatch(given)
    if found is None or not given.isprintable():
        raise _wrong(
            field,
            "value.number",
            _("“%(text)s” is not a number.") % {"text": given[:40]},
            _("Write digits, with a point before decimals, such as 1,038.84."),
        )
    sign, whole, fraction, unit = found.groups()
    _require_unit(measure, unit, field)
    digits = whole.replace(",", "").lstrip("0") or "0"
    if len(digits) > _LONGEST_WHOLE or len(fraction or "") > _LONGEST_FRACTION:
        raise _wrong(
            field,
            "value.too_long",
            _("This number has too many digits."),
            _("At most 14 before and 6 after the point."),
        )
    number = Decimal(f"{sign}{digits}.{fraction or 0}")
    _require_possible(measure, number, field)
    return number.normalize() if number else Decimal(0)


def _require_unit(measure: Measure, unit: str, field: str) -> None:
    if not unit:
        return
    expected, spelled = value_unit(measure), unit_spelled(unit)
    if spelled is None or spelled.symbol != expected:
        raise _wrong(
            field,
            "value.unit",
            _("The unit “%(given)s” is not the target's “%(expected)s”.")
            % {"given": unit[:20], "expected": expected or "—"},
            _("Convert the value to the unit of the target, or leave the unit out."),
        )


def _require_possible(measure: Measure, number: Decimal, field: str) -> None:
    unit = unit_named(value_unit(measure))
    if number < 0:
        raise _wrong(field, "value.negative", _("The value is below zero."), _("Enter zero or more."))
    if unit and unit.dimension is Dimension.COUNT and number != number.to_integral_value():
        raise _wrong(
            field,
            "value.whole",
            _("%(unit)s are counted in whole numbers.") % {"unit": unit.symbol},
            _("Enter a whole number."),
        )
    is_share = measure.statistic is Statistic.COMPLIANCE_SHARE or (
        measure.kind is Kind.SATISFACTION and value_unit(measure) == "%"
    )
    if is_share and number > 100:
        raise _wrong(
            field, "value.share", _("A share of all cases or people is at most 100 %."), _("Enter 0 to 100.")
        )


def _wrong(field: str, code: str, message: Words, hint: Words) -> InvalidInput:
    return InvalidInput(message, field=field, code=code, hint=hint)
