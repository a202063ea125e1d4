"""Stores an observation with its evidence. Only inside an action of this app."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from chengshu import __version__
from chengshu.engines.indicators import commitments, rolls
from chengshu.engines.indicators.computing import computed_by
from chengshu.engines.indicators.definitions import IndicatorDefinition
from chengshu.engines.indicators.events import IndicatorObserved
from chengshu.engines.indicators.models import IndicatorObservation
from chengshu.engines.indicators.periods import Period
from chengshu.engines.indicators.queries import question_of, view_of
from chengshu.engines.indicators.results import Computed, ObservationView
from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.events.bus import emit
from chengshu.foundation.orgs.models import Unit


def observe(
    definition: IndicatorDefinition, period: Period, parameters: Mapping[str, str]
) -> tuple[ObservationView, bool]:
    """Compute, and store unless the last answer to the same question is the same; whether it was stored."""
    computed = computed_by(definition, period, parameters)
    question = question_of(definition.name, definition.version, period, computed.parameters)
    last = IndicatorObservation.objects.filter(question=question).order_by("-id").first()
    if last is not None and _says_the_same(last, computed):
        return view_of(last), False
    stored = _stored(definition, computed, question)
    emit(IndicatorObserved(observation=stored.pk, indicator=stored.name, version=stored.version))
    return view_of(stored), True


def _says_the_same(last: IndicatorObservation, computed: Computed) -> bool:
    return (
        last.value == computed.value
        and last.evidence["records"]["sm3"] == computed.records_digest
        and last.evidence["definition"]["sm3"] == computed.definition_digest
        and bool(last.blinding)
    )


def _stored(definition: IndicatorDefinition, computed: Computed, question: str) -> IndicatorObservation:
    blinding = commitments.new_blinding()
    evidence = _evidence(definition, computed, commitments.commitments_of(blinding, computed.roll))
    stored = IndicatorObservation(
        name=computed.name,
        version=computed.version,
        question=question,
        unit_id=owner_id(definition),
        symbol=computed.unit,
        first_day=computed.period.first_day,
        last_day=computed.period.last_day,
        length=computed.period.length,
        parameters=dict(computed.parameters),
        value=computed.value,
        numerator=computed.numerator,
        denominator=computed.denominator,
        records=computed.records,
        simulated=computed.is_simulated,
        reason=computed.reason,
        evidence=evidence,
        blinding=blinding,
        computed_at=timezone.now(),
    )
    stored.evidence_digest = seal_of(view_of(stored))
    stored.save()
    return stored


def owner_id(definition: IndicatorDefinition) -> int:
    """Id of the unit that answers for the number."""
    return Unit.objects.get(key=definition.owner).pk


def _evidence(
    definition: IndicatorDefinition, computed: Computed, committed: Iterable[str]
) -> dict[str, Any]:
    told = {
        "definition": {
            "sm3": computed.definition_digest,
            "kind": str(definition.kind),
            "direction": str(definition.direction),
            "owner": definition.owner,
            "dimensions": list(definition.dimensions),
            "records_sql": definition.records_sql.strip(),
            "sql": definition.sql.strip(),
            "timeout_seconds": definition.timeout_seconds,
            "defaults": {name: one.default for name, one in definition.parameters.items()},
        },
        "parameters": {
            **computed.parameters,
            "since": computed.period.since,
            "until": computed.period.until,
        },
        "records": {
            "count": computed.records,
            "simulated": computed.simulated,
            "sm3": computed.records_digest,
            "chunks": rolls.store(computed.roll),
            "commitments": commitments.digest_of(committed),
        },
        "parts": {
            name: [[part.value, part.numerator, part.denominator, part.records] for part in parts]
            for name, parts in computed.parts.items()
        },
        "software": __version__,
        "duration_ms": computed.duration_ms,
    }
    return dict(json.loads(canonical(told)))


def sealed(seen: ObservationView) -> dict[str, Any]:
    """What the seal covers: the number together with its evidence, as texts, counts and nothing else."""
    return {
        "name": seen.name,
        "version": seen.version,
        "unit": seen.unit,
        "period": str(seen.period),
        "parameters": dict(seen.parameters),
        "value": None if seen.value is None else f"{seen.value:f}",
        "numerator": f"{seen.numerator:f}",
        "denominator": f"{seen.denominator:f}",
        "records": seen.records,
        "simulated": seen.simulated,
        "reason": seen.reason,
        "evidence": dict(seen.evidence),
    }


def seal_of(seen: ObservationView) -> str:
    """SM3 over the number together with its evidence, so that neither changes without the other."""
    return sm3(canonical(sealed(seen)))
