"""Indicators in words and figures for the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.indicators.colours import WARNINGS, Colour, is_lower_worse, limit_of
from chengshu.engines.indicators.definitions import (
    SUBJECT,
    Direction,
    Grain,
    IndicatorDefinition,
    Kind,
    Thresholds,
)
from chengshu.engines.indicators.figures import NOTHING_EXAMINED, REASONS
from chengshu.engines.indicators.listing import Entry, area_of
from chengshu.engines.indicators.models import IndicatorSubject
from chengshu.engines.indicators.periods import Period, budget_year, to_date
from chengshu.engines.indicators.registry import uses_of, versions_of
from chengshu.engines.indicators.results import ObservationView, Use
from chengshu.engines.indicators.seasons import Expectation
from chengshu.engines.indicators.sources import lineage
from chengshu.engines.indicators.states import Course, State
from chengshu.foundation.errors import Words
from chengshu.foundation.manifest import modules
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.formats import number as written
from chengshu.foundation.web.shell import Column, Option, query_url

KINDS: Mapping[str, Words] = {
    Kind.COUNT: gettext_lazy("Number of records that count"),
    Kind.SUM: gettext_lazy("Sum over the records that count"),
    Kind.RATE: gettext_lazy("Share of the records examined"),
    Kind.MEAN: gettext_lazy("Mean"),
    Kind.MEDIAN: gettext_lazy("Median"),
    Kind.P90: gettext_lazy("90th percentile"),
    Kind.P95: gettext_lazy("95th percentile"),
    Kind.P99: gettext_lazy("99th percentile"),
    Kind.MAXIMUM: gettext_lazy("Maximum"),
    Kind.MINIMUM: gettext_lazy("Minimum"),
    Kind.DISTINCT: gettext_lazy("Different things among the records that count"),
    Kind.INDEX: gettext_lazy("Composed number"),
}
DIRECTIONS: Mapping[str, Words] = {
    Direction.HIGHER: gettext_lazy("Higher is better"),
    Direction.LOWER: gettext_lazy("Lower is better"),
    Direction.EXACT: gettext_lazy("Exactly as promised"),
    Direction.NONE: gettext_lazy("Neither way is better"),
}
GRAINS: Mapping[str, Words] = {
    Grain.DAY: gettext_lazy("Day"),
    Grain.MONTH: gettext_lazy("Month"),
    Grain.YEAR: gettext_lazy("Year"),
}
UNIT_NAMES: Mapping[str, Words] = {
    "WD": gettext_lazy("working days"),
    "D": gettext_lazy("days"),
    "h": gettext_lazy("hours"),
    "min": gettext_lazy("minutes"),
    "s": gettext_lazy("seconds"),
}
COLUMNS = [
    Column("title", gettext_lazy("Indicator"), header=True),
    Column("value", gettext_lazy("Value"), "number"),
    Column("period", gettext_lazy("Period"), "fit"),
    Column("records", gettext_lazy("Records"), "number"),
    Column("state", gettext_lazy("State"), "fit"),
    Column("proves", gettext_lazy("Proves")),
]
STATES: Mapping[str, tuple[Words, str]] = {
    State.FRESH: (gettext_lazy("Fresh"), "positive"),
    State.LATE: (gettext_lazy("Not up to date"), "caution"),
    State.SUSPECT: (gettext_lazy("Suspect"), "negative"),
    State.NEVER: (gettext_lazy("Never computed"), "neutral"),
}
COLOURS: Mapping[str, tuple[Words, str]] = {
    Colour.GREEN: (gettext_lazy("Green"), "positive"),
    Colour.BLUE: (gettext_lazy("Blue"), "info"),
    Colour.YELLOW: (gettext_lazy("Yellow"), "caution"),
    Colour.ORANGE: (gettext_lazy("Orange"), "grave"),
    Colour.RED: (gettext_lazy("Red"), "negative"),
}
WEEKDAYS = [
    gettext_lazy("Mondays"), gettext_lazy("Tuesdays"), gettext_lazy("Wednesdays"), gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"), gettext_lazy("Saturdays"), gettext_lazy("Sundays"),
]  # fmt: skip
WHICH = [Option("yes", gettext_lazy("Counted")), Option("no", gettext_lazy("Examined, not counted"))]
MOST_PARTS = 12


def unit_words(symbol: str) -> str:
    """A unit as people read it."""
    return str(UNIT_NAMES.get(symbol, symbol))


def areas(known: Iterable[IndicatorDefinition]) -> list[str]:
    return sorted({area_of(each) for each in known})


def listed(entry: Entry) -> dict[str, Any]:
    """One row of the list."""
    definition, seen = entry.definition, entry.last
    reason = REASONS.get(seen.reason, "") if seen else _("Not computed yet.")
    if seen is None and entry.judged.state is not State.NEVER:
        reason = REASONS[NOTHING_EXAMINED]
    return {
        "name": address_of(definition, entry.subject),
        "title": entry.subject.title if entry.subject else definition.title,
        "of": definition.title if entry.subject else "",
        "href": page_of(definition, entry.subject.subject if entry.subject else ""),
        "value": None if seen is None else seen.value,
        "unit": unit_words(definition.unit),
        "reason": reason,
        "period": period_words(seen.period) if seen else "",
        "observation": reverse("indicators:observation", args=[seen.id]) if seen else "",
        "records": seen.records if seen else None,
        "simulated": bool(seen and seen.simulated),
        "state": STATES[entry.judged.state],
        "why": " ".join(str(each) for each in entry.judged.reasons),
        "colour": COLOURS[entry.colour] if entry.colour else None,
        "proves": ", ".join(proves.promise for proves in definition.promises),
    }


def address_of(definition: IndicatorDefinition, subject: IndicatorSubject | None) -> str:
    """How an indicator is named: ``matters.online`` or, of a template, ``matters.received@CODE``."""
    return f"{definition.name}@{subject.subject}" if subject else definition.name


def page_of(definition: IndicatorDefinition, subject: str = "") -> str:
    """The address of its page."""
    return query_url(reverse("indicators:indicator", args=[definition.name]), {"subject": subject})


def period_words(period: Period) -> str:
    first, last = period.first_day, period.last_day
    if period.length == "year":
        return str(first.year)
    if period.length == "month":
        return f"{first:%Y-%m}"
    return f"{first.isoformat()}" if period.length == "day" else f"{first.isoformat()} – {last.isoformat()}"


def facts(definition: IndicatorDefinition) -> list[tuple[Words, Words]]:
    """What the definition says, term by term."""
    owner = Unit.objects.filter(key=definition.owner).first()
    until = definition.valid_until
    told: list[tuple[Words, Words]] = [
        (_("Name"), f"{definition.name} · {definition.version}"),
        (_("How it is computed"), KINDS[str(definition.kind)]),
        (_("Unit of measure"), unit_words(definition.unit) or "—"),
        (_("Direction"), DIRECTIONS[str(definition.direction)]),
        (_("Finest period"), GRAINS[str(definition.grain)]),
        (_("Answered for by"), owner.name if owner else definition.owner),
        (_("Computed from"), ", ".join(sources_of(definition))),
        (_("Asked of"), definition.subjects.title if definition.subjects else ""),
        (
            _("Valid from and to"),
            f"{definition.valid_from.isoformat()} – {until.isoformat() if until else ''}".strip(" –"),
        ),
        (_("Tables read"), ", ".join(lineage(definition))),
        (_("Proves"), ", ".join(f"{proves.promise} ({proves.year})" for proves in definition.promises)),
        (_("Simulated records"), definition.no_simulation or _("The query marks them.")),
        (_("Digest of the definition (SM3)"), definition.digest),
    ]
    return [(term, value) for term, value in told if str(value)]


def sources_of(definition: IndicatorDefinition) -> list[str]:
    """The parts of the platform whose records it is computed from."""
    labels = {apps.get_model(label).__module__.split(".")[2] for label in _models_of(definition)}
    return sorted({str(module.title) for module in modules() if module.label in labels})


def _models_of(definition: IndicatorDefinition) -> list[str]:
    read = set(lineage(definition))
    return [model._meta.label for model in apps.get_models() if model._meta.db_table in read]


def leads_to(definition: IndicatorDefinition) -> list[Use]:
    """What uses the number: promises that the definition names, and whatever others say they use it for."""
    used = list(uses_of(definition.name))
    named = {str(use.title) for use in used}
    declared = [
        Use(each.promise, note=_("named by the definition, %(year)s") % {"year": each.year})
        for each in definition.promises
        if each.promise not in named
    ]
    return [*used, *declared]


def thresholds_told(
    definition: IndicatorDefinition, limits: Thresholds | None
) -> list[tuple[Words, str, str]]:
    """Each colour with its tone and from where on it begins."""
    if limits is None:
        return []
    sign, unit = "≤" if is_lower_worse(definition) else "≥", unit_words(definition.unit)
    return [
        (*COLOURS[colour], f"{sign} {written(limit.normalize())} {unit}".rstrip())
        for colour in WARNINGS
        if (limit := limit_of(limits, colour)) is not None
    ]


def course_told(course: Course | None, unit: str) -> list[Words]:
    """What the past lets expect, in sentences that say from what."""
    if course is None:
        return []
    told: list[Words] = []
    if course.expected is not None:
        told.append(_last_told(course, course.expected, unit))
    if course.forecast is not None:
        told += _forecast_told(course, course.forecast, unit)
    return told


def _last_told(course: Course, expected: Expectation, unit: str) -> str:
    values = {
        "period": _period_of(course.last[0], course.length),
        "value": f"{written(course.last[1])} {unit}".rstrip(),
        "middle": f"{written(expected.middle)} {unit}".rstrip(),
        "usual": written(expected.usual),
    }
    if course.is_unusual:
        return (
            _(
                "%(period)s is unusual: %(value)s, where %(middle)s was to be expected, usually give or take %(usual)s."
            )
            % values
        )
    return (
        _("%(period)s is as expected: %(value)s; expected was %(middle)s, usually give or take %(usual)s.")
        % values
    )


def _forecast_told(course: Course, forecast: Expectation, unit: str) -> list[str]:
    values = {
        "period": _period_of(course.next_day, course.length),
        "middle": f"{written(forecast.middle)} {unit}".rstrip(),
        "low": written(forecast.low),
        "high": written(forecast.high),
        "points": forecast.points,
        "season": _season_named(course),
        "of_season": forecast.of_season,
        "by": written(abs(forecast.season)),
    }
    told = [
        _("Forecast for %(period)s: %(middle)s; in 95 of 100 cases from %(low)s to %(high)s.") % values,
        (
            _("It is the middle value of the last %(points)s days.")
            if course.length == "day"
            else _("It is the middle value of the last %(points)s months.")
        )
        % values,
    ]
    if forecast.of_season and forecast.season:
        higher = forecast.season > 0
        told.append(
            (_("%(season)s usually lie %(by)s above it (%(of_season)s of them).") if higher
             else _("%(season)s usually lie %(by)s below it (%(of_season)s of them).")) % values
        )  # fmt: skip
    elif not forecast.of_season:
        told.append(_("There are too few to tell a season apart."))
    return told


def _season_named(course: Course) -> str:
    if course.length == "day":
        return str(WEEKDAYS[course.next_day.weekday()])
    return _("The same months of earlier years")


def _period_of(day: date, length: str) -> str:
    return day.isoformat() if length == "day" else f"{day:%Y-%m}"


def unusual_words(course: Course | None, unit: str) -> str:
    """Why the last value is suspect, if it is unusual."""
    if course is None or course.expected is None or not course.is_unusual:
        return ""
    return _last_told(course, course.expected, unit)


def is_usual(definition: IndicatorDefinition, seen: ObservationView) -> bool:
    """Whether it was asked with default parameters, of whatever subject."""
    asked = {name: one for name, one in definition.parameters.items() if name != SUBJECT}
    return all(seen.parameters.get(name) == one.default for name, one in asked.items())


def newest(seen: Sequence[ObservationView]) -> dict[str, Any] | None:
    """The one that covers the latest day, the longest of them, as last computed."""
    if not seen:
        return None
    return told(max(seen, key=lambda one: (one.period.last_day, -one.period.first_day.toordinal(), one.id)))


def chart(definition: IndicatorDefinition, seen: Sequence[ObservationView]) -> dict[str, Any] | None:
    """The course over the months as last computed; nothing to draw below two numbers."""
    months: dict[tuple[int, int], ObservationView] = {}
    for one in seen:
        period = one.period
        if one.value is None or not _is_of_a_month(period):
            continue
        key = (period.first_day.year, period.first_day.month)
        if key not in months or (period.last_day, one.id) >= (months[key].period.last_day, months[key].id):
            months[key] = one
    if len(months) < 2:
        return None
    return {
        "kind": "line" if definition.kind == Kind.RATE else "bar",
        "unit": unit_words(definition.unit),
        "categories": [f"{year}-{number:02d}" for year, number in sorted(months)],
        "series": [{"name": str(definition.title), "values": [months[key].value for key in sorted(months)]}],
    }


def _is_of_a_month(period: Period) -> bool:
    """A month, or what has passed of it; January to date is one too."""
    first, last = period.first_day, period.last_day
    return first.day == 1 and (first.year, first.month) == (last.year, last.month)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One dimension with its largest values."""

    title: Words
    rows: Sequence[tuple[str, Decimal, Decimal, Decimal]]
    """Value, numerator, denominator, and the share between them."""
    more: int


def parts(definition: IndicatorDefinition, latest: Mapping[str, Any] | None) -> list[Breakdown]:
    """The latest number broken down by each dimension."""
    if latest is None:
        return []
    found: Mapping[str, Sequence[Sequence[Any]]] = latest["seen"].evidence.get("parts", {})
    return [
        Breakdown(
            definition.dimensions[name],
            [_part(row) for row in rows[:MOST_PARTS]],
            max(0, len(rows) - MOST_PARTS),
        )
        for name, rows in found.items()
        if name in definition.dimensions and rows
    ]


def _part(row: Sequence[Any]) -> tuple[str, Decimal, Decimal, Decimal]:
    numerator, denominator = Decimal(row[1]), Decimal(row[2])
    return str(row[0]) or "—", numerator, denominator, numerator / denominator if denominator else Decimal(0)


def told(seen: ObservationView) -> dict[str, Any]:
    """One observation as it is listed; of its parameters those that are not the usual ones."""
    usual = {name: one.default for each in versions_of(seen.name) for name, one in each.parameters.items()}
    special = {name: value for name, value in seen.parameters.items() if usual.get(name) != value}
    return {
        "seen": seen,
        "href": reverse("indicators:observation", args=[seen.id]),
        "period": period_words(seen.period),
        "value": seen.value,
        "unit": unit_words(seen.unit),
        "reason": REASONS.get(seen.reason, ""),
        "parameters": _written(special),
        "is_rate": seen.evidence.get("definition", {}).get("kind") == Kind.RATE,
    }


def _written(parameters: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in parameters.items())


def title_of(seen: ObservationView) -> Words:
    """The title of its definition, where that is still known."""
    known = [each for each in versions_of(seen.name) if each.version == seen.version]
    return known[0].title if known else seen.name


def evidence(seen: ObservationView) -> list[tuple[Words, Words]]:
    """How the number came about, term by term."""
    records = seen.evidence.get("records", {})
    rows: list[tuple[Words, Any]] = [
        (_("Period"), f"{seen.period.since:%Y-%m-%d %H:%M} ≤ t < {seen.period.until:%Y-%m-%d %H:%M}"),
        (_("Parameters"), _written(seen.parameters)),
        (_("Version of the definition"), seen.version),
        (_("Records"), records.get("count", seen.records)),
        (_("Of these simulated"), records.get("simulated", "")),
        (_("Digest of the records (SM3)"), records.get("sm3", "")),
        (_("Digest of number and evidence (SM3)"), seen.evidence_digest),
        (_("Software"), seen.evidence.get("software", "")),
        (_("Computed"), timezone.localtime(seen.computed_at).strftime("%Y-%m-%d %H:%M:%S")),
        (_("Took"), f"{seen.evidence.get('duration_ms', '')} ms"),
    ]
    return [(term, str(value)) for term, value in rows if str(value)]


def queries_of(seen: ObservationView) -> list[tuple[Words, str]]:
    """The queries as they were run."""
    found = seen.evidence.get("definition", {})
    both = (
        (_("Query of the records"), found.get("records_sql")),
        (_("Query of the number"), found.get("sql")),
    )
    return [(title, sql) for title, sql in both if sql]


def record_columns(seen: ObservationView) -> list[Column]:
    columns = [Column("label", _("Record examined"), header=True), Column("counted", _("Counted"))]
    if seen.evidence.get("definition", {}).get("kind") not in (Kind.COUNT, Kind.RATE):
        columns.append(Column("amount", _("Amount"), "number"))
    return columns


def suggested_period() -> str:
    """The year to date, as one types it."""
    return str(to_date(budget_year(timezone.localdate().year)))
