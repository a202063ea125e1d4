"""Splits FEEL text into tokens. Never fails: what is no token becomes one of kind ``other``, which no grammar wants.

Names with blanks are not known here; they are sequences of tokens (see ``names.py``).
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal["name", "number", "string", "operator", "other", "end"]

KEYWORDS = frozenset(
    {
        *(
            "and",
            "between",
            "else",
            "every",
            "external",
            "for",
            "function",
            "if",
            "in",
            "instance",
            "of",
            "or",
        ),
        *("return", "satisfies", "some", "then"),
    }
)
"""Words that end a name, unless a known name contains them."""

# Name characters of the DMN grammar (rules 28 and 29); "?" is a token of its own.
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"

_TOKEN = re.compile(
    rf"""
    (?P<space>(?:[\s\u0085\u180e\u200b\ufeff]|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
  | (?P<name>\?|[{_START}][{_PART}]*)
  | (?P<range>\.\.)
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<operator>\*\*|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.@'])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of text with its place; ``end`` is exclusive."""

    kind: Kind
    text: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """All tokens, blanks and comments left out, closed by one of kind ``end``."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind != "space":
            found.append(Token(_kind(kind), match.group(), match.start(), match.end()))
    found.append(Token("end", "", len(text), len(text)))
    return found


def _kind(group: str | None) -> Kind:
    match group:
        case "name" | "number" | "string" | "operator":
            return group
        case "range":
            return "operator"
    return "other"


_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")


_LONE = re.compile("[\ud800-\udfff]")


def string_value(literal: str) -> str:
    """The string that a quoted literal stands for. An unknown escape such as ``\\d`` stands for itself,
    half a surrogate pair for the replacement character."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    return _LONE.sub("\ufffd", _PAIR.sub(_joined, _ESCAPE.sub(_unescaped, body)))


def _unescaped(match: re.Match[str]) -> str:
    short, long, simple = match.groups()
    if simple is not None:
        return _SIMPLE.get(simple, match.group())
    code = int(short or long, 16)
    return chr(code) if code <= 0x10FFFF else match.group()


def _joined(match: re.Match[str]) -> str:
    high, low = (ord(part) for part in match.groups())
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def quoted(text: str) -> str:
    """The literal for a string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
