"""Sets of characters as small tests, for the regular expressions of ``regex.py``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

CharacterTest = Callable[[str], bool]

_NAME_START = re.compile(
    "[:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
)
_NAME = re.compile("[-.0-9\u00b7\u0300-\u036f\u203f\u2040]")

_CATEGORIES = frozenset(
    {
        *("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No"),
        *("P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp"),
        *("S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn"),
    }
)

# Blocks that patterns in practice name; the Unicode standard has several hundred.
_BLOCKS: dict[str, tuple[int, int]] = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "IPAExtensions": (0x0250, 0x02AF),
    "SpacingModifierLetters": (0x02B0, 0x02FF),
    "CombiningDiacriticalMarks": (0x0300, 0x036F),
    "Greek": (0x0370, 0x03FF),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "Armenian": (0x0530, 0x058F),
    "Hebrew": (0x0590, 0x05FF),
    "Arabic": (0x0600, 0x06FF),
    "Thai": (0x0E00, 0x0E7F),
    "Tibetan": (0x0F00, 0x0FFF),
    "HangulJamo": (0x1100, 0x11FF),
    "Mongolian": (0x1800, 0x18AF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "BoxDrawing": (0x2500, 0x257F),
    "CJKRadicalsSupplement": (0x2E80, 0x2EFF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "EnclosedCJKLettersandMonths": (0x3200, 0x32FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
    "PrivateUse": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
    "CJKUnifiedIdeographsExtensionB": (0x20000, 0x2A6DF),
}


def exactly(wanted: str) -> CharacterTest:
    return lambda sign: sign == wanted


def in_range(first: str, last: str) -> CharacterTest:
    return lambda sign: first <= sign <= last


def any_of(tests: Sequence[CharacterTest]) -> CharacterTest:
    if len(tests) == 1:
        return tests[0]
    return lambda sign: any(test(sign) for test in tests)


def none_of(tests: Sequence[CharacterTest]) -> CharacterTest:
    return lambda sign: not any(test(sign) for test in tests)


def without_case(test: CharacterTest) -> CharacterTest:
    """The same for the character's lower, upper and title case."""
    return lambda sign: (
        test(sign) or any(test(other) for other in (sign.lower(), sign.upper()) if len(other) == 1)
    )


def any_character(_sign: str) -> bool:
    return True


def is_line_character(sign: str) -> bool:
    return sign not in ("\n", "\r")


def _is_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "PZC"


def _is_digit(sign: str) -> bool:
    return unicodedata.category(sign) == "Nd"


def _is_space(sign: str) -> bool:
    return sign in (" ", "\t", "\n", "\r")


def _is_name_start(sign: str) -> bool:
    return _NAME_START.match(sign) is not None


def _is_name(sign: str) -> bool:
    return _is_name_start(sign) or _NAME.match(sign) is not None


_ESCAPES: dict[str, CharacterTest] = {
    "d": _is_digit,
    "s": _is_space,
    "w": _is_word,
    "i": _is_name_start,
    "c": _is_name,
}


def multi_character_escape(sign: str) -> CharacterTest | None:
    """``\\d \\s \\w \\i \\c`` and their opposites in capitals; None for any other sign."""
    test = _ESCAPES.get(sign.lower())
    if test is None:
        return None
    return none_of([test]) if sign.isupper() else test


def block_or_category(name: str) -> CharacterTest | None:
    """``Lu`` or ``IsGreek``; None for a name that is not known."""
    if name in _CATEGORIES:
        return lambda sign: unicodedata.category(sign).startswith(name)
    block = _BLOCKS.get(name[2:]) if name.startswith("Is") else None
    if block is None:
        return None
    first, last = block
    return lambda sign: first <= ord(sign) <= last
