"""The score of a unit: from a start, points are taken off for cards, down to a floor. All four are configuration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chengshu.scenes.supervision.rules import Level, RuleBook

_GRAVITY = {Level.YELLOW: 1, Level.RED: 2}


@dataclass(frozen=True)
class Score:
    """A unit's score with what it is made of: per case the gravest card that stands counts once."""

    value: int
    yellow: int
    red: int


def score(cards: Iterable[tuple[str, Level]], book: RuleBook) -> Score:
    """The score of the cards that stand (withdrawn ones left out by the caller).

    :param cards: for each card, what it is about (its case; a name of its own without one) and its level
    """
    gravest: dict[str, Level] = {}
    for about, level in cards:
        if _GRAVITY.get(level, 0) > _GRAVITY.get(gravest.get(about, Level.WARNING), 0):
            gravest[about] = level
    yellow = sum(level is Level.YELLOW for level in gravest.values())
    red = sum(level is Level.RED for level in gravest.values())
    points = yellow * book.figure("score_yellow") + red * book.figure("score_red")
    return Score(max(book.figure("score_floor"), book.figure("score_start") + points), yellow, red)
