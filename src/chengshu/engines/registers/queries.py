"""Reads: forms, drafts, submissions, records. Row security decides which rows exist for the asker."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.registers import data
from chengshu.engines.registers.declared import declared_forms
from chengshu.engines.registers.definitions import read_form
from chengshu.engines.registers.entities import entity_type
from chengshu.engines.registers.entries import typed_from_values
from chengshu.engines.registers.models import (
    EntityRecord,
    FormDefinition,
    FormDraft,
    FormSubmission,
    FormVersion,
    RecordCorrection,
    SubmissionStatus,
    VersionState,
)
from chengshu.engines.registers.seals import opened, typed_again
from chengshu.engines.registers.values import correction_from_json, from_json, material_from_json
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.calendar import local_day
from chengshu.foundation.compiled import compiled
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.files.queries import files as visible_files
from chengshu.foundation.published import while_published


def today() -> date:
    """The day in Nansha."""
    return local_day(timezone.now())


def known_forms() -> frozenset[str]:
    """Keys of the forms that are declared by scenes or have a version in use."""
    return _forms_in_use() | {each.type.key for each in declared_forms()}


@while_published
def _forms_in_use() -> frozenset[str]:
    published = FormDefinition.objects.filter(versions__state=VersionState.PUBLISHED)
    return frozenset(published.values_list("key", flat=True))


def form(key: str, version: int | None = None) -> data.Form:
    """The version in use, or the one asked for.

    :raises Missing: if there is none that the asker may see
    """
    if version is None:
        found = _form_in_use(storable(key))
    else:
        versions = FormVersion.objects.select_related("definition").filter(definition__key=storable(key))
        row = versions.filter(number=version).first()
        found = form_of(row) if row is not None else None
    if found is None:
        raise Missing(
            _("There is no form “%(key)s” in use.") % {"key": key},
            code="form.missing",
            hint=_("Load the base data, or publish a version of it."),
        )
    return found


@while_published
def _form_in_use(key: str) -> data.Form | None:
    """The published version, which everybody may read."""
    found = (
        FormVersion.objects.select_related("definition")
        .filter(definition__key=key, state=VersionState.PUBLISHED)
        .first()
    )
    return form_of(found) if found is not None else None


def form_of(version: FormVersion) -> data.Form:
    """The form of a stored version."""
    read = _read(version.definition.key, version.number, version.digest, version.source)
    return (
        read
        if read.state == version.state
        else dataclasses.replace(read, state=cast(data.FormState, version.state))
    )


@functools.lru_cache(maxsize=512)
def _read(key: str, number: int, digest: str, source: str) -> data.Form:
    """Reading a definition takes some milliseconds; a version never changes."""
    return read_form(key, source, version=number)


def definitions() -> QuerySet[FormDefinition]:
    """Every form with its versions, by title."""
    return FormDefinition.objects.select_related("unit").prefetch_related(
        "versions__author", "versions__reviewer"
    )


def definition_by_key(key: str) -> FormDefinition:
    """One form.

    :raises Missing: if there is none of this key
    """
    found = definitions().filter(key=storable(key)).first()
    if found is None:
        raise Missing(
            _("There is no form “%(key)s”.") % {"key": key},
            code="form.missing",
            hint=_("Go back to the list of forms."),
        )
    return found


def version_of(key: str, number: int) -> FormVersion:
    """One version.

    :raises Missing: if there is none that the asker may see
    """
    found = (
        FormVersion.objects.select_related("definition", "author", "reviewer")
        .filter(definition__key=storable(key), number=number)
        .first()
    )
    if found is None:
        raise Missing(
            _("There is no such version of the form, or you may not see it."),
            code="form.missing",
            hint=_("Go back to the form."),
        )
    return found


def form_lines() -> tuple[data.FormLine, ...]:
    """Every form for a list."""
    return tuple(_line(each) for each in definitions())


def _line(definition: FormDefinition) -> data.FormLine:
    versions = list(definition.versions.all())
    used = next((each for each in versions if each.state == VersionState.PUBLISHED), None)
    newest = versions[0] if versions else None
    is_open = newest is not None and newest.state in (VersionState.DRAFT, VersionState.REVIEW)
    return data.FormLine(
        key=definition.key,
        title=str(form_of(used).title) if used else definition.title,
        version=used.number if used else None,
        unit_name=definition.unit.shown_name,
        origin=definition.origin,
        draft=newest.number if newest is not None and is_open else None,
        changed_at=newest.saved_at if newest else None,
    )


# Drafts and submissions


def draft_row(subject: str) -> FormDraft | None:
    account = current_asker().account_id
    return next(iter(_drafts_for(account, subject)), None) if account else None


@compiled
def _drafts_for(account_id: int, subject: str) -> QuerySet[FormDraft]:
    return FormDraft.objects.filter(account_id=account_id, subject=subject)


def drafts() -> tuple[data.Draft, ...]:
    """The asker's own, newest first."""
    account = current_asker().account_id
    return tuple(draft_of(each) for each in _drafts_of(account)) if account else ()


@compiled
def _drafts_of(account_id: int) -> QuerySet[FormDraft]:
    return FormDraft.objects.filter(account_id=account_id)


def draft_of(row: FormDraft) -> data.Draft:
    typed = typed_again(opened(row.typed_sealed, f"draft:{row.account_id}:{row.subject}"))
    return data.Draft(row.subject, row.form_key, row.form_version, row.title, typed, row.saved_at)


@compiled
def submission_rows(subject: str) -> QuerySet[FormSubmission]:
    """Every submission for a subject, newest first."""
    return (
        FormSubmission.objects.select_related("unit", "submitted_by")
        .filter(subject=subject)
        .order_by("-round")
    )


def submission_by_id(submission_id: int) -> FormSubmission:
    """One submission.

    :raises Missing: if there is none that the asker may see
    """
    found = FormSubmission.objects.select_related("unit", "submitted_by").filter(pk=submission_id).first()
    if found is None:
        raise Missing(
            _("There is no such submitted form, or you may not see it."),
            code="submission.missing",
            hint=_("Go back to where you came from and reload."),
        )
    return found


def submissions_of(rows: Sequence[FormSubmission]) -> tuple[data.Submission, ...]:
    """Rows of one subject, newest first; of those that were not withdrawn only the newest holds."""
    holding = next((row.pk for row in rows if row.status == SubmissionStatus.SUBMITTED), None)
    return tuple(submission_of(row, holds=row.pk == holding) for row in rows)


def submission_of(row: FormSubmission, *, holds: bool = True) -> data.Submission:
    submitted: data.SubmissionState = "submitted" if holds else "superseded"
    used = form(row.form_key, row.form_version)
    return data.Submission(
        submission_id=row.pk,
        subject=row.subject,
        round=row.round,
        state="withdrawn" if row.status == SubmissionStatus.WITHDRAWN else submitted,
        form_key=row.form_key,
        form_version=row.form_version,
        title=str(used.title),
        unit_id=row.unit_id,
        unit_name=row.unit.shown_name,
        submitted_at=row.submitted_at,
        submitted_by=str(row.submitted_by or ""),
        values=from_json(used, row.values),
        materials=tuple(material_from_json(each) for each in row.materials),
        corrections=tuple(correction_from_json(each) for each in row.corrections),
        personal=tuple(row.personal),
        reason=row.reason,
    )


def entries_again(row: FormSubmission) -> data.Typed:
    """What was typed into a submission, to correct it and hand it in anew.

    Whoever handed it in gets it as it was typed; for everybody else personal values are left out.
    """
    if row.submitted_by_id is not None and row.submitted_by_id == current_asker().account_id:
        return typed_again(opened(row.sealed, f"submission:{row.subject}")["typed"])
    submission = submission_of(row)
    made_with = form(row.form_key, row.form_version)
    typed = typed_from_values(made_with, submission.values, submission.materials)
    return data.Typed({path: values for path, values in typed.entries.items() if path not in row.personal})


# Registers


def records(register: str, *, on: date | None = None) -> QuerySet[EntityRecord]:
    """The records of a register, of a day or ever."""
    found = EntityRecord.objects.filter(register=register)
    if on is None:
        return found
    return found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


def record_by_id(record_id: int) -> EntityRecord:
    """One record.

    :raises Missing: if there is none that the asker may see
    """
    found = EntityRecord.objects.filter(pk=record_id).first()
    if found is None:
        raise Missing(
            _("There is no such record, or you may not see it."),
            code="record.missing",
            hint=_("Search by the key."),
        )
    return found


def records_of(register: str, typed_key: str) -> tuple[data.RecordView, ...]:
    """Every state of an entity, newest first.

    :raises InvalidInput: if the key is none
    """
    digest = entity_type(register).digest(typed_key)
    return tuple(
        record_of(each) for each in records(register).filter(key_digest=digest).order_by("-valid_from")
    )


def record_of(row: EntityRecord) -> data.RecordView:
    return data.RecordView(
        record_id=row.pk,
        register=row.register,
        key=row.key_shown,
        facts=row.facts,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        as_of=row.as_of,
        recorded_at=row.recorded_at,
        unit_id=row.unit_id,
    )


def corrections(state: str = "") -> QuerySet[RecordCorrection]:
    """What people corrected in the records of one's units, newest first."""
    found = RecordCorrection.objects.select_related("record", "unit")
    return found.filter(state=state) if state else found


def correction_by_id(correction_id: int) -> RecordCorrection:
    """One correction.

    :raises Missing: if there is none that the asker may see
    """
    found = corrections().filter(pk=correction_id).first()
    if found is None:
        raise Missing(
            _("There is no such correction, or you may not see it."),
            code="correction.missing",
            hint=_("Go back to the list."),
        )
    return found


class PlatformSources:
    """The platform's answers to checking; see ``sources.Sources``."""

    def files(self, ids: Sequence[int]) -> Mapping[int, data.FileLine]:
        if not ids:
            return {}
        found = visible_files().filter(pk__in=ids)
        return {file.pk: data.FileLine(file.pk, file.name, file.content.size) for file in found}

    def record(self, register: str, typed_key: str) -> data.RecordView | None:
        try:
            digest = entity_type(register).digest(typed_key)
        except InvalidInput:
            return None
        current = records(register, on=today()).filter(key_digest=digest)
        found = current.order_by(F("valid_from").desc(), "-recorded_at").first()
        return record_of(found) if found is not None else None
