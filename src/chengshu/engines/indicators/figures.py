"""From rows to a number. Exact decimals, no database; what cannot be said of nothing is None."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.definitions import Direction, IndicatorDefinition, Kind
from chengshu.engines.indicators.results import Part
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, Words

ZERO, ONE, HUNDRED, THOUSAND = Decimal(0), Decimal(1), Decimal(100), Decimal(1000)
FOURTH, SIXTH = Decimal("0.0001"), Decimal("0.000001")
EXACT = Context(prec=80)
"""Wide enough that no sum or quotient of kept numbers is rounded before the stated rule rounds it."""
LARGEST = Decimal(10) ** 18
"""What the table of observations holds before the point."""
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
    thing: str = ""
    """What is counted once, where different things are counted."""

    @property
    def contribution(self) -> str:
        """``part/whole``, then as far as there are any `` amount``, `` =thing`` and `` ~`` for simulated."""
        told = f"{self.part.normalize(EXACT):f}/{self.whole.normalize(EXACT):f}"
        told += "" if self.amount is None else f" {self.amount.normalize(EXACT):f}"
        told += f" ={self.thing}" if self.thing else ""
        return f"{told} ~" if self.simulated else told

    @property
    def line(self) -> str:
        return f"{self.key}\t{self.contribution}"


def row_read(line: str) -> Row:
    """The row that wrote this line of a roll; its places are not on it.

    :raises ValueError: if no row wrote it
    """
    key, contribution = line.split("\t", 1)
    told, simulated = contribution.removesuffix(" ~"), contribution.endswith(" ~")
    told, _sign, thing = told.partition(" =")
    share, _blank, amount = told.partition(" ")
    part, slash, whole = share.partition("/")
    if not slash:
        raise ValueError(line)
    return Row(
        key, Decimal(part), Decimal(whole), Decimal(amount) if amount else None, simulated, thing=thing
    )


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
    thing = storable(str(given("thing"))) if definition.kind == Kind.DISTINCT and given("thing") else ""
    if (
        definition.kind == Kind.DISTINCT
        and part
        and (not thing or set(thing) & {"\t", "\n"} or thing.endswith(" ~"))
    ):
        raise _impossible(definition, key, _("A counted record does not say of which thing it is."))
    places = tuple(str(given(name) if given(name) is not None else "") for name in definition.dimensions)
    return Row(key, part, whole, amount, bool(given("simulated")), places, thing)


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
    """The number that these rows make. Of an index only what it rests on.

    :raises Conflict: if it is larger than can be kept
    """
    numerator, denominator = total(row.part for row in rows), total(row.whole for row in rows)
    if not denominator:
        return Figure(None, kept(definition, numerator), ZERO, NOTHING_EXAMINED)
    value = _value(definition, rows, numerator, denominator)
    reason = NOTHING_COUNTED if value is None else ""
    return Figure(
        None if value is None else kept(definition, value),
        kept(definition, numerator),
        kept(definition, denominator),
        reason,
    )


def _value(
    definition: IndicatorDefinition, rows: Sequence[Row], numerator: Decimal, denominator: Decimal
) -> Decimal | None:
    """The number by the rule of its kind; None when nothing counts."""
    kind = Kind(definition.kind)
    if kind in (Kind.COUNT, Kind.INDEX):
        return numerator
    if kind is Kind.RATE:
        scale = THOUSAND if definition.unit == "‰" else HUNDRED
        return _rounded(definition, EXACT.divide(EXACT.multiply(scale, numerator), denominator))
    if kind is Kind.DISTINCT:
        return Decimal(len({row.thing for row in rows if row.part}))
    amounts = sorted(row.amount for row in rows if row.part and row.amount is not None)
    if kind is Kind.SUM:
        return total(amounts)
    return _rounded(definition, _middle(kind, amounts)) if amounts else None


def total(numbers: Iterable[Decimal]) -> Decimal:
    """Their sum, not rounded."""
    found = ZERO
    for number in numbers:
        found = EXACT.add(found, number)
    return found


def kept(definition: IndicatorDefinition, number: Decimal) -> Decimal:
    """A number as it is kept: at most six decimals, half to even.

    :raises Conflict: if it is larger than can be kept
    """
    if not number.is_finite() or abs(number) >= LARGEST:
        raise Conflict(
            _("The number of %(name)s is larger than can be kept.") % {"name": definition.name},
            code="indicators.too_large",
            hint=_("State it in a larger unit."),
        )
    return number.quantize(SIXTH, ROUND_HALF_EVEN, EXACT).normalize(EXACT) + ZERO


_RANKS = {Kind.P90: 90, Kind.P95: 95, Kind.P99: 99}


def _middle(kind: Kind, amounts: Sequence[Decimal]) -> Decimal:
    """What stands for many; ``amounts`` are sorted and at least one."""
    count = len(amounts)
    if kind is Kind.MAXIMUM:
        return amounts[-1]
    if kind is Kind.MINIMUM:
        return amounts[0]
    if kind is Kind.MEAN:
        return EXACT.divide(total(amounts), Decimal(count))
    if kind in _RANKS:
        return amounts[-(-_RANKS[kind] * count // 100) - 1]
    return EXACT.divide(EXACT.add(amounts[(count - 1) // 2], amounts[count // 2]), Decimal(2))


def rounding_of(direction: Direction | str) -> str:
    """How the fourth decimal is rounded: away from what would look better than it is."""
    return _ROUNDING.get(Direction(direction), ROUND_HALF_EVEN)


def _rounded(definition: IndicatorDefinition, value: Decimal) -> Decimal:
    return value.quantize(FOURTH, rounding_of(definition.direction), EXACT).normalize(EXACT) + ZERO


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
