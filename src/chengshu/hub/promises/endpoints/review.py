"""The API of reviewing: the inbox, steps one by one or for many forms, drafts, findings, and what is public."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import Door, door
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
from chengshu.hub.promises.models import BudgetYear, Finding, Form, FormVersion
from chengshu.hub.promises.pages.review.public import as_json
from chengshu.hub.promises.proposals import findings_of
from chengshu.hub.promises.queries.reviewing import (
    finding_numbered,
    form_named,
    inbox,
    publication_numbered,
    published,
    trail_of,
)
from chengshu.hub.promises.queries.years import year_named, years
from chengshu.hub.promises.stepping import run
from chengshu.hub.promises.subjects import steps_for, subject_of
from chengshu.hub.promises.targets import meaning, parse
from chengshu.hub.promises.texts import typed

router = Router()


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
    refs: list[str]


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


@router.get("/review", operation_id="promises_review_inbox")
@door("promises.view")
def review_inbox(request: HttpRequest, year: str = "") -> list[dict[str, Any]]:
    """Every form of a year with its state and the step that waits for the asker."""
    return [
        {
            "ref": row.ref,
            "title": row.title,
            "unit": row.unit,
            "state": row.state.value,
            "step": row.step,
            "is_adjustment": row.is_adjustment,
            "version": row.version,
            "open_errors": row.errors,
            "due_on": row.deadline.due_on.isoformat() if row.deadline else None,
        }
        for row in inbox(current_asker(), _year(year))
    ]


@router.get("/forms/{ref}", operation_id="promises_form")
@door("promises.view")
def form_state(request: HttpRequest, ref: str, year: str = "") -> dict[str, Any]:
    """One form: its state, what the asker may do with it, and its trail."""
    return _form(form_named(ref, _year(year)))


@router.post("/forms/{ref}/steps/{step}", operation_id="promises_take_step")
@door("promises.view")
def take_step(request: HttpRequest, ref: str, step: str, given: StepIn, year: str = "") -> dict[str, Any]:
    """Take one step of the life-cycle."""
    run(form_named(ref, _year(year)), step, given.dict(), given.version)
    return _form(form_named(ref, _year(year)))


@router.post("/review/{step}", operation_id="promises_take_step_of_many")
@door("promises.view")
def take_step_of_many(request: HttpRequest, step: str, given: ManyIn, year: str = "") -> list[dict[str, Any]]:
    """Take one step for many forms, each on its own; the answer tells what became of each."""
    known = _year(year)
    outcomes = take_many(step, [form_named(ref, known) for ref in dict.fromkeys(given.refs[:500])])
    return [
        {
            "ref": outcome.ref,
            "done": outcome.is_done,
            "code": outcome.error.code if outcome.error else "",
            "message": str(outcome.message),
            "hint": str(outcome.hint),
        }
        for outcome in outcomes
    ]


@router.put("/forms/{ref}/draft", operation_id="promises_edit_form")
@door("promises.edit_form")
def edit_draft(request: HttpRequest, ref: str, given: DraftIn, year: str = "") -> dict[str, Any]:
    """Save the content of a draft or of an open adjustment as the next version."""
    form = form_named(ref, _year(year))
    draft = checked(_draft(given))
    reason = typed(given.reason, field="reason")
    return _version(edit_form(form=form, draft=draft, based_on=given.version, reason=reason))


@router.post("/forms/{ref}/draft/check", operation_id="promises_check_draft")
@door("promises.edit_form")
def check_draft(request: HttpRequest, ref: str, given: DraftIn, year: str = "") -> dict[str, Any]:
    """What a draft would mean, change and be criticised for; nothing is saved."""
    form = form_named(ref, _year(year))
    version = subject_of(form).version
    draft = named(form, checked(_draft(given)))
    return {
        "meanings": {row.ref: str(meaning(parse(row.annual_raw, row.name))) for row in draft.rows},
        "changes": [
            {"ref": c.ref, "field": c.field, "before": c.before, "after": c.after}
            for c in differences(draft_of(version.base or version), draft)
        ],
        "findings": [
            {"ref": f.ref, "code": f.code, "severity": f.severity.value, "message": f.message}
            for f in findings_of(form, draft)
        ],
    }


@router.post("/forms/{ref}/safe-corrections", operation_id="promises_accept_safe_suggestions")
@door("promises.view")
def accept_safe(request: HttpRequest, ref: str, given: ReasonIn, year: str = "") -> dict[str, Any]:
    """Accept every correction of a form that may be accepted in bulk."""
    reason = typed(given.reason, field="reason")
    return _version(accept_safe_suggestions(form=form_named(ref, _year(year)), reason=reason))


@router.post("/findings/{number}/dismiss", operation_id="promises_dismiss_finding")
@door("promises.view")
def dismiss(request: HttpRequest, number: int, given: ReasonIn) -> dict[str, Any]:
    """Dismiss a finding with a reason."""
    reason = typed(given.reason, field="reason", required=True)
    return _finding(dismiss_finding(finding=finding_numbered(number), reason=reason))


@router.post("/findings/{number}/reopen", operation_id="promises_reopen_finding")
@door("promises.view")
def reopen(request: HttpRequest, number: int, given: ReasonIn) -> dict[str, Any]:
    """Take back a dismissal."""
    reason = typed(given.reason, field="reason")
    return _finding(reopen_finding(finding=finding_numbered(number), reason=reason))


@router.post("/findings/{number}/accept", operation_id="promises_accept_suggestion")
@door("promises.view")
def accept(request: HttpRequest, number: int, given: AcceptIn) -> dict[str, Any]:
    """Accept one correction of a finding."""
    version = accept_suggestion(
        finding=finding_numbered(number),
        index=given.index,
        reason=typed(given.reason, field="reason"),
        text=None if given.text is None else typed(given.text, field="text", longest=500),
        based_on=given.version,
    )
    return _version(version)


@router.post("/publications/{number}/withdraw", operation_id="promises_withdraw_publication")
@door("promises.view")
def withdraw(request: HttpRequest, number: int, given: ReasonIn) -> dict[str, Any]:
    """Take a publication back."""
    reason = typed(given.reason, field="reason", required=True)
    publication = withdraw_publication(publication=publication_numbered(number), reason=reason)
    return {"id": publication.pk, "withdrawn_at": publication.withdrawn_at}


@router.get("/public", operation_id="promises_published", auth=None)
@door(Door.PUBLIC)
def list_published(request: HttpRequest, year: int | None = None) -> list[dict[str, Any]]:
    """Everything that is public, or what is public of one year; needs no account."""
    if year is not None and not 1900 <= year <= 9999:
        raise InvalidInput("year", field="year", code="year")
    return [{"id": publication.pk, **as_json(publication)} for publication in published(year)]


def _year(given: str) -> BudgetYear | None:
    return year_named(given, years())


def _form(form: Form) -> dict[str, Any]:
    subject = subject_of(form)
    return {
        "ref": form.ref,
        "title": form.title,
        "year": form.budget_year.year,
        "state": form.state,
        "working_state": subject.state.value,
        "version": subject.version.number,
        "is_adjustment": subject.is_adjustment,
        "steps": [
            {"step": step.action, "ready": step.is_ready, "missing": [c.value for c in step.missing]}
            for step in steps_for(form, current_asker())
        ],
        "trail": [
            {
                "step": review.action,
                "from": review.from_state,
                "to": review.to_state,
                "post": review.post_title,
                "opinion": review.opinion,
                "dimensions": review.dimensions,
                "version": review.version.number,
                "at": review.at,
            }
            for review in trail_of(form)
        ],
    }


def _draft(given: DraftIn) -> Draft:
    return Draft(given.goal, tuple(DraftRow(**row.dict()) for row in given.rows))


def _version(version: FormVersion) -> dict[str, Any]:
    return {
        "version": version.number,
        "state": version.state,
        "step": version.step,
        "is_adjustment": bool(version.step),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {"id": finding.pk, "ref": finding.ref, "code": finding.code, "state": finding.state}
