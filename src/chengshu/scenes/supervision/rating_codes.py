"""The levels and detail codes of a rating (好差评) as national data. There is no default among them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

BAD = frozenset({1, 2})
"""差评: these levels must be looked into."""
SHIPPED = Path(__file__).parent / "facts" / "ratings.toml"


@dataclass(frozen=True)
class Detail:
    code: str
    title: str


@dataclass(frozen=True)
class RatingLevel:
    """One of the five levels, with the details that belong to it."""

    value: int
    title: str
    title_en: str
    details: tuple[Detail, ...]

    @property
    def shown(self) -> str:
        return self.title_en if (get_language() or "").startswith("en") else self.title

    @property
    def is_bad(self) -> bool:
        return self.value in BAD


@cache
def levels() -> tuple[RatingLevel, ...]:
    """Best first."""
    content = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return tuple(
        RatingLevel(
            entry["value"],
            entry["title"],
            entry["title_en"],
            tuple(Detail(code, title) for code, title in entry["details"]),
        )
        for entry in content["level"]
    )


def level_of(value: int) -> RatingLevel | None:
    return next((level for level in levels() if level.value == value), None)


def detail_title(code: str) -> str:
    """The printed name of a detail code; an unknown one stands for itself."""
    return next((d.title for level in levels() for d in level.details if d.code == code), code)
