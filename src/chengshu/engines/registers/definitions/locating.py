"""Where things stand in a JSON text, so that a remark on a definition names its line.

Python's parser gives no positions; this reads the same text once more, after it has been found to be JSON.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_left
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile, Place

Pointer = tuple[str | int, ...]
_BLANK = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null')
_SURROGATE = re.compile("[\ud800-\udfff]")
MOST_CHARACTERS = 300_000
DEEPEST = 20


def parsed(text: str) -> object:
    """The JSON value of a text.

    :raises InvalidFile: ``form.too_long``, ``form.json``, ``form.character``, ``form.too_deep`` or ``form.twice``, with
        line and column
    """
    if len(text) > MOST_CHARACTERS:
        raise _wrong("form.too_long", _("The definition is too long."), 0, text, _("Split the form."))
    try:
        value: object = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        message = _("This is not JSON: %(reason)s.") % {"reason": error.msg}
        raise _wrong(
            "form.json",
            message,
            error.pos,
            text,
            _("Look for a missing comma or quotation mark just before."),
        ) from error
    except (RecursionError, ValueError) as error:
        raise _wrong(
            "form.json",
            _("This JSON cannot be read."),
            0,
            text,
            _("Numbers must be finite and nesting shallow."),
        ) from error
    _refuse_half_characters(value, text)
    lines(text)
    return value


def _refuse_half_characters(value: object, text: str) -> None:
    """Half a surrogate pair and NUL are JSON, and no file or database can hold them."""
    written = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in written or (not written.isascii() and _SURROGATE.search(written)):
        raise _wrong(
            "form.character",
            _("A text has a character that cannot be stored."),
            0,
            text,
            _("Look for \\u0000 and \\ud800 to \\udfff in it."),
        )


def lines(text: str) -> dict[Pointer, int]:
    """For every value of a JSON text its 1-based line; a member's is that of its name.

    :raises InvalidFile: ``form.too_deep``, or ``form.twice`` if an object has a name twice
    """
    found: dict[Pointer, int] = {}
    _Scan(text, found).value(_skip(text, 0), (), 0)
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


class _Scan:
    """One walk over a text that is known to be JSON."""

    def __init__(self, text: str, found: dict[Pointer, int]) -> None:
        self.text, self.found = text, found
        self.ends = [match.start() for match in re.finditer("\n", text)]

    def line(self, position: int) -> int:
        return bisect_left(self.ends, position) + 1

    def value(self, position: int, pointer: Pointer, depth: int) -> int:
        """Note a value and everything in it; gives where the text goes on."""
        self.found.setdefault(pointer, self.line(position))
        if depth > DEEPEST:
            raise _wrong(
                "form.too_deep",
                _("The definition is nested too deeply."),
                position,
                self.text,
                _("Make it flatter."),
            )
        opening = self.text[position]
        if opening not in "{[":
            match = _SCALAR.match(self.text, position)
            return match.end() if match else position + 1
        position = _skip(self.text, position + 1)
        index = 0
        while self.text[position] not in "}]":
            key: str | int = index
            if opening == "{":
                key, position = self.name(position, pointer)
            position = _skip(self.text, self.value(position, (*pointer, key), depth + 1))
            if self.text[position] == ",":
                position = _skip(self.text, position + 1)
            index += 1
        return position + 1

    def name(self, position: int, pointer: Pointer) -> tuple[str, int]:
        match = _SCALAR.match(self.text, position)
        assert match is not None
        key = str(json.loads(match[0]))
        if (*pointer, key) in self.found:
            raise _wrong(
                "form.twice",
                _("“%(name)s” stands twice in the same object.") % {"name": key},
                position,
                self.text,
                _("Remove one, or give it another name."),
            )
        self.found[(*pointer, key)] = self.line(position)
        return key, _skip(self.text, _skip(self.text, match.end()) + 1)


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _wrong(code: str, message: object, position: int, text: str, hint: object) -> InvalidFile:
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return InvalidFile(str(message), field="source", code=code, hint=str(hint), place=Place(line, column))


def enclosing(pointer: Pointer) -> Iterator[Pointer]:
    """A pointer and those around it, innermost first."""
    for length in range(len(pointer), -1, -1):
        yield pointer[:length]
