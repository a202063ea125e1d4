"""The printed file of a case (审批单): what was asked, who decided what and why, and the history, on paper.

Everything printed is Chinese, as official papers are; the same description makes the PDF and the Word file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, cast

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chengshu import __version__
from chengshu.engines.cases.data import CaseView
from chengshu.engines.registers.data import FieldView, FormView
from chengshu.foundation.errors import Missing
from chengshu.foundation.papers.docx import write_docx
from chengshu.foundation.papers.layout import Cell, Imprint, Paper, Part, Row
from chengshu.foundation.papers.pdf import write_pdf
from chengshu.hub.inbox import wording

Format = Literal["pdf", "docx"]
MEDIA_TYPES: Final[dict[Format, str]] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_PRINTED: Final = "zh-hans"
_WIDTHS: Final = (28, 62, 28, 62)


def case_file(
    case: CaseView, forms: Sequence[FormView], opinions: Sequence[Mapping[str, Any]], file_format: str
) -> tuple[str, bytes]:
    """The file of a case: its name and its bytes.

    :param forms: what was entered, for reading
    :param opinions: from ``showing.opinions``
    :param file_format: ``pdf`` or ``docx``
    :raises Missing: if there is no such format
    """
    if file_format not in MEDIA_TYPES:
        raise Missing(_("There is no such format."), code="inbox.format", hint=_("Ask for pdf or docx."))
    with translation.override(_PRINTED):
        paper = Paper(
            (_sheet(case, forms, opinions), _history(case)),
            Imprint(timezone.localtime(), __version__, simulated=case.simulated),
        )
        content = write_pdf(paper) if file_format == "pdf" else write_docx(paper)
    return f"{case.definition_title}审批单-{case.number}.{file_format}", content


def media_type(file_format: str) -> str:
    return MEDIA_TYPES[cast(Format, file_format)]


def _sheet(case: CaseView, forms: Sequence[FormView], opinions: Sequence[Mapping[str, Any]]) -> Part:
    """The approval sheet: head, what was entered, one box for each opinion."""
    rows = [*_head(case)]
    for form in forms:
        rows.append(_section(form.title))
        rows += [_line(label, value) for label, value in _entered(form.fields)]
    rows.append(_section("审批意见"))
    rows += [_opinion(one) for one in opinions] or [_line("审批意见", "暂无")]
    return Part(
        name="审批单",
        title=f"{case.definition_title}审批单",
        widths=_WIDTHS,
        rows=tuple(rows),
        orientation="portrait",
        above=(f"编号：{case.number}",),
        above_right=_moment(case.opened_at),
        font_size=10.5,
    )


def _head(case: CaseView) -> Iterator[Row]:
    state = str(case.status_label or wording.CASE_STATES[case.state][0])
    yield _line("事由", case.title)
    yield _pair("承办单位", case.unit_name, "申请人", case.opened_by_name)
    yield _pair("状态", state, "办结时间", _moment(case.ended_at) if case.ended_at else "未办结")
    for clock in case.clocks:
        if clock.layer != "step":
            unit = str(wording.CLOCK_UNITS[clock.unit])
            limit = f"{clock.limit} {unit}"
            yield _pair(str(wording.LAYERS[clock.layer]), limit, "到期时间", _moment(clock.due_at))


def _entered(fields: Sequence[FieldView]) -> Iterator[tuple[str, str]]:
    """Label and value of every field that is shown; repeating groups row by row."""
    for field in fields:
        if not field.shown:
            continue
        if field.fields:
            yield from _entered(field.fields)
        elif field.rows:
            for row in field.rows:
                parts = [f"{one.title}：{one.display}" for one in row.fields if one.shown and one.display]
                yield row.title, "\n".join(parts)
        elif field.display or field.files:
            names = "、".join(file.name for file in field.files)
            yield field.title, names or f"{field.display}{field.unit if field.unit else ''}"


def _opinion(one: Mapping[str, Any]) -> Row:
    decided = str(one["outcome_label"])
    text = f"【{decided}】{one['opinion']}"
    by = one["completed_by_name"] or one["assignee_name"]
    behalf = f"（代 {one['on_behalf_of_name']}）" if one["on_behalf_of_name"] else ""
    signed = f"{by}{behalf}　{one['unit_name']}　{_moment(one['completed_at'])}"
    return Row((Cell(str(one["node_name"]), "label"), Cell(f"{text}\n{signed}", columns=3)))


def _history(case: CaseView) -> Part:
    heading = Row(
        tuple(Cell(label, "label") for label in ("序号", "时间", "环节与动作", "经办人", "意见、理由")),
        heading=True,
    )
    shown = [one for one in case.timeline if one.kind in wording.HAPPENINGS]
    rows = [
        Row(
            (
                Cell(str(number), align="center"),
                Cell(_moment(one.at)),
                Cell(_what(one.node_name, str(wording.HAPPENINGS[one.kind][0]))),
                Cell(one.actor or "系统"),
                Cell(one.text),
            )
        )
        for number, one in enumerate(shown, 1)
    ]
    return Part(
        name="办理过程",
        title="办理过程",
        widths=(12, 34, 56, 34, 44),
        rows=(heading, *rows),
        orientation="portrait",
        above=(f"编号：{case.number}",),
        font_size=9,
    )


def _what(step: str, title: str) -> str:
    return f"{step}：{title}" if step else title


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def _section(title: str) -> Row:
    return Row((Cell(title, "section", columns=4),))


def _line(label: str, value: str) -> Row:
    return Row((Cell(label, "label"), Cell(value, columns=3)))


def _pair(first: str, value: str, second: str, other: str) -> Row:
    return Row((Cell(first, "label"), Cell(value), Cell(second, "label"), Cell(other)))
