"""What a sample is drawn from, and how many of each stratum are drawn.

A frame is the list of everything that could have been chosen, each with its stratum: real cases of a period, real
windows. Its digest names it for ever: a frame that was changed afterwards has another digest.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt


@dataclass(frozen=True, order=True)
class Element:
    """One thing that may be chosen.

    :param key: its stable name, such as ``application:17``
    :param stratum: the stratum it belongs to, such as a unit's key
    """

    key: str
    stratum: str


@dataclass(frozen=True)
class Frame:
    """The elements in the order of their keys, each once.

    :raises ValueError: if a key stands twice
    """

    elements: tuple[Element, ...]

    def __post_init__(self) -> None:
        keys = [element.key for element in self.elements]
        if len(set(keys)) != len(keys):
            raise ValueError("an element stands twice in the frame")
        object.__setattr__(self, "elements", tuple(sorted(self.elements)))

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Frame:
        return cls(tuple(Element(key, stratum) for key, stratum in pairs))

    @property
    def sizes(self) -> dict[str, int]:
        """How many elements each stratum has, strata in order."""
        return dict(sorted(Counter(element.stratum for element in self.elements).items()))

    @property
    def pairs(self) -> list[list[str]]:
        return [[element.key, element.stratum] for element in self.elements]

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted pairs as compact JSON in UTF-8: what anybody can compute again."""
        return hashlib.sha256(_compact(self.pairs)).hexdigest()

    def __len__(self) -> int:
        return len(self.elements)


def proportional(sizes: Mapping[str, int], wanted: int, *, least: int = 1) -> dict[str, int]:
    """Shares of a sample in proportion to the strata, by largest remainders; ties go to the first name.

    :param least: every stratum that is not empty gets at least so many, as far as it has them
    :raises ValueError: if ``wanted`` is negative, or too small to give every stratum ``least``
    """
    return _apportioned(sizes, {name: Fraction(size) for name, size in sizes.items()}, wanted, least)


def neyman(
    sizes: Mapping[str, int], spreads: Mapping[str, float], wanted: int, *, least: int = 1
) -> dict[str, int]:
    """Neyman's allocation (1934): in proportion to size × standard deviation, which makes the variance smallest.

    Nothing is drawn twice: what a stratum cannot hold goes to the others. With no spread anywhere it is proportional.

    :param spreads: standard deviation within each stratum, from an earlier round; see :func:`spread_of_share`
    """
    weights = {name: Fraction(size) * Fraction(spreads.get(name, 0.0)) for name, size in sizes.items()}
    if not any(weights.values()):
        return proportional(sizes, wanted, least=least)
    return _apportioned(sizes, weights, wanted, least)


def spread_of_share(count: int, of: int) -> float:
    """The standard deviation of a yes-or-no answer, from an earlier round; with one success and one failure added,
    so that a stratum without a failure so far is not left out."""
    share = (count + 1) / (of + 2)
    return sqrt(share * (1 - share))


def _apportioned(
    sizes: Mapping[str, int], weights: Mapping[str, Fraction], wanted: int, least: int
) -> dict[str, int]:
    floor = {name: min(least, size) for name, size in sizes.items()}
    if wanted < sum(floor.values()):
        raise ValueError("the sample is too small for its strata")
    given = dict(floor)
    left = min(wanted, sum(sizes.values())) - sum(given.values())
    open_to = {name for name, size in sizes.items() if given[name] < size}
    while left and open_to:
        more = _round_of(wanted, weights, given, sizes, open_to, left)
        for name, count in more.items():
            given[name] += count
        left -= sum(more.values())
        open_to = {name for name in open_to if given[name] < sizes[name]}
    return dict(sorted(given.items()))


def _round_of(
    wanted: int,
    weights: Mapping[str, Fraction],
    given: Mapping[str, int],
    sizes: Mapping[str, int],
    open_to: set[str],
    left: int,
) -> dict[str, int]:
    """One round of largest remainders among the strata with room; the next round takes what did not fit."""
    names = sorted(open_to)
    total = sum(weights[name] for name in names)
    aims = {name: weights[name] / total if total else Fraction(1, len(names)) for name in names}
    closed = sum(count for name, count in given.items() if name not in open_to)
    target = Fraction(min(wanted, sum(sizes.values())) - closed)
    lacks = {name: max(Fraction(0), target * aims[name] - given[name]) for name in names}
    scale = Fraction(left) / sum(lacks.values()) if sum(lacks.values()) > left else Fraction(1)
    exact = {name: min(lack * scale, Fraction(sizes[name] - given[name])) for name, lack in lacks.items()}
    more = {name: int(share) for name, share in exact.items()}
    for name in sorted(names, key=lambda name: (more[name] - exact[name], name)):
        if sum(more.values()) >= left:
            break
        if given[name] + more[name] < sizes[name] and exact[name] > more[name]:
            more[name] += 1
    if not any(more.values()):
        more[next(name for name in names if given[name] < sizes[name])] = 1
    return more


def _compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
