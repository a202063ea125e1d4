"""The grid in which a form's content is written: every cell with its own error, everything typed kept.

Pressing "check" shows what each value means, what would change and what the linter says, before anything is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengshu.foundation.errors import Conflict, InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Option
from chengshu.hub.promises.actions.adjusting import edit_form, require_editable
from chengshu.hub.promises.actions.versions import named
from chengshu.hub.promises.drafts import (
    LONGEST_GOAL,
    LONGEST_NAME,
    LONGEST_VALUE,
    CellChange,
    Draft,
    DraftRow,
    differences,
    draft_of,
    refiled,
    weight_in,
)
from chengshu.hub.promises.families import FAMILIES
from chengshu.hub.promises.lint import Finding as Found
from chengshu.hub.promises.lint import rules
from chengshu.hub.promises.models import Form, FormKind
from chengshu.hub.promises.pages.board.wording import SEVERITY_TONES
from chengshu.hub.promises.pages.review import words
from chengshu.hub.promises.proposals import findings_of
from chengshu.hub.promises.subjects import Subject, subject_of
from chengshu.hub.promises.targets import direction, meaning, parse
from chengshu.hub.promises.texts import typed

MOST_ROWS = 200


@dataclass(frozen=True)
class Cells:
    """One line of the grid as it was typed, with the errors of its cells."""

    ref: str
    l2: str
    name: str
    period: str
    annual: str
    weight: str
    is_removed: bool
    errors: Mapping[str, Words]
    printed_class: str = ""


@dataclass(frozen=True)
class Preview:
    """What the typed content would mean."""

    meanings: Mapping[str, tuple[str, str]]
    changes: Sequence[CellChange]
    findings: Sequence[tuple[Found, str, Words]]

    @property
    def errors(self) -> int:
        return sum(1 for found, _tone, _title in self.findings if found.severity.value == "E")


@dataclass(frozen=True)
class Typed:
    """Everything that the form of this page carries, and what is wrong with it."""

    rows: Sequence[Cells]
    goal: str
    reason: str
    errors: Mapping[str, Words]

    @property
    def has_errors(self) -> bool:
        return bool(self.errors) or any(row.errors for row in self.rows if not row.is_removed)


@door("promises.edit_form")
@require_http_methods(["GET", "POST"])
def adjust(request: HttpRequest, ref: str) -> HttpResponse:
    form = words.form_asked(request, ref)
    subject = subject_of(form)
    require_editable(subject)
    if request.method == "GET":
        return _page(request, subject, _as_typed(draft_of(subject.version), ""), subject.version.number)
    given, draft = _read(request.POST, form, draft_of(subject.version))
    version = request.POST.get("version", "")
    based_on = int(version) if version.isascii() and version.isdigit() else 0
    wish = request.POST.get("do", "save")
    if wish == "add":
        given = replace(given, rows=[*given.rows, _blank()])
        return _page(request, subject, given, based_on)
    if given.has_errors:
        return _page(request, subject, given, based_on, status=422)
    if wish == "check":
        return _page(request, subject, given, based_on, preview=_preview(subject, draft))
    return _save(request, subject, given, draft, based_on)


def _save(request: HttpRequest, subject: Subject, given: Typed, draft: Draft, based_on: int) -> HttpResponse:
    try:
        version = edit_form(form=subject.form, draft=draft, based_on=based_on, reason=given.reason)
    except InvalidInput as error:
        failed = replace(given, errors={error.field or "form": str(error)})
        return _page(request, subject, failed, based_on, status=422)
    except Conflict as error:
        if error.code != "version.stale":
            raise
        failed = replace(given, errors={"form": str(error)})
        return _page(request, subject, failed, based_on, status=409)
    response = HttpResponseRedirect(words.form_url(subject.form))
    return flash(response, "success", _("Saved as version %(number)s.") % {"number": version.number})


def _as_typed(draft: Draft, reason: str) -> Typed:
    rows = [
        Cells(
            ref=row.ref,
            l2="",
            name=row.name,
            period=row.period_raw,
            annual=row.annual_raw,
            weight="" if row.weight is None else str(row.weight),
            is_removed=False,
            errors={},
            printed_class=_printed_class(row),
        )
        for row in draft.rows
    ]
    return Typed(rows, draft.goal, reason, {})


def _printed_class(row: DraftRow) -> str:
    return f"{row.l2_code} {row.l2_name}".strip() or "—"


def _blank() -> Cells:
    return Cells("", "", "", "", "", "", is_removed=False, errors={})


def _read(posted: QueryDict, form: Form, known: Draft) -> tuple[Typed, Draft]:
    """The grid as typed with its errors, and the draft of what is left of it."""
    columns = [
        posted.getlist(name)[:MOST_ROWS] for name in ("ref", "l2", "name", "period", "annual", "weight")
    ]
    length = min(len(column) for column in columns)
    removed = set(posted.getlist("remove"))
    rows: list[Cells] = []
    kept: list[DraftRow] = []
    for index, (ref, l2, name, period, annual, weight) in enumerate(
        zip(*(column[:length] for column in columns), strict=True)
    ):
        if not any((ref, l2, name.strip(), period.strip(), annual.strip())):
            continue
        cells = Cells(ref, l2, name, period, annual, weight, str(index) in removed, {})
        checked, row = _row(cells, form, known)
        rows.append(checked)
        if row is not None and not cells.is_removed:
            kept.append(row)
    errors: dict[str, Words] = {}
    goal = _cell(posted.get("goal", ""), "goal", LONGEST_GOAL, errors)
    _cell(posted.get("reason", ""), "reason", 2000, errors)
    return Typed(rows, posted.get("goal", ""), posted.get("reason", ""), errors), Draft(goal, tuple(kept))


def _cell(text: str, field: str, longest: int, errors: dict[str, Words], *, required: bool = False) -> str:
    try:
        return typed(text, field=field, longest=longest, required=required)
    except InvalidInput as error:
        errors[field] = error.message
        return text


def _row(cells: Cells, form: Form, known: Draft) -> tuple[Cells, DraftRow | None]:
    errors: dict[str, Words] = {}
    before = known.row(cells.ref) if cells.ref else None
    row = before or DraftRow("", "", "", "", "", "", "", "")
    if cells.l2 or before is None:
        try:
            row = refiled(row, cells.l2, with_codes=form.kind == FormKind.PROJECT)
        except InvalidInput:
            errors["l2"] = _("Choose the class of this indicator.")
    weight = None
    try:
        weight = weight_in(cells.weight, "weight")
    except InvalidInput as error:
        errors["weight"] = error.message
    row = replace(
        row,
        name=_cell(cells.name, "name", LONGEST_NAME, errors, required=True),
        period_raw=_cell(cells.period, "period", LONGEST_VALUE, errors, required=True),
        annual_raw=_cell(cells.annual, "annual", LONGEST_VALUE, errors, required=True),
        weight=weight,
    )
    checked = replace(cells, errors=errors, printed_class=_printed_class(before) if before else "")
    return checked, None if errors else row


def _preview(subject: Subject, draft: Draft) -> Preview:
    form = subject.form
    content = named(form, draft)
    titles = {rule.code: rule.title for rule in rules()}
    found = findings_of(form, content)
    before = draft_of(subject.version.base or subject.version)
    return Preview(
        meanings={
            row.ref: (
                str(meaning(parse(row.annual_raw, row.name))),
                direction(row.name, parse(row.annual_raw, row.name)).value,
            )
            for row in content.rows
        },
        changes=differences(before, content),
        findings=[(one, SEVERITY_TONES[one.severity.value], titles[one.code]) for one in found],
    )


def _page(
    request: HttpRequest,
    subject: Subject,
    given: Typed,
    based_on: int,
    *,
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    form = subject.form
    context: dict[str, Any] = {
        "form": form,
        "subject": subject,
        "given": given,
        "version": based_on,
        "preview": preview,
        "classes": [Option(family.code, family.title) for family in FAMILIES],
        "class_names": {family.code: family.names[0] for family in FAMILIES},
        "errors": list(_summary(given)),
        "back": words.form_url(form),
        "breadcrumbs": words.crumbs(form, _("Edit")),
    }
    return render(request, "promises/adjust.html", context, status=status)


def _summary(given: Typed) -> Sequence[tuple[str, Words]]:
    found: list[tuple[str, Words]] = [
        ("" if field == "form" else f"id_{field}", message) for field, message in given.errors.items()
    ]
    for index, row in enumerate(given.rows):
        if not row.is_removed:
            found += [
                (f"id_{field}_{index}", f"{row.ref or _('New indicator')}：{message}")
                for field, message in row.errors.items()
            ]
    return found
