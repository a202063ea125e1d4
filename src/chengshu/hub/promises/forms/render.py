"""From a form to a file: choose the layout by the form's type, then the writer by the format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from chengshu.foundation.papers.docx import write_docx
from chengshu.foundation.papers.layout import Paper, Part
from chengshu.foundation.papers.pdf import write_pdf
from chengshu.foundation.papers.xlsx import write_xlsx

from .data import Form, LintReport, MonitoringForm, SelfEvaluationForm
from .evaluation import evaluation_parts
from .findings import finding_parts
from .monitoring import monitoring_parts
from .targets import target_parts

Format = Literal["xlsx", "docx", "pdf"]

_WRITERS: dict[Format, Callable[[Paper], bytes]] = {"xlsx": write_xlsx, "docx": write_docx, "pdf": write_pdf}


def render(form: Form, format: Format) -> bytes:  # noqa: A002 - the word callers use
    """The form as a file; the same form gives the same bytes.

    :raises InvalidInput: if a text does not fit into a spreadsheet cell
    :raises Unavailable: if a PDF is wanted and no Chinese font is installed
    """
    return render_together((form,), format)


def render_together(forms: Sequence[Form], format: Format) -> bytes:  # noqa: A002
    """Several forms as one file: a sheet or a run of pages each. All carry the imprint of the first.

    :raises ValueError: if there is no form
    """
    if not forms:
        raise ValueError("at least one form is needed")
    parts = tuple(part for form in forms for part in _parts(form))
    return _WRITERS[format](Paper(parts, forms[0].imprint))


def _parts(form: Form) -> tuple[Part, ...]:
    match form:
        case SelfEvaluationForm():
            return evaluation_parts(form)
        case MonitoringForm():
            return monitoring_parts(form)
        case LintReport():
            return finding_parts(form)
        case _:
            return target_parts(form)
