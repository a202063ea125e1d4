"""The API of reviewing: the inbox, steps one by one or for many forms, drafts, findings, and what is public."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from chengshu.foundation.asking import current_asker
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.filters import Filters, lookup
from chengshu.foundation.http.idempotency import idempotent
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
from chengshu.hub.promises.actions.adjusting import edit_form
from chengshu.hub.promises.actions.findings import (
    accept_safe_suggestions,
    accept_suggestion,
    dismiss_finding,
    reopen_finding,
)
from chengshu.hub.promises.actions.publishing import withdraw_publication
from chengshu.hub.promises.actions.together import take_many
from chengshu.hub.promises.actions.versions import named
from chengshu.hub.promises.drafts import Draft, DraftRow, checked, differences, draft_of
from chengshu.hub.promises.endpoints.review_answers import (
    DecidedFinding,
    DraftChange,
    DraftCheck,
    DraftFinding,
    FormOut,
    InboxRow,
    OutcomeOut,
    PublicationOut,
    VersionOut,
    WithdrawnOut,
)
from chengshu.hub.promises.models import BudgetYear, FormState, PublicationKind
from chengshu.hub.promises.proposals import findings_of
from chengshu.hub.promises.queries.reviewing import (
    finding_numbered,
    form_named,
    forms_of,
    inbox,
    publication_numbered,
    published,
)
from chengshu.hub.promises.queries.years import year_named, years
from chengshu.hub.promises.stepping import run
from chengshu.hub.promises.subjects import subject_of
from chengshu.hub.promises.targets import meaning, parse
from chengshu.hub.promises.texts import typed

router = Router()
READING = failures(401, 403, 404, 422)
WRITING = failures(401, 403, 404, 409, 422)


class StepIn(Schema):
    """What a step needs; which fields, ``GET …/forms/{ref}`` tells."""

    version: int | None = None
    reason: str = ""
    opinion: str = ""
    report: str = ""
    note: str = ""
    is_closed: bool = False
    grade: str = ""
    completeness: str = ""
    relevance: str = ""
    adequacy: str = ""
    feasibility: str = ""
    overall: str = ""


class ManyIn(Schema):
    refs: list[str] = Field(max_length=500)


class RowIn(Schema):
    """One indicator of a draft; ``ref`` is empty for a new one. Amounts and weights are text, never floats."""

    ref: str = ""
    l1_code: str = ""
    l1_name: str = ""
    l2_code: str = ""
    l2_name: str = ""
    name: str
    period_raw: str
    annual_raw: str
    weight: Decimal | None = None


class DraftIn(Schema):
    version: int
    goal: str = ""
    rows: list[RowIn]
    reason: str = ""


class ReasonIn(Schema):
    reason: str = ""


class AcceptIn(Schema):
    index: int
    reason: str = ""
    text: str | None = None
    version: int | None = None


class FormFilters(Filters):
    """What the forms may be narrowed by."""

    year: str = Field("", description="four digits; the latest when left out")
    unit: str | None = lookup("unit__key")
    state: FormState | None = lookup("state")


class PublicationFilters(Filters):
    """What the publications may be narrowed by."""

    year: int | None = Field(None, ge=1900, le=9999, json_schema_extra={"x-lookup": "year"})
    kind: PublicationKind | None = lookup("kind")
    form: str | None = lookup("ref", description="P01 … P46, or D for the department")


@router.get(
    "/review",
    response={200: PageOf[InboxRow], **READING},
    operation_id="list_review",
    summary="The forms of a year with the step that waits for the asker, in printed order",
)
@door("promises.view")
def review_inbox(request: HttpRequest, filters: Query[FormFilters], page: Query[PageQuery]) -> dict[str, Any]:
    year = _year(filters.year)
    answer = paged(request, filters.applied(request, forms_of(year)), page, order=("ref",))
    rows = {row.id: row for row in inbox(current_asker(), year)}
    return {**answer, "items": [InboxRow.of(rows[form.pk]) for form in answer["items"]]}


@router.get(
    "/forms/{ref}",
    response={200: FormOut, **READING},
    operation_id="get_form",
    summary="One form: its state, what the asker may do with it, and its trail",
)
@door("promises.view")
def form_state(request: HttpRequest, ref: str, year: str = "") -> FormOut:
    return FormOut.of(form_named(ref, _year(year)))


@router.post(
    "/forms/{ref}/steps/{step}",
    response={200: FormOut, **WRITING},
    operation_id="take_step",
    summary="Take one step of a form's life-cycle",
)
@idempotent
@door("promises.view")
def take_step(request: HttpRequest, ref: str, step: str, given: StepIn, year: str = "") -> FormOut:
    run(form_named(ref, _year(year)), step, given.dict(), given.version)
    return FormOut.of(form_named(ref, _year(year)))


@router.post(
    "/review/{step}",
    response={200: list[OutcomeOut], **WRITING},
    operation_id="take_step_of_many",
    summary="Take one step for up to 500 forms, each on its own; tells what became of each",
)
@idempotent
@door("promises.view")
def take_step_of_many(request: HttpRequest, step: str, given: ManyIn, year: str = "") -> list[OutcomeOut]:
    known = _year(year)
    outcomes = take_many(step, [form_named(ref, known) for ref in dict.fromkeys(given.refs)])
    return [OutcomeOut.of(outcome) for outcome in outcomes]


@router.put(
    "/forms/{ref}/draft",
    response={200: VersionOut, **WRITING},
    operation_id="edit_form",
    summary="Save the content of a draft or of an open adjustment as the next version",
)
@door("promises.edit_form")
def edit_draft(request: HttpRequest, ref: str, given: DraftIn, year: str = "") -> VersionOut:
    form = form_named(ref, _year(year))
    draft = checked(_draft(given))
    reason = typed(given.reason, field="reason")
    return VersionOut.of(edit_form(form=form, draft=draft, based_on=given.version, reason=reason))


@router.post(
    "/forms/{ref}/draft/check",
    response={200: DraftCheck, **WRITING},
    operation_id="check_draft",
    summary="What a draft would mean, change and be criticised for; nothing is saved",
)
@idempotent
@door("promises.edit_form")
def check_draft(request: HttpRequest, ref: str, given: DraftIn, year: str = "") -> DraftCheck:
    form = form_named(ref, _year(year))
    version = subject_of(form).version
    draft = named(form, checked(_draft(given)))
    return DraftCheck(
        meanings={row.ref: str(meaning(parse(row.annual_raw, row.name))) for row in draft.rows},
        changes=[
            DraftChange(ref=c.ref, field=c.field, before=c.before, after=c.after)
            for c in differences(draft_of(version.base or version), draft)
        ],
        findings=[
            DraftFinding(ref=f.ref, code=f.code, severity=f.severity.value, message=f.message)
            for f in findings_of(form, draft)
        ],
    )


@router.post(
    "/forms/{ref}/safe-corrections",
    response={200: VersionOut, **WRITING},
    operation_id="accept_safe_suggestions",
    summary="Accept every correction of a form that may be accepted in bulk",
)
@idempotent
@door("promises.view")
def accept_safe(request: HttpRequest, ref: str, given: ReasonIn, year: str = "") -> VersionOut:
    reason = typed(given.reason, field="reason")
    return VersionOut.of(accept_safe_suggestions(form=form_named(ref, _year(year)), reason=reason))


@router.post(
    "/findings/{number}/dismiss",
    response={200: DecidedFinding, **WRITING},
    operation_id="dismiss_finding",
    summary="Dismiss a finding with a reason",
)
@idempotent
@door("promises.view")
def dismiss(request: HttpRequest, number: int, given: ReasonIn) -> DecidedFinding:
    reason = typed(given.reason, field="reason", required=True)
    return DecidedFinding.of(dismiss_finding(finding=finding_numbered(number), reason=reason))


@router.post(
    "/findings/{number}/reopen",
    response={200: DecidedFinding, **WRITING},
    operation_id="reopen_finding",
    summary="Take back a dismissal",
)
@idempotent
@door("promises.view")
def reopen(request: HttpRequest, number: int, given: ReasonIn) -> DecidedFinding:
    reason = typed(given.reason, field="reason")
    return DecidedFinding.of(reopen_finding(finding=finding_numbered(number), reason=reason))


@router.post(
    "/findings/{number}/accept",
    response={200: VersionOut, **WRITING},
    operation_id="accept_suggestion",
    summary="Accept one correction of a finding",
)
@idempotent
@door("promises.view")
def accept(request: HttpRequest, number: int, given: AcceptIn) -> VersionOut:
    version = accept_suggestion(
        finding=finding_numbered(number),
        index=given.index,
        reason=typed(given.reason, field="reason"),
        text=None if given.text is None else typed(given.text, field="text", longest=500),
        based_on=given.version,
    )
    return VersionOut.of(version)


@router.post(
    "/publications/{number}/withdraw",
    response={200: WithdrawnOut, **WRITING},
    operation_id="withdraw_publication",
    summary="Take a publication back, with a reason",
)
@idempotent
@door("promises.view")
def withdraw(request: HttpRequest, number: int, given: ReasonIn) -> WithdrawnOut:
    reason = typed(given.reason, field="reason", required=True)
    publication = withdraw_publication(publication=publication_numbered(number), reason=reason)
    return WithdrawnOut(id=publication.pk, withdrawn_at=publication.withdrawn_at)


@router.get(
    "/public",
    response={200: PageOf[PublicationOut], **failures(422)},
    operation_id="list_published",
    summary="Everything that is public, latest year first; needs no account",
    openapi_extra={"security": []},
    auth=None,
)
@door(Door.PUBLIC)
def list_published(
    request: HttpRequest, filters: Query[PublicationFilters], page: Query[PageQuery]
) -> dict[str, Any]:
    found = filters.applied(request, published())
    answer = paged(request, found, page, order=("-year", "ref", "kind"))
    return {**answer, "items": [PublicationOut.of(publication) for publication in answer["items"]]}


def _year(given: str) -> BudgetYear | None:
    return year_named(given, years())


def _draft(given: DraftIn) -> Draft:
    return Draft(given.goal, tuple(DraftRow(**row.dict()) for row in given.rows))
