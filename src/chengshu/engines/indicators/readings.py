"""One indicator as a cockpit shows it: its last number, how far it can be relied on, its colour and its course.

Row security decides what is seen: an asker who may not see the numbers of the unit that answers gets the definition
and no number, and is told so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db import connection
from django.utils import timezone

from chengshu.engines.indicators.colours import Colour, colour_of, thresholds_on
from chengshu.engines.indicators.definitions import SUBJECT, IndicatorDefinition
from chengshu.engines.indicators.listing import standing_of
from chengshu.engines.indicators.models import (
    IndicatorObservation,
    IndicatorStanding,
    IndicatorSubject,
    IndicatorThresholds,
)
from chengshu.engines.indicators.periods import Period
from chengshu.engines.indicators.queries import owner_id, view_of
from chengshu.engines.indicators.registry import definition as registered
from chengshu.engines.indicators.results import ObservationView
from chengshu.engines.indicators.showing import (
    COLOURS,
    STATES,
    page_of,
    period_words,
    unit_words,
    unusual_words,
)
from chengshu.engines.indicators.states import Judged, course_of, judge
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Words


class Length(StrEnum):
    """Which of its periods is meant: the last day, the last month or what has passed of it, the year to date."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Point:
    """One number of the course: of a period, the last answer.

    :ivar observation: its id
    """

    observation: int
    period: Period
    value: Decimal | None
    simulated: bool

    @property
    def label(self) -> str:
        return period_words(self.period)


@dataclass(frozen=True, slots=True)
class Reading:
    """What may be said of an indicator now.

    :ivar withheld: the asker may not see its numbers; then there are none here
    :ivar points: its course, oldest first, the last one the number itself
    """

    definition: IndicatorDefinition
    title: Words
    unit: str
    page: str
    withheld: bool
    judged: Judged | None = None
    colour: Colour | None = None
    seen: ObservationView | None = None
    points: tuple[Point, ...] = ()

    @property
    def value(self) -> Decimal | None:
        return self.seen.value if self.seen else None

    @property
    def state_told(self) -> tuple[Words, str]:
        """The state in words, with its tone."""
        return STATES[self.judged.state] if self.judged else ("", "neutral")

    @property
    def colour_told(self) -> tuple[Words, str] | None:
        """The colour in words, with its tone; None without thresholds."""
        return COLOURS[self.colour] if self.colour else None

    @property
    def period_told(self) -> str:
        return period_words(self.seen.period) if self.seen else ""


def reading(name: str, *, subject: str = "", length: str = Length.MONTH, most: int = 12) -> Reading:
    """An indicator with its default parameters, and its last periods of one length.

    :param subject: of a template, the one meant
    :param most: how many periods of the course
    :raises Missing: if there is no such indicator or subject
    """
    definition = registered(name)
    about = IndicatorSubject.objects.filter(template=name, subject=subject).first() if subject else None
    title = about.title if about else definition.title
    where = owner_id(definition, {SUBJECT: subject} if subject else {})
    unit, page = unit_words(definition.unit), page_of(definition, subject)
    if not current_asker().holds_at("indicators.view", where):
        return Reading(definition, title, unit, page, True)
    course = _course(definition, subject)
    points = _points(course, Length(length))[-most:]
    seen = _whole(points[-1]) if points else None
    on = seen.period.last_day if seen else timezone.localdate()
    limits = thresholds_on(definition, IndicatorThresholds.objects.filter(name=definition.name), on, subject)
    judged = judge(
        definition, standing_of(seen, definition), seen, unusual_words(course_of(definition, course), unit)
    )
    colour = colour_of(definition, limits, seen.value if seen else None)
    return Reading(definition, title, unit, page, False, judged, colour, seen, points)


def _course(definition: IndicatorDefinition, subject: str) -> list[ObservationView]:
    """Its observations with default parameters, without the evidence, which is large."""
    asked = {key: one.default for key, one in definition.parameters.items() if key != SUBJECT}
    if subject:
        asked[SUBJECT] = subject
    rows = IndicatorObservation.objects.filter(name=definition.name, parameters=dict(sorted(asked.items())))
    columns = (
        "id", "name", "version", "symbol", "first_day", "last_day", "value", "numerator", "denominator",
        "records", "simulated", "reason", "evidence_digest", "computed_at",
    )  # fmt: skip
    return [_light(row) for row in rows.order_by("id").values(*columns)]


def _light(row: Mapping[str, object]) -> ObservationView:
    given = dict(row)
    value = given.pop("value")
    period = Period(given.pop("first_day"), given.pop("last_day"))  # type: ignore[arg-type]
    return ObservationView(
        unit=str(given.pop("symbol")),
        parameters={},
        period=period,
        evidence={},
        value=None if value is None else value.normalize() + Decimal(0),  # type: ignore[attr-defined]
        **given,  # type: ignore[arg-type]
    )


def is_of(period: Period, length: Length) -> bool:
    """Whether a period is one of this length, or what has passed of one."""
    first, last = period.first_day, period.last_day
    if length is Length.DAY:
        return first == last
    if length is Length.MONTH:
        return first.day == 1 and (first.year, first.month) == (last.year, last.month)
    return (first.month, first.day) == (1, 1) and first.year == last.year


def _points(course: list[ObservationView], length: Length) -> tuple[Point, ...]:
    """Of each day, month or year the answer that reaches furthest, as last computed."""
    best: dict[object, ObservationView] = {}
    for one in course:
        if not is_of(one.period, length):
            continue
        key = one.period.first_day
        if key not in best or (one.period.last_day, one.id) > (best[key].period.last_day, best[key].id):
            best[key] = one
    return tuple(
        Point(one.id, one.period, one.value, one.simulated)
        for one in sorted(best.values(), key=lambda one: one.period.first_day)
    )


def _whole(point: Point) -> ObservationView:
    return view_of(IndicatorObservation.objects.get(pk=point.observation))


def readings_mark() -> str:
    """Another text whenever a number, a standing or a threshold that the asker may see has changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT max(id) FROM {IndicatorObservation._meta.db_table}),"
            f" (SELECT max(checked_at) FROM {IndicatorStanding._meta.db_table}),"
            f" (SELECT max(failing_since) FROM {IndicatorStanding._meta.db_table}),"
            f" (SELECT max(id) FROM {IndicatorThresholds._meta.db_table})"
        )
        return ":".join(str(each or "") for each in cursor.fetchone())
