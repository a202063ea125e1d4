"""Word-level differences of two texts: Chinese by the character, numbers and Latin words whole."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

_WORDS = re.compile(r"[A-Za-z]+|[0-9][0-9,.]*|\s+|.", re.DOTALL)


class Piece(NamedTuple):
    """A stretch of text that stayed (``same``), went (``gone``) or came (``new``)."""

    kind: str
    text: str


def word_changes(before: str, after: str) -> list[Piece]:
    """The way from one text to the other; joining ``same`` and ``new`` gives the second text back."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[i1:i2])))
            continue
        if i1 < i2:
            pieces.append(Piece("gone", "".join(old[i1:i2])))
        if j1 < j2:
            pieces.append(Piece("new", "".join(new[j1:j2])))
    return pieces
