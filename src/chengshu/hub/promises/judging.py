"""Everything known of a promise, and the verdict that follows: rows in, ``evaluation.verdicts`` out.

Evidence counts only if its digest still fits what it covers, and an attestation only while it is approved. Values
that were measured another way than the present binding says do not count for it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.hub.promises.evaluation import curves, rules, verdicts
from chengshu.hub.promises.evaluation.words import Sentence, plain
from chengshu.hub.promises.measured import Measured, Value, measured_by, plan_of
from chengshu.hub.promises.models import (
    AttestationState,
    Binding,
    BindingKind,
    Commitment,
    Indicator,
    Observation,
)

SAME_WAY = ("statistic", "share_target", "nature")
"""What must agree between two bindings for a value of the one to count for the other."""


@dataclass(frozen=True)
class Promise:
    """One promise with what is known of it; ``observations`` are those that count, oldest first."""

    indicator: Indicator
    year: int
    commitment: Commitment | None
    binding: Binding | None
    observations: tuple[Observation, ...]

    @property
    def is_bound(self) -> bool:
        return self.binding is not None and self.binding.kind != BindingKind.UNBOUND

    @property
    def is_computed(self) -> bool:
        """Whether the platform computes it, so that nobody types its value in."""
        return self.binding is not None and self.binding.kind == BindingKind.INDICATOR

    @property
    def measured(self) -> Measured | None:
        return measured_by(self.commitment, self.binding) if self.commitment else None

    @property
    def plan(self) -> curves.Curve | None:
        return plan_of(self.binding.parameters, self.year) if self.binding else None

    @property
    def latest(self) -> Observation | None:
        """The latest counting value that has evidence and is not simulated."""
        found = [seen for seen in self.observations if is_proven(seen) and not seen.simulated]
        return max(found, key=lambda seen: (seen.as_of, seen.pk), default=None)


def promises_of(indicators: QuerySet[Indicator]) -> list[Promise]:
    """These promises with their current commitments, bindings and values, in four queries."""
    found = list(indicators.select_related("form__budget_year", "form__current", "form__project"))
    ids = [indicator.pk for indicator in found]
    commitments = {
        commitment.indicator_id: commitment
        for commitment in Commitment.objects.filter(
            indicator_id__in=ids, version=F("indicator__form__current")
        )
    }
    bindings = {b.indicator_id: b for b in _bindings(ids)}
    observations: dict[int, list[Observation]] = defaultdict(list)
    for seen in Observation.objects.filter(indicator_id__in=ids).select_related(
        "binding", "attestation", "indicator"
    ):
        if _counts(seen, bindings.get(seen.indicator_id)):
            observations[seen.indicator_id].append(seen)
    return [
        Promise(
            indicator,
            indicator.form.budget_year.year,
            commitments.get(indicator.pk),
            bindings.get(indicator.pk),
            _still_said(observations[indicator.pk]),
        )
        for indicator in found
    ]


def _still_said(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """None of them where the last computation found nothing: an older number is not today's."""
    last = max(observations, key=lambda seen: (seen.as_of, seen.pk), default=None)
    if last is not None and last.attestation_id is None and last.value is None and not last.value_text:
        return ()
    return tuple(seen for seen in observations if seen.value is not None or seen.value_text)


def promise_of(indicator: Indicator) -> Promise:
    """One promise with what is known of it."""
    return promises_of(Indicator.objects.filter(pk=indicator.pk))[0]


def _bindings(ids: Iterable[int]) -> QuerySet[Binding]:
    """Oldest first, so that the last one read is the present one."""
    return (
        Binding.objects.filter(indicator_id__in=list(ids))
        .select_related("attesting_post__unit")
        .order_by("number")
    )


def _counts(seen: Observation, binding: Binding | None) -> bool:
    if binding is None or binding.kind == BindingKind.UNBOUND:
        return False
    if seen.attestation is not None and seen.attestation.state != AttestationState.APPROVED:
        return False
    if binding.kind == BindingKind.INDICATOR and seen.attestation is None and not _same_source(seen, binding):
        return False
    return all(seen.binding.parameters.get(name) == binding.parameters.get(name) for name in SAME_WAY)


def _same_source(seen: Observation, binding: Binding) -> bool:
    """Whether a computed value answers the question that the present binding asks."""
    told = (seen.binding.source_name, seen.binding.source_version, seen.binding.parameters.get("source"))
    return told == (binding.source_name, binding.source_version, binding.parameters.get("source"))


def judge(promise: Promise, as_of: date) -> verdicts.Verdict:
    """The verdict on a promise at the end of a day."""
    found = promise.measured
    if found is None:
        return _unproven(Sentence("verdict.not_in_version", _("The version in force does not contain it.")))
    if not promise.is_bound:
        return _unproven(Sentence("verdict.unbound", _("Nothing is bound to it that could prove it.")))
    if not found.is_clear and found.doubt is not None:
        return _unproven(Sentence(found.doubt.code, found.doubt.message))
    seen = [as_seen(observation, found) for observation in promise.observations]
    return verdicts.verdict(
        found.measure,
        [value for value in seen if value is not None],
        [verdicts.Proof(o.evidence_digest, o.simulated) for o in promise.observations if is_proven(o)],
        as_of,
        period=curves.year(promise.year),
        rules=rules.at(as_of),
        plan=promise.plan,
    )


def _unproven(reason: Sentence) -> verdicts.Verdict:
    return verdicts.Verdict(verdicts.State.UNPROVEN, reason)


def as_seen(observation: Observation, found: Measured) -> verdicts.Observation | None:
    """An observation as the verdicts read it; None if it is another sort of value than the target asks for."""
    value = Value(observation.value, observation.value_text if observation.value is None else "")
    if not value.fits(found.measure):
        return None
    return verdicts.Observation(
        observation.as_of,
        value.number,
        value.done,
        value.achievement,
        (observation.evidence_digest,),
        observation.simulated,
    )


def digest_of(
    indicator: Indicator, as_of: date, value: Decimal | None, value_text: str, evidence: dict[str, Any]
) -> str:
    """SM3 over the value together with its evidence, so that neither changes without the other."""
    return sm3(
        canonical(
            {
                "indicator": indicator.ref,
                "indicator_id": indicator.pk,
                "as_of": as_of,
                "value": None if value is None else plain(value),
                "value_text": value_text,
                "evidence": evidence,
            }
        )
    )


def as_stored(evidence: dict[str, Any]) -> dict[str, Any]:
    """Evidence as the database gives it back: plain JSON."""
    return dict(json.loads(canonical(evidence)))


def is_proven(observation: Observation) -> bool:
    """Whether the value has evidence and its digest still fits both."""
    if not observation.evidence:
        return False
    seen = observation
    return seen.evidence_digest == digest_of(
        seen.indicator, seen.as_of, seen.value, seen.value_text, seen.evidence
    )


def by_ref(promises: Sequence[Promise]) -> list[Promise]:
    """In the printed order: by form, then by number."""
    return sorted(promises, key=lambda promise: (promise.indicator.form.ref, promise.indicator.number))
