"""Arithmetic checks as people read them: what is printed, what it is made of, and how the two lie beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.hub.promises.reconcile import Check, State

STATES: dict[State, tuple[str, Words]] = {
    State.AGREES: ("positive", _("Agrees")),
    State.DIFFERS: ("negative", _("Differs")),
    State.UNRECONCILED: ("caution", _("Unreconciled")),
}
SEGMENTS = 8
"""Terms drawn one by one; the smaller ones follow as one."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One summand in a bar: where it begins and how long it is, in thousandths of the larger side."""

    label: str
    start: float
    width: float
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A check with its words and its bar."""

    check: Check
    tone: str
    state: Words
    whole: Decimal
    """What the parts are held against."""
    parts: Decimal
    whole_width: float
    segments: Sequence[Segment]

    @property
    def gap(self) -> Decimal:
        return self.whole - self.parts


def shown_checks(checks: Iterable[Check]) -> list[ShownCheck]:
    """The checks in the order of the forms."""
    return [_shown(check) for check in checks]


def _shown(check: Check) -> ShownCheck:
    """The terms make up the right side, except where the printed parts themselves are what is looked at."""
    tone, state = STATES[check.state]
    parts = sum((term.amount for term in check.terms), Decimal("0.00"))
    whole = check.right if parts == check.left and check.terms else check.left
    longest = max(whole, parts)
    return ShownCheck(check, tone, state, whole, parts, _share(whole, longest), _segments(check, longest))


def _segments(check: Check, longest: Decimal) -> list[Segment]:
    terms = sorted((term for term in check.terms if term.amount > 0), key=lambda term: -term.amount)
    segments: list[Segment] = []
    start = 0.0
    for term in terms[:SEGMENTS]:
        width = _share(term.amount, longest)
        segments.append(Segment(f"{term.ref} {term.name}".strip(), start, width))
        start += width
    rest = sum((term.amount for term in terms[SEGMENTS:]), Decimal(0))
    if rest:
        segments.append(Segment("", start, _share(rest, longest), is_rest=True))
    return segments


def _share(amount: Decimal, whole: Decimal) -> float:
    return float(amount / whole * 1000) if whole else 0.0
