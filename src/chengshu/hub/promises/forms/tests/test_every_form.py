"""What holds for all four forms in all three formats."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from chengshu.foundation.papers.layout import Part, placed, printable
from chengshu.hub.promises.forms import Form, Format, render, render_together
from chengshu.hub.promises.forms.render import _parts

from . import samples
from .reading import document_text, pdf_pages, sheets

FORMS: list[Callable[..., Form]] = [samples.targets, samples.evaluation, samples.monitoring, samples.report]
FORMATS: list[Format] = ["xlsx", "docx", "pdf"]
PAPER_MM = {"landscape": 297 - 24, "portrait": 210 - 24}

pytestmark = pytest.mark.usefixtures("fonts")


def parts(form: Form) -> tuple[Part, ...]:
    return _parts(form)


def test_nothing_to_print_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        render_together((), "pdf")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_form_gives_the_same_bytes(form: Callable[..., Form], format_: Format) -> None:
    assert render(form(), format_) == render(form(), format_)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [0, 1, 500])
def test_any_number_of_indicators_fills_the_grid(form: Callable[..., Form], count: int) -> None:
    for part in parts(form(count)):
        assert sum(place.cell.rows * place.cell.columns for place in placed(part)) == len(part.rows) * len(
            part.widths
        )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("count", [0, 500])
def test_none_and_many_indicators_can_be_printed(
    form: Callable[..., Form], format_: Format, count: int
) -> None:
    content = render(form(count), format_)
    assert content.startswith(b"%PDF-" if format_ == "pdf" else b"PK\x03\x04")


@pytest.mark.parametrize("form", FORMS)
def test_five_hundred_indicators_repeat_the_heading_on_every_page(form: Callable[..., Form]) -> None:
    pages = pdf_pages(form(500))
    headings = {
        "项目名称（资金使用单位）",
        "一级指标二级指标三级指标",
        "一级指标",
        "序号编号项目",
        "编号项目",
    }
    without = [number for number, page in enumerate(pages, 1) if not any(words in page for words in headings)]
    assert len(pages) > 4
    assert without in ([], [1])


@pytest.mark.parametrize("form", FORMS)
def test_the_table_is_as_wide_as_the_page(form: Callable[..., Form]) -> None:
    for part in parts(form()):
        assert PAPER_MM[part.orientation] - 2 <= sum(part.widths) <= PAPER_MM[part.orientation]


@pytest.mark.parametrize("form", FORMS)
def test_simulated_figures_say_so_on_every_page(form: Callable[..., Form]) -> None:
    assert all("模拟数据" in page for page in pdf_pages(form(60)))
    assert all(sheet.oddHeader.right.text == "模拟数据" for sheet in sheets(form()))
    document = Document(io.BytesIO(render(form(), "docx")))
    assert all(section.header.paragraphs[0].text == "模拟数据" for section in document.sections)


@pytest.mark.parametrize("form", FORMS)
def test_all_three_formats_say_the_same(form: Callable[..., Form]) -> None:
    filled = form()
    words = {
        "".join(text.split())
        for part in parts(filled)
        for place in placed(part)
        if isinstance(text := place.cell.content, str)
    }
    book = load_workbook(io.BytesIO(render(filled, "xlsx")))
    in_book = {
        "".join(str(cell.value).split()) for sheet in book for row in sheet.iter_rows() for cell in row
    }
    in_document = {"".join(line.split()) for line in document_text(filled).split("\n")}
    in_pdf = "".join(pdf_pages(filled))
    assert words - {""} <= in_book
    assert words - {""} <= in_document
    assert not [text for text in words if len(text) <= 4 and text not in in_pdf]


@pytest.mark.parametrize("form", FORMS)
def test_a_very_long_text_is_not_cut(form: Callable[..., Form]) -> None:
    text = "".join(f"{number}号" for number in range(1500))
    filled = form(2, text)
    assert any(
        text in str(cell.value) for sheet in sheets(filled) for row in sheet.iter_rows() for cell in row
    )
    assert text in document_text(filled)
    assert "".join(pdf_pages(filled)).count("号") >= 1500


@pytest.mark.parametrize("form", FORMS)
def test_naughty_strings_stand_as_written(form: Callable[..., Form], shared: Path) -> None:
    strings = json.loads((shared / "data" / "naughty-strings" / "blns.json").read_text("utf-8"))
    naughty = " ".join(strings)[:9000]
    filled = form(2, naughty)
    expected = printable(naughty)
    cells = [str(cell.value) for sheet in sheets(filled) for row in sheet.iter_rows() for cell in row]
    assert any(expected.strip() in cell for cell in cells)
    assert expected.split("\n")[0] in document_text(filled)
    assert pdf_pages(filled)


def test_several_forms_become_one_file() -> None:
    book = load_workbook(io.BytesIO(render_together((samples.evaluation(), samples.evaluation()), "xlsx")))
    assert len(book.sheetnames) == 2


def test_nothing_inside_an_office_file_carries_the_time_of_writing() -> None:
    for format_ in FORMATS[:2]:
        content = render(samples.evaluation(), format_)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            properties = archive.read("docProps/core.xml").decode()
        moments = re.findall(r"<dcterms:(?:created|modified)[^>]*>([^<]*)<", properties)
        assert set(moments) == {"2025-08-15T01:30:00Z"}
