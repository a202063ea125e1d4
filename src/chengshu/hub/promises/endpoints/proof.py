"""The API of proof: bindings, attestations, payments, checkpoints and self-evaluations, read and written.

Numbers travel as text, so that no decimal is lost. What is wrong is named by field in problem+json.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from chengshu.foundation.errors import Missing
from chengshu.foundation.files.models import File
from chengshu.foundation.http.doors import door
from chengshu.foundation.orgs.models import Post, Unit
from chengshu.hub.promises.actions.bindings import bind_attestation, bind_indicator, unbind
from chengshu.hub.promises.actions.closing import submit_self_evaluation_form
from chengshu.hub.promises.actions.evaluating import save_evaluation_draft
from chengshu.hub.promises.actions.evidence import (
    approve_attestation,
    attest,
    refuse_attestation,
    withdraw_attestation,
)
from chengshu.hub.promises.actions.monitoring import (
    FormEntry,
    LineEntry,
    open_monitoring,
    save_monitoring,
    submit_monitoring,
)
from chengshu.hub.promises.actions.payments import record_payment
from chengshu.hub.promises.appraisal import Appraisal, FormTyped, LineTyped, appraise
from chengshu.hub.promises.entry import read_amount
from chengshu.hub.promises.evaluation.words import plain
from chengshu.hub.promises.models import Attestation, Binding, BudgetYear, Monitoring, SelfEvaluation
from chengshu.hub.promises.queries import proof
from chengshu.hub.promises.queries.years import year_named, years

router = Router()


class BindingIn(Schema):
    """``post`` binds to a post, ``source_name`` to an indicator of the platform."""

    post: int | None = None
    source_name: str = ""
    source_version: str = "1"
    parameters: dict[str, str] = {}
    way: dict[str, str] = {}
    reason: str = ""


class ReasonIn(Schema):
    reason: str = ""


class AttestationIn(Schema):
    """``file`` is the number of a stored file of the promise's unit."""

    as_of: date
    value: str
    statement: str
    file: int | None = None


class PaymentIn(Schema):
    """Amounts in 10,000 yuan, as text."""

    as_of: date
    adjusted_budget: str
    paid: str
    source: str
    reason: str = ""


class CheckpointIn(Schema):
    as_of: date


class LineIn(Schema):
    actual: str = ""
    likelihood: str = ""
    reason_code: str = ""
    reason: str = ""
    remark: str = ""


class MonitoringIn(Schema):
    lines: dict[str, LineIn] = {}
    paid: str = ""
    forecast_paid: str = ""
    explanation: str = ""


class EvaluationLineIn(Schema):
    actual: str = ""
    points: str = ""
    weight: str = ""
    reason_code: str = ""
    reason: str = ""
    measure: str = ""
    due: str = ""


class EvaluationIn(Schema):
    adjusted: str = ""
    paid: str = ""
    satisfaction: str = "proportion"
    achieved_goal: str = ""
    lines: dict[str, EvaluationLineIn] = {}


@router.get("/years/{year}/evidence", summary="What proves each promise")
@door("promises.view")
def list_evidence(request: HttpRequest, year: int) -> list[dict[str, Any]]:
    return [_proved(item) for item in proof.proved(_year(year))]


@router.post("/years/{year}/indicators/{ref}/binding", summary="Bind a promise to what proves it")
@door("promises.view")
def bind(request: HttpRequest, year: int, ref: str, body: BindingIn) -> dict[str, Any]:
    indicator = proof.indicator_named(_year(year), _ref(ref))
    if body.source_name or body.post is None:
        bound = bind_indicator(
            indicator=indicator,
            source_name=body.source_name,
            source_version=body.source_version,
            parameters=body.parameters,
            way=body.way,
            reason=body.reason,
        )
    else:
        post = next((post for post in proof.posts_for(indicator) if post.pk == body.post), None)
        bound = bind_attestation(indicator=indicator, post=_found(post), way=body.way, reason=body.reason)
    return _binding(bound)


@router.post("/years/{year}/indicators/{ref}/unbind", summary="End the binding of a promise")
@door("promises.view")
def end_binding(request: HttpRequest, year: int, ref: str, body: ReasonIn) -> dict[str, Any]:
    return _binding(unbind(indicator=proof.indicator_named(_year(year), _ref(ref)), reason=body.reason))


@router.post("/years/{year}/indicators/{ref}/attestations", summary="Attest a value")
@door("promises.view")
def make_attestation(request: HttpRequest, year: int, ref: str, body: AttestationIn) -> dict[str, Any]:
    indicator = proof.indicator_named(_year(year), _ref(ref))
    file = _file(body.file, indicator.form.unit)
    made = attest(
        indicator=indicator, as_of=body.as_of, value=body.value, statement=body.statement, file=file
    )
    return _attestation(made)


@router.post("/attestations/{number}/approve", summary="Approve an attestation")
@door("promises.view")
def approve(request: HttpRequest, number: int, body: ReasonIn) -> dict[str, Any]:
    found = proof.attestation_numbered(number)
    observation = approve_attestation(attestation=found, note=body.reason)
    return {
        "observation": observation.pk,
        "evidence": observation.evidence,
        "evidence_digest": observation.evidence_digest,
    }


@router.post("/attestations/{number}/refuse", summary="Refuse an attestation")
@door("promises.view")
def refuse(request: HttpRequest, number: int, body: ReasonIn) -> dict[str, Any]:
    return _attestation(
        refuse_attestation(attestation=proof.attestation_numbered(number), reason=body.reason)
    )


@router.post("/attestations/{number}/withdraw", summary="Withdraw an attestation")
@door("promises.view")
def take_back(request: HttpRequest, number: int, body: ReasonIn) -> dict[str, Any]:
    return _attestation(
        withdraw_attestation(attestation=proof.attestation_numbered(number), reason=body.reason)
    )


@router.get("/years/{year}/payments", summary="What of each budget is paid")
@door("promises.view")
def list_payments(request: HttpRequest, year: int) -> list[dict[str, Any]]:
    return [
        {
            "project": row.project.ref,
            "initial_budget": f"{row.project.amount:.2f}",
            "adjusted_budget": f"{row.payment.adjusted_budget:.2f}" if row.payment else None,
            "paid": f"{row.payment.paid:.2f}" if row.payment else None,
            "as_of": row.payment.as_of.isoformat() if row.payment else None,
        }
        for row in proof.paid(_year(year))
    ]


@router.post("/years/{year}/projects/{ref}/payments", summary="Record a payment figure")
@door("promises.view")
def add_payment(request: HttpRequest, year: int, ref: str, body: PaymentIn) -> dict[str, Any]:
    done = record_payment(
        project=proof.project_named(_year(year), ref),
        as_of=body.as_of,
        adjusted_budget=read_amount(body.adjusted_budget, "adjusted_budget"),
        paid=read_amount(body.paid, "paid"),
        source=body.source,
        reason=body.reason,
    )
    return {"payment": done.payments[0].pk, "warnings": [str(warning) for warning in done.warnings]}


@router.get("/years/{year}/monitorings/{as_of}", summary="All forms at one checkpoint")
@door("promises.view")
def list_monitorings(request: HttpRequest, year: int, as_of: date) -> list[dict[str, Any]]:
    return [_monitoring(one) for one in proof.monitorings(_year(year), as_of)]


@router.post("/years/{year}/forms/{ref}/monitorings", summary="Open a checkpoint of a form")
@door("promises.view")
def add_monitoring(request: HttpRequest, year: int, ref: str, body: CheckpointIn) -> dict[str, Any]:
    return _monitoring(open_monitoring(form=proof.form_named(_year(year), ref), as_of=body.as_of))


@router.put("/monitorings/{number}", summary="Fill in a checkpoint")
@door("promises.view")
def fill_in_monitoring(request: HttpRequest, number: int, body: MonitoringIn) -> dict[str, Any]:
    lines = {ref: LineEntry(**line.dict()) for ref, line in body.lines.items()}
    entry = FormEntry(lines, body.paid, body.forecast_paid, body.explanation)
    return _monitoring(save_monitoring(monitoring=proof.monitoring_numbered(number), entry=entry))


@router.post("/monitorings/{number}/submit", summary="Submit a checkpoint")
@door("promises.view")
def hand_in_monitoring(request: HttpRequest, number: int) -> dict[str, Any]:
    return _monitoring(submit_monitoring(monitoring=proof.monitoring_numbered(number)))


@router.get("/years/{year}/evaluations", summary="Self-evaluations with total and grade")
@door("promises.view")
def list_evaluations(request: HttpRequest, year: int) -> list[dict[str, Any]]:
    return [
        {"form": item.form.ref, "state": item.form.state, **_evaluation(item.evaluation)}
        for item in proof.evaluated(_year(year))
    ]


@router.get("/evaluations/{number}", summary="One self-evaluation with its workings")
@door("promises.view")
def read_evaluation(request: HttpRequest, number: int) -> dict[str, Any]:
    return _appraised(appraise(proof.evaluation_numbered(number)))


@router.put("/evaluations/{number}", summary="Save a self-evaluation as typed")
@door("promises.view")
def fill_in_evaluation(request: HttpRequest, number: int, body: EvaluationIn) -> dict[str, Any]:
    form = FormTyped(body.adjusted, body.paid, body.satisfaction, body.achieved_goal)
    lines = {ref: LineTyped(**line.dict()) for ref, line in body.lines.items()}
    return _appraised(
        save_evaluation_draft(evaluation=proof.evaluation_numbered(number), form=form, lines=lines)
    )


@router.post("/evaluations/{number}/submit", summary="Submit a self-evaluation")
@door("promises.view")
def hand_in_evaluation(request: HttpRequest, number: int) -> dict[str, Any]:
    submit_self_evaluation_form(form=proof.evaluation_numbered(number).form)
    return _evaluation(proof.evaluation_numbered(number))


def _year(number: int) -> BudgetYear:
    found = year_named(str(number), years())
    if found is None:
        raise Missing(_("There is no budget year that you may see."), code="year.missing")
    return found


def _ref(ref: str) -> str:
    """``P36-1`` or ``P36#1``."""
    return ref.replace("-", "#")


def _found(post: Post | None) -> Post:
    if post is None:
        raise Missing(_("There is no such post that could attest this promise."), code="binding.post")
    return post


def _file(number: int | None, unit: Unit) -> File | None:
    return File.objects.filter(pk=number, unit=unit).first() if number is not None else None


def _proved(item: proof.Proved) -> dict[str, Any]:
    latest = item.promise.latest
    return {
        "ref": item.promise.indicator.ref,
        "verdict": item.standing.verdict,
        "reason": item.standing.reason,
        "binding": item.standing.binding_kind,
        "value": plain(latest.value) if latest and latest.value is not None else None,
        "word": latest.value_text if latest else "",
        "as_of": latest.as_of.isoformat() if latest else None,
        "evidence_digest": latest.evidence_digest if latest else None,
        "waiting": item.waiting,
    }


def _binding(bound: Binding) -> dict[str, Any]:
    return {
        "number": bound.number,
        "kind": bound.kind,
        "post": bound.attesting_post_id,
        "source_name": bound.source_name,
        "source_version": bound.source_version,
        "parameters": bound.parameters,
        "valid_from": bound.valid_from.isoformat(),
    }


def _attestation(made: Attestation) -> dict[str, Any]:
    return {"attestation": made.pk, "state": made.state, "as_of": made.as_of.isoformat()}


def _monitoring(one: Monitoring) -> dict[str, Any]:
    return {
        "monitoring": one.pk,
        "form": one.form.ref,
        "as_of": one.as_of.isoformat(),
        "paid": None if one.paid is None else f"{one.paid:.2f}",
        "budget_light": one.budget_light,
        "goal_light": one.goal_light,
        "reading": one.reading,
        "response_due_on": one.response_due_on.isoformat() if one.response_due_on else None,
        "submitted": one.submitted_at is not None,
    }


def _evaluation(one: SelfEvaluation | None) -> dict[str, Any]:
    return {
        "evaluation": one.pk if one else None,
        "total": None if one is None or one.total is None else f"{one.total:.2f}",
        "grade": one.grade if one else "",
        "submitted": bool(one and one.submitted_at),
        "decision": one.decision if one else "",
    }


def _appraised(found: Appraisal) -> dict[str, Any]:
    result = found.result
    return {
        "total": None if result.total is None else f"{result.total:.2f}",
        "grade": result.grade.value if result.grade else None,
        "lines": [
            {
                "ref": line.ref,
                "weight": f"{line.weight:.2f}",
                "score": f"{line.scored.points:.2f}" if line.scored else None,
                "working": line.scored.working.line if line.scored else None,
                "needs_deviation": line.needs_deviation,
            }
            for line in result.lines
        ],
        "errors": {name: str(message) for name, message in found.errors.items()},
    }
