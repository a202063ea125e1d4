"""The rates of 好差评. Pure. Each is a share with Wilson's interval beside it; without anything to divide by it is
unknown, never 100 %.

满意率 = (n5+n4+n3)/n · 差评率 = (n2+n1)/n · 主动评价率 = rated/closed · 差评整改率 = rectified/confirmed ·
按期整改率 = rectified in time/rectified or overdue · 实名差评回访率 = called back/named bad ratings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chengshu.scenes.supervision.rating_codes import BAD
from chengshu.scenes.supervision.sampling.intervals import Rate, rate


@dataclass(frozen=True)
class RatingFact:
    """One rating.

    :param followed: what became of a bad one: ``""`` still open, ``not_confirmed``, ``confirmed`` or ``rectified``
    :param in_time: whether it was rectified in time; None while that is not known
    """

    level: int
    is_named: bool = False
    followed: str = ""
    in_time: bool | None = None
    called_back: bool = False


@dataclass(frozen=True)
class RatingFigures:
    """The figures of a group of ratings.

    :param by_level: how many of each level, best first
    :param not_confirmed: bad ratings found mistaken or malicious after a review; they stay in every rate above
    """

    ratings: int
    by_level: Mapping[int, int]
    satisfaction: Rate
    bad: Rate
    active: Rate
    rectified: Rate
    rectified_in_time: Rate
    named_called_back: Rate
    not_confirmed: int


def figures(ratings: Iterable[RatingFact], *, closed: int, rated_closed: int | None = None) -> RatingFigures:
    """The figures of some ratings.

    :param closed: how many applications of the same group were closed
    :param rated_closed: how many of those have a rating; as many as there are ratings unless given
    """
    facts = list(ratings)
    counted = Counter(fact.level for fact in facts)
    bad = [fact for fact in facts if fact.level in BAD]
    confirmed = [fact for fact in bad if fact.followed in ("confirmed", "rectified")]
    judged = [fact for fact in confirmed if fact.in_time is not None]
    named = [fact for fact in bad if fact.is_named]
    rated = min(closed, len(facts) if rated_closed is None else rated_closed)
    return RatingFigures(
        ratings=len(facts),
        by_level={level: counted[level] for level in (5, 4, 3, 2, 1)},
        satisfaction=rate(len(facts) - len(bad), len(facts)),
        bad=rate(len(bad), len(facts)),
        active=rate(rated, closed),
        rectified=rate(sum(fact.followed == "rectified" for fact in confirmed), len(confirmed)),
        rectified_in_time=rate(sum(fact.in_time is True for fact in judged), len(judged)),
        named_called_back=rate(sum(fact.called_back for fact in named), len(named)),
        not_confirmed=sum(fact.followed == "not_confirmed" for fact in bad),
    )
