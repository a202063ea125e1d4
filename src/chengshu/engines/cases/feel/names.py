"""Names with blanks and symbols, matched longest first against what is known at a place.

``Monthly Fee``, ``Profit-and-Loss`` and ``date and time`` are sequences of tokens; a tree of tokens finds the longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from chengshu.engines.cases.feel.tokens import Token, tokens_of

_NAME = ""
"""Key under which a node of the tree keeps the name that ends there; no token is empty but the last."""


def normalised(name: str) -> str:
    """The name with every run of blanks as one space, none at the ends."""
    return " ".join(name.split())


@lru_cache(maxsize=8192)
def _texts(name: str) -> tuple[str, ...]:
    """The texts of the tokens of a name; the same names are asked for with every expression of a model."""
    return tuple(token.text for token in tokens_of(name)[:-1])


class Names:
    """A set of names that can be found at the beginning of a sequence of tokens."""

    __slots__ = ("_root",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._root: dict[str, Any] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        node = self._root
        for text in _texts(name):
            node = node.setdefault(text, {})
        node[_NAME] = normalised(name)

    def match(self, tokens: Sequence[Token], index: int) -> tuple[str, int]:
        """The longest known name that begins at ``index``, and its number of tokens; ("", 0) if there is none."""
        node, found, length, here = self._root, "", 0, index
        while (following := node.get(tokens[here].text)) is not None and tokens[here].kind != "end":
            node, here = following, here + 1
            if _NAME in node:
                found, length = node[_NAME], here - index
        return found, length
