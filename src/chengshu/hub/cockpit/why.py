"""Why a number changed, for the page: the parts that add up, and where in the dimensions the difference lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import ChangeCause, Explanation, definition
from chengshu.engines.indicators.data import Kind, ObservationView
from chengshu.foundation.errors import Missing, Words
from chengshu.hub.cockpit.scoring import apportioned

MOST = 10
CAUSES: Mapping[ChangeCause, tuple[Words, Words]] = {
    ChangeCause.DEFINITION: (_("Way of counting"), _("The same records, counted by another definition.")),
    ChangeCause.DATA: (_("Data"), _("Records that were corrected, withdrawn or came late.")),
    ChangeCause.REALITY: (_("Reality"), _("What happened differently.")),
}
STEPS: Mapping[str, Words] = {
    "corrected": _("Records of the first period were corrected or withdrawn after it was computed"),
    "came": _("Records of the first period came after it was computed"),
    "definition": _("The first period by the second definition"),
    "period": _("The second period instead of the first"),
    "came_since": _("Records of the second period that came only after it was computed are not in it"),
    "corrected_since": _(
        "Records of the second period were corrected or withdrawn only after it was computed"
    ),
}


@dataclass(frozen=True, slots=True)
class Contributor:
    """One value of a dimension: how far it moved the number."""

    value: str
    by: Decimal


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A dimension with the values that moved the number most; all of them, ``others`` included, add up to it."""

    title: Words
    rows: tuple[Contributor, ...]
    others: Decimal
    more: int


def breakdowns(found: Explanation) -> list[Breakdown]:
    """Where the difference lies, by each dimension that both numbers were broken down by."""
    before, after = found.before, found.after
    if found.difference is None or str(after.evidence["definition"]["kind"]) != str(
        before.evidence["definition"]["kind"]
    ):
        return []
    titles = _titles(after.name)
    one, other = before.evidence.get("parts", {}), after.evidence.get("parts", {})
    kind = str(after.evidence["definition"]["kind"])
    told = []
    for name in sorted(set(one) & set(other)):
        rows = contributions(kind, before, after, one[name], other[name])
        if rows:
            told.append(_breakdown(titles.get(name, name), rows))
    return told


def _titles(name: str) -> Mapping[str, Words]:
    try:
        return definition(name).dimensions
    except Missing:
        return {}


def contributions(
    kind: str,
    before: ObservationView,
    after: ObservationView,
    parts_before: Sequence[Sequence[Any]],
    parts_after: Sequence[Sequence[Any]],
) -> list[Contributor]:
    """How far each value of a dimension moved a count or a rate; they add up to the difference exactly.

    A value moves a count by how many more count. It moves a rate by how far it pulls the whole away from what the
    rate was before. Parts that were left out of the evidence are one value without a name. Other kinds of number
    cannot be shared out; then there are none.
    """
    if kind not in (Kind.COUNT, Kind.RATE) or before.value is None or after.value is None:
        return []
    old, new = _sums(parts_before, before), _sums(parts_after, after)
    names = sorted(old.keys() | new.keys())
    nothing = (Fraction(0), Fraction(0))
    if kind == Kind.COUNT:
        exact = [new.get(name, nothing)[0] - old.get(name, nothing)[0] for name in names]
    else:
        if not before.denominator or not after.denominator:
            return []
        rate = Fraction(before.numerator) / Fraction(before.denominator)
        exact = [
            _pull(new.get(name, nothing), after, rate) - _pull(old.get(name, nothing), before, rate)
            for name in names
        ]
    difference = after.value - before.value
    if abs(sum(exact, Fraction(0)) - Fraction(difference)) > Fraction(1, 1000):
        return []
    total = Fraction(difference)
    left = total - sum(exact, Fraction(0))
    largest = max(range(len(exact)), key=lambda at: abs(exact[at])) if exact else 0
    shared = [one + left if at == largest else one for at, one in enumerate(exact)]
    if Fraction(difference * 10_000).denominator != 1:
        return []
    found = [Contributor(name, by) for name, by in zip(names, apportioned(shared, difference), strict=True)]
    return sorted((one for one in found if one.by), key=lambda one: (-abs(one.by), one.value))


def _sums(parts: Sequence[Sequence[Any]], seen: ObservationView) -> dict[str, tuple[Fraction, Fraction]]:
    found = {str(row[0]): (Fraction(Decimal(row[1])), Fraction(Decimal(row[2]))) for row in parts}
    numerator = Fraction(seen.numerator) - sum((one[0] for one in found.values()), Fraction(0))
    denominator = Fraction(seen.denominator) - sum((one[1] for one in found.values()), Fraction(0))
    if numerator or denominator:
        found["…"] = (numerator, denominator)
    return found


def _pull(part: tuple[Fraction, Fraction], seen: ObservationView, rate: Fraction) -> Fraction:
    scale = 1000 if seen.unit == "‰" else 100
    return scale * (part[0] - rate * part[1]) / Fraction(seen.denominator)


def _breakdown(title: Words, rows: Sequence[Contributor]) -> Breakdown:
    rest = rows[MOST:]
    return Breakdown(title, tuple(rows[:MOST]), sum((one.by for one in rest), Decimal(0)), len(rest))
