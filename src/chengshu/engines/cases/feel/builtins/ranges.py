"""Built-in functions between points and ranges (table 78 of DMN 1.3), such as ``before`` and ``overlaps``.

A point is any value with an order. Null where two points cannot be compared, or a range has no end that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chengshu.engines.cases.feel.builtins.registry import built_in
from chengshu.engines.cases.feel.limits import Run
from chengshu.engines.cases.feel.values import Range, compare, includes, kind


class _Incomparable(Exception):
    """Two points have no order."""


def _side(one: Any, other: Any) -> int:
    side = compare(one, other)
    if side is None:
        raise _Incomparable
    return side


def _answered(run: Run, name: str, question: Callable[[Any, Any], bool], one: Any, other: Any) -> bool | None:
    if one is None or other is None:
        return run.null("argument_type", name=name, kind="null", parameter="point")
    try:
        return question(one, other)
    except _Incomparable:
        return run.null("operands", operator=name, left=kind(one), right=kind(other))


def _declare(name: str, names: tuple[str, str], question: Callable[[Any, Any], bool]) -> None:
    """A function of two values whose kinds the question itself tells apart."""

    @built_in(name, f"{names[0]}: any, {names[1]}: any")
    def function(run: Run, one: Any, other: Any) -> bool | None:
        return _answered(run, name, question, one, other)


def _ranges(question: Callable[[Range, Range], bool]) -> Callable[[Any, Any], bool]:
    def asked(one: Any, other: Any) -> bool:
        if not isinstance(one, Range) or not isinstance(other, Range):
            raise _Incomparable
        return question(one, other)

    return asked


def _is_before(one: Any, other: Any) -> bool:
    """The first ends before the second begins; where ends touch, both must not include the point."""
    end, end_included = (one.high, one.high_included) if isinstance(one, Range) else (one, True)
    start, start_included = (other.low, other.low_included) if isinstance(other, Range) else (other, True)
    side = _side(end, start)
    return side < 0 or (side == 0 and not (end_included and start_included))


def _is_after(one: Any, other: Any) -> bool:
    return _is_before(other, one)


def _meets(one: Range, other: Range) -> bool:
    return one.high_included and other.low_included and _side(one.high, other.low) == 0


def _met_by(one: Range, other: Range) -> bool:
    return _meets(other, one)


def _overlaps(one: Range, other: Range) -> bool:
    return not _is_before(one, other) and not _is_before(other, one)


def _starts_no_later(one: Range, other: Range) -> bool:
    side = _side(one.low, other.low)
    return side < 0 or (side == 0 and (one.low_included or not other.low_included))


def _ends_no_later(one: Range, other: Range) -> bool:
    side = _side(one.high, other.high)
    return side < 0 or (side == 0 and (other.high_included or not one.high_included))


def _same_start(one: Range, other: Range) -> bool:
    return _side(one.low, other.low) == 0 and one.low_included == other.low_included


def _same_end(one: Range, other: Range) -> bool:
    return _side(one.high, other.high) == 0 and one.high_included == other.high_included


def _overlaps_before(one: Range, other: Range) -> bool:
    """Begins earlier and reaches into the other, not beyond its end."""
    return (
        _starts_no_later(one, other)
        and not _same_start(one, other)
        and not _is_before(one, other)
        and _ends_no_later(one, other)
    )


def _overlaps_after(one: Range, other: Range) -> bool:
    """Begins inside the other, not with it, and ends no earlier."""
    return (
        _starts_no_later(other, one)
        and not _same_start(one, other)
        and not _is_before(other, one)
        and _ends_no_later(other, one)
    )


def _finishes(one: Any, other: Any) -> bool:
    if not isinstance(other, Range):
        raise _Incomparable
    if not isinstance(one, Range):
        return other.high_included and _side(one, other.high) == 0
    return _same_end(one, other) and _starts_no_later(other, one)


def _finished_by(one: Any, other: Any) -> bool:
    return _finishes(other, one)


def _starts(one: Any, other: Any) -> bool:
    if not isinstance(other, Range):
        raise _Incomparable
    if not isinstance(one, Range):
        return other.low_included and _side(one, other.low) == 0
    return _same_start(one, other) and _ends_no_later(one, other)


def _started_by(one: Any, other: Any) -> bool:
    return _starts(other, one)


def _includes(one: Any, other: Any) -> bool:
    if not isinstance(one, Range):
        raise _Incomparable
    if isinstance(other, Range):
        return _starts_no_later(one, other) and _ends_no_later(other, one)
    inside = includes(one, other)
    if inside is None:
        raise _Incomparable
    return inside


def _during(one: Any, other: Any) -> bool:
    return _includes(other, one)


def _coincides(one: Any, other: Any) -> bool:
    if isinstance(one, Range) and isinstance(other, Range):
        return _same_start(one, other) and _same_end(one, other)
    return _side(one, other) == 0


_POINTS = ("point1", "point2")
_RANGES = ("range1", "range2")

for _name, _question in (("before", _is_before), ("after", _is_after), ("coincides", _coincides)):
    for _names in (_POINTS, ("point", "range"), ("range", "point"), _RANGES):
        _declare(_name, _names, _question)
for _name, _pairs in (
    ("meets", _meets),
    ("met by", _met_by),
    ("overlaps", _overlaps),
    ("overlaps before", _overlaps_before),
    ("overlaps after", _overlaps_after),
):
    _declare(_name, _RANGES, _ranges(_pairs))
for _name, _question in (("finishes", _finishes), ("starts", _starts), ("during", _during)):
    _declare(_name, ("point", "range"), _question)
    _declare(_name, _RANGES, _question)
for _name, _question in (("finished by", _finished_by), ("started by", _started_by), ("includes", _includes)):
    _declare(_name, ("range", "point"), _question)
    _declare(_name, _RANGES, _question)
