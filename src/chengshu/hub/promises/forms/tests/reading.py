"""Reads printed forms back as plain text and rows."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
from docx import Document
from docx.text.paragraph import Paragraph
from openpyxl import load_workbook

from chengshu.hub.promises.forms import Form, render


def sheets(form: Form) -> list[Any]:
    return list(load_workbook(io.BytesIO(render(form, "xlsx"))).worksheets)


def sheet_rows(form: Form, index: int = 0) -> list[list[Any]]:
    """The filled cells of each row that has any."""
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheets(form)[index].iter_rows()]
    return [row for row in rows if row]


def document_text(form: Form) -> str:
    document = Document(io.BytesIO(render(form, "docx")))
    texts = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        texts += [paragraph.text for cell in table._tbl.iter_tcs() for paragraph in _paragraphs(cell)]
    return "\n".join(texts)


def _paragraphs(cell: Any) -> list[Any]:
    return [Paragraph(element, cell) for element in cell.p_lst]


def pdf_pages(form: Form) -> list[str]:
    """The text of each page without white space, since lines may be broken anywhere."""
    document = pypdfium2.PdfDocument(render(form, "pdf"))
    pages = []
    for page in document:
        text_page = page.get_textpage()
        pages.append("".join(text_page.get_text_bounded().split()))
        text_page.close()
        page.close()
    document.close()
    return pages
