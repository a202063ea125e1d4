"""A target in words: its canonical form, the form officials print, and a sentence for people."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from . import brackets
from .data import Target, same
from .grammar import parse
from .kinds import Kind, Op
from .lexicon import period_named, unit_named

_SIGN_OF_ILLEGAL: dict[tuple[Op, ...], str] = {(Op.LE, Op.LT): "《", (Op.GE, Op.GT): "》"}
_WORDS = frozenset({Kind.TEXT, Kind.BOOL, Kind.GRADE})


def number(value: Decimal | None) -> str:
    """A number in plain digits, without exponent or trailing zeros after the point."""
    if value is None:
        return ""
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def show(target: Target) -> str:
    """The canonical form: ``parse(show(target))`` means the same as ``target``.

    Quantities are printed with their sign and canonical unit (``≥36台``), all else that the target knows
    follows in brackets (``[scope=全区]``).
    """
    printed = set(brackets.KEYS) - ({"per"} if target.kind is Kind.FREQ else set()) - {"word"}
    notes = "".join(brackets.note(key, getattr(target, key)) for key in brackets.KEYS if key in printed)
    return _core(target, notes) + notes


def _core(target: Target, notes: str) -> str:
    if target.kind is Kind.COMPOSITE:
        return "{" + ";".join(_part(part) for part in target.parts) + "}"
    if target.kind in _WORDS:
        return _word(target, notes)
    if target.kind is Kind.WINDOW:
        return f"{number(target.value)}*{number(target.hi)}h"
    if target.kind is Kind.FREQ:
        return f"每{target.per}{_compared(target)}"
    if target.kind is Kind.RANGE:
        return f"{number(target.value)}~{number(target.hi)}{_units(target)}"
    return _compared(target)


def _part(part: Target) -> str:
    """A part; words inside a composite are always escaped, so that they cannot end it."""
    shown = show(part)
    if part.kind in _WORDS and not shown.endswith("]"):
        return brackets.note("word", shown)
    return shown


def _word(target: Target, notes: str) -> str:
    grade = {Op.GE: "及以上", Op.LE: "及以下"}.get(target.op, "") if target.op else ""
    text = target.word + grade
    plain = not notes and same(parse(text), target)
    return text if plain else brackets.note("word", text)


def _compared(target: Target) -> str:
    sign = target.op.value if target.op else _SIGN_OF_ILLEGAL.get(target.candidates, "")
    return f"{sign}{number(target.value)}{_units(target)}"


def _units(target: Target) -> str:
    return target.unit + "".join(f"({unit})" for unit in target.unit_also)


def write(target: Target) -> str:
    """The form officials print: ``≤12小时``, ``≥98%``; as printed where there is no single number."""
    unit = unit_named(target.unit)
    if target.value is None or target.kind not in {Kind.NUM, Kind.DELIVERABLE, Kind.TIME_LIMIT}:
        return target.raw
    sign = target.op.value if target.op else ""
    also = "".join(f"（{other}）" for other in target.unit_also)
    return f"{sign}{_written_number(target)}{unit.printed if unit else ''}{also}"


def _written_number(target: Target) -> str:
    value = target.value or Decimal(0)
    for word, factor in (("亿", Decimal(10) ** 8), ("万", Decimal(10) ** 4)):
        if target.scale == factor:
            return number(value / factor) + word
    return number(value)


def meaning(target: Target) -> str:
    """A short sentence for people in their language, such as “at least 36 台”."""
    if target.kind is Kind.COMPOSITE:
        return _("; ").join(meaning(part) for part in target.parts)
    sentence = _sentence(target)
    if target.when or target.env:
        case = target.when or target.env
        return _("%(case)s: %(sentence)s") % {"case": case, "sentence": sentence}
    return sentence


def _sentence(target: Target) -> str:
    if target.kind is Kind.TEXT:
        return _("in words only: “%(text)s”") % {"text": target.word}
    if target.kind is Kind.BOOL:
        return _("met or not met: “%(text)s”") % {"text": target.word}
    if target.kind is Kind.GRADE:
        return _grade(target)
    if target.kind is Kind.WINDOW:
        return _("service %(days)s days a week, %(hours)s hours a day") % {
            "days": number(target.value),
            "hours": number(target.hi),
        }
    if target.kind is Kind.RANGE:
        return _("from %(low)s to %(high)s") % {
            "low": number(target.value),
            "high": _with_unit(number(target.hi), target),
        }
    return _relative(target, _quantity(target))


def _grade(target: Target) -> str:
    words = _("“%(grade)s” or worse") if target.op is Op.LE else _("“%(grade)s” or better")
    return words % {"grade": target.word}


def _relative(target: Target, quantity: str) -> str:
    if target.inner:
        return _("%(metric)s %(quantity)s") % {"metric": target.inner, "quantity": quantity}
    if target.relative_to:
        return _("%(quantity)s compared with %(baseline)s") % {
            "quantity": quantity,
            "baseline": target.relative_to,
        }
    if target.what:
        return _("%(thing)s, %(quantity)s") % {"thing": target.what, "quantity": quantity}
    return quantity


def _quantity(target: Target) -> str:
    value = _with_unit(number(target.value), target)
    if target.kind is Kind.FREQ:
        return _frequency(target, value)
    if target.candidates:
        return _("unclear comparison with %(value)s") % {"value": value}
    return _comparison(target.op) % {"value": value}


def _comparison(op: Op | None) -> str:
    if op is None:
        return _("%(value)s, without a comparison")
    return {
        Op.GE: _("at least %(value)s"),
        Op.LE: _("at most %(value)s"),
        Op.GT: _("more than %(value)s"),
        Op.LT: _("less than %(value)s"),
        Op.EQ: _("exactly %(value)s"),
    }[op]


def _frequency(target: Target, value: str) -> str:
    period = period_named(target.per)
    sentence = {
        "日": _("%(value)s a day"),
        "周": _("%(value)s a week"),
        "月": _("%(value)s a month"),
        "季": _("%(value)s a quarter"),
        "半年": _("%(value)s every half-year"),
        "年": _("%(value)s a year"),
    }[period.symbol if period else "年"] % {"value": value}
    return _("%(frequency)s, that is %(annual)s a year") % {
        "frequency": sentence,
        "annual": number(target.annual),
    }


def _with_unit(value: str, target: Target) -> str:
    unit = unit_named(target.unit)
    printed = unit.printed.removeprefix("个") if unit and len(unit.printed) > 1 else target.unit
    if printed in {"", "%", "‰"}:
        return value + printed
    return _("%(number)s %(unit)s") % {"number": value, "unit": printed}
