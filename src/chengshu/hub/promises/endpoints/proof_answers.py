"""What the API of proof answers with. Numbers are text, so that no decimal is lost; amounts are in 10,000 yuan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ninja import Field, Schema

from chengshu.hub.promises.appraisal import Appraisal
from chengshu.hub.promises.evaluation.words import plain
from chengshu.hub.promises.models import Attestation, Binding, Monitoring, Observation, SelfEvaluation
from chengshu.hub.promises.queries.proof import Evaluated, Paid, Proved


class EvidenceOut(Schema):
    """One promise with its verdict and the latest value that is proven."""

    ref: str
    verdict: str
    reason: str
    binding: str
    value: str | None
    word: str = Field(description="the value in words, where it is no number")
    as_of: date | None
    evidence_digest: str | None
    waiting: int = Field(description="attestations that wait for a decision")

    @classmethod
    def of(cls, item: Proved) -> EvidenceOut:
        latest, standing = item.latest, item.standing
        return cls(
            ref=item.promise.indicator.ref,
            verdict=standing.verdict,
            reason=standing.reason,
            binding=standing.binding_kind,
            value=plain(latest.value) if latest and latest.value is not None else None,
            word=latest.value_text if latest else "",
            as_of=latest.as_of if latest else None,
            evidence_digest=latest.evidence_digest if latest else None,
            waiting=item.waiting,
        )


class BindingOut(Schema):
    """What proves a promise from a day on."""

    number: int
    kind: str
    post: int | None
    source_name: str
    source_version: str
    parameters: dict[str, Any]
    valid_from: date

    @classmethod
    def of(cls, bound: Binding) -> BindingOut:
        return cls(
            number=bound.number,
            kind=bound.kind,
            post=bound.attesting_post_id,
            source_name=bound.source_name,
            source_version=bound.source_version,
            parameters=bound.parameters,
            valid_from=bound.valid_from,
        )


class AttestationOut(Schema):
    """An attestation and how far it has come."""

    attestation: int
    state: str
    as_of: date

    @classmethod
    def of(cls, made: Attestation) -> AttestationOut:
        return cls(attestation=made.pk, state=made.state, as_of=made.as_of)


class ProvenOut(Schema):
    """The value that an approved attestation became, with the digest of what proves it."""

    observation: int
    evidence: dict[str, Any]
    evidence_digest: str

    @classmethod
    def of(cls, seen: Observation) -> ProvenOut:
        return cls(observation=seen.pk, evidence=seen.evidence, evidence_digest=seen.evidence_digest)


class PaymentOut(Schema):
    """One project with what of its budget is paid; null while nothing is reported."""

    project: str
    initial_budget: str
    adjusted_budget: str | None
    paid: str | None
    as_of: date | None

    @classmethod
    def of(cls, row: Paid) -> PaymentOut:
        payment = row.payment
        return cls(
            project=row.project.ref,
            initial_budget=f"{row.project.amount:.2f}",
            adjusted_budget=_cents(payment.adjusted_budget if payment else None),
            paid=_cents(payment.paid if payment else None),
            as_of=payment.as_of if payment else None,
        )


class PaymentRecorded(Schema):
    """The figure that was stored, and what a person should look at."""

    payment: int
    warnings: list[str]


class MonitoringOut(Schema):
    """One checkpoint of one form, with its lights for money and for results."""

    monitoring: int
    form: str
    as_of: date
    paid: str | None
    budget_light: str
    goal_light: str
    reading: str
    response_due_on: date | None
    submitted: bool

    @classmethod
    def of(cls, one: Monitoring) -> MonitoringOut:
        return cls(
            monitoring=one.pk,
            form=one.form.ref,
            as_of=one.as_of,
            paid=_cents(one.paid),
            budget_light=one.budget_light,
            goal_light=one.goal_light,
            reading=one.reading,
            response_due_on=one.response_due_on,
            submitted=one.submitted_at is not None,
        )


class EvaluationOut(Schema):
    """A self-evaluation with its total and grade; null while it is not started."""

    evaluation: int | None
    total: str | None
    grade: str
    submitted: bool
    decision: str

    @classmethod
    def of(cls, one: SelfEvaluation | None) -> EvaluationOut:
        return cls(**_evaluation(one))


class FormEvaluationOut(EvaluationOut):
    """One form with its self-evaluation."""

    form: str
    state: str

    @classmethod
    def of_form(cls, item: Evaluated) -> FormEvaluationOut:
        return cls(form=item.form.ref, state=item.form.state, **_evaluation(item.evaluation))


class AppraisedLine(Schema):
    """The points of one promise with their working."""

    ref: str
    weight: str
    score: str | None
    working: str | None
    needs_deviation: bool


class AppraisalOut(Schema):
    """A self-evaluation as it stands, worked out; ``errors`` by the field that still needs an answer."""

    total: str | None
    grade: str | None
    lines: list[AppraisedLine]
    errors: dict[str, str]

    @classmethod
    def of(cls, found: Appraisal) -> AppraisalOut:
        result = found.result
        return cls(
            total=_cents(result.total),
            grade=result.grade.value if result.grade else None,
            lines=[
                AppraisedLine(
                    ref=line.ref,
                    weight=f"{line.weight:.2f}",
                    score=f"{line.scored.points:.2f}" if line.scored else None,
                    working=line.scored.working.line if line.scored else None,
                    needs_deviation=line.needs_deviation,
                )
                for line in result.lines
            ],
            errors={name: str(message) for name, message in found.errors.items()},
        )


def _evaluation(one: SelfEvaluation | None) -> dict[str, Any]:
    return {
        "evaluation": one.pk if one else None,
        "total": _cents(one.total if one else None),
        "grade": one.grade if one else "",
        "submitted": bool(one and one.submitted_at),
        "decision": one.decision if one else "",
    }


def _cents(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
