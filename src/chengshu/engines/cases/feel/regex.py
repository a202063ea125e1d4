"""Regular expressions of XPath 3.1, as ``matches``, ``replace`` and ``split`` of FEEL want them, without explosions.

A pattern becomes a small program that is run by backtracking with a memory: no (instruction, place) is tried twice, so
the work is at most length of the program times length of the text. Patterns with back-references cannot remember; they,
like all others, pay each step from the ledger of the run, which stops them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.feel.characters import (
    CharacterTest,
    any_character,
    any_of,
    block_or_category,
    exactly,
    in_range,
    is_line_character,
    multi_character_escape,
    none_of,
    without_case,
)
from chengshu.foundation.errors import Words

MOST_INSTRUCTIONS = 20_000
DEEPEST_GROUPS = 50
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", **{sign: sign for sign in "\\|.?*+(){}-[]^$"}}

Opcode = Literal["one", "split", "jump", "save", "start", "end", "back", "found"]


class BadPattern(Exception):
    """The pattern or its flags are not those of XPath; ``reason`` says what is wrong."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Instruction:
    """``one`` takes a character, ``split`` tries two ways in order, ``save`` notes a place, ``back`` repeats a
    group."""

    opcode: Opcode
    test: CharacterTest | None = None
    target: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    program: tuple[Instruction, ...]
    groups: int
    remembers: bool
    multiline: bool
    ignores_case: bool

    def matches(self, text: str, tick: Callable[[int], None]) -> Iterator[list[int]]:
        """Every match from left to right without overlap: start and end of the whole and of each group, -1 if unset."""
        place, visited = 0, set[int]()
        while place <= len(text):
            found = self._first(text, place, visited, tick)
            if found is None:
                return
            yield found
            place = found[1] if found[1] > found[0] else found[1] + 1

    def _first(
        self, text: str, place: int, visited: set[int], tick: Callable[[int], None]
    ) -> list[int] | None:
        visited.clear()
        for start in range(place, len(text) + 1):
            found = self._match_at(text, start, visited, tick)
            if found is not None:
                return found
        return None

    def _match_at(
        self, text: str, start: int, visited: set[int], tick: Callable[[int], None]
    ) -> list[int] | None:
        program, width = self.program, len(text) + 1
        saved = [-1] * (2 * self.groups + 2)
        trail: list[tuple[int, int]] = [(0, start)]
        steps = 0
        while trail:
            here, place = trail.pop()
            if here < 0:
                saved[-here - 1] = place
                continue
            while True:
                steps += 1
                if steps == 256:
                    tick(steps)
                    steps = 0
                if self.remembers:
                    key = here * width + place
                    if key in visited:
                        break
                    visited.add(key)
                step = program[here]
                if step.opcode == "one":
                    if place == width - 1 or not step.test(text[place]):  # type: ignore[misc]
                        break
                    here, place = here + 1, place + 1
                elif step.opcode == "split":
                    trail.append((step.other, place))
                    here = step.target
                elif step.opcode == "jump":
                    here = step.target
                elif step.opcode == "save":
                    trail.append((-step.target - 1, saved[step.target]))
                    saved[step.target] = place
                    here += 1
                elif step.opcode == "found":
                    tick(steps)
                    return saved
                else:
                    following = self._asserted(step, text, place, saved)
                    if following is None:
                        break
                    here, place = here + 1, following
        tick(steps)
        return None

    def _asserted(self, step: Instruction, text: str, place: int, saved: list[int]) -> int | None:
        """The place after an anchor or a back-reference; None if it does not hold here."""
        if step.opcode == "start":
            begins_line = self.multiline and place < len(text) and text[place - 1] == "\n"
            return place if place == 0 or begins_line else None
        if step.opcode == "end":
            return place if place == len(text) or (self.multiline and text[place] == "\n") else None
        begin, end = saved[2 * step.target], saved[2 * step.target + 1]
        if begin < 0 or end < 0:
            return place
        wanted, found = text[begin:end], text[place : place + end - begin]
        same = wanted == found or (self.ignores_case and wanted.casefold() == found.casefold())
        return place + end - begin if same else None


@lru_cache(maxsize=512)
def compiled_pattern(pattern: str, flags: str = "") -> Pattern:
    """:raises BadPattern: if XPath does not allow the pattern or the flags"""
    if not set(flags) <= set("smixq"):
        raise BadPattern(_("the flags “%(flags)s” are not known") % {"flags": flags})
    reader = _Reader(pattern, flags)
    program = reader.program()
    return Pattern(tuple(program), reader.groups, not reader.refers_back, "m" in flags, "i" in flags)


def _without_blanks(pattern: str) -> str:
    """The pattern as flag ``x`` leaves it: without blanks, even between a backslash and its sign, except in classes."""
    kept, depth, escaped = [], 0, False
    for sign in pattern:
        if sign in " \t\n\r" and not depth:
            continue
        kept.append(sign)
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign == "[" or (sign == "]" and depth):
            depth += 1 if sign == "[" else -1
    return "".join(kept)


class _Reader:
    """Reads a pattern straight into instructions; fragments are moved by rewriting their targets."""

    def __init__(self, pattern: str, flags: str) -> None:
        literal = "q" in flags
        self._pattern = _without_blanks(pattern) if "x" in flags and not literal else pattern
        self._flags = flags
        self._literal = literal
        self._index = 0
        self._depth = 0
        self._open: list[int] = []
        self.groups = 0
        self.refers_back = False

    def program(self) -> list[Instruction]:
        if self._literal:
            body = [self._one(exactly(sign)) for sign in self._pattern]
        else:
            body = self._alternatives()
            if self._index < len(self._pattern):
                raise BadPattern(_("a “)” closes nothing"))
        return [
            Instruction("save", target=0),
            *_moved(body, 1),
            Instruction("save", target=1),
            Instruction("found"),
        ]

    def _one(self, test: CharacterTest) -> Instruction:
        return Instruction("one", without_case(test) if "i" in self._flags else test)

    def _peek(self) -> str:
        """The next sign, or the empty string at the end."""
        return self._pattern[self._index : self._index + 1]

    def _alternatives(self) -> list[Instruction]:
        self._depth += 1
        if self._depth > DEEPEST_GROUPS:
            raise BadPattern(_("too many groups within each other"))
        branches = [self._branch()]
        while self._peek() == "|":
            self._index += 1
            branches.append(self._branch())
        self._depth -= 1
        program = branches.pop()
        for branch in reversed(branches):
            program = _either(branch, program)
        return program

    def _branch(self) -> list[Instruction]:
        program: list[Instruction] = []
        while self._peek() not in ("", "|", ")"):
            piece = self._piece()
            program += _moved(piece, len(program))
            if len(program) > MOST_INSTRUCTIONS:
                raise BadPattern(_("it is too long"))
        return program

    def _piece(self) -> list[Instruction]:
        atom = self._atom()
        sign = self._peek()
        if sign not in ("?", "*", "+", "{"):
            return atom
        self._index += 1
        least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(sign) or self._counts()
        lazy = self._peek() == "?"
        if lazy:
            self._index += 1
        if self._peek() in ("?", "*", "+", "{"):
            raise BadPattern(_("two quantifiers follow each other"))
        return _repeated(atom, least, most, lazy)

    def _counts(self) -> tuple[int, int | None]:
        end = self._pattern.find("}", self._index)
        low, comma, high = self._pattern[self._index : max(end, 0)].partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()) or len(low + high) > 8:
            raise BadPattern(_("a quantifier in braces is wrong"))
        self._index = end + 1
        most = int(high) if high else None if comma else int(low)
        if most is not None and most < int(low):
            raise BadPattern(_("a quantifier in braces is wrong"))
        return int(low), most

    def _atom(self) -> list[Instruction]:
        sign = self._peek()
        self._index += 1
        if sign == "(":
            return self._group()
        if sign == "[":
            return [self._one(self._class())]
        if sign == "\\":
            return [self._escape()]
        if sign == ".":
            return [self._one(any_character if "s" in self._flags else is_line_character)]
        if sign in ("^", "$"):
            return [Instruction("start" if sign == "^" else "end")]
        if sign in ("?", "*", "+", "{", "}", "]"):
            raise BadPattern(_("“%(sign)s” has nothing before it") % {"sign": sign})
        return [self._one(exactly(sign))]

    def _group(self) -> list[Instruction]:
        number = 0
        if self._pattern.startswith("?:", self._index):
            self._index += 2
        elif self._peek() == "?":
            raise BadPattern(_("“(?” is not followed by “:”"))
        else:
            self.groups += 1
            number = self.groups
        self._open.append(number)
        body = self._alternatives()
        if self._peek() != ")":
            raise BadPattern(_("“%(sign)s” is not closed") % {"sign": "("})
        self._index += 1
        self._open.pop()
        if not number:
            return body
        return [
            Instruction("save", target=2 * number),
            *_moved(body, 1),
            Instruction("save", target=2 * number + 1),
        ]

    def _escape(self) -> Instruction:
        sign = self._pattern[self._index : self._index + 1]
        if sign in "123456789" and sign:
            return self._back_reference()
        return self._one(self._escaped())

    def _back_reference(self) -> Instruction:
        number = int(self._pattern[self._index])
        self._index += 1
        while self._pattern[self._index : self._index + 1].isdecimal():
            longer = number * 10 + int(self._pattern[self._index])
            if longer > self.groups:
                break
            number = longer
            self._index += 1
        if number > self.groups or number in self._open:
            raise BadPattern(_("there is no closed group %(number)s") % {"number": number})
        self.refers_back = True
        return Instruction("back", target=number)

    def _escaped(self) -> CharacterTest:
        """What the sign after a backslash means, inside and outside a class."""
        sign = self._pattern[self._index : self._index + 1]
        self._index += 1
        if sign in ("p", "P"):
            return self._property(sign == "P")
        if sign and sign in _SIMPLE_ESCAPES:
            return exactly(_SIMPLE_ESCAPES[sign])
        test = multi_character_escape(sign)
        if test is None:
            raise BadPattern(_("“%(sign)s” has no meaning") % {"sign": f"\\{sign}"})
        return test

    def _property(self, negated: bool) -> CharacterTest:
        end = self._pattern.find("}", self._index)
        if self._pattern[self._index : self._index + 1] != "{" or end < 0:
            raise BadPattern(_("“%(sign)s” has no meaning") % {"sign": "\\p"})
        name = self._pattern[self._index + 1 : end]
        self._index = end + 1
        test = block_or_category(name)
        if test is None:
            raise BadPattern(_("there is no category “%(name)s”") % {"name": name})
        return none_of([test]) if negated else test

    def _of_class(self, tests: list[CharacterTest], negated: bool) -> CharacterTest:
        """Where case does not count, ``[^Q]`` passes neither ``Q`` nor ``q`` (XPath Functions 3.1, 5.6.2)."""
        if not negated:
            return any_of(tests)
        return none_of([without_case(test) for test in tests] if "i" in self._flags else tests)

    def _class(self) -> CharacterTest:
        """From after ``[`` to after ``]``, with a subtraction ``-[…]`` at the end."""
        negated = self._pattern[self._index : self._index + 1] == "^"
        self._index += negated
        tests: list[CharacterTest] = []
        while True:
            sign = self._class_sign()
            if sign == "]" and tests:
                self._index += 1
                return self._of_class(tests, negated)
            if sign == "-" and tests and self._pattern.startswith("-[", self._index):
                return self._subtracted(self._of_class(tests, negated))
            tests.append(self._class_item(sign))

    def _class_sign(self) -> str:
        sign = self._peek()
        if not sign:
            raise BadPattern(_("“%(sign)s” is not closed") % {"sign": "["})
        return sign

    def _subtracted(self, whole: CharacterTest) -> CharacterTest:
        self._index += 2
        self._depth += 1
        if self._depth > DEEPEST_GROUPS:
            raise BadPattern(_("too many groups within each other"))
        without = self._class()
        self._depth -= 1
        if self._class_sign() != "]":
            raise BadPattern(_("a subtraction must be the end of a class"))
        self._index += 1
        return lambda sign: whole(sign) and not without(sign)

    def _class_item(self, sign: str) -> CharacterTest:
        if sign == "[" or sign == "]":
            raise BadPattern(_("“%(sign)s” cannot stand in a class") % {"sign": sign})
        self._index += 1
        if sign == "\\":
            following = self._pattern[self._index : self._index + 1]
            test = self._escaped()
            if following not in _SIMPLE_ESCAPES:
                return test
            sign = _SIMPLE_ESCAPES[following]
        if not self._is_range():
            return exactly(sign)
        self._index += 1
        last = self._range_end()
        if last < sign:
            raise BadPattern(_("“%(sign)s” is the wrong way round") % {"sign": f"{sign}-{last}"})
        return in_range(sign, last)

    def _is_range(self) -> bool:
        following = self._pattern[self._index : self._index + 2]
        return following[:1] == "-" and following[1:] not in ("", "]", "[")

    def _range_end(self) -> str:
        sign = self._pattern[self._index]
        self._index += 1
        if sign != "\\":
            return sign
        escaped = self._pattern[self._index : self._index + 1]
        self._index += 1
        if escaped not in _SIMPLE_ESCAPES or not escaped:
            raise BadPattern(_("the end of a range must be one character"))
        return _SIMPLE_ESCAPES[escaped]


# ---- fragments -----------------------------------------------------------------------------------------------


def _moved(program: list[Instruction], by: int) -> list[Instruction]:
    """The fragment as it must read when it begins ``by`` instructions later."""
    return [
        Instruction(step.opcode, step.test, step.target + by, step.other + by)
        if step.opcode in ("split", "jump")
        else step
        for step in program
    ]


def _either(first: list[Instruction], second: list[Instruction]) -> list[Instruction]:
    after_first = len(first) + 2
    return [
        Instruction("split", target=1, other=after_first),
        *_moved(first, 1),
        Instruction("jump", target=after_first + len(second)),
        *_moved(second, after_first),
    ]


def _repeated(atom: list[Instruction], least: int, most: int | None, lazy: bool) -> list[Instruction]:
    copies = least + 1 if most is None else most
    if (len(atom) + 2) * max(copies, 1) > MOST_INSTRUCTIONS:
        raise BadPattern(_("it is too long"))
    program: list[Instruction] = []
    for _number in range(least):
        program += _moved(atom, len(program))
    if most is None:
        return program + _moved(_starred(atom, lazy), len(program))
    end = len(program) + (most - least) * (len(atom) + 1)
    for _number in range(most - least):
        program.append(_split(len(program) + 1, end, lazy))
        program += _moved(atom, len(program))
    return program


def _starred(atom: list[Instruction], lazy: bool) -> list[Instruction]:
    end = len(atom) + 2
    return [_split(1, end, lazy), *_moved(atom, 1), Instruction("jump", target=0)]


def _split(inner: int, end: int, lazy: bool) -> Instruction:
    return (
        Instruction("split", target=end, other=inner)
        if lazy
        else Instruction("split", target=inner, other=end)
    )


# ---- what FEEL asks ------------------------------------------------------------------------------------------


def is_match(pattern: Pattern, text: str, tick: Callable[[int], None]) -> bool:
    """Whether the pattern matches somewhere in the text."""
    return next(pattern.matches(text, tick), None) is not None


def replaced(
    pattern: Pattern, text: str, replacement: str, tick: Callable[[int], None], *, literal: bool
) -> str:
    """The text with every match replaced; ``$1`` in the replacement is group 1, ``\\$`` a dollar.

    :raises BadPattern: if the replacement is malformed, or the pattern matches nothing at all
    """
    pieces: list[Any] = [replacement] if literal else _replacement_pieces(replacement, pattern.groups)
    if next(pattern.matches("", tick), None) is not None:
        raise BadPattern(_("it matches the empty text"))
    result: list[str] = []
    last = 0
    for saved in pattern.matches(text, tick):
        result.append(text[last : saved[0]])
        result += (piece if isinstance(piece, str) else _group_text(text, saved, piece) for piece in pieces)
        last = saved[1]
    return "".join(result) + text[last:]


def _group_text(text: str, saved: list[int], number: int) -> str:
    if 2 * number >= len(saved) or saved[2 * number] < 0:
        return ""
    return text[saved[2 * number] : saved[2 * number + 1]]


def _replacement_pieces(replacement: str, groups: int) -> list[Any]:
    pieces: list[Any] = []
    index = 0
    while index < len(replacement):
        sign = replacement[index]
        following = replacement[index + 1 : index + 2]
        if sign == "\\":
            if following not in ("\\", "$"):
                raise BadPattern(_("in the replacement, a backslash stands before “$” or a backslash only"))
            pieces.append(following)
            index += 2
        elif sign == "$":
            number, index = _group_number(replacement, index + 1, groups)
            pieces.append(number)
        else:
            pieces.append(sign)
            index += 1
    return pieces


def _group_number(replacement: str, index: int, groups: int) -> tuple[int, int]:
    if replacement[index : index + 1] not in tuple("0123456789"):
        raise BadPattern(_("in the replacement, a number must follow “$”"))
    number = int(replacement[index])
    index += 1
    while replacement[index : index + 1] in tuple("0123456789"):
        if number * 10 + int(replacement[index]) > groups:
            break
        number = number * 10 + int(replacement[index])
        index += 1
    return number, index


def pieces_between(pattern: Pattern, text: str, tick: Callable[[int], None]) -> list[str]:
    """The parts of the text between the matches; where nothing separates, every character is a part."""
    parts: list[str] = []
    last = 0
    for saved in pattern.matches(text, tick):
        if saved[1] == saved[0] and saved[0] in (0, len(text)):
            continue
        parts.append(text[last : saved[0]])
        last = saved[1]
    return [*parts, text[last:]]
