"""The figures of ratings by unit, matter, channel and month, of what the asker may see. Simulated ones do not count."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from chengshu.foundation.calendar import local_day
from chengshu.foundation.calendar.moments import at
from chengshu.foundation.errors import Words
from chengshu.hub.services.models import Application
from chengshu.scenes.supervision.applications import closed_between
from chengshu.scenes.supervision.models import BadRating, CallBack, Rating, RatingChannel
from chengshu.scenes.supervision.rating_statistics import RatingFact, RatingFigures, figures
from chengshu.scenes.supervision.sampling.calling import INTERVIEWS


@dataclass(frozen=True)
class FiguresLine:
    """The figures of one group."""

    title: Words
    figures: RatingFigures


def total_figures(since: date, until: date) -> RatingFigures:
    """All ratings left, and applications closed, from ``since`` up to but not including ``until``."""
    facts = _facts(since, until)
    closed = list(_closed(since, until))
    rated = {rating.application_id for rating, _fact in facts}
    return figures(
        [fact for _rating, fact in facts],
        closed=len(closed),
        rated_closed=sum(application.pk in rated for application in closed),
    )


def grouped_figures(by: str, since: date, until: date) -> list[FiguresLine]:
    """The same by ``unit``, ``matter``, ``channel`` or ``month``, most ratings first (months in order).

    Applications have no rating channel, so by channel nothing is said about active rating.
    """
    of_rating, of_application = _KEYS[by]
    groups: dict[Any, list[RatingFact]] = defaultdict(list)
    rated: set[int] = set()
    for rating, fact in _facts(since, until):
        groups[of_rating(rating)].append(fact)
        rated.add(rating.application_id)
    closed, heard = _counted(of_application, since, until, rated)
    names = [*groups, *(name for name in closed if name not in groups)]
    lines = [
        (name, figures(groups.get(name, ()), closed=closed[name], rated_closed=heard[name])) for name in names
    ]
    ordered = (
        sorted(lines) if by == "month" else sorted(lines, key=lambda line: (-line[1].ratings, str(line[0])))
    )
    return [FiguresLine(_title(by, name), told) for name, told in ordered]


def _counted(
    key: Callable[[Application], Any] | None, since: date, until: date, rated: set[int]
) -> tuple[Counter[Any], Counter[Any]]:
    closed: Counter[Any] = Counter()
    heard: Counter[Any] = Counter()
    if key is not None:
        for application in _closed(since, until):
            closed[key(application)] += 1
            heard[key(application)] += application.pk in rated
    return closed, heard


def _facts(since: date, until: date) -> list[tuple[Rating, RatingFact]]:
    found = Rating.objects.filter(
        left_at__gte=at(since, time(0)), left_at__lt=at(until, time(0)), simulated=False
    ).select_related("unit")
    followed = {row.rating_id: row for row in BadRating.objects.filter(rating__in=found)}
    called = set(
        CallBack.objects.filter(rating__in=found, disposition__in=[c.value for c in INTERVIEWS]).values_list(
            "rating_id", flat=True
        )
    )
    return [
        (rating, _fact(rating, followed.get(rating.pk), called_back=rating.pk in called)) for rating in found
    ]


def _fact(rating: Rating, row: BadRating | None, *, called_back: bool) -> RatingFact:
    in_time = None
    if row and row.rectified_at and row.due_at:
        in_time = row.rectified_at <= row.due_at
    return RatingFact(rating.level, rating.is_named, _followed(row), in_time=in_time, called_back=called_back)


def _followed(row: BadRating | None) -> str:
    if row is None or row.confirmed is None:
        return ""
    if row.confirmed is False:
        return "not_confirmed" if row.closed_at else ""
    return "rectified" if row.rectified_at else "confirmed"


def _closed(since: date, until: date) -> Any:
    return closed_between(at(since, time(0)), at(until, time(0))).filter(simulated=False)


def _title(by: str, name: Any) -> Words:
    return RatingChannel(name).label if by == "channel" else str(name)


_KEYS: dict[str, tuple[Callable[[Rating], Any], Callable[[Application], Any] | None]] = {
    "unit": (lambda rating: rating.unit.shown_name, lambda application: application.unit.shown_name),
    "matter": (lambda rating: rating.matter_name, lambda application: application.version.name),
    "channel": (lambda rating: rating.channel, None),
    "month": (
        lambda rating: f"{local_day(rating.left_at):%Y-%m}",
        lambda application: f"{local_day(application.closed_at):%Y-%m}" if application.closed_at else "",
    ),
}
