"""Proof that a notice was online the whole time: a chain of looks at its public page. Pure.

Each look links to the one before by its digest, so that none can be taken out or put in afterwards; the verdict speaks
of the whole period only when no stretch between two good looks was longer than allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from chengshu.foundation.audit.canonical import canonical, sm3

INTERVAL: Final = timedelta(hours=1)
LONGEST_GAP: Final = timedelta(hours=3)
"""Between two good looks; a longer silence is not covered by the proof."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the page.

    :param answered: HTTP status, 0 when nothing answered
    :param shown: whether the page carried the notice as it stood
    """

    seen_at: datetime
    answered: int
    digest: str
    shown: bool
    previous: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the looks prove.

    :param unbroken: the chain is whole
    :param longest_gap: the longest stretch without a good look, from posting to the end or to now
    """

    looks: int
    good: int
    unbroken: bool
    longest_gap: timedelta

    @property
    def covers(self) -> bool:
        """Whether the notice was seen online throughout, as far as looks can tell."""
        return self.unbroken and self.good > 0 and self.longest_gap <= LONGEST_GAP


def notice_digest(number: str, title: str, facts: Sequence[Any], files: Sequence[Any]) -> str:
    """SM3 over what a notice says; printed on its page."""
    return sm3(canonical({"number": number, "title": title, "facts": facts, "files": files}))


def link_of(previous: str, seen_at: datetime, answered: int, digest: str, shown: bool) -> str:
    """The link of a look in the chain."""
    return sm3(canonical([previous, seen_at.astimezone(UTC).isoformat(), answered, digest, shown]))


def is_whole(looks: Iterable[Look]) -> bool:
    """Whether every look links to the one before and says what its link was made of."""
    previous = ""
    for look in looks:
        if look.previous != previous:
            return False
        if look.link != link_of(previous, look.seen_at, look.answered, look.digest, look.shown):
            return False
        previous = look.link
    return True


def prove(looks: Sequence[Look], *, since: datetime, until: datetime) -> Proof:
    """What the looks prove for a period.

    :param since: when the notice was posted
    :param until: the end of the period, or now
    """
    good = [look.seen_at for look in looks if look.shown and since <= look.seen_at <= until]
    marks = [since, *good, until]
    longest = max(later - earlier for earlier, later in pairwise(marks))
    return Proof(len(looks), len(good), is_whole(looks), longest if good else until - since)
