from __future__ import annotations

from collections.abc import Iterator

import pypdfium2
import pytest

from chengshu.foundation.errors import Unavailable
from chengshu.foundation.papers.fonts import chinese_fonts
from chengshu.foundation.papers.layout import Cell, Paper, Part, Row
from chengshu.foundation.papers.pdf import write_pdf

from .samples import FORMULA_LIKE, MARKUP_LIKE, imprint, paper

pytestmark = pytest.mark.usefixtures("fonts")


def pages(content: bytes) -> Iterator[str]:
    """The text of each page without white space, since lines may be broken anywhere."""
    document = pypdfium2.PdfDocument(content)
    try:
        for page in document:
            text_page = page.get_textpage()
            yield "".join(text_page.get_text_bounded().split())
            text_page.close()
            page.close()
    finally:
        document.close()


def test_without_a_chinese_font_the_error_says_what_to_do() -> None:
    with pytest.raises(Unavailable) as caught:
        chinese_fonts(serif=("No Such Serif",), sans=("No Such Sans",))
    assert caught.value.code == "papers.no_chinese_font"
    assert "fonts-noto-cjk" in str(caught.value.hint)


@pytest.mark.parametrize("text", [*FORMULA_LIKE, *MARKUP_LIKE, "中文\x00𠮷\ud800"])
def test_text_is_data_and_never_markup(text: str) -> None:
    page = next(pages(write_pdf(paper(text))))
    assert "".join(text.replace("\x00", "").replace("\ud800", "").split()) in page


def test_heading_imprint_and_page_number_stand_on_every_page() -> None:
    found = list(pages(write_pdf(paper(*("一行文字",) * 120, simulated=True))))
    assert len(found) > 2
    for number, page in enumerate(found, start=1):
        assert "名称金额" in page
        assert "模拟数据" in page
        assert "城枢Chengshu" in page
        assert f"第{number}页共{len(found)}页" in page


def test_real_figures_carry_no_such_label() -> None:
    assert "模拟数据" not in next(pages(write_pdf(paper())))


def test_a_heading_in_the_middle_repeats_only_after_it() -> None:
    body = tuple(Row((Cell(f"行{index}"),)) for index in range(150))
    rows = (Row((Cell("开头"),)), Row((Cell("中间标题", "label"),), heading=True), *body)
    found = list(pages(write_pdf(Paper((Part("x", "标题", (100,), rows),), imprint()))))
    assert found[0].index("开头") < found[0].index("中间标题")
    assert all("中间标题" in page and "开头" not in page for page in found[1:])


def test_a_very_long_cell_flows_over_pages_without_loss() -> None:
    text = "".join(f"第{index}句。" for index in range(3000))
    joined = "".join(pages(write_pdf(paper(text))))
    assert all(f"第{index}句。"[-3:] in joined for index in (0, 1500, 2999))
    assert joined.count("句。") == 3000


def test_pages_are_a4_in_the_asked_orientation() -> None:
    wide = Part("宽", "宽表", (40,), (Row((Cell("一"),)),))
    document = pypdfium2.PdfDocument(write_pdf(Paper((paper().parts[0], wide), imprint())))
    sizes = [tuple(round(side / 72 * 25.4) for side in document.get_page_size(index)) for index in (0, 1)]
    document.close()
    assert sizes == [(210, 297), (297, 210)]


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert write_pdf(paper("一")) == write_pdf(paper("一"))
