from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.papers.layout import Cell, Paper, Part, Row
from chengshu.foundation.papers.xlsx import LONGEST_TEXT, TALLEST_ROW_PT, write_xlsx

from .samples import FORMULA_LIKE, MARKUP_LIKE, imprint, paper


def opened(sheet_paper: Paper) -> Any:
    return load_workbook(io.BytesIO(write_xlsx(sheet_paper)))


def test_text_longer_than_a_cell_holds_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        write_xlsx(paper("长" * (LONGEST_TEXT + 1)))
    assert caught.value.code == "papers.text_too_long"
    assert caught.value.hint


@pytest.mark.parametrize("text", [*FORMULA_LIKE, *MARKUP_LIKE, "#N/A", "#REF!"])
def test_text_is_never_a_formula(text: str) -> None:
    cell = opened(paper(text)).active["A4"]
    assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.parametrize("text", FORMULA_LIKE[:5])
def test_text_like_a_formula_is_marked_as_quoted(text: str) -> None:
    assert opened(paper(text)).active["A4"].quotePrefix


def test_amounts_are_numbers_with_a_format() -> None:
    cell = opened(paper()).active["B4"]
    assert (cell.value, cell.number_format) == (13074.48, "#,##0.00")


def test_the_heading_repeats_on_paper_and_stays_on_screen() -> None:
    sheet = opened(paper("一", "二")).active
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.freeze_panes == "A4"


def test_the_sheet_fits_the_width_of_a_page() -> None:
    sheet = opened(paper()).active
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("portrait", 9)


def test_every_page_says_where_it_comes_from() -> None:
    footer = opened(paper()).active.oddFooter
    assert "城枢 Chengshu" in footer.left.text
    assert "2025-08-15 09:30" in footer.left.text
    assert "&P" in footer.right.text


def test_simulated_figures_say_so_on_screen_and_on_paper() -> None:
    sheet = opened(paper(simulated=True)).active
    assert sheet["A2"].value == "模拟数据"
    assert sheet.oddHeader.right.text == "模拟数据"


def test_real_figures_carry_no_such_label() -> None:
    sheet = opened(paper()).active
    assert "模拟数据" not in [cell.value for row in sheet.iter_rows() for cell in row]
    assert sheet.oddHeader.right.text is None


def test_a_row_taller_than_a_sheet_allows_is_laid_over_several() -> None:
    sheet = opened(paper("长" * 9000)).active
    heights = [dimension.height for dimension in sheet.row_dimensions.values()]
    assert max(heights) <= TALLEST_ROW_PT
    assert any(merged.min_row == 4 and merged.max_row > 4 for merged in sheet.merged_cells.ranges)
    assert sheet["A4"].value == "长" * 9000


def test_spanning_cells_are_merged() -> None:
    rows = (Row((Cell("a", rows=2), Cell("b", columns=2))), Row((Cell("c"), Cell(Decimal(1), "number"))))
    part = Part("x", "标题", (20, 20, 20), rows)
    sheet = opened(Paper((part,), imprint())).active
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:C1", "A2:A3", "B2:C2"}


def test_sheet_names_are_short_clean_and_unique() -> None:
    part = paper().parts[0]
    names = ("a/b:c[1]" + "长" * 40, "a/b:c[1]" + "长" * 40, "", "A b")
    book = opened(Paper(tuple(replace(part, name=name) for name in names), imprint()))
    assert len({name.casefold() for name in book.sheetnames}) == 4
    assert all(0 < len(name) <= 31 and "/" not in name for name in book.sheetnames)


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert write_xlsx(paper("一")) == write_xlsx(paper("一"))
    assert write_xlsx(paper("一")) != write_xlsx(paper("二"))
