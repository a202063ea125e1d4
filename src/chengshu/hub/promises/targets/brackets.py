"""The bracketed notes of the canonical form, such as ``[scope=全区]``: read and written, escaped."""

from __future__ import annotations

import re

KEYS = ("scope", "env", "when", "relative_to", "change", "inner", "what", "per", "word")
"""The fields of ``Target`` that the canonical form prints in brackets."""

_NOTE = re.compile(rf"\[({'|'.join(KEYS)})=([^\[\]]*)\]$")
_SAFE = "、，。％（）“”‘’：/_-+*"


def peel(text: str) -> tuple[str, dict[str, str]]:
    """A canonical text without its notes at the end, and the notes."""
    notes: dict[str, str] = {}
    match = _NOTE.search(text)
    while match:
        notes[match[1]] = unescaped(match[2])
        text = text[: match.start()]
        match = _NOTE.search(text)
    return text, {key: value for key, value in notes.items() if value}


def note(key: str, value: str) -> str:
    """One note, or nothing for an empty value."""
    return f"[{key}={escaped(value)}]" if value else ""


def escaped(value: str) -> str:
    """A value in which only letters, digits and plain punctuation stand for themselves."""
    return "".join(c if c.isalnum() or c in _SAFE else f"$%{ord(c):x}$" for c in value)


def unescaped(value: str) -> str:
    """The inverse of ``escaped``; what is no escape stays as it is."""
    return re.sub(r"\$%([0-9a-f]{1,6})\$", _character, value)


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code <= 0x10FFFF else match[0]
