"""A paper as PDF, set with Typst in the manner of GB/T 9704: heading, number, text, seal line, date, code.

The text travels as data, never as markup, so that nothing an applicant wrote can be taken for a command.
"""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import segno
import typst
from django.conf import settings

from chengshu.foundation.papers.fonts import chinese_fonts
from chengshu.foundation.papers.layout import SIMULATED_LABEL, printable
from chengshu.hub.services.models import Paper
from chengshu.hub.services.numbers import shown_paper_code
from chengshu.hub.services.papers import texts
from chengshu.hub.services.papers.facts import chinese_date
from chengshu.hub.services.ports import PaperContent, PaperTemplate, template_for

_TEMPLATE: Final = Path(__file__).with_name("document.typ")
VERIFY_PATH: Final = "/papers/verify/"


def printed(paper: Paper) -> bytes:
    """The document of a paper, the same bytes for the same paper and fonts.

    :raises Unavailable: if no Chinese font can be found
    """
    fonts, serif, sans = chinese_fonts()
    data = {"serif": serif, "sans": sans, **content_of(paper)}
    compiler = typst.Compiler(
        input=_TEMPLATE.read_bytes(),
        font_paths=fonts,
        sys_inputs={"paper": json.dumps(data, ensure_ascii=False), "mark": mark(paper.code)},
    )
    made = compiler.compile(format="pdf", timestamp=int(paper.issued_at.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError("one document was expected")
    return made


def content_of(paper: Paper) -> dict[str, Any]:
    """Everything that stands on the paper."""
    template = template_of(paper)
    content: PaperContent = template.body(paper.facts)
    return {
        "unit": printable(paper.unit.name),
        "title": printable(paper.title),
        "number": printable(paper.number),
        "addressed": printable(f"{paper.facts['applicant']}：") if template.addressed else "",
        "paragraphs": [printable(each) for each in content.paragraphs if each],
        "table": [[printable(label), printable(str(value))] for label, value in content.table],
        "items": [printable(each) for each in content.items if each],
        "closing": [printable(each) for each in content.closing if each],
        "date": chinese_date(date.fromisoformat(paper.facts["issued_on"])),
        "sealed": template.sealed,
        "signed": "" if template.sealed else "申请人（签名或者盖章）：",
        "code": shown_paper_code(paper.code),
        "verify": f"{public_address()}{VERIFY_PATH}",
        "simulated": SIMULATED_LABEL if paper.facts.get("simulated") else "",
    }


def template_of(paper: Paper) -> PaperTemplate:
    """The template of its kind; the plain notice for one that no scene brings any more."""
    found = template_for(paper.kind, paper.facts.get("local_code", ""))
    return found or PaperTemplate(paper.kind, paper.title, "", texts.notice)


def mark(code: str) -> str:
    """The QR code that leads to the page of verification, as SVG."""
    out = io.BytesIO()
    address = f"{public_address()}{VERIFY_PATH}?code={code}"
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()


def public_address() -> str:
    """Where the public reaches this house; empty while nobody has said, and then papers print the path alone."""
    return str(settings.PUBLIC_URL)
