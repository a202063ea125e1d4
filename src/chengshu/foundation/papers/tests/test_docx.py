from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from chengshu.foundation.papers.docx import write_docx
from chengshu.foundation.papers.layout import Cell, Paper, Part, Row

from .samples import FORMULA_LIKE, MARKUP_LIKE, imprint, paper


def opened(text_paper: Paper) -> Any:
    return Document(io.BytesIO(write_docx(text_paper)))


@pytest.mark.parametrize("text", [*FORMULA_LIKE, *MARKUP_LIKE])
def test_text_stands_as_written(text: str) -> None:
    assert opened(paper(text)).tables[0].cell(1, 0).text == text


def test_heading_rows_repeat() -> None:
    rows = opened(paper("一", "二")).tables[0].rows
    marked = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in rows]
    assert marked == [True, False, False]


def test_short_rows_stay_whole_and_tall_ones_may_break() -> None:
    rows = opened(paper("短", "长" * 3000)).tables[0].rows
    whole = [row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows]
    assert whole == [True, True, False]


def test_a_heading_in_the_middle_begins_a_second_table() -> None:
    rows = (
        Row((Cell("上"),)),
        Row((Cell("头", "label"),), heading=True),
        Row((Cell("下"),)),
    )
    tables = opened(Paper((Part("x", "标题", (40,), rows),), imprint())).tables
    assert [[row.cells[0].text for row in table.rows] for table in tables] == [["上"], ["头", "下"]]
    assert tables[1].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_line_ends_become_paragraphs() -> None:
    cell = opened(paper("一\r\n二")).tables[0].cell(1, 0)
    assert [paragraph.text for paragraph in cell.paragraphs] == ["一", "二"]


def test_spanning_cells_are_merged() -> None:
    rows = (Row((Cell("a", rows=2), Cell("b", columns=2))), Row((Cell("c"), Cell("d"))))
    table = opened(Paper((Part("x", "标题", (20, 20, 20), rows),), imprint())).tables[0]
    assert table.cell(1, 0).text == "a"
    assert table.cell(0, 2).text == "b"
    assert [table.cell(1, 1).text, table.cell(1, 2).text] == ["c", "d"]


def test_each_part_has_its_own_page_shape_and_imprint() -> None:
    upright = paper(simulated=True).parts[0]
    wide = Part("宽", "宽表", (40,), (Row((Cell("一"),)),))
    sections = opened(Paper((upright, wide), imprint(simulated=True))).sections
    assert [section.page_width > section.page_height for section in sections] == [False, True]
    for section in sections:
        assert section.header.paragraphs[0].text == "模拟数据"
        assert "城枢 Chengshu" in section.footer.paragraphs[0].text


def test_real_figures_carry_no_such_label() -> None:
    assert opened(paper()).sections[0].header.paragraphs[0].text == ""


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert write_docx(paper("一")) == write_docx(paper("一"))
