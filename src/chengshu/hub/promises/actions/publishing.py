"""Making a form public: a frozen document with a digest. What is published is never changed, only withdrawn.

The law wants the department's approved budget published with its performance targets within 20 days (预算法 Art. 14).
The document holds what the official tables print and nothing else: no finding, no reviewer, no draft.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.audit.canonical import canonical, sm3
from chengshu.foundation.errors import Conflict
from chengshu.foundation.events.bus import emit
from chengshu.hub.promises.actions.steps import locked, record_step, take_step, unit_of
from chengshu.hub.promises.evaluation.lifecycle import Action, State
from chengshu.hub.promises.events import FormPublished, PublicationWithdrawn
from chengshu.hub.promises.models import (
    Form,
    FormKind,
    FormState,
    Publication,
    PublicationKind,
    ReviewDecision,
    SelfEvaluation,
)
from chengshu.hub.promises.subjects import Subject, applied_grade, subject_of
from chengshu.hub.promises.texts import typed


@action(title=_("Publish the form"), at=unit_of)
def publish_form(*, form: Form, based_on: int | None = None) -> Publication:
    """Publish the version in force; after an adjustment, publish the new one in the place of the old.

    :raises Conflict: if the form is not approved, the reply to the budget is not issued, or this very version is
        public already
    """
    form = locked(form)
    subject = subject_of(form, Action.PUBLISH)
    before = Publication.objects.filter(form=form, kind=PublicationKind.TARGETS, withdrawn_at=None).first()
    if form.state in (FormState.PUBLISHED, FormState.MONITORING) and (
        before is None or before.version_id != form.current_id
    ):
        record_step(subject, "publish_form", subject.state, ReviewDecision.PUBLISHED, "", {})
    else:
        form = take_step(form, Action.PUBLISH, ReviewDecision.PUBLISHED, based_on=based_on)
    if before is not None:
        _withdraw(before, str(_("Replaced by a newer version.")))
    form.published_at = timezone.now()
    form.save()
    return _publish(form, PublicationKind.TARGETS, targets_document(form))


@action(title=_("Publish the result"), at=unit_of)
def publish_result(*, form: Form) -> Publication:
    """Publish the result of the evaluation once it is applied.

    :raises Conflict: if no result is applied, or it is public already
    """
    form = locked(form)
    subject = subject_of(form, Action.ARCHIVE)
    grade = applied_grade(form)
    if subject.state is not State.RESULT_APPLIED or grade is None:
        raise Conflict(
            _("There is no applied result to publish."),
            code="publication.no_result",
            hint=_("Apply the result first."),
        )
    if Publication.objects.filter(form=form, kind=PublicationKind.RESULT, withdrawn_at=None).exists():
        raise Conflict(_("The result is public already."), code="publication.exists")
    record_step(subject, "publish_result", subject.state, ReviewDecision.PUBLISHED, "", {})
    evaluation = SelfEvaluation.objects.filter(form=form).first()
    total = evaluation.total if evaluation else None
    document = {**_head(form), "grade": grade.value, "score": None if total is None else str(total)}
    return _publish(form, PublicationKind.RESULT, document)


@action(title=_("Withdraw a publication"), at=lambda *, publication, **_rest: publication.unit_id)
def withdraw_publication(*, publication: Publication, reason: str) -> Publication:
    """Take a publication back; it stays in the records with the reason.

    :raises Conflict: if it was withdrawn before
    """
    text = typed(reason, field="reason", required=True)
    form = locked(publication.form)
    publication = Publication.objects.select_for_update(of=("self",)).get(pk=publication.pk)
    if publication.withdrawn_at is not None:
        raise Conflict(_("This publication was withdrawn already."), code="publication.withdrawn")
    _withdraw(publication, text)
    subject = Subject(form, publication.version)
    state = State(form.state)
    record_step(
        Subject(form, form.current or subject.version),
        "withdraw_publication",
        state,
        ReviewDecision.MOVED,
        text,
        {},
    )
    return publication


def _withdraw(publication: Publication, reason: str) -> None:
    publication.withdrawn_at, publication.withdrawal_reason = timezone.now(), reason
    publication.save()
    emit(PublicationWithdrawn(publication=publication.pk, ref=publication.ref))


def _publish(form: Form, kind: PublicationKind, document: dict[str, Any]) -> Publication:
    publication = Publication(
        form=form,
        version=form.current,
        unit_id=form.unit_id,
        year=form.budget_year.year,
        ref=form.ref,
        kind=kind,
        title=form.title[:300],
        document=document,
        digest=sm3(canonical(document)),
    )
    publication.save()
    emit(FormPublished(publication=publication.pk, form=form.pk, ref=form.ref, kind=kind.value))
    return publication


def _head(form: Form) -> dict[str, Any]:
    return {
        "year": form.budget_year.year,
        "department": form.budget_year.department_name,
        "ref": form.ref,
        "title": form.title,
        "unit": form.project.unit_name if form.project else form.budget_year.department_name,
        "version": form.current.number if form.current else None,
    }


def targets_document(form: Form) -> dict[str, Any]:
    """What is made public of a form in force: money, goal and targets as printed."""
    assert form.current is not None
    commitments = form.current.commitments.select_related("indicator").order_by("indicator__number")
    return {
        **_head(form),
        "amounts": _amounts(form),
        "tasks": _tasks(form),
        "goal": form.current.goal,
        "indicators": [
            {
                "ref": c.indicator.ref,
                "level_1": c.l1_name,
                "level_2": c.l2_name,
                "name": c.name,
                "period_target": c.period_raw,
                "annual_target": c.annual_raw,
            }
            for c in commitments
        ],
    }


def _amounts(form: Form) -> list[dict[str, str]]:
    """Each printed amount in 万元, as text so that no digit is lost."""
    project = form.project
    if project is None:
        return list(form.budget_year.budget_lines)
    lines = (
        ("预算金额", project.amount),
        ("财政拨款", project.fiscal),
        ("财政专户拨款", project.special_account),
        ("其他资金", project.other),
    )
    return [{"name": name, "amount": str(amount)} for name, amount in lines]


def _tasks(form: Form) -> list[dict[str, Any]]:
    if form.kind != FormKind.DEPARTMENT:
        return []
    return [
        {"number": task.number, "name": task.name, "amount": str(task.amount), "goal": task.goal}
        for task in form.budget_year.tasks.all()
    ]
