"""From a printed value to tokens: numbers, operators, units, periods, separators, and the text between them.

A word is a token only where it can be one: an operator only before a number, a unit only after one, a Chinese
numeral only before a unit. Everywhere else the same characters are plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from . import lexicon
from .kinds import Dimension
from .lexicon import Operator, Unit

_LONGEST_NUMBER = 24
"""Digits; a longer run of digits is an identifier, not a quantity."""


class TokenKind(Enum):
    """What a token is."""

    NUMBER = auto()
    SCALE = auto()
    UNIT = auto()
    PREFIX = auto()
    SUFFIX = auto()
    PERIOD = auto()
    """每月, 每天: ``word`` is the period's symbol."""
    WINDOW = auto()
    OPEN = auto()
    CLOSE = auto()
    SLASH = auto()
    RANGE = auto()
    APPROX = auto()
    END = auto()
    """Between two clauses."""
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token. ``text`` is the normalised text; the other fields belong to its kind."""

    kind: TokenKind
    text: str
    number: Decimal = Decimal(0)
    hours: Decimal = Decimal(0)
    word: str = ""
    operator: Operator | None = None
    unit: Unit | None = None
    odd: bool = False


def normalise(raw: str) -> str:
    """Half-width, without any white space, one spelling per character (NFKC); stable when applied again."""
    text = raw
    for _ in range(4):
        shorter = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).replace("×", "*"))
        if shorter == text:
            break
        text = shorter
    return text


def tokenise(text: str) -> tuple[Token, ...]:
    """The tokens of a normalised text; their texts joined are the text again."""
    tokens: list[Token] = []
    plain = ""
    position = 0
    while position < len(text):
        token = _token_at(text, position, tokens, plain)
        if token is None:
            plain += text[position]
            position += 1
            continue
        if plain:
            tokens.append(Token(TokenKind.TEXT, plain))
            plain = ""
        tokens.append(token)
        position += len(token.text)
    if plain:
        tokens.append(Token(TokenKind.TEXT, plain))
    return tuple(tokens)


@dataclass(frozen=True, slots=True)
class _View:
    """What a reader may look at: the rest of the text and what came before it."""

    rest: str
    before: tuple[Token, ...]
    plain: str

    @property
    def last(self) -> TokenKind | None:
        """The kind of the token directly before; TEXT inside plain text."""
        if self.plain:
            return TokenKind.TEXT
        return self.before[-1].kind if self.before else None


def _token_at(text: str, position: int, tokens: list[Token], plain: str) -> Token | None:
    view = _View(text[position:], tuple(tokens[-3:]), plain)
    for reader in _READERS:
        token = reader(view)
        if token is not None:
            return token
    return None


def _window(view: _View) -> Token | None:
    match = re.match(r"(\d{1,2})[*xX](\d{1,2})(小时|h|H)?", view.rest, re.ASCII)
    if match is None or int(match[1]) > 7 or int(match[2]) > 24:
        return None
    return Token(TokenKind.WINDOW, match[0], number=Decimal(match[1]), hours=Decimal(match[2]))


def _list_number(view: _View) -> Token | None:
    """``1、`` before an item of a list that stands inside the value."""
    match = re.match(r"\d{1,2}、", view.rest, re.ASCII)
    return Token(TokenKind.END, match[0]) if match and view.last is not TokenKind.PREFIX else None


def _period(view: _View) -> Token | None:
    if not view.rest.startswith(("每", "按")):
        return None
    words = [(spelling, period.symbol) for period in lexicon.PERIODS for spelling in period.spellings]
    for spelling, symbol in sorted(words, key=lambda entry: -len(entry[0])):
        for opening in ("每个", "每一", "每", "按"):
            if view.rest.startswith(opening + spelling):
                return Token(TokenKind.PERIOD, opening + spelling, word=symbol)
    return None


_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)


def _number(view: _View) -> Token | None:
    match = _NUMBER.match(view.rest)
    if match is None or re.search(r"[A-Za-z0-9第.]$", view.plain):
        return None
    text = match[0]
    if text.startswith("-") and view.last not in {None, TokenKind.PREFIX, TokenKind.END}:
        return None
    digits = text.replace(",", "")
    if len(digits) > _LONGEST_NUMBER or _is_calendar_year(view, digits, len(text)):
        return None
    return Token(TokenKind.NUMBER, text, number=Decimal(digits))


def _is_calendar_year(view: _View, digits: str, length: int) -> bool:
    is_year = bool(re.fullmatch(r"(19|20)\d\d", digits)) and view.rest[length : length + 1] == "年"
    return is_year and view.last is not TokenKind.PREFIX


def _numeral(view: _View) -> Token | None:
    """A Chinese numeral, only before a unit that ends its clause (报告一份) or after 每月 and the like."""
    value = lexicon.NUMERALS.get(view.rest[:1])
    if value is None:
        return None
    unit = _longest_unit(view.rest[1:])
    if unit is None:
        return None
    after = view.rest[1 + len(unit.text) :]
    if view.last is TokenKind.PERIOD or not after or after[0] in ",;。)、以及内":
        return Token(TokenKind.NUMBER, view.rest[0], number=Decimal(value))
    return None


def _scale(view: _View) -> Token | None:
    if view.last is not TokenKind.NUMBER:
        return None
    for word, factor in lexicon.SCALES:
        if view.rest.startswith(word):
            return Token(TokenKind.SCALE, word, number=factor)
    return None


def _longest_unit(text: str) -> Token | None:
    for spelling, unit, odd in lexicon.unit_spellings():
        if text.startswith(spelling) and not _continues_word(spelling, text[len(spelling) :]):
            return Token(TokenKind.UNIT, spelling, unit=unit, odd=odd)
    return None


def _continues_word(spelling: str, rest: str) -> bool:
    """Whether Latin letters go on, so that the ``s`` of ``sets`` is no second."""
    return spelling[-1].isascii() and spelling[-1].isalpha() and rest[:1].isascii() and rest[:1].isalpha()


def _unit(view: _View) -> Token | None:
    if view.last in {TokenKind.NUMBER, TokenKind.SCALE}:
        return _longest_unit(view.rest)
    if view.last is TokenKind.OPEN and len(view.before) > 1 and _is_measure(view.before[-2]):
        token = _longest_unit(view.rest)
        return token if token and view.rest[len(token.text) :].startswith(")") else None
    return None


def _is_measure(token: Token) -> bool:
    return token.kind in _MEASURES


def _prefix(view: _View) -> Token | None:
    for operator in _PREFIXES:
        if view.rest.startswith(operator.spelling) and _NUMBER.match(view.rest[len(operator.spelling) :]):
            return Token(TokenKind.PREFIX, operator.spelling, operator=operator)
    return None


def _suffix(view: _View) -> Token | None:
    after_text = view.last is TokenKind.TEXT and bool(view.before)
    if not after_text and view.last not in {*_MEASURES, TokenKind.CLOSE}:
        return None
    for operator in _SUFFIXES:
        if view.rest.startswith(operator.spelling) and (not operator.implied or _after_time(view)):
            if after_text and operator.implied:
                return None
            return Token(TokenKind.SUFFIX, operator.spelling, operator=operator)
    return None


def _after_time(view: _View) -> bool:
    last = view.before[-1] if view.before and not view.plain else None
    return last is not None and last.unit is not None and last.unit.dimension is Dimension.TIME


def _approximate(view: _View) -> Token | None:
    for word in lexicon.APPROXIMATE_WORDS:
        if view.rest.startswith(word) and view.last in _MEASURES:
            return Token(TokenKind.APPROX, word)
    for word in lexicon.APPROXIMATE_PREFIXES:
        if view.rest.startswith(word) and _NUMBER.match(view.rest[len(word) :]):
            return Token(TokenKind.APPROX, word)
    return None


def _range(view: _View) -> Token | None:
    if view.last not in _MEASURES:
        return None
    for sign in lexicon.RANGE_SIGNS:
        if view.rest.startswith(sign) and _NUMBER.match(view.rest[len(sign) :]):
            return Token(TokenKind.RANGE, sign)
    return None


_MARKS = {
    ",": TokenKind.END,
    ";": TokenKind.END,
    "。": TokenKind.END,
    "(": TokenKind.OPEN,
    ")": TokenKind.CLOSE,
    "/": TokenKind.SLASH,
}


def _mark(view: _View) -> Token | None:
    kind = _MARKS.get(view.rest[0])
    return Token(kind, view.rest[0]) if kind else None


_MEASURES = frozenset({TokenKind.NUMBER, TokenKind.SCALE, TokenKind.UNIT})
_PREFIXES = lexicon.longest_first(lexicon.PREFIX_OPERATORS)
_SUFFIXES = lexicon.longest_first(lexicon.SUFFIX_OPERATORS)
_READERS: tuple[Callable[[_View], Token | None], ...] = (
    _window,
    _list_number,
    _period,
    _prefix,
    _range,
    _number,
    _numeral,
    _scale,
    _unit,
    _suffix,
    _approximate,
    _mark,
)
