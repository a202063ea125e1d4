"""A form as it is drawn: every field with what was typed, whether it shows, what is wrong, and what a register says.

The same view serves filling in, reading and previewing. Hidden fields stay in it, so that nothing typed is lost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from chengshu.engines.registers.attachments import Limits
from chengshu.engines.registers.checking import limits_of
from chengshu.engines.registers.data import (
    BLANK_ROW,
    Correction,
    Field,
    FieldError,
    FieldView,
    FileLine,
    Form,
    FormView,
    Material,
    MaterialLine,
    MaterialState,
    MaterialView,
    Prefilled,
    RowView,
    Submission,
)
from chengshu.engines.registers.days import day_in, note_on_working_day
from chengshu.engines.registers.entries import Entries, typed_from_values
from chengshu.engines.registers.kinds import options_of
from chengshu.engines.registers.materials import asked_for, due_on, waiver
from chengshu.engines.registers.paths import MATERIALS, PLEDGE, REASON, id_of, joined, map_of, name_of
from chengshu.engines.registers.sources import Sources
from chengshu.engines.registers.validators import INPUT_MODES
from chengshu.foundation.calendar import NoticeMissing
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.formats import local_date

PURPOSE = "registers.attachment"
"""What the files of a form are stored as."""


@dataclasses.dataclass(frozen=True)
class Drawing:
    """What drawing a form needs to know besides the form itself."""

    entries: Entries
    today: date
    sources: Sources
    errors: Mapping[str, str] = dataclasses.field(default_factory=dict)
    prefilled: Mapping[str, Prefilled] = dataclasses.field(default_factory=dict)
    read_only: bool = False
    remarks: Mapping[str, str] = dataclasses.field(default_factory=dict)
    lines: Mapping[str, MaterialLine] = dataclasses.field(default_factory=dict)

    def error(self, path: str) -> str:
        return self.errors.get(path, "")


def form_view(
    form: Form, drawing: Drawing, errors: Sequence[FieldError] = (), *, unit: Unit | None = None
) -> FormView:
    """The form for ``registers/form.html``.

    :param unit: whose files are stored when some are attached
    """
    drawing = dataclasses.replace(drawing, errors={each.path: _sentence(each) for each in errors})
    typed = drawing.entries.typed
    materials = tuple(_material(form, each, drawing) for each in form.materials)
    fields = list(map_of(form).by_path.values())
    return FormView(
        key=form.key,
        version=form.version,
        title=str(form.title),
        help=str(form.help),
        fields=_group(form.fields, "", drawing),
        materials=materials,
        errors=tuple((_anchor(each), _summary(each)) for each in errors),
        read_only=drawing.read_only,
        has_logic=any(_logic(each) for each in fields) or any(each.show_when for each in form.materials),
        has_rows=any(each.kind == "rows" for each in fields),
        has_files=bool(form.materials) or any(each.kind == "files" for each in fields),
        needs_pledge=any(each.can_defer for each in materials),
        pledged=bool(typed.first(PLEDGE)),
        pledge_error=drawing.error(PLEDGE),
        upload_url=_upload_url(unit),
        check_url="" if drawing.read_only else reverse("registers:check", args=[form.key, form.version]),
    )


def submitted_view(form: Form, submission: Submission, *, today: date, sources: Sources) -> FormView:
    """A submission for reading: what it meant, with what was corrected and where each material stands."""
    entries = Entries(form, typed_from_values(form, submission.values, submission.materials))
    remarks = {each.path: _correction(each) for each in submission.corrections}
    lines = {line.key: line for line in submission.materials}
    return form_view(form, Drawing(entries, today, sources, read_only=True, remarks=remarks, lines=lines))


def _correction(correction: Correction) -> str:
    return _("Corrected: the register says “%(was)s” (%(source)s, as of %(day)s). Reason: %(reason)s") % {
        "was": correction.was,
        "source": correction.provenance.source,
        "day": correction.provenance.as_of.isoformat(),
        "reason": correction.reason,
    }


def _sentence(error: FieldError) -> str:
    return f"{error.reason} {error.next_step}".strip()


def _summary(error: FieldError) -> str:
    return f"{error.title}{_(': ')}{_sentence(error)}" if error.title else _sentence(error)


def _anchor(error: FieldError) -> str:
    return id_of(error.path) if error.path else ""


def _upload_url(unit: Unit | None) -> str:
    of_unit = f"unit={unit.pk}&" if unit is not None else ""
    return f"{reverse('files:begin_upload')}?{of_unit}purpose={PURPOSE}"


def _group(fields: tuple[Field, ...], prefix: str, drawing: Drawing) -> tuple[FieldView, ...]:
    return tuple(_field(field, joined(prefix, field.name), drawing) for field in fields)


def _field(field: Field, path: str, drawing: Drawing) -> FieldView:
    """One field; what only its kind has is added by ``_particulars``."""
    typed = drawing.entries.typed.all(path)
    plain = FieldView(
        path=path,
        name=name_of(path),
        id=id_of(path),
        kind=field.kind,
        title=str(field.title),
        help=str(field.help),
        required=field.required,
        width=field.width,
        unit=str(field.unit),
        value=typed[0] if typed else "",
        values=typed,
        error=drawing.error(path),
        notes=tuple(_notes(field, path, typed, drawing)),
        shown=drawing.entries.is_shown_itself(path),
        read_only=drawing.read_only or field.kind == "computed",
        personal=bool(field.masked),
        logic=_logic(field),
        input_mode=INPUT_MODES.get(field.validator, ""),
        max_length=field.max_length,
        places=field.places,
        prefilled=drawing.prefilled.get(path),
        reason_name=name_of(f"{path}.{REASON}") if path in drawing.prefilled else "",
        reason=drawing.entries.typed.first(f"{path}.{REASON}"),
        reason_error=drawing.error(f"{path}.{REASON}"),
    )
    view = dataclasses.replace(plain, **_particulars(field, path, typed, drawing))
    return dataclasses.replace(view, display=_display(field, view)) if drawing.read_only else view


def _logic(field: Field) -> dict[str, Any]:
    logic: dict[str, Any] = {}
    if field.show_when is not None:
        logic["show"] = field.show_when
    if field.computed is not None:
        logic["computed"] = field.computed
    return logic


def _particulars(field: Field, path: str, typed: tuple[str, ...], drawing: Drawing) -> dict[str, Any]:
    match field.kind:
        case "choice" | "choices":
            return {"options": options_of(field, drawing.today, typed), "radio": field.radio}
        case "group":
            return {"fields": _group(field.fields, path, drawing)}
        case "rows":
            return _rows(field, path, drawing)
        case "files":
            limits = limits_of(field)
            lines = _files(typed, drawing)
            return {
                "files": lines,
                "accept": limits.accept,
                "most_bytes": field.most_bytes,
                "multiple": field.max_rows > 1,
            }
        case "computed":
            number = drawing.entries.computed(field, path)
            return {"value": "" if number is None else f"{number:f}"}
    return {}


def _rows(field: Field, path: str, drawing: Drawing) -> dict[str, Any]:
    count, least = drawing.entries.row_count(field), max(field.min_rows, int(field.required))
    changes = not drawing.read_only
    return {
        "rows": tuple(_row(field, path, number, drawing) for number in range(count)),
        "blank": _row(field, path, BLANK_ROW, drawing) if changes else None,
        "row_title": str(field.row_title) or str(field.title),
        "least_rows": least,
        "most_rows": field.max_rows,
        "can_add": changes and count < field.max_rows,
        "can_remove": changes and count > least,
    }


def _row(field: Field, path: str, number: int, drawing: Drawing) -> RowView:
    title = str(field.row_title) or str(field.title)
    return RowView(number, f"{title} {number + 1}", _group(field.fields, f"{path}.{number}", drawing))


def _files(typed: Sequence[str], drawing: Drawing) -> tuple[FileLine, ...]:
    ids = [int(text) for text in typed if text.isascii() and text.isdigit() and len(text) <= 18]
    found = drawing.sources.files(ids) if ids else {}
    return tuple(
        found.get(each) or FileLine(each, _("file %(number)s") % {"number": each}, 0, known=False)
        for each in ids
    )


def _notes(field: Field, path: str, typed: tuple[str, ...], drawing: Drawing) -> Iterator[str]:
    if path in drawing.remarks:
        yield drawing.remarks[path]
    yield from notes_of_value(field, typed)


def notes_of_value(field: Field, typed: tuple[str, ...]) -> Iterator[str]:
    """Remarks on what was entered that refuse nothing."""
    day = day_in(typed[0]) if field.kind == "date" and typed else None
    if day is not None and field.working_day and (note := note_on_working_day(day)):
        yield str(note)


def _display(field: Field, view: FieldView) -> str:
    """What a value means, for reading."""
    if field.kind in ("choice", "choices"):
        titles = {option.value: str(option.title) for option in view.options}
        return _(", ").join(titles.get(value, value) for value in view.values if value)
    if not view.value:
        return ""
    match field.kind:
        case "yes_no":
            return _("Yes") if view.value == "1" else _("No")
        case "consent":
            return _("Confirmed")
        case "money" | "computed" | "number" | "integer":
            return _number(view.value)
        case "date":
            day = day_in(view.value)
            return local_date(day) if day else view.value
    return view.value


def _number(text: str) -> str:
    try:
        return f"{Decimal(text.replace(',', '')):,f}"
    except ArithmeticError:
        return text


def _material(form: Form, material: Material, drawing: Drawing) -> MaterialView:
    base = f"{MATERIALS}.{material.key}"
    entries, typed = drawing.entries, drawing.entries.typed
    line = drawing.lines.get(material.key)
    can_defer = material.necessity == "3"
    return MaterialView(
        key=material.key,
        id=id_of(base),
        title=str(material.title),
        help=str(material.help),
        necessity=material.necessity,
        necessity_title=_necessity(material.necessity),
        form=material.form,
        asked=asked_for(material),
        shown=line.state != "not_needed" if line else entries.is_material_shown(material),
        can_defer=can_defer,
        deferred=bool(typed.first(f"{base}.defer")),
        due_on=line.due_on if line else _due_on(material, drawing.today),
        files=_files(typed.all(f"{base}.files"), drawing),
        originals=typed.first(f"{base}.originals"),
        copies=typed.first(f"{base}.copies"),
        error=drawing.error(base),
        state=line.state if line else None,
        state_title=material_state(line.state) if line else "",
        provenance=line.provenance if line else waiver(form, material, entries, drawing.sources),
        logic={"show": material.show_when} if material.show_when else {},
        accept=Limits(material.file_kinds).accept,
    )


def _necessity(code: str) -> str:
    return {"1": _("Necessary"), "2": _("Not necessary"), "3": _("May follow later")}[code]


def material_state(state: MaterialState) -> str:
    """The state of a material in words."""
    return {
        "present": _("Handed in"),
        "missing": _("Missing"),
        "deferred": _("Follows later"),
        "waived": _("Not needed: known from a register"),
        "not_needed": _("Not needed"),
        "optional": _("Not handed in, not necessary"),
    }[state]


def _due_on(material: Material, today: date) -> date | None:
    try:
        return due_on(material, today) if material.necessity == "3" else None
    except NoticeMissing:
        return None
