"""Whether a number can be relied on now: fresh, late or suspect, always with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.engines.indicators.definitions import IndicatorDefinition, Kind
from chengshu.engines.indicators.models import IndicatorStanding
from chengshu.engines.indicators.results import ObservationView
from chengshu.engines.indicators.seasons import Expectation, Point, expect
from chengshu.engines.indicators.standing import SETTLED_AFTER
from chengshu.foundation.errors import Words


class State(StrEnum):
    """How far a number can be relied on."""

    FRESH = "fresh"
    LATE = "late"
    SUSPECT = "suspect"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Judged:
    """A state with its reasons, the gravest first; ``checked_at`` is when the number was last looked after."""

    state: State
    reasons: tuple[Words, ...] = ()
    checked_at: datetime | None = None


def judge(
    definition: IndicatorDefinition,
    standing: IndicatorStanding | None,
    seen: ObservationView | None,
    unusual: Words = "",
    now: datetime | None = None,
) -> Judged:
    """Whether the last number of a question is fresh, late or suspect.

    :param standing: of the question; of a template that of the template
    :param unusual: why its value is unusual, if it is
    :param now: the present if None
    """
    if standing is None:
        return Judged(
            State.NEVER if seen is None else State.LATE, (_("Not computed since its state is kept."),)
        )
    doubts = [*_doubts(definition, standing, seen), *([unusual] if unusual else [])]
    if doubts:
        return Judged(State.SUSPECT, tuple(doubts), standing.checked_at)
    if late := _lateness(definition, standing, now or timezone.now()):
        return Judged(State.LATE, (late,), standing.checked_at)
    if standing.checked_at > standing.evaluated_at:
        fresh = _("Computed %(at)s; nothing was written since to what it reads.")
    else:
        fresh = _("Computed %(at)s.")
    return Judged(State.FRESH, (fresh % {"at": _moment(standing.evaluated_at)},), standing.checked_at)


def _doubts(
    definition: IndicatorDefinition, standing: IndicatorStanding, seen: ObservationView | None
) -> Iterable[Words]:
    if standing.problem:
        since = standing.failing_since or standing.checked_at
        yield _("It cannot be computed since %(at)s: %(problem)s") % {
            "at": _moment(since),
            "problem": standing.problem,
        }
    told = {} if seen is None else seen.evidence.get("definition", {})
    if seen is not None and seen.version == definition.version and told.get("sm3") != definition.digest:
        yield _("It was computed by another definition of the same version.")


def _lateness(definition: IndicatorDefinition, standing: IndicatorStanding, now: datetime) -> Words:
    """Why it is late; empty if it is not. A period that is settled is never late."""
    ended = timezone.make_aware(datetime.combine(standing.last_day + timedelta(days=1), datetime.min.time()))
    if standing.evaluated_at >= ended + SETTLED_AFTER:
        return ""
    if now - standing.checked_at <= timedelta(hours=definition.late_after_hours):
        return ""
    return _("Nobody looked after it since %(at)s; it is to be looked after every %(hours)s hours.") % {
        "at": _moment(standing.checked_at),
        "hours": definition.late_after_hours,
    }


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Course:
    """What the past of an indicator lets expect.

    :ivar length: of the periods that were looked at: ``day`` or ``month``
    :ivar last: the last period that is over, with its number
    :ivar expected: what that one was to be; None below the least number of periods
    :ivar next_day: first day of the period that comes after it
    :ivar forecast: what the next one will be
    """

    length: str
    last: Point
    expected: Expectation | None
    next_day: date
    forecast: Expectation | None

    @property
    def is_unusual(self) -> bool:
        return self.expected is not None and self.expected.is_unusual(self.last[1])


def course_of(definition: IndicatorDefinition, seen: Sequence[ObservationView]) -> Course | None:
    """The course over the days, or else the months, that are over; None if nothing can be said of it.

    :param seen: observations of one indicator with the same parameters
    """
    counts = definition.kind in (Kind.COUNT, Kind.DISTINCT)
    most = (
        {"%": Decimal(100), "‰": Decimal(1000)}.get(definition.unit) if definition.kind == Kind.RATE else None
    )
    for length in ("day", "month"):
        points = _points(seen, length)
        if not points:
            continue
        last, following = points[-1], _following(points[-1][0], length)
        forecast = expect(points, following, length, counts=counts, most=most)
        if forecast is not None:
            return Course(
                length, last, expect(points, last[0], length, counts=counts, most=most), following, forecast
            )
    return None


def _points(seen: Sequence[ObservationView], length: str) -> list[Point]:
    """The last answers for whole periods that were over when they were computed, in their order."""
    last = {
        one.period.first_day: one.value
        for one in sorted(seen, key=lambda one: one.id)
        if one.period.length == length and one.value is not None and one.computed_at >= one.period.until
    }
    return sorted(last.items())


def _following(day: date, length: str) -> date:
    """The first day of the period after the one that begins with this day."""
    return (
        day + timedelta(days=1)
        if length == "day"
        else (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    )
