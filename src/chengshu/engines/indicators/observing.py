"""Stores an observation with its evidence. Only inside an action of this app."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from chengshu import __version__
from chengshu.engines.indicators import commitments, rolls
from chengshu.engines.indicators.computing import computed_by, computed_for_all
from chengshu.engines.indicators.definitions import SUBJECT, IndicatorDefinition
from chengshu.engines.indicators.events import IndicatorObserved
from chengshu.engines.indicators.models import IndicatorObservation, IndicatorSubject
from chengshu.engines.indicators.periods import Period
from chengshu.engines.indicators.queries import owner_id, question_of, view_of
from chengshu.engines.indicators.results import Computed, ObservationView
from chengshu.engines.indicators.sources import Marks, marks, marks_of
from chengshu.engines.indicators.standing import settle
from chengshu.foundation.audit import changes
from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.events.bus import emit


def observe(
    definition: IndicatorDefinition, period: Period, parameters: Mapping[str, str], known: Marks | None = None
) -> tuple[ObservationView, bool]:
    """Compute, and store unless the last answer to the same question is the same; whether it was stored.

    :param known: what the audit chain said before the records are read; what was last read of it if None
    """
    before = marks_of(definition, marks() if known is None else known)
    computed = computed_by(definition, period, parameters)
    question = question_of(definition.name, definition.version, period, computed.parameters)
    unit_id, definition = owner_id(definition, computed.parameters), definition.for_one()
    last = IndicatorObservation.objects.filter(question=question).order_by("-id").first()
    is_new = last is None or not _says_the_same(last, computed)
    if last is None or is_new:
        last = _made(definition, computed, question, unit_id, rolls.store([computed.roll])[0])
        last.save()
        emit(IndicatorObserved(observation=last.pk, indicator=last.name, version=last.version))
    settle(
        definition,
        period,
        question,
        before,
        parameters=computed.parameters,
        unit_id=unit_id,
        observation=last,
    )
    return view_of(last), is_new


def observe_all(definition: IndicatorDefinition, period: Period, known: Marks) -> int:
    """A template of all its present subjects with one query; how many observations are new.

    Of a subject of which nothing was ever examined nothing is kept. One event tells of all.
    """
    before = marks_of(definition, known)
    subjects = dict(
        IndicatorSubject.objects.filter(template=definition.name, retired_at=None).values_list(
            "subject", "unit_id"
        )
    )
    one = definition.for_one()
    answers = {
        question_of(one.name, one.version, period, each.parameters): each
        for each in computed_for_all(definition, period, {}, subjects).values()
    }
    told = _last_of(answers)
    new = {question: each for question, each in answers.items() if _is_news(told.get(question), each)}
    chunks = rolls.store([each.roll for each in new.values()])
    rows = [
        _made(one, each, question, subjects[each.parameters[SUBJECT]], digests)
        for (question, each), digests in zip(new.items(), chunks, strict=True)
    ]
    IndicatorObservation.objects.bulk_create(rows, batch_size=500)
    changes.record_many("create", rows)
    if rows:
        emit(IndicatorObserved(observation=rows[0].pk, indicator=one.name, version=one.version))
    question = question_of(one.name, one.version, period, {})
    settle(definition, period, question, before, parameters={}, unit_id=owner_id(definition))
    return len(rows)


def _is_news(last: IndicatorObservation | None, computed: Computed) -> bool:
    """Whether a subject's answer is kept: nothing over nothing only where something was before."""
    return not _says_the_same(last, computed) if last is not None else computed.records > 0


def _last_of(questions: Iterable[str]) -> dict[str, IndicatorObservation]:
    found = IndicatorObservation.objects.filter(question__in=list(questions)).order_by("question", "-id")
    return {one.question: one for one in found.distinct("question")}


def _says_the_same(last: IndicatorObservation, computed: Computed) -> bool:
    return (
        last.value == computed.value
        and last.evidence["records"]["sm3"] == computed.records_digest
        and last.evidence["definition"]["sm3"] == computed.definition_digest
        and bool(last.blinding)
    )


def _made(
    definition: IndicatorDefinition, computed: Computed, question: str, unit_id: int, chunks: Sequence[str]
) -> IndicatorObservation:
    """The row of an observation, sealed and not saved."""
    blinding = commitments.new_blinding()
    committed = commitments.commitments_of(blinding, computed.roll)
    made = IndicatorObservation(
        name=computed.name,
        version=computed.version,
        question=question,
        unit_id=unit_id,
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
        evidence=_evidence(definition, computed, chunks, commitments.digest_of(committed)),
        blinding=blinding,
        computed_at=timezone.now(),
    )
    made.evidence_digest = seal_of(view_of(made))
    return made


def _evidence(
    definition: IndicatorDefinition, computed: Computed, chunks: Sequence[str], committed: str
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
            "chunks": list(chunks),
            "commitments": committed,
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
