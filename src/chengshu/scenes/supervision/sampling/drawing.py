"""Drawing a sample that anybody can draw again from the frame, the seed and the number of this method.

Every element gets the number SHA-256(method, seed, digest of the frame, stratum, key); of each stratum the smallest
are taken. No generator of random numbers is involved, so the draw is the same on every machine, in every language
and in twenty years. Whoever does not know the seed beforehand can steer nothing; whoever knows it can check all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from chengshu.scenes.supervision.sampling.frames import Element, Frame

METHOD = "sha256-rank/1"


@dataclass(frozen=True)
class Draw:
    """A drawn sample with all that is needed to draw it again.

    :param chosen: in the order of the draw within each stratum, strata in order
    """

    method: str
    seed: str
    frame_digest: str
    sizes: Mapping[str, int]
    allocation: Mapping[str, int]
    chosen: tuple[Element, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over method, seed, frame and the chosen keys in order."""
        lines = [self.method, self.seed, self.frame_digest, *(one.key for one in self.chosen)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def probability(self, stratum: str) -> float:
        """How likely an element of this stratum was to be chosen."""
        return self.allocation.get(stratum, 0) / self.sizes[stratum]


def draw(frame: Frame, allocation: Mapping[str, int], seed: str) -> Draw:
    """Choose at random, without putting back, so many of each stratum.

    :raises ValueError: if the seed is empty, or more is wanted of a stratum than it has
    """
    if not seed:
        raise ValueError("a draw needs a seed")
    sizes = frame.sizes
    for stratum, count in allocation.items():
        if not 0 <= count <= sizes.get(stratum, 0):
            raise ValueError(f"{count} of {stratum} are wanted and it has {sizes.get(stratum, 0)}")
    digest = frame.digest
    chosen: list[Element] = []
    for stratum in sizes:
        members = [element for element in frame.elements if element.stratum == stratum]
        members.sort(key=lambda element: rank(seed, digest, element))
        chosen.extend(members[: allocation.get(stratum, 0)])
    return Draw(METHOD, seed, digest, sizes, dict(sorted(allocation.items())), tuple(chosen))


def rank(seed: str, frame_digest: str, element: Element) -> str:
    """The number by which an element stands in line, as hexadecimal."""
    text = "\n".join((METHOD, seed, frame_digest, element.stratum, element.key))
    return hashlib.sha256(text.encode()).hexdigest()
