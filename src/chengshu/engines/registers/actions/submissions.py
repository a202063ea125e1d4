"""What people do with forms: keep a draft, hand in, take back; and the logged look at a personal value."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers import queries
from chengshu.engines.registers.actions.forms import reason_in
from chengshu.engines.registers.checking import checked
from chengshu.engines.registers.data import Checked, Correction, Form, FormRefused, Typed
from chengshu.engines.registers.models import (
    FormDraft,
    FormSubmission,
    RecordCorrection,
    SubmissionStatus,
)
from chengshu.engines.registers.paths import declared, map_of
from chengshu.engines.registers.seals import opened, sealed, typed_content
from chengshu.engines.registers.subjects import subject_in
from chengshu.engines.registers.values import (
    as_json,
    correction_as_json,
    material_as_json,
    without_personal,
)
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker, signed_in_asker
from chengshu.foundation.audit import changes
from chengshu.foundation.audit.canonical import reference, storable
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.masking import SHORTEST_PURPOSE
from chengshu.foundation.orgs.models import Unit


@action(title=_("Save a draft"), at=Reach.SELF, sensitive=("typed",))
def save_draft(*, subject: str, form: Form, typed: Typed) -> FormDraft:
    """Keep what was entered exactly as it was, valid or not; one draft for each person and subject.

    :raises InvalidInput: if the subject is none
    :raises Refused: if the platform itself asks, which fills in no forms
    """
    subject_in(subject)
    account = signed_in_asker().account_id
    if account is None:
        raise Refused(_("The platform itself fills in no forms."), code="draft.no_account")
    row = queries.draft_row(subject) or FormDraft(account_id=account, subject=subject)
    row.form_key, row.form_version, row.title = form.key, form.version, form.title.zh
    row.typed_sealed = sealed(typed_content(typed), f"draft:{account}:{subject}")
    row.save()
    return row


@action(title=_("Discard a draft"), at=Reach.SELF)
def discard_draft(*, subject: str) -> None:
    """Forget the asker's draft; without one nothing happens.

    :raises InvalidInput: if the subject is none
    """
    subject_in(subject)
    row = queries.draft_row(subject)
    if row is not None:
        row.delete()


@action(title=_("Submit a form"), at=Reach.SELF, sensitive=("typed",))
def submit_form(*, subject: str, form: Form, typed: Typed, unit: Unit) -> FormSubmission:
    """Hand a form in to a unit; it takes the place of an earlier one and ends the draft.

    Whether this person may do so for this subject is for the caller to say: a form is always part of something.

    :raises FormRefused: with every error, field by field
    :raises Conflict: if the version of the form is not in use any more
    """
    wanted = subject_in(subject)
    if form.state != "published":
        raise Conflict(
            _("Version %(version)s of this form is not in use.") % {"version": form.version},
            code="form.not_in_use",
            hint=_("Go on with the version in use; what you entered is kept."),
        )
    found = checked(form, typed, today=queries.today(), sources=queries.PlatformSources())
    if found.errors:
        raise FormRefused(
            _("The form “%(title)s” is not complete yet.") % {"title": form.title},
            found.errors,
            hint=_("Correct the marked fields; what you entered is kept."),
        )
    values, clear = without_personal(form, found.values)
    row = FormSubmission(
        unit=unit,
        subject=subject,
        subject_kind=wanted.kind,
        subject_number=wanted.number,
        round=_next_round(subject),
        form_key=form.key,
        form_version=form.version,
        title=form.title.zh,
        values=as_json(values),
        personal=sorted(clear),
        submitted_by_id=current_asker().account_id,
        materials=[material_as_json(line) for line in found.materials],
        corrections=[correction_as_json(_masked(form, each, clear)) for each in found.corrections],
        sealed=sealed({"typed": typed_content(typed), "clear": clear}, f"submission:{subject}"),
    )
    row.save()
    _pass_on_corrections(form, row, found, clear)
    discard_draft(subject=subject)
    return row


def _next_round(subject: str) -> int:
    return (FormSubmission.objects.filter(subject=subject).aggregate(last=Max("round"))["last"] or 0) + 1


def _masked(form: Form, correction: Correction, clear: dict[str, str]) -> Correction:
    """The correction without personal values: a masked field keeps only that it was corrected."""
    if correction.path not in clear:
        return correction
    return Correction(correction.path, "＊", "＊", storable(correction.reason), correction.provenance)


def _pass_on_corrections(form: Form, row: FormSubmission, found: Checked, clear: dict[str, str]) -> None:
    """Tell whoever keeps a register what people say is wrong in it."""
    for correction in found.corrections:
        field = map_of(form).by_path[declared(correction.path)]
        record = queries.record_by_id(correction.provenance.record_id)
        if field.prefill is None or correction.path in clear:
            continue
        RecordCorrection(
            unit_id=record.unit_id,
            record=record,
            submission=row,
            fact=field.prefill[1],
            was=correction.was,
            now=storable(correction.now),
            reason=storable(correction.reason),
        ).save()


def _place_of(submission: FormSubmission) -> Any:
    """One's own submission is one's own affair; another's needs the power at its unit."""
    mine = submission.submitted_by_id is not None and submission.submitted_by_id == current_asker().account_id
    return Reach.SELF if mine else submission.unit_id


@action(title=_("Withdraw a submitted form"), at=lambda *, submission, **_rest: _place_of(submission))
def withdraw_submission(*, submission: FormSubmission, reason: str) -> FormSubmission:
    """Take a submission back; it stays readable.

    :raises Conflict: if it was withdrawn already
    :raises InvalidInput: without a reason
    """
    row = FormSubmission.objects.select_for_update().get(pk=submission.pk)
    if row.status == SubmissionStatus.WITHDRAWN:
        raise Conflict(
            _("This form was withdrawn already."), code="submission.withdrawn", hint=_("Reload the page.")
        )
    row.status, row.reason = SubmissionStatus.WITHDRAWN, reason_in(reason)
    row.save()
    return row


@action(title=_("Reveal a personal value of a form"), at=lambda *, submission, **_rest: _place_of(submission))
def reveal_value(*, submission: FormSubmission, path: str, purpose: str) -> str:
    """One personal value in clear; who saw it and why is in the audit chain (个人信息保护法 Art. 51).

    :raises InvalidInput: if there is no such personal value, or the purpose says nothing
    """
    if path not in submission.personal:
        raise InvalidInput(_("There is no such personal field."), field="path", code="personal_field")
    purpose_in(purpose)
    changes.record("reveal", reference(submission), field=path, purpose=storable(purpose.strip()))
    clear: dict[str, str] = opened(submission.sealed, f"submission:{submission.subject}")["clear"]
    return clear[path]


def purpose_in(purpose: str) -> None:
    """Insist that a purpose says something.

    :raises InvalidInput: ``purpose_missing``
    """
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise InvalidInput(
            _("Say what you need the value for."),
            field="purpose",
            code="purpose_missing",
            hint=_("Such as the matter you are handling; it is kept in the audit record."),
        )
