"""Indicators in words and figures for the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.indicators.definitions import Direction, Grain, IndicatorDefinition, Kind
from chengshu.engines.indicators.figures import REASONS
from chengshu.engines.indicators.periods import Period, budget_year, to_date
from chengshu.engines.indicators.registry import versions_of
from chengshu.engines.indicators.results import ObservationView
from chengshu.engines.indicators.running import filler, tables_of
from chengshu.foundation.errors import Words
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Column, Option

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
    Column("direction", gettext_lazy("Direction")),
    Column("proves", gettext_lazy("Proves")),
]
WHICH = [Option("yes", gettext_lazy("Counted")), Option("no", gettext_lazy("Examined, not counted"))]
MOST_PARTS = 12


def unit_words(symbol: str) -> str:
    """A unit as people read it."""
    return str(UNIT_NAMES.get(symbol, symbol))


def matches(definition: IndicatorDefinition, words: str, area: str) -> bool:
    text = f"{definition.name} {definition.title} {definition.meaning}".lower()
    return (not area or area_of(definition) == area) and all(word in text for word in words.lower().split())


def area_of(definition: IndicatorDefinition) -> str:
    """The part of the platform that declares it."""
    return definition.name.partition(".")[0]


def areas(known: Iterable[IndicatorDefinition]) -> list[str]:
    return sorted({area_of(each) for each in known})


def listed(definition: IndicatorDefinition, seen: ObservationView | None) -> dict[str, Any]:
    """One row of the list."""
    return {
        "name": definition.name,
        "title": definition.title,
        "href": reverse("indicators:indicator", args=[definition.name]),
        "value": None if seen is None else seen.value,
        "unit": unit_words(definition.unit),
        "reason": REASONS.get(seen.reason, "") if seen else _("Not computed yet."),
        "period": period_words(seen.period) if seen else "",
        "observation": reverse("indicators:observation", args=[seen.id]) if seen else "",
        "records": seen.records if seen else None,
        "simulated": bool(seen and seen.simulated),
        "direction": DIRECTIONS[str(definition.direction)],
        "proves": ", ".join(proves.promise for proves in definition.promises),
    }


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
        (
            _("Valid from and to"),
            f"{definition.valid_from.isoformat()} – {until.isoformat() if until else ''}".strip(" –"),
        ),
        (_("Tables read"), ", ".join(tables_of(definition.records_sql, filler(definition)))),
        (_("Proves"), ", ".join(f"{proves.promise} ({proves.year})" for proves in definition.promises)),
        (_("Simulated records"), definition.no_simulation or _("The query marks them.")),
        (_("Digest of the definition (SM3)"), definition.digest),
    ]
    return [(term, value) for term, value in told if str(value)]


def is_usual(definition: IndicatorDefinition, seen: ObservationView) -> bool:
    """Whether it was asked with default parameters."""
    return all(seen.parameters.get(name) == one.default for name, one in definition.parameters.items())


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
