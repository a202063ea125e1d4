"""The API of proof: bindings, attestations, payments, checkpoints and self-evaluations, read and written.

Numbers travel as text, so that no decimal is lost. What is wrong is named by field in problem+json.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from chengshu.foundation.errors import Missing
from chengshu.foundation.files.models import File
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.filters import Filters, lookup
from chengshu.foundation.http.idempotency import idempotent
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
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
from chengshu.hub.promises.appraisal import FormTyped, LineTyped, appraise
from chengshu.hub.promises.endpoints.proof_answers import (
    AppraisalOut,
    AttestationOut,
    BindingOut,
    EvaluationOut,
    EvidenceOut,
    FormEvaluationOut,
    MonitoringOut,
    PaymentOut,
    PaymentRecorded,
    ProvenOut,
)
from chengshu.hub.promises.endpoints.proof_bodies import (
    AttestationIn,
    BindingIn,
    CheckpointIn,
    EvaluationIn,
    MonitoringIn,
    PaymentIn,
    ReasonIn,
)
from chengshu.hub.promises.entry import read_amount
from chengshu.hub.promises.models import BindingKind, BudgetYear, FormState, Verdict
from chengshu.hub.promises.queries import proof
from chengshu.hub.promises.queries.years import year_named, years

router = Router()
READING = failures(401, 403, 404, 422)
WRITING = failures(401, 403, 404, 409, 422)


class EvidenceFilters(Filters):
    """What the promises may be narrowed by."""

    form: str | None = lookup("form__ref", description="P01 … P46, or D for the department")
    unit: str | None = lookup("unit__key")
    verdict: Verdict | None = lookup("standing__verdict")
    binding: BindingKind | None = lookup("standing__binding_kind")


class PaymentFilters(Filters):
    """What the projects may be narrowed by."""

    project: str | None = lookup("ref")
    unit: str | None = lookup("unit__key")


class MonitoringFilters(Filters):
    """What the checkpoints may be narrowed by."""

    form: str | None = lookup("form__ref")
    unit: str | None = lookup("unit__key")
    submitted: bool | None = lookup("is_submitted")


class EvaluationFilters(Filters):
    """What the forms may be narrowed by."""

    form: str | None = lookup("ref")
    unit: str | None = lookup("unit__key")
    state: FormState | None = lookup("state")


@router.get(
    "/years/{year}/evidence",
    response={200: PageOf[EvidenceOut], **READING},
    operation_id="list_evidence",
    summary="What proves each promise, in printed order",
)
@door("promises.view")
def list_evidence(
    request: HttpRequest, year: int, filters: Query[EvidenceFilters], page: Query[PageQuery]
) -> dict[str, Any]:
    found = filters.applied(request, proof.judged_promises(_year(year)))
    answer = paged(request, found, page, order=("form__ref", "number"))
    return {**answer, "items": [EvidenceOut.of(item) for item in proof.proved_among(answer["items"])]}


@router.post(
    "/years/{year}/indicators/{ref}/binding",
    response={201: BindingOut, **WRITING},
    operation_id="bind_promise",
    summary="Bind a promise to what proves it; ends the binding before",
)
@idempotent
@door("promises.view")
def bind(request: HttpRequest, year: int, ref: str, body: BindingIn) -> Status[BindingOut]:
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
    return Status(201, BindingOut.of(bound))


@router.post(
    "/years/{year}/indicators/{ref}/unbind",
    response={200: BindingOut, **WRITING},
    operation_id="unbind_promise",
    summary="End the binding of a promise",
)
@idempotent
@door("promises.view")
def end_binding(request: HttpRequest, year: int, ref: str, body: ReasonIn) -> BindingOut:
    return BindingOut.of(unbind(indicator=proof.indicator_named(_year(year), _ref(ref)), reason=body.reason))


@router.post(
    "/years/{year}/indicators/{ref}/attestations",
    response={201: AttestationOut, **WRITING},
    operation_id="attest",
    summary="Attest a value",
)
@idempotent
@door("promises.view")
def make_attestation(
    request: HttpRequest, year: int, ref: str, body: AttestationIn
) -> Status[AttestationOut]:
    indicator = proof.indicator_named(_year(year), _ref(ref))
    file = _file(body.file, indicator.form.unit)
    made = attest(
        indicator=indicator, as_of=body.as_of, value=body.value, statement=body.statement, file=file
    )
    return Status(201, AttestationOut.of(made))


@router.post(
    "/attestations/{number}/approve",
    response={200: ProvenOut, **WRITING},
    operation_id="approve_attestation",
    summary="Approve an attestation, which proves its value",
)
@idempotent
@door("promises.view")
def approve(request: HttpRequest, number: int, body: ReasonIn) -> ProvenOut:
    found = proof.attestation_numbered(number)
    return ProvenOut.of(approve_attestation(attestation=found, note=body.reason))


@router.post(
    "/attestations/{number}/refuse",
    response={200: AttestationOut, **WRITING},
    operation_id="refuse_attestation",
    summary="Refuse an attestation, with a reason",
)
@idempotent
@door("promises.view")
def refuse(request: HttpRequest, number: int, body: ReasonIn) -> AttestationOut:
    found = proof.attestation_numbered(number)
    return AttestationOut.of(refuse_attestation(attestation=found, reason=body.reason))


@router.post(
    "/attestations/{number}/withdraw",
    response={200: AttestationOut, **WRITING},
    operation_id="withdraw_attestation",
    summary="Withdraw an attestation",
)
@idempotent
@door("promises.view")
def take_back(request: HttpRequest, number: int, body: ReasonIn) -> AttestationOut:
    found = proof.attestation_numbered(number)
    return AttestationOut.of(withdraw_attestation(attestation=found, reason=body.reason))


@router.get(
    "/years/{year}/payments",
    response={200: PageOf[PaymentOut], **READING},
    operation_id="list_payments",
    summary="What of each project's budget is paid, in printed order",
)
@door("promises.view")
def list_payments(
    request: HttpRequest, year: int, filters: Query[PaymentFilters], page: Query[PageQuery]
) -> dict[str, Any]:
    projects = filters.applied(request, _year(year).projects.select_related("unit"))
    answer = paged(request, projects, page, order=("order",))
    return {**answer, "items": [PaymentOut.of(row) for row in proof.paid_of(answer["items"])]}


@router.post(
    "/years/{year}/projects/{ref}/payments",
    response={201: PaymentRecorded, **WRITING},
    operation_id="record_payment",
    summary="Record a payment figure of a day; with a reason it replaces the one of the same day",
)
@idempotent
@door("promises.view")
def add_payment(request: HttpRequest, year: int, ref: str, body: PaymentIn) -> Status[PaymentRecorded]:
    done = record_payment(
        project=proof.project_named(_year(year), ref),
        as_of=body.as_of,
        adjusted_budget=read_amount(body.adjusted_budget, "adjusted_budget"),
        paid=read_amount(body.paid, "paid"),
        source=body.source,
        reason=body.reason,
    )
    warnings = [str(warning) for warning in done.warnings]
    return Status(201, PaymentRecorded(payment=done.payments[0].pk, warnings=warnings))


@router.get(
    "/years/{year}/monitorings/{as_of}",
    response={200: PageOf[MonitoringOut], **READING},
    operation_id="list_monitorings",
    summary="The forms at one checkpoint, in printed order",
)
@door("promises.view")
def list_monitorings(
    request: HttpRequest, year: int, as_of: date, filters: Query[MonitoringFilters], page: Query[PageQuery]
) -> dict[str, Any]:
    found = filters.applied(request, proof.monitorings_at(_year(year), as_of))
    answer = paged(request, found, page, order=("form__ref",))
    return {**answer, "items": [MonitoringOut.of(one) for one in answer["items"]]}


@router.post(
    "/years/{year}/forms/{ref}/monitorings",
    response={201: MonitoringOut, **WRITING},
    operation_id="open_monitoring",
    summary="Open a checkpoint of a form",
)
@idempotent
@door("promises.view")
def add_monitoring(request: HttpRequest, year: int, ref: str, body: CheckpointIn) -> Status[MonitoringOut]:
    opened = open_monitoring(form=proof.form_named(_year(year), ref), as_of=body.as_of)
    return Status(201, MonitoringOut.of(opened))


@router.put(
    "/monitorings/{number}",
    response={200: MonitoringOut, **WRITING},
    operation_id="save_monitoring",
    summary="Fill in a checkpoint",
)
@door("promises.view")
def fill_in_monitoring(request: HttpRequest, number: int, body: MonitoringIn) -> MonitoringOut:
    lines = {ref: LineEntry(**line.dict()) for ref, line in body.lines.items()}
    entry = FormEntry(lines, body.paid, body.forecast_paid, body.explanation)
    return MonitoringOut.of(save_monitoring(monitoring=proof.monitoring_numbered(number), entry=entry))


@router.post(
    "/monitorings/{number}/submit",
    response={200: MonitoringOut, **WRITING},
    operation_id="submit_monitoring",
    summary="Submit a checkpoint",
)
@idempotent
@door("promises.view")
def hand_in_monitoring(request: HttpRequest, number: int) -> MonitoringOut:
    return MonitoringOut.of(submit_monitoring(monitoring=proof.monitoring_numbered(number)))


@router.get(
    "/years/{year}/evaluations",
    response={200: PageOf[FormEvaluationOut], **READING},
    operation_id="list_evaluations",
    summary="The forms with total and grade of their self-evaluation, in printed order",
)
@door("promises.view")
def list_evaluations(
    request: HttpRequest, year: int, filters: Query[EvaluationFilters], page: Query[PageQuery]
) -> dict[str, Any]:
    forms = filters.applied(request, _year(year).forms.all())
    answer = paged(request, forms, page, order=("ref",))
    items = proof.evaluated_among(answer["items"])
    return {**answer, "items": [FormEvaluationOut.of_form(item) for item in items]}


@router.get(
    "/evaluations/{number}",
    response={200: AppraisalOut, **READING},
    operation_id="get_evaluation",
    summary="One self-evaluation with its workings",
)
@door("promises.view")
def read_evaluation(request: HttpRequest, number: int) -> AppraisalOut:
    return AppraisalOut.of(appraise(proof.evaluation_numbered(number)))


@router.put(
    "/evaluations/{number}",
    response={200: AppraisalOut, **WRITING},
    operation_id="save_evaluation",
    summary="Save a self-evaluation as typed",
)
@door("promises.view")
def fill_in_evaluation(request: HttpRequest, number: int, body: EvaluationIn) -> AppraisalOut:
    form = FormTyped(body.adjusted, body.paid, body.satisfaction, body.achieved_goal)
    lines = {ref: LineTyped(**line.dict()) for ref, line in body.lines.items()}
    return AppraisalOut.of(
        save_evaluation_draft(evaluation=proof.evaluation_numbered(number), form=form, lines=lines)
    )


@router.post(
    "/evaluations/{number}/submit",
    response={200: EvaluationOut, **WRITING},
    operation_id="submit_evaluation",
    summary="Submit a self-evaluation",
)
@idempotent
@door("promises.view")
def hand_in_evaluation(request: HttpRequest, number: int) -> EvaluationOut:
    submit_self_evaluation_form(form=proof.evaluation_numbered(number).form)
    return EvaluationOut.of(proof.evaluation_numbered(number))


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
