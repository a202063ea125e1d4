"""Scores of vital signs as they are written, in TOML, dated; and a score computed for whoever looks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from chengshu.engines.indicators.api import Length, Reading, definitions, reading
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.hub.cockpit.scoring import Curve, Score, Term, score

HUNDRED = Decimal(100)
FIELDS = {"title", "meaning", "source", "valid_from", "length", "least_complete", "terms"}
TERM_FIELDS = {"indicator", "subject", "title", "weight", "curve", "source"}


@dataclass(frozen=True, slots=True)
class VitalTerm:
    """One term: an indicator, its weight, its curve and where both come from."""

    indicator: str
    subject: str
    title: str
    term: Term
    source: str


@dataclass(frozen=True, slots=True)
class Vitals:
    """A score from a day on.

    :ivar source: the standard, the document or the decision that sets terms and weights
    """

    title: str
    meaning: str
    source: str
    valid_from: date
    length: str
    least_complete: Decimal
    terms: tuple[VitalTerm, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """One term with its indicator as the asker sees it."""

    term: VitalTerm
    reading: Reading


@dataclass(frozen=True, slots=True)
class Taken:
    """A score as the asker sees it; it is computed only for who may see every term, so that it is one number.

    :ivar withheld: how many terms the asker may not see
    """

    vitals: Vitals
    signs: tuple[Sign, ...]
    score: Score | None

    @property
    def withheld(self) -> int:
        return sum(sign.reading.withheld for sign in self.signs)

    @property
    def simulated(self) -> bool:
        return any(sign.reading.seen is not None and sign.reading.seen.simulated for sign in self.signs)


def take(vitals: Vitals) -> Taken:
    """The score now, from the last numbers that are kept."""
    signs = tuple(
        Sign(term, reading(term.indicator, subject=term.subject, length=vitals.length))
        for term in vitals.terms
    )
    if any(sign.reading.withheld for sign in signs):
        return Taken(vitals, signs, None)
    given = [(sign.term.term, sign.reading.value) for sign in signs]
    return Taken(vitals, signs, score(given, vitals.least_complete))


def course(taken: Taken) -> list[tuple[str, Decimal]]:
    """The score of each period of which enough terms have a number, by the present definition, oldest first."""
    periods: dict[date, dict[int, Decimal | None]] = {}
    labels: dict[date, str] = {}
    for at, sign in enumerate(taken.signs):
        for point in sign.reading.points:
            periods.setdefault(point.period.first_day, {})[at] = point.value
            labels[point.period.first_day] = point.label
    found: list[tuple[str, Decimal]] = []
    for first_day, values in sorted(periods.items()):
        given = [(sign.term.term, values.get(at)) for at, sign in enumerate(taken.signs)]
        value = score(given, taken.vitals.least_complete).value
        if value is not None:
            found.append((labels[first_day], value))
    return found


def read_vitals(text: str) -> Vitals:
    """The score that a definition describes.

    :raises InvalidInput: with every mistake, if there is one
    """
    mistakes: list[str] = []
    try:
        given = tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise _wrong([_("It cannot be read as TOML: %(error)s") % {"error": str(error)[:200]}]) from error
    _unknown(mistakes, "", given, FIELDS)
    rows = given.get("terms", [])
    if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) for one in rows):
        raise _wrong([*mistakes, _("A score needs a list of terms.")])
    terms = [_term(mistakes, number, one) for number, one in enumerate(rows, start=1)]
    weight = sum((term.term.weight for term in terms), Decimal(0))
    if weight != HUNDRED:
        mistakes.append(_("The weights make %(sum)s, not 100.") % {"sum": f"{weight:f}"})
    valid_from, length = given.get("valid_from"), given.get("length", "month")
    if type(valid_from) is not date:
        mistakes.append(_("“valid_from” must be a day, such as 2025-01-01."))
    if length not in set(Length):
        mistakes.append(_("A length is day, month or year, not “%(length)s”.") % {"length": length})
    found = Vitals(
        title=_said(mistakes, "", given, "title"),
        meaning=_said(mistakes, "", given, "meaning"),
        source=_said(mistakes, "", given, "source"),
        valid_from=valid_from if type(valid_from) is date else date.min,
        length=str(length),
        least_complete=_number(mistakes, "", given.get("least_complete", 60), "least_complete"),
        terms=tuple(terms),
    )
    if not 0 < found.least_complete <= HUNDRED:
        mistakes.append(_("“least_complete” must be above 0 and at most 100."))
    if mistakes:
        raise _wrong(mistakes)
    return found


def _wrong(mistakes: list[str]) -> InvalidInput:
    return InvalidInput(
        "\n".join(mistakes),
        field="definition",
        code="cockpit.score",
        hint=_("Correct each of them; nothing was saved."),
        data={"mistakes": mistakes},
    )


def _term(mistakes: list[str], number: int, given: Mapping[str, Any]) -> VitalTerm:
    where = _("term %(number)d") % {"number": number}
    _unknown(mistakes, where, given, TERM_FIELDS)
    name = _said(mistakes, where, given, "indicator")
    known = {one.name: one.subjects is not None for one in definitions()}
    subject = str(given.get("subject", ""))
    if name and name not in known:
        mistakes.append(f"{where}: " + _("There is no indicator “%(name)s”.") % {"name": name[:80]})
    elif name and known[name] != bool(subject):
        told = _("The indicator is a template: name its subject.")
        mistakes.append(f"{where}: " + (_("The indicator is not asked of a subject.") if subject else told))
    weight = _number(mistakes, where, given.get("weight"), "weight")
    if weight <= 0:
        mistakes.append(f"{where}: " + _("A weight is above 0."))
    curve = _curve(mistakes, where, given.get("curve"))
    return VitalTerm(
        name,
        subject,
        str(given.get("title", "")),
        Term(name, weight, curve),
        _said(mistakes, where, given, "source"),
    )


def _curve(mistakes: list[str], where: str, given: Any) -> Curve:
    nothing = Curve(((Decimal(0), Decimal(0)), (Decimal(1), HUNDRED)))
    if (
        not isinstance(given, list)
        or len(given) < 2
        or not all(isinstance(p, list) and len(p) == 2 for p in given)
    ):
        mistakes.append(f"{where}: " + _("A curve is a list of at least two pairs of value and points."))
        return nothing
    points = tuple(
        (_number(mistakes, where, one, "curve"), _number(mistakes, where, other, "curve"))
        for one, other in given
    )
    if any(one[0] >= other[0] for one, other in pairwise(points)):
        mistakes.append(f"{where}: " + _("The values of a curve must rise."))
        return nothing
    if any(not 0 <= reached <= HUNDRED for _value, reached in points):
        mistakes.append(f"{where}: " + _("Points are from 0 to 100."))
        return nothing
    return Curve(points)


def _unknown(mistakes: list[str], where: str, given: Mapping[str, Any], known: set[str]) -> None:
    for name in sorted(given.keys() - known):
        told = _("“%(name)s” is unknown here.") % {"name": name[:60]}
        mistakes.append(f"{where}: {told}" if where else told)


def _said(mistakes: list[str], where: str, given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        told = _("“%(name)s” is missing.") % {"name": name}
        mistakes.append(f"{where}: {told}" if where else told)
        return ""
    return value.strip()


def _number(mistakes: list[str], where: str, value: Any, name: str) -> Decimal:
    try:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ValueError(value)
        found = Decimal(value)
        if not found.is_finite() or abs(found) > Decimal(10) ** 15:
            raise ValueError(value)
        return found
    except (ValueError, InvalidOperation, ChengshuError):
        told = _("“%(name)s” must be a number.") % {"name": name}
        mistakes.append(f"{where}: {told}" if where else told)
        return Decimal(0)
