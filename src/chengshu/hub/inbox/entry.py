"""Where forms and cases meet: which form belongs to which case or step, and under which subject it is kept.

Cases carry keys and decisions, forms carry everything else; only what a form marks as a variable travels from one to
the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import AttachmentView, CaseView, DefinitionView, TaskView
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import Field, FieldError, Form, FormView, Submission, Typed
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Missing
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services.api import (
    MaterialLine,
    application,
    application_id_of_case,
    material_lines,
    subject_of,
)
from chengshu.hub.services.data import MaterialState


def start_subject(definition: str) -> str:
    """The draft of somebody who has not filed yet."""
    return f"start:{definition}"


def case_subject(case_id: int) -> str:
    """What the case is about: the application that it handles, else what it was filed with in the inbox."""
    application_id = application_id_of_case(case_id)
    return f"case:{case_id}" if application_id is None else subject_of(application_id)


def task_subject(task_id: int) -> str:
    """What was entered at one step."""
    return f"task:{task_id}"


def form_named(key: str) -> Form | None:
    """A form by its key; None for no key or a form that is gone."""
    if not key:
        return None
    try:
        return registers.form(key)
    except Missing:
        return None


def start_form_of(definition: str) -> str:
    """The key of the form by which cases of a definition are filed; empty without one."""
    try:
        return cases.definition(definition).start_form
    except Missing:
        return ""


def subject_of_step(task: TaskView, case: CaseView) -> str:
    """A step that shows the application's own form changes the application; any other has its own entry."""
    if task.form and task.form == start_form_of(case.definition):
        return case_subject(case.case_id)
    return task_subject(task.task_id)


def typed_for_step(form: Form, subject: str, draft_of: str) -> Typed:
    """What the step's form shows when it is opened: the asker's draft, or what was handed in before."""
    draft = registers.draft(draft_of)
    if draft is not None:
        return draft.typed
    earlier = registers.submission(subject)
    return registers.entries_of(earlier) if earlier is not None else Typed()


def read_entry(form: Form, request: HttpRequest, unit: Unit | None) -> Typed:
    return registers.typed_from(form, request.POST, request.FILES, unit=unit)


def drawn(form: Form, typed: Typed, errors: Sequence[FieldError] = (), unit: Unit | None = None) -> FormView:
    return registers.view(form, typed, errors, unit=unit)


def unit_of_asker(otherwise: int) -> Unit:
    """The unit whose files the asker brings: their own, or the case's."""
    return Unit.objects.get(pk=current_asker().unit_id or otherwise)


def variables_for(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a form passes on to the process, as JSON: whole numbers as int, others as float, days as FEEL writes them.

    A form keeps amounts to two places, which a float holds exactly; the amount itself stays in the form as entered.
    """
    return {name: _as_json(value) for name, value in registers.variables_of(form, values).items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | time):
        return {"@": value.isoformat()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _as_json(each) for name, each in value.items()}
    return value


def attach_files(case_id: int, form: Form, submission: Submission, *, node: str = "") -> None:
    """Put the files of a form among the documents of its case, so that whoever reads the case can open them."""
    kept = {one.file_id for one in cases.attachments_of(case_id)}
    for kind, file_id in _files_in(form.fields, submission.values):
        if file_id not in kept:
            cases.attach_file(case_id=case_id, file_id=file_id, kind=kind, node=node)
    for line in submission.materials:
        for file_id in line.files:
            if file_id not in kept:
                cases.attach_file(case_id=case_id, file_id=file_id, kind=line.key, node=node)


def _files_in(fields: Sequence[Field], values: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The name of each file field with the ids in it, through groups and rows."""
    for field in fields:
        value = values.get(field.name)
        if not value:
            continue
        if field.kind == "files":
            yield from ((field.name, int(file_id)) for file_id in value)
        elif field.kind == "group":
            yield from _files_in(field.fields, value)
        elif field.kind == "rows":
            for row in value:
                yield from _files_in(field.fields, row)


def submissions_of(case: CaseView) -> list[Submission]:
    """Everything entered in a case in the order of its life: the application, then each step's form."""
    return _submissions(case, case_subject(case.case_id))


def _submissions(case: CaseView, own: str) -> list[Submission]:
    """
    :param own: from :func:`case_subject`
    """
    subjects = [own]
    subjects += [task_subject(task.task_id) for task in case.tasks if task.form and task.completed_at]
    found = [registers.submission(subject) for subject in subjects]
    return [submission for submission in found if submission is not None]


def application_view(case: CaseView) -> FormView | None:
    """The application of a case for reading; materials of an application are its own, see :func:`materials_of`."""
    own = case_subject(case.case_id)
    found = registers.submission(own)
    return _shown(case, own, found) if found is not None else None


def views_of(case: CaseView) -> list[FormView]:
    """Everything entered in a case, for reading."""
    own = case_subject(case.case_id)
    return [_shown(case, own, submission) for submission in _submissions(case, own)]


def steps_entered(case: CaseView) -> list[FormView]:
    """What earlier steps entered into their forms, for reading."""
    done = [task_subject(task.task_id) for task in case.tasks if task.form and task.completed_at]
    found = [registers.submission(subject) for subject in done]
    return [registers.submission_view(submission) for submission in found if submission is not None]


def _shown(case: CaseView, own: str, submission: Submission) -> FormView:
    """A submission for reading, without the materials where an application keeps them.

    :param own: from :func:`case_subject`
    """
    view = registers.submission_view(submission)
    is_of_application = submission.subject == own != f"case:{case.case_id}"
    return replace(view, materials=()) if is_of_application else view


def materials_of(case: CaseView) -> list[MaterialLine]:
    """How each material of the application came that a case handles; none for a case that nobody applied for."""
    application_id = application_id_of_case(case.case_id)
    if application_id is None:
        return []
    asked = [each for each in application(application_id).materials if each.state != MaterialState.NOT_NEEDED]
    return material_lines(asked)


def documents_of(case: CaseView, materials: Sequence[MaterialLine]) -> list[AttachmentView]:
    """The documents of a case that are not materials of its application, which are listed by themselves."""
    keys = {line.key for line in materials}
    return [one for one in case.attachments if one.kind not in keys]


def shown_variables(case: CaseView) -> list[tuple[str, Any]]:
    """The plain variables of a case without a form, for people: no records, no inner marks."""
    plain = (str, int, float, bool)
    return [
        (name, value)
        for name, value in case.variables.items()
        if isinstance(value, plain) and value != "" and not name.startswith("#")
    ]


def service_named(key: str) -> DefinitionView:
    """A service that the asker may file.

    :raises Missing: if there is none
    """
    return cases.definition(key)
