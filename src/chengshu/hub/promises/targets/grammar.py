"""The value grammar: from a printed target value to a ``Target``. Understands what it can, never raises.

    value    := clause (("," | ";" | "1、") clause)*
    clause   := words | window | [period] quantity | before [op] quantity after
    quantity := number [scale] [unit] ["(" unit ")"] [range number …] [suffix operator] ["/" thing]

``before`` tells the scope, the environment, the baseline or a metric named inside the value; ``after`` tells
what is delivered or done. Inclusive and exclusive words follow 民法典第1259条, see ``lexicon``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from . import lexicon
from .brackets import peel
from .data import Target
from .kinds import Dimension, Kind, Note, Op
from .lexicon import Operator
from .tokens import Token, TokenKind, normalise, tokenise

_LIMITS = frozenset({Op.LE, Op.LT})


def parse(raw: str, name: str = "") -> Target:
    """The target that a printed value promises; TEXT when no rule of the grammar fits. Never raises.

    :param raw: the value as printed
    :param name: the indicator's name, which may hold the unit: 报障电话接听率（%）
    """
    core, annotations = peel(normalise(raw))
    target = _core(core, normalise(name), annotations.pop("word", ""))
    if target.kind is Kind.FREQ:
        annotations.pop("per", None)
    return replace(_settled(replace(target, **annotations)), raw=raw)  # type: ignore[arg-type]


def _core(core: str, name: str, word: str) -> Target:
    if not core:
        return _words(word)
    braces = re.fullmatch(r"\{([^{}]*;[^{}]*)\}", core)
    if braces:
        parts = tuple(parse(part, name) for part in braces[1].split(";"))
        return Target(Kind.COMPOSITE, core, parts=parts)
    return _value(tokenise(core), core, name)


def _value(tokens: tuple[Token, ...], core: str, name: str) -> Target:
    clauses = [clause for clause in _split(tokens) if clause]
    if len(clauses) == 1:
        return _clause(clauses[0], name)
    targets = [_clause(clause, name) for clause in clauses]
    if all(target.kind in {Kind.TEXT, Kind.BOOL, Kind.GRADE} for target in targets):
        return _words(core)
    return _joined(targets, core)


def _split(tokens: tuple[Token, ...]) -> list[list[Token]]:
    """The clauses; a separator inside parentheses does not separate."""
    clauses: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth = max(0, depth + (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE))
        if token.kind is TokenKind.END and depth == 0:
            clauses.append([])
        else:
            clauses[-1].append(token)
    return clauses


def _joined(targets: list[Target], core: str) -> Target:
    """Several clauses: a leading text tells scope or environment of the rest, the rest are parts."""
    lead = targets[0].word if targets[0].kind is Kind.TEXT else ""
    parts = targets[1:] if lead else targets
    place = _before(lead)
    if len(parts) == 1:
        only = parts[0]
        return replace(only, scope=only.scope or place.scope or place.inner, env=only.env or place.env)
    cases = tuple(
        replace(part, when=part.when or part.scope, scope="") if part.is_quantity else part for part in parts
    )
    return Target(Kind.COMPOSITE, core, parts=cases, scope=place.scope or place.inner, env=place.env)


def _words(text: str) -> Target:
    """A value without any quantity: a grade, met or not met, or plain text."""
    match = re.fullmatch(rf"({'|'.join(lexicon.GRADES)})((?:及|或)?以(上|下))?", text)
    if match:
        op = Op.LE if match[3] == "下" else Op.GE
        return Target(Kind.GRADE, text, op=op, word=match[1])
    endings = "|".join(lexicon.MET_ENDINGS)
    if text in lexicon.MET_WORDS or re.fullmatch(rf".*完成.*({endings})", text):
        return Target(Kind.BOOL, text, word=text)
    return Target(Kind.TEXT, text, word=text)


def _text(tokens: list[Token]) -> str:
    return "".join(token.text for token in tokens)


def _clause(tokens: list[Token], name: str) -> Target:
    kinds = [token.kind for token in tokens]
    if TokenKind.NUMBER in kinds:
        return _with_name(_quantity_clause(tokens, kinds.index(TokenKind.NUMBER)), name)
    if TokenKind.WINDOW in kinds:
        at = kinds.index(TokenKind.WINDOW)
        window = tokens[at]
        what = _text(tokens[:at] + tokens[at + 1 :])
        return Target(Kind.WINDOW, "", value=window.number, hi=window.hours, unit="h", what=what)
    if TokenKind.PERIOD in kinds:
        at = kinds.index(TokenKind.PERIOD)
        what = _thing(_text(tokens[at + 1 :])) or _thing(_text(tokens[:at]))
        note = frozenset({Note.IMPLIED_OPERATOR})
        return Target(Kind.FREQ, "", value=Decimal(1), per=tokens[at].word, what=what, notes=note)
    return _words(_text(tokens))


@dataclass(slots=True)
class _Reader:
    """A cursor over one clause's tokens."""

    tokens: list[Token]
    at: int

    def take(self, *kinds: TokenKind) -> Token | None:
        """The next token, if it is of one of the kinds."""
        if self.at < len(self.tokens) and self.tokens[self.at].kind in kinds:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def rest(self) -> list[Token]:
        """What has not been taken."""
        return self.tokens[self.at :]


@dataclass(slots=True)
class _Measure:
    """A number with its scale and units, as printed."""

    value: Decimal
    scale: Decimal = Decimal(1)
    units: list[str] = field(default_factory=list)
    notes: set[Note] = field(default_factory=set)


def _measure(reader: _Reader) -> _Measure:
    number = reader.take(TokenKind.NUMBER)
    measure = _Measure(number.number if number else Decimal(0))
    scale = reader.take(TokenKind.SCALE)
    if scale:
        measure.scale = scale.number
        measure.value = measure.value.scaleb(scale.number.adjusted())
    _take_unit(reader, measure)
    if reader.take(TokenKind.OPEN):
        if _take_unit(reader, measure):
            reader.take(TokenKind.CLOSE)
            if len(measure.units) == 1:
                measure.notes.add(Note.UNIT_IN_PARENTHESES)
        else:
            reader.at -= 1
    return measure


def _take_unit(reader: _Reader, measure: _Measure) -> bool:
    token = reader.take(TokenKind.UNIT)
    if token is None or token.unit is None:
        return False
    measure.units.append(token.unit.symbol)
    if token.odd:
        measure.notes.add(Note.UNIT_SPELLING)
    return True


def _quantity_clause(tokens: list[Token], at: int) -> Target:
    before = tokens[:at]
    prefix = before.pop() if before and before[-1].kind is TokenKind.PREFIX else None
    reader = _Reader(tokens, at)
    measure = _measure(reader)
    upper = _measure(reader) if reader.take(TokenKind.RANGE) and _next_is_number(reader) else None
    suffix = reader.take(TokenKind.SUFFIX)
    after = reader.rest()
    suffix = suffix or next((token for token in after if token.kind is TokenKind.SUFFIX), None)
    target = _measured(measure, upper, before + after)
    target = _compared(target, prefix.operator if prefix else None, suffix.operator if suffix else None)
    after = [token for token in after if token.kind not in {TokenKind.SUFFIX, TokenKind.APPROX}]
    placed = _placed(target, before, after)
    return placed if _is_promise(placed, before, after) else _words(_text(tokens))


def _next_is_number(reader: _Reader) -> bool:
    return bool(reader.rest()) and reader.rest()[0].kind is TokenKind.NUMBER


def _measured(measure: _Measure, upper: _Measure | None, around: list[Token]) -> Target:
    notes = set(measure.notes)
    if any(token.kind is TokenKind.APPROX for token in around):
        notes.add(Note.APPROXIMATE)
    units = measure.units or (upper.units if upper else [])
    target = Target(
        Kind.RANGE if upper else Kind.NUM,
        "",
        value=measure.value,
        hi=upper.value if upper else None,
        unit=units[0] if units else "",
        unit_also=tuple(units[1:]),
        scale=measure.scale,
        notes=frozenset(notes),
    )
    if upper and upper.scale != measure.scale and measure.scale == 1:
        return replace(target, value=measure.value * upper.scale, scale=upper.scale)
    return target


def _compared(target: Target, prefix: Operator | None, suffix: Operator | None) -> Target:
    """The comparison: a sign or word before the number wins over a word after it."""
    operator = prefix or suffix
    if operator is None or target.kind is Kind.RANGE:
        return target
    notes = set(target.notes)
    if prefix and suffix and prefix.op is not suffix.op:
        notes.add(Note.OPERATORS_CONFLICT)
    if operator.op is None:
        notes.add(Note.ILLEGAL_OPERATOR)
    if operator.implied:
        notes.add(Note.IMPLIED_OPERATOR)
    return replace(target, op=operator.op, candidates=operator.candidates, notes=frozenset(notes))


@dataclass(frozen=True, slots=True)
class _Before:
    """What the text before a quantity tells."""

    scope: str = ""
    env: str = ""
    inner: str = ""
    change: str = ""
    relative_to: str = ""


def _before(text: str) -> _Before:
    environment = re.fullmatch(r"在(.+?)[下中内]", text)
    if environment:
        return _Before(env=environment[1])
    change = re.fullmatch(
        rf"(?:(?:较|比|相比|相较)(.+?)|(同比|环比)|)({'|'.join(lexicon.CHANGE_VERBS)})", text
    )
    if change:
        baseline = change[1] or change[2] or ""
        return _Before(change=change[3], relative_to=lexicon.BASELINE_ALIASES.get(baseline, baseline))
    if text.endswith(lexicon.METRIC_ENDINGS):
        return _Before(inner=text)
    return _Before(scope=text)


def _placed(target: Target, before: list[Token], after: list[Token]) -> Target:
    """The target with the texts before and after its quantity told apart."""
    period = next((token.word for token in before if token.kind is TokenKind.PERIOD), "")
    lead = _text([t for t in before if t.kind not in {TokenKind.PERIOD, TokenKind.APPROX}]).rstrip("(:")
    per, trail = _per(after)
    if period:
        return replace(target, kind=Kind.FREQ, per=period, what=_thing(trail) or _thing(lead))
    if _is_deliverable(target):
        when, thing = _delivered(lead)
        return replace(target, kind=Kind.DELIVERABLE, per=per, when=when, what=_thing(trail) or thing)
    place = _before(lead)
    named_after = trail.endswith(lexicon.METRIC_ENDINGS) and not place.inner
    return replace(
        target,
        per=per,
        scope=place.scope,
        env=place.env,
        inner=trail if named_after else place.inner,
        change=place.change,
        relative_to=place.relative_to,
        what="" if named_after else trail,
    )


def _is_deliverable(target: Target) -> bool:
    return target.kind is Kind.NUM and target.op is None and target.unit in lexicon.DELIVERABLE_UNITS


def _per(after: list[Token]) -> tuple[str, str]:
    """The thing each value is for (``/次故障``) and the text left over."""
    for index, token in enumerate(after):
        if token.kind is TokenKind.SLASH:
            thing = _text(after[index + 1 :])
            period = lexicon.period_spelled(thing)
            per = period.symbol if period else re.sub(r"^[每单]?[次个]?(?=.)", "", thing)
            return per, _text(after[:index])
    return "", _text([token for token in after if token.kind is not TokenKind.CLOSE])


def _delivered(lead: str) -> tuple[str, str]:
    """``项目运维期到产出总结报告`` is the occasion before the verb and the thing after it."""
    for verb in lexicon.DELIVERY_VERBS:
        head, found, tail = lead.rpartition(verb)
        if found:
            return head, tail
    return "", lead


def _thing(text: str) -> str:
    """A thing without the verb that brings it about."""
    for verb in lexicon.DELIVERY_VERBS:
        if text.startswith(verb):
            return text[len(verb) :]
    return text


def _is_promise(target: Target, before: list[Token], after: list[Token]) -> bool:
    """Whether a number in the clause is its quantity and not a part of a name or a date."""
    if target.op or target.candidates or target.unit or target.scale != 1:
        return True
    return target.kind is not Kind.NUM or not (before or after) or bool(target.inner)


def _with_name(target: Target, name: str) -> Target:
    """The unit that the value leaves to the indicator's name, and what must be assumed about a unit."""
    if target.kind not in {Kind.NUM, Kind.RANGE}:
        return target
    if target.dimension is Dimension.SCORE:
        return replace(target, notes=target.notes | {Note.SCORE_OUT_OF_100_ASSUMED})
    if target.unit or not name:
        return target
    unit = unit_of_name(name)
    if unit:
        return replace(target, unit=unit, notes=target.notes | {Note.UNIT_FROM_NAME})
    if target.scale != 1 and any(word in name for word in lexicon.MONEY_NAME_WORDS):
        return replace(target, unit="元", notes=target.notes | {Note.UNIT_ASSUMED})
    return target


def unit_in_parentheses(name: str) -> str:
    """The symbol of a unit that a name prints in parentheses, as 接听率（%）; empty when none."""
    match = re.search(r"\((?:单位[::])?([^()]{1,5})\)$", normalise(name))
    unit = lexicon.unit_spelled(match[1]) if match else None
    return unit.symbol if unit else ""


def unit_of_name(name: str) -> str:
    """The unit told by an indicator's name, in parentheses or by its ending; empty when none."""
    told = unit_in_parentheses(name)
    return told or next((unit for ending, unit in lexicon.NAME_UNITS if name.endswith(ending)), "")


def _settled(target: Target) -> Target:
    """The kind and the implied comparison that follow from all other fields."""
    if target.kind is Kind.COMPOSITE:
        return replace(target, parts=tuple(_settled(part) for part in target.parts))
    if target.kind in {Kind.NUM, Kind.DELIVERABLE}:
        target = replace(target, kind=_kind_of_quantity(target))
    exact = target.value == 0 or target.dimension is Dimension.AREA
    if target.kind in {Kind.NUM, Kind.FREQ} and target.op is None and not target.candidates and exact:
        return replace(target, op=Op.EQ, notes=target.notes | {Note.IMPLIED_OPERATOR})
    return target


def _kind_of_quantity(target: Target) -> Kind:
    if lexicon.period_named(target.per) and target.dimension in {None, Dimension.COUNT}:
        return Kind.FREQ
    if target.dimension is Dimension.TIME and target.op in _LIMITS and (target.what or target.per):
        return Kind.TIME_LIMIT
    return Kind.DELIVERABLE if _is_deliverable(replace(target, kind=Kind.NUM)) else Kind.NUM
