"""Forms, material lists, drafts, submissions and entity registers: the door for hub and scenes.

The usual round trip of a page::

    form = api.form("sample.venue_use")
    typed = api.typed_from(form, request.POST, request.FILES, unit=unit)      # exactly as entered
    if typed.gesture:                                                         # “add a row”: draw again, check nothing
        return page(api.view(form, typed, unit=unit))
    try:
        submission = api.submit_form(subject="case:17", form=form, typed=typed, unit=unit)
    except data.FormRefused as refused:
        return page(api.view(form, typed, refused.errors, unit=unit), status=422)
    variables = api.variables_of(form, submission.values)

In the template, within one's own ``<form>``::

    {% import "registers/form.html" as forms with context %}
    {{ forms.fields(view) }}        {# with its error summary: forms.filled(view) #}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from chengshu.engines.registers import actions, data, entries, offers, presenting, printing, queries
from chengshu.engines.registers.checking import checked
from chengshu.engines.registers.code_lists import code_list, code_lists, register_code_list
from chengshu.engines.registers.data import FormRefused
from chengshu.engines.registers.declared import FormType, register_form_types
from chengshu.engines.registers.definitions import DefinitionRefused, read_form
from chengshu.engines.registers.entities import EntityField, EntityType, register_entity_type
from chengshu.engines.registers.entries import typed_from_values, typed_of
from chengshu.engines.registers.paths import declared, map_of
from chengshu.engines.registers.storing import with_stored_files
from chengshu.engines.registers.subjects import register_subject
from chengshu.engines.registers.values import names_passed_on, variables_of
from chengshu.foundation.errors import Missing
from chengshu.foundation.orgs.models import Unit

record_entity = actions.record_entity
load_declared_forms = actions.load_declared_forms
known_forms = queries.known_forms
forms = queries.form_lines
form = queries.form
records_of = queries.records_of
drafts = queries.drafts


def variables_passed_by(key: str) -> frozenset[str] | None:
    """The names of the process variables that a form's fields hand over; None when no such form is in use."""
    try:
        return names_passed_on(queries.form(key))
    except Missing:
        return None


def typed_from(
    form: data.Form,
    post: QueryDict,
    files: MultiValueDict[str, UploadedFile] | None = None,
    *,
    unit: Unit | None = None,
) -> data.Typed:
    """What a request brings for a form, exactly as it was entered.

    :param files: sent along by a page without scripts; stored for ``unit`` at once, so inside a request that may write
    """
    typed = entries.typed_in(form, post)
    return with_stored_files(form, typed, files, unit) if files and unit is not None else typed


def view(
    form: data.Form,
    typed: data.Typed,
    errors: Sequence[data.FieldError] = (),
    *,
    read_only: bool = False,
    prefilled: Mapping[str, data.Prefilled] | None = None,
    unit: Unit | None = None,
) -> data.FormView:
    """The form as ``registers/form.html`` draws it.

    :param prefilled: what the registers offer; found anew when not given
    :param unit: whose files are uploaded; by default the asker's own
    """
    sources = queries.PlatformSources()
    read = entries.Entries(form, typed)
    offered = offers.offers(form, read, sources) if prefilled is None else prefilled
    drawing = presenting.Drawing(read, queries.today(), sources, prefilled=offered, read_only=read_only)
    return presenting.form_view(form, drawing, errors, unit=unit)


def submission_view(submission: data.Submission) -> data.FormView:
    """A submission for reading, drawn with the version it was made with; personal values are masked."""
    made_with = queries.form(submission.form_key, submission.form_version)
    return presenting.submitted_view(
        made_with, submission, today=queries.today(), sources=queries.PlatformSources()
    )


def check(form: data.Form, typed: data.Typed, *, on: date | None = None) -> data.Checked:
    """The values, or why it cannot be accepted, field by field.

    :param on: the day to check for; today if not said
    """
    return checked(form, typed, today=on or queries.today(), sources=queries.PlatformSources())


def prefill(form: data.Form, typed: data.Typed) -> dict[str, data.Prefilled]:
    """What the registers offer, by path, for the keys that are typed already; with source and day."""
    return offers.offers(form, entries.Entries(form, typed), queries.PlatformSources())


def with_prefilled(form: data.Form, typed: data.Typed, offered: Mapping[str, data.Prefilled]) -> data.Typed:
    """The entries with what is still empty filled from the registers; personal facts stay out."""
    return offers.filled_in(form, typed, offered)


def notes_on(form: data.Form, typed: data.Typed, path: str) -> list[str]:
    """Remarks on one field that refuse nothing, such as that a day is not worked."""
    field = map_of(form).by_path.get(declared(path))
    return [str(each) for each in presenting.notes_of_value(field, typed.all(path))] if field else []


def title_of(submission: data.Submission, path: str) -> str:
    """The title of a field of a submission."""
    made_with = queries.form(submission.form_key, submission.form_version)
    return str(map_of(made_with).by_path[declared(path)].title)


def draft(subject: str) -> data.Draft | None:
    """The asker's own draft for a subject."""
    row = queries.draft_row(subject)
    return queries.draft_of(row) if row is not None else None


def submission(subject: str) -> data.Submission | None:
    """The one that holds for a subject, if the asker may see it: the newest that was not withdrawn."""
    return next((each for each in history(subject) if each.state == "submitted"), None)


def history(subject: str) -> tuple[data.Submission, ...]:
    """Every submission for a subject that the asker may see, newest first."""
    return queries.submissions_of(queries.submission_rows(subject))


def submission_by_id(submission_id: int) -> data.Submission:
    """One submission.

    :raises Missing: if there is none that the asker may see
    """
    row = queries.submission_by_id(submission_id)
    rows = queries.submissions_of(queries.submission_rows(row.subject))
    return next(each for each in rows if each.submission_id == submission_id)


def entries_of(submission: data.Submission) -> data.Typed:
    """What was typed into a submission, to correct it and hand it in anew.

    Whoever handed it in gets it as it was typed; for everybody else personal values are left out: they are masked in
    ``submission.values``, and a mask is no value.

    :raises Missing: if the asker may not see it
    """
    return queries.entries_again(queries.submission_by_id(submission.submission_id))


def paper(submission: data.Submission, *, file_format: str = "pdf") -> bytes:
    """The filled form for printing, with its material list and, where materials follow, the letter of commitment.

    :param file_format: ``pdf`` or ``docx``
    :raises InvalidInput: for another format
    """
    return printing.paper(submission, submission_view(submission), file_format)


def receipt(submission: data.Submission, *, file_format: str = "pdf") -> bytes:
    """The receipt for the materials handed in (收件回执).

    :raises InvalidInput: for a format other than ``pdf`` and ``docx``
    """
    return printing.receipt(submission, file_format)


def save_draft(*, subject: str, form: data.Form, typed: data.Typed) -> data.Draft:
    """Keep what was entered, as it was entered, for the asker alone. Action ``registers.save_draft``.

    :raises InvalidInput: if the subject is none
    """
    return queries.draft_of(actions.save_draft(subject=subject, form=form, typed=typed))


def discard_draft(*, subject: str) -> None:
    """Forget the asker's draft. Action ``registers.discard_draft``."""
    actions.discard_draft(subject=subject)


def submit_form(*, subject: str, form: data.Form, typed: data.Typed, unit: Unit) -> data.Submission:
    """Hand a form in to ``unit``; it takes the place of an earlier one and ends the draft.

    Action ``registers.submit_form``: any signed-in person; whether for this subject is for the caller to say.

    :raises FormRefused: with every error
    """
    row = actions.submit_form(subject=subject, form=form, typed=typed, unit=unit)
    return queries.submission_of(row)


def withdraw_submission(*, submission_id: int, reason: str) -> data.Submission:
    """Take a submission back: one's own, or with the power at its unit. Action ``registers.withdraw_submission``.

    :raises Missing: if there is none that the asker may see
    :raises Conflict: if it was withdrawn already
    """
    row = queries.submission_by_id(submission_id)
    return queries.submission_of(actions.withdraw_submission(submission=row, reason=reason))


def reveal_value(*, submission_id: int, path: str, purpose: str) -> str:
    """A personal value in clear; who, what and why is in the audit chain. Action ``registers.reveal_value``.

    :param path: one of ``submission.personal``
    :raises InvalidInput: if there is no such value, or the purpose says nothing
    """
    return actions.reveal_value(
        submission=queries.submission_by_id(submission_id), path=path, purpose=purpose
    )


__all__ = [
    "DefinitionRefused",
    "EntityField",
    "EntityType",
    "FormRefused",
    "FormType",
    "check",
    "code_list",
    "code_lists",
    "discard_draft",
    "draft",
    "drafts",
    "entries_of",
    "form",
    "forms",
    "history",
    "known_forms",
    "load_declared_forms",
    "notes_on",
    "paper",
    "prefill",
    "read_form",
    "receipt",
    "record_entity",
    "records_of",
    "register_code_list",
    "register_entity_type",
    "register_form_types",
    "register_subject",
    "reveal_value",
    "save_draft",
    "submission",
    "submission_by_id",
    "submission_view",
    "submit_form",
    "title_of",
    "typed_from",
    "typed_from_values",
    "typed_of",
    "variables_of",
    "variables_passed_by",
    "view",
    "with_prefilled",
    "withdraw_submission",
]
