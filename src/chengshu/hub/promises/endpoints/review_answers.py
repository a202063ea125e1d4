"""What the API of reviewing answers with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from chengshu.foundation.asking import current_asker
from chengshu.hub.promises.actions.together import Outcome
from chengshu.hub.promises.models import Finding, Form, FormVersion, Publication, Review
from chengshu.hub.promises.pages.review.public import as_json
from chengshu.hub.promises.queries.reviewing import Waiting, trail_of
from chengshu.hub.promises.subjects import steps_for, subject_of


class InboxRow(Schema):
    """One form with its state and the step that waits for the asker."""

    ref: str
    title: str
    unit: str
    state: str
    step: str = Field(description="empty when it is somebody else's turn")
    is_adjustment: bool
    version: int
    open_errors: int
    due_on: date | None

    @classmethod
    def of(cls, row: Waiting) -> InboxRow:
        return cls(
            ref=row.ref,
            title=row.title,
            unit=row.unit,
            state=row.state.value,
            step=row.step,
            is_adjustment=row.is_adjustment,
            version=row.version,
            open_errors=row.errors,
            due_on=row.deadline.due_on if row.deadline else None,
        )


class StepOut(Schema):
    """A step that the asker may take, and what it still waits for."""

    step: str
    ready: bool
    missing: list[str]


class TrailRow(Schema):
    """A step that was taken."""

    step: str
    from_state: str
    to_state: str
    post: str
    opinion: str
    dimensions: dict[str, Any]
    version: int
    at: datetime

    @classmethod
    def of(cls, review: Review) -> TrailRow:
        return cls(
            step=review.action,
            from_state=review.from_state,
            to_state=review.to_state,
            post=review.post_title,
            opinion=review.opinion,
            dimensions=review.dimensions,
            version=review.version.number,
            at=review.at,
        )


class FormOut(Schema):
    """One form: its state, what the asker may do with it, and its trail, newest first."""

    ref: str
    title: str
    year: int
    state: str
    working_state: str = Field(description="that of the adjustment under way, if there is one")
    version: int
    is_adjustment: bool
    steps: list[StepOut]
    trail: list[TrailRow]

    @classmethod
    def of(cls, form: Form) -> FormOut:
        subject = subject_of(form)
        return cls(
            ref=form.ref,
            title=form.title,
            year=form.budget_year.year,
            state=form.state,
            working_state=subject.state.value,
            version=subject.version.number,
            is_adjustment=subject.is_adjustment,
            steps=[
                StepOut(step=step.action, ready=step.is_ready, missing=[c.value for c in step.missing])
                for step in steps_for(form, current_asker())
            ],
            trail=[TrailRow.of(review) for review in trail_of(form)],
        )


class OutcomeOut(Schema):
    """What became of one form; ``code``, ``message`` and ``hint`` say why nothing was done."""

    ref: str
    done: bool
    code: str
    message: str
    hint: str

    @classmethod
    def of(cls, outcome: Outcome) -> OutcomeOut:
        return cls(
            ref=outcome.ref,
            done=outcome.is_done,
            code=outcome.error.code if outcome.error else "",
            message=str(outcome.message),
            hint=str(outcome.hint),
        )


class VersionOut(Schema):
    """A version of a form; ``step`` is that of an adjustment under way."""

    version: int
    state: str
    step: str
    is_adjustment: bool

    @classmethod
    def of(cls, version: FormVersion) -> VersionOut:
        return cls(
            version=version.number,
            state=version.state,
            step=version.step,
            is_adjustment=bool(version.step),
        )


class DraftChange(Schema):
    """One difference between a draft and what it is based on; null where there was or will be nothing."""

    ref: str
    field: str
    before: str | None
    after: str | None


class DraftFinding(Schema):
    """What the check says of a draft."""

    ref: str
    code: str
    severity: str
    message: str


class DraftCheck(Schema):
    """What a draft would mean, change and be criticised for."""

    meanings: dict[str, str] = Field(description="by the ref of the indicator")
    changes: list[DraftChange]
    findings: list[DraftFinding]


class DecidedFinding(Schema):
    """A finding and what was decided about it."""

    id: int
    ref: str
    code: str
    state: str

    @classmethod
    def of(cls, finding: Finding) -> DecidedFinding:
        return cls(id=finding.pk, ref=finding.ref, code=finding.code, state=finding.state)


class PublicationOut(Schema):
    """A published document with its digest."""

    id: int
    kind: str
    published_at: datetime
    digest_sm3: str
    document: dict[str, Any]

    @classmethod
    def of(cls, publication: Publication) -> PublicationOut:
        return cls(id=publication.pk, **as_json(publication))


class WithdrawnOut(Schema):
    """A publication that was taken back."""

    id: int
    withdrawn_at: datetime | None
