"""Keeping a made paper in the content store, within an action: its digests name it for ever."""

from __future__ import annotations

from typing import Final

from chengshu.foundation.files import store
from chengshu.foundation.files.actions import keep_content
from chengshu.foundation.files.models import Content
from chengshu.foundation.papers.docx import write_docx
from chengshu.foundation.papers.layout import Paper
from chengshu.foundation.papers.pdf import write_pdf

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF: Final = "application/pdf"


def keep_paper(paper: Paper) -> tuple[Content, Content]:
    """The paper as .docx and as PDF, the same in content."""
    return _keep(write_docx(paper), WORD), _keep(write_pdf(paper), PDF)


def _keep(content: bytes, media_type: str) -> Content:
    path = store.draft(content)
    try:
        return keep_content(path, media_type)
    finally:
        path.unlink(missing_ok=True)
