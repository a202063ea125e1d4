"""A submission on paper: the filled form, the material list, the receipt, and the letter of commitment (容缺承诺书).

The layout is a grid of twelve columns; every format prints the same description (``foundation/papers``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.engines.registers.data import FieldView, FormView, MaterialLine, RowView, Submission
from chengshu.engines.registers.presenting import material_state
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.papers.docx import write_docx
from chengshu.foundation.papers.layout import Cell, Imprint, Paper, Part, Row
from chengshu.foundation.papers.pdf import write_pdf
from chengshu.foundation.web.formats import local_date, local_datetime

COLUMNS: Final = 12
_WIDTHS: Final = (15,) * COLUMNS
_LABEL: Final = 3
_MOST_ROW_COLUMNS: Final = 6
"""A repeating group with more fields is printed row by row instead of as a table."""
_WRITERS: Final[dict[str, Callable[[Paper], bytes]]] = {"pdf": write_pdf, "docx": write_docx}


def paper(submission: Submission, view: FormView, file_format: str) -> bytes:
    """The filled form with its materials; a letter of commitment where some follow later."""
    parts = [_form_part(submission, view)]
    if any(line.state == "deferred" for line in submission.materials):
        parts.append(_commitment(submission))
    return _written(submission, tuple(parts), file_format)


def receipt(submission: Submission, file_format: str) -> bytes:
    """The receipt for what was handed in."""
    lines = [line for line in submission.materials if line.state != "not_needed"]
    part = Part(
        name=_("Receipt"),
        title=_("Receipt for materials"),
        widths=_WIDTHS,
        rows=tuple(_material_rows(lines)),
        orientation="portrait",
        font_size=10.5,
        above=(*_facts(submission), _("The following was received:")),
        below=(_("Received by (signature):"), _("Handed in by (signature):")),
    )
    return _written(submission, (part,), file_format)


def _written(submission: Submission, parts: tuple[Part, ...], file_format: str) -> bytes:
    if file_format not in _WRITERS:
        raise InvalidInput(
            _("There is no such format."),
            field="file_format",
            code="paper.format",
            hint=_("Choose pdf or docx."),
        )
    imprint = Imprint(timezone.localtime(), f"{submission.form_key}/{submission.form_version}")
    return _WRITERS[file_format](Paper(parts, imprint))


def _facts(submission: Submission) -> tuple[str, ...]:
    return (
        _("Number: %(subject)s    Handed in to: %(unit)s")
        % {"subject": submission.subject, "unit": submission.unit_name},
        _("Handed in at: %(moment)s    By: %(name)s")
        % {"moment": local_datetime(submission.submitted_at), "name": submission.submitted_by},
    )


def _form_part(submission: Submission, view: FormView) -> Part:
    rows = list(_field_rows(view.fields))
    lines = [line for line in submission.materials if line.state != "not_needed"]
    if lines:
        rows.append(_section(_("Materials")))
        rows.extend(_material_rows(lines))
    return Part(
        name=view.title,
        title=view.title,
        widths=_WIDTHS,
        rows=tuple(rows) or (_section("—"),),
        orientation="portrait",
        font_size=10.5,
        above=_facts(submission),
        below=(_("Applicant (signature or seal):"), _("Date:")),
    )


def _field_rows(fields: tuple[FieldView, ...]) -> Iterator[Row]:
    """One row for each field that shows; groups get a heading, repeating groups a table."""
    for field in fields:
        if not field.shown:
            continue
        if field.kind == "group":
            yield _section(field.title)
            yield from _field_rows(field.fields)
        elif field.kind == "rows":
            yield _section(field.title)
            yield from _group_table(field.rows)
        else:
            yield _line(field.title, _value(field))


def _section(title: str) -> Row:
    return Row((Cell(title, "section", columns=COLUMNS),))


def _line(label: str, value: str) -> Row:
    return Row((Cell(label, "label", columns=_LABEL), Cell(value, columns=COLUMNS - _LABEL)))


def _value(field: FieldView) -> str:
    if field.kind == "files":
        return "\n".join(file.name for file in field.files)
    value = f"{field.display} {field.unit}".strip() if field.display else ""
    return "\n".join((value, *field.notes)) if field.notes else value


def _group_table(rows: tuple[RowView, ...]) -> Iterator[Row]:
    names = [(field.path.rpartition(".")[2], field.title) for field in (rows[0].fields if rows else ())]
    if not names or len(names) > _MOST_ROW_COLUMNS or any(field.fields for field in rows[0].fields):
        for row in rows:
            yield _section(row.title)
            yield from _field_rows(row.fields)
        return
    spans = _spans(len(names))
    yield Row(
        (
            Cell(_("No."), "label"),
            *(Cell(title, "label", columns=span) for (_n, title), span in zip(names, spans, strict=True)),
        ),
        heading=False,
    )
    for row in rows:
        cells = [
            Cell(_value(field) if field.shown else "", columns=span)
            for field, span in zip(row.fields, spans, strict=True)
        ]
        yield Row((Cell(str(row.index + 1), align="center"), *cells))


def _spans(count: int) -> list[int]:
    """Eleven columns shared by so many, the first ones wider."""
    share, rest = divmod(COLUMNS - 1, count)
    return [share + (1 if index < rest else 0) for index in range(count)]


def _material_rows(lines: list[MaterialLine]) -> Iterator[Row]:
    titles = ((_("No."), 1), (_("Material"), 5), (_("State"), 3), (_("How many"), 3))
    yield Row(tuple(Cell(title, "label", columns=span) for title, span in titles))
    for number, line in enumerate(lines, 1):
        yield Row(
            (
                Cell(str(number), align="center"),
                Cell(line.title, columns=5),
                Cell(_state(line), columns=3),
                Cell(_handed_in(line), columns=3),
            )
        )


def _state(line: MaterialLine) -> str:
    words = material_state(line.state)
    if line.due_on is not None:
        return f"{words}\n{_('by %(day)s') % {'day': local_date(line.due_on)}}"
    if line.provenance is not None:
        return f"{words}\n{line.provenance.source}"
    return words


def _handed_in(line: MaterialLine) -> str:
    parts = [
        _("%(count)s original(s)") % {"count": line.paper_originals} if line.paper_originals else "",
        _("%(count)s copy or copies") % {"count": line.paper_copies} if line.paper_copies else "",
        _("%(count)s file(s)") % {"count": len(line.files)} if line.files else "",
    ]
    return _(", ").join(part for part in parts if part)


def _commitment(submission: Submission) -> Part:
    lines = [line for line in submission.materials if line.state == "deferred"]
    return Part(
        name=_("Letter of commitment"),
        title=_("Letter of commitment for materials that follow later"),
        widths=_WIDTHS,
        rows=tuple(_material_rows(lines)),
        orientation="portrait",
        font_size=10.5,
        above=(
            *_facts(submission),
            _(
                "I will hand in the following materials by the day named for each. I know that the result may be"
                " withheld until then, that the application may be returned if I do not, and that what I state is true."
            ),
        ),
        below=(_("Applicant (signature or seal):"), _("Date:")),
    )
