"""A paper as a Word document: one section per part, headings repeated on every page, numbered pages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from .archives import repacked
from .layout import SIMULATED_LABEL, Imprint, Paper, Part, Placed, heading_runs, placed, printable, printed
from .measure import breakable_rows

FONT = "宋体"
_MARGIN_MM = 12
_ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_WARNING_RED = RGBColor(0xC0, 0x00, 0x00)
_TWIPS_PER_MM = 56.693
_LINE_HEIGHT = 1.35


def write_docx(paper: Paper) -> bytes:
    """The document, the same bytes for the same paper."""
    document = Document()
    _set_defaults(document, paper)
    for index, part in enumerate(paper.parts):
        section = document.sections[0] if index == 0 else document.add_section(WD_SECTION.NEW_PAGE)
        _set_page(section, part)
        _set_page_lines(section, paper.imprint)
        _write_part(document, part)
    buffer = io.BytesIO()
    document.save(buffer)
    return repacked(buffer.getvalue(), paper.imprint.printed_at)


def _set_defaults(document: WordDocument, paper: Paper) -> None:
    style: Any = document.styles["Normal"]
    style.font.name = "Times New Roman"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    _child(style.element.rPr, "w:lang", val="en-US", eastAsia="zh-CN")
    _close_up(style.element.get_or_add_pPr())
    style.paragraph_format.space_after = Pt(0)
    document.core_properties.author = "Chengshu"
    document.core_properties.title = printable(paper.parts[0].title)
    document.core_properties.comments = ""


def _close_up(properties: Any) -> None:
    """No added space between Chinese and Latin characters: values are printed as they were entered."""
    _child(properties, "w:autoSpaceDE", val="0")
    _child(properties, "w:autoSpaceDN", val="0")


def _set_page(section: Section, part: Part) -> None:
    landscape = part.orientation == "landscape"
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin, section.bottom_margin = Mm(15), Mm(16)
    section.header_distance, section.footer_distance = Mm(7), Mm(8)


def _set_page_lines(section: Section, imprint: Imprint) -> None:
    """Header and footer; each section has its own, so that none depends on the one before."""
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    if imprint.simulated:
        header = section.header.paragraphs[0]
        header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _add_run(header, SIMULATED_LABEL, 10, bold=True).font.color.rgb = _WARNING_RED
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_run(footer, f"{printable(imprint.line)}　　第 ", 8)
    _add_field(footer, "PAGE")
    _add_run(footer, " 页　共 ", 8)
    _add_field(footer, "NUMPAGES")
    _add_run(footer, " 页", 8)


def _write_part(document: WordDocument, part: Part) -> None:
    _add_line(document, part.title, 18, "center", bold=True, after=6)
    for line in part.above:
        _add_line(document, line, part.font_size + 1, "left", after=2)
    if part.above_right:
        _add_line(document, part.above_right, part.font_size + 1, "right", after=2)
    for index, (first, last) in enumerate(_tables(part)):
        if index:
            _add_line(document, "", 1, "left", after=0)
        _write_table(document, part, first, last)
    for line in part.below:
        _add_line(document, line, part.font_size + 0.5, "left", before=4, keeps_with_next=False)


def _tables(part: Part) -> Iterator[tuple[int, int]]:
    """Row ranges that each become one table: Word repeats heading rows only at a table's top."""
    starts = [first for first, _last in heading_runs(part) if first and not _is_crossed(part, first)]
    yield from pairwise([0, *starts, len(part.rows)])


def _is_crossed(part: Part, row: int) -> bool:
    return any(place.row < row < place.row + place.cell.rows for place in placed(part))


def _add_line(
    document: WordDocument,
    text: str,
    size: float,
    alignment: str,
    *,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    keeps_with_next: bool = True,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = _ALIGNMENTS[alignment]
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    paragraph.paragraph_format.keep_with_next = keeps_with_next
    if not text:
        paragraph.paragraph_format.line_spacing = Pt(size)
    _add_run(paragraph, printable(text), size, bold=bold)


def _add_run(paragraph: Paragraph, text: str, size: float, *, bold: bool = False) -> Run:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold
    return run


def _add_field(paragraph: Paragraph, instruction: str) -> None:
    for kind in ("begin", "instruction", "separate", "result", "end"):
        run = _add_run(paragraph, "1" if kind == "result" else "", 8)
        if kind == "instruction":
            _child(run._r, "w:instrText").text = instruction
        elif kind != "result":
            _child(run._r, "w:fldChar", fldCharType=kind)


# The table is written as XML elements: python-docx's own merging walks the whole table once per cell,
# which takes minutes for a form of five hundred rows.


def _write_table(document: WordDocument, part: Part, first: int, last: int) -> None:
    table: Any = document.add_table(rows=0, cols=len(part.widths))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _set_cell_margins(table._tbl.tblPr)
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, part.widths, strict=True):
        column.w = Mm(width)
    heading_end = next((end + 1 for start, end in heading_runs(part) if start == first), first)
    breakable = breakable_rows(part)
    for index, row in _rows_with_continuations(part, first, last):
        is_heading = index < heading_end and part.rows[index].heading
        table._tbl.append(_row_element(part, row, is_heading=is_heading, breaks=index in breakable))


def _set_cell_margins(properties: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    properties.find(qn("w:tblLook")).addprevious(margins)  # the standard fixes the order
    for side, twips in (("top", "36"), ("left", "60"), ("bottom", "36"), ("right", "60")):
        _child(margins, f"w:{side}", w=twips, type="dxa")


def _rows_with_continuations(
    part: Part, first: int, last: int
) -> Iterator[tuple[int, list[tuple[Placed, bool]]]]:
    """Each row's cells from left to right; True marks a cell that continues one from above."""
    rows: dict[int, list[tuple[Placed, bool]]] = {index: [] for index in range(first, last)}
    for place in placed(part):
        for index in range(place.row, place.row + place.cell.rows):
            if index in rows:
                rows[index].append((place, index != place.row))
    for index, cells in rows.items():
        yield index, sorted(cells, key=lambda pair: pair[0].column)


def _row_element(part: Part, cells: list[tuple[Placed, bool]], *, is_heading: bool, breaks: bool) -> Any:
    row = OxmlElement("w:tr")
    properties = _child(row, "w:trPr")
    if not breaks:
        _child(properties, "w:cantSplit")
    if is_heading:
        _child(properties, "w:tblHeader")
    for place, continues in cells:
        row.append(_cell_element(part, place, continues=continues))
    return row


def _width_mm(part: Part, place: Placed) -> int:
    return sum(part.widths[place.column : place.column + place.cell.columns])


def _cell_element(part: Part, place: Placed, *, continues: bool) -> Any:
    cell = place.cell
    element = OxmlElement("w:tc")
    properties = _child(element, "w:tcPr")
    _child(properties, "w:tcW", w=str(round(_width_mm(part, place) * _TWIPS_PER_MM)), type="dxa")
    if cell.columns > 1:
        _child(properties, "w:gridSpan", val=str(cell.columns))
    if cell.rows > 1:
        _child(properties, "w:vMerge", val="continue" if continues else "restart")
    if cell.joins_above or cell.joins_below:
        borders = _child(properties, "w:tcBorders")
        _child(borders, "w:top" if cell.joins_above else "w:bottom", val="nil")
    _child(properties, "w:vAlign", val="center")
    for line in [""] if continues else printed(cell).split("\n"):
        element.append(_paragraph_element(line, cell.alignment, part.font_size, bold=cell.is_bold))
    return element


def _paragraph_element(text: str, alignment: str, size: float, *, bold: bool) -> Any:
    paragraph = OxmlElement("w:p")
    properties = _child(paragraph, "w:pPr")
    _child(properties, "w:spacing", line=str(round(size * _LINE_HEIGHT * 20)), lineRule="exact")
    _child(properties, "w:jc", val=alignment)
    if not text:
        return paragraph
    run = _child(paragraph, "w:r")
    run_properties = _child(run, "w:rPr")
    if bold:
        _child(run_properties, "w:b")
    half_points = str(round(size * 2))
    _child(run_properties, "w:sz", val=half_points)
    _child(run_properties, "w:szCs", val=half_points)
    content = _child(run, "w:t")
    content.text = text
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return paragraph


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element
