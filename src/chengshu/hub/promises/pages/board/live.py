"""What the platform or a post says of a promise now: value, course, forecast, and the way to the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.api import versions_of
from chengshu.engines.indicators.data import IndicatorDefinition
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Words
from chengshu.foundation.web.formats import number as written
from chengshu.hub.promises.evaluation.words import Sentence
from chengshu.hub.promises.judging import Promise, is_proven, judge
from chengshu.hub.promises.measured import WORDS, value_unit
from chengshu.hub.promises.models import Observation
from chengshu.hub.promises.pages.board import wording

TRENDS: dict[int, tuple[str, Words]] = {
    1: ("↗", _("rising")),
    -1: ("↘", _("falling")),
    0: ("→", _("unchanged")),
}


@dataclass(frozen=True, slots=True)
class Live:
    """One promise as it stands now.

    :ivar is_computed: the platform computes it; otherwise a post attests it, or nothing does
    :ivar trend: sign of the last change with its name; None below two values
    :ivar counted: numerator and denominator of a computed rate, or counted and examined records
    :ivar evidence_url: the page of the computed number with its records; empty where the viewer may not open it
    """

    is_computed: bool
    value: str
    as_of: date | None
    simulated: bool
    trend: tuple[str, Words] | None
    forecast: str
    basis: Sentence | None
    source: IndicatorDefinition | None
    source_url: str
    period: str
    counted: tuple[Decimal, Decimal] | None
    records: int | None
    evidence_url: str
    is_intact: bool


def live_of(promise: Promise) -> Live:
    """What is known of a promise now; nothing is computed for it."""
    seen = latest_of(promise.observations)
    computed = promise.is_computed
    evidence: dict[str, Any] = seen.evidence if seen is not None and computed else {}
    forecast, basis = _forecast(promise)
    source = _source(promise) if computed else None
    may_look = current_asker().holds("indicators.view")
    return Live(
        is_computed=computed,
        value=value_words(seen, promise),
        as_of=seen.as_of if seen else None,
        simulated=bool(seen and seen.simulated),
        trend=_trend(promise.observations),
        forecast=forecast,
        basis=basis,
        source=source,
        source_url=wording.address("indicators:indicator", indicator=source.name)
        if source and may_look
        else "",
        period=str(evidence.get("period", "")).replace("/", " – "),
        counted=_counted(evidence),
        records=evidence.get("records", {}).get("count"),
        evidence_url=_evidence_url(evidence) if may_look else "",
        is_intact=seen is None or is_proven(seen),
    )


def latest_of(observations: Sequence[Observation]) -> Observation | None:
    """The value that covers the latest day, as last recorded."""
    return max(observations, key=lambda seen: (seen.as_of, seen.pk), default=None)


def value_words(seen: Observation | None, promise: Promise) -> str:
    """A value with its unit; empty where there is none."""
    if seen is None:
        return ""
    if seen.value is None:
        return str(WORDS.get(seen.value_text, seen.value_text))
    found = promise.measured
    return f"{written(seen.value.normalize())}{wording.unit_of(value_unit(found.measure)) if found else ''}"


def course_of(observations: Sequence[Observation]) -> list[Observation]:
    """The values that are numbers, one for each day covered, as last recorded, in the order of the days."""
    days: dict[date, Observation] = {}
    for seen in sorted(observations, key=lambda seen: (seen.as_of, seen.pk)):
        if seen.value is not None:
            days[seen.as_of] = seen
    return [days[day] for day in sorted(days)]


def _trend(observations: Sequence[Observation]) -> tuple[str, Words] | None:
    values = [seen.value for seen in course_of(observations) if seen.value is not None]
    if len(values) < 2:
        return None
    return TRENDS[(values[-1] > values[-2]) - (values[-1] < values[-2])]


def _forecast(promise: Promise) -> tuple[str, Sentence | None]:
    """The value to expect at the end of the year, while it runs."""
    today, found = timezone.localdate(), promise.measured
    if found is None or today.year != promise.year:
        return "", None
    progress = judge(promise, today).progress
    if progress is None or progress.forecast.value is None:
        return "", None
    value = progress.forecast.value.quantize(Decimal("0.01")).normalize()
    return f"{written(value)}{wording.unit_of(value_unit(found.measure))}", progress.forecast.basis


def _source(promise: Promise) -> IndicatorDefinition | None:
    binding = promise.binding
    known = versions_of(binding.source_name) if binding else ()
    return next((each for each in known if binding and each.version == binding.source_version), None)


def _counted(evidence: dict[str, Any]) -> tuple[Decimal, Decimal] | None:
    if not evidence.get("denominator"):
        return None
    return Decimal(evidence["numerator"]), Decimal(evidence["denominator"])


def _evidence_url(evidence: dict[str, Any]) -> str:
    number = evidence.get("observation")
    return wording.address("indicators:observation", observation=number) if number else ""
