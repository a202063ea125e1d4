"""From rows to a number. Exact decimals, no database; what cannot be said of nothing is None."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.definitions import Direction, IndicatorDefinition, Kind
from chengshu.engines.indicators.results import Part
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, Words

ZERO, ONE, HUNDRED, THOUSAND = Decimal(0), Decimal(1), Decimal(100), Decimal(1000)
FOURTH = Decimal("0.0001")
_ROUNDING = {Direction.HIGHER: ROUND_FLOOR, Direction.LOWER: ROUND_CEILING}
NOTHING_EXAMINED, NOTHING_COUNTED = "nothing_examined", "nothing_counted"
REASONS: Mapping[str, Words] = {
    NOTHING_EXAMINED: _("No record was examined in the period, so there is no number."),
    NOTHING_COUNTED: _("No record counts in the period, so there is no number."),
}
MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One examined record: what it contributes.

    :ivar part: its share of the numerator; 1 or 0 where rows are counted
    :ivar whole: its share of the denominator; 1 where rows are counted
    :ivar amount: its own number, where the kind has one
    """

    key: str
    part: Decimal
    whole: Decimal
    amount: Decimal | None
    simulated: bool
    places: tuple[str, ...] = ()
    """Its value in each declared dimension."""

    @property
    def contribution(self) -> str:
        told = f"{self.part.normalize():f}/{self.whole.normalize():f}"
        told += "" if self.amount is None else f" {self.amount.normalize():f}"
        return f"{told} ~" if self.simulated else told

    @property
    def line(self) -> str:
        return f"{self.key}\t{self.contribution}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it is made of."""

    value: Decimal | None
    numerator: Decimal
    denominator: Decimal
    reason: str = ""


def row_of(definition: IndicatorDefinition, columns: Mapping[str, int], values: Sequence[Any]) -> Row:
    """A row of the records query, read by its columns.

    :raises Conflict: if what it contributes is impossible
    """

    def given(name: str) -> Any:
        return values[columns[name]] if name in columns else None

    key = storable(str(given("key")))
    if given("key") is None or not key or "\t" in key or "\n" in key:
        raise _impossible(definition, key, _("A record has no usable key."))
    amount = None if given("amount") is None else exact(given("amount"))
    if definition.kind == Kind.RATE and "part" in columns:
        part, whole = exact(given("part") or 0), exact(given("whole") or 0)
    else:
        part, whole = ONE if "counted" not in columns or given("counted") else ZERO, ONE
    if not ZERO <= part <= whole:
        raise _impossible(definition, key, _("A part is below zero or above its whole."))
    places = tuple(str(given(name) if given(name) is not None else "") for name in definition.dimensions)
    return Row(key, part, whole, amount, bool(given("simulated")), places)


def exact(value: Any) -> Decimal:
    """A number of the database as a decimal; a binary one as it prints."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _impossible(definition: IndicatorDefinition, key: str, message: Words) -> Conflict:
    return Conflict(
        message,
        code="indicators.record",
        hint=_("Correct the records query of %(name)s; it stands at record “%(key)s”.")
        % {"name": definition.name, "key": key[:60]},
        data={"indicator": definition.name, "key": key[:60]},
    )


def figure_of(definition: IndicatorDefinition, rows: Sequence[Row]) -> Figure:
    """The number that these rows make. Of an index only what it rests on."""
    numerator = sum((row.part for row in rows), ZERO)
    denominator = sum((row.whole for row in rows), ZERO)
    if not denominator:
        return Figure(None, numerator, denominator, NOTHING_EXAMINED)
    kind = Kind(definition.kind)
    if kind in (Kind.COUNT, Kind.INDEX):
        return Figure(numerator, numerator, denominator)
    if kind is Kind.RATE:
        scale = THOUSAND if definition.unit == "‰" else HUNDRED
        return Figure(_rounded(definition, scale * numerator / denominator), numerator, denominator)
    amounts = sorted(row.amount for row in rows if row.part and row.amount is not None)
    if kind is Kind.SUM:
        return Figure(sum(amounts, ZERO), numerator, denominator)
    if not amounts:
        return Figure(None, numerator, denominator, NOTHING_COUNTED)
    return Figure(_rounded(definition, _middle(kind, amounts)), numerator, denominator)


def _middle(kind: Kind, amounts: Sequence[Decimal]) -> Decimal:
    """What stands for many; ``amounts`` are sorted and at least one."""
    count = len(amounts)
    if kind is Kind.MAXIMUM:
        return amounts[-1]
    if kind is Kind.MEAN:
        return sum(amounts, ZERO) / count
    if kind is Kind.P95:
        return amounts[-(-95 * count // 100) - 1]
    return (amounts[(count - 1) // 2] + amounts[count // 2]) / 2


def _rounded(definition: IndicatorDefinition, value: Decimal) -> Decimal:
    """Four decimals, rounded away from what would look better than it is."""
    return (
        value.quantize(FOURTH, _ROUNDING.get(Direction(definition.direction), ROUND_HALF_EVEN)).normalize()
        + ZERO
    )


def parts_of(definition: IndicatorDefinition, rows: Iterable[Row]) -> dict[str, tuple[Part, ...]]:
    """The number broken down by each declared dimension, the largest parts first."""
    known = list(rows)
    found: dict[str, tuple[Part, ...]] = {}
    for place, name in enumerate(definition.dimensions):
        sums: dict[str, list[Any]] = {}
        for row in known:
            entry = sums.setdefault(row.places[place], [ZERO, ZERO, 0])
            entry[0] += row.part
            entry[1] += row.whole
            entry[2] += 1
        parts = [
            Part(value, numerator, denominator, count)
            for value, (numerator, denominator, count) in sums.items()
        ]
        found[name] = tuple(sorted(parts, key=lambda part: (-part.records, part.value))[:MOST_PARTS])
    return found
