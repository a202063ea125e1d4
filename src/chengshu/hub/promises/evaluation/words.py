"""A sentence with its facts kept apart, so that it can be stored, tested and said in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from chengshu.foundation.errors import Words


@dataclass(frozen=True, slots=True)
class Sentence:
    """A translatable text whose placeholders are filled only when it is said.

    ``str()`` speaks the language that is active at that moment; ``code`` and ``facts`` stay the same in all
    of them.
    """

    code: str
    text: Words
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.text) % {name: plain(value) for name, value in self.facts.items()}


def plain(value: object) -> str:
    """A value as people write it: a Decimal without exponent and without trailing zeros after the point."""
    if not isinstance(value, Decimal):
        return str(value)
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
