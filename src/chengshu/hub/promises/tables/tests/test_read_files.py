"""Files as they arrive: wrong kinds, encodings, damage and size, then the office formats."""

from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.foundation.errors import InvalidFile, InvalidInput, Place
from chengshu.hub.promises.tables import files, office, read_tables
from chengshu.hub.promises.tables.diff import difference
from chengshu.hub.promises.tables.grid import text_rows
from chengshu.hub.promises.tables.indicators import read_indicator, split_indicators
from chengshu.hub.promises.tables.office import cell_text
from chengshu.hub.promises.tables.problems import Findings
from chengshu.hub.promises.tables.tests import forms
from chengshu.hub.promises.tables.tests.forms import DEPARTMENT, ONE, form, project, unit

NAUGHTY = [
    "undefined", "null", "NaN", "-1", "1/0", "0x0", "1E+02", "; DROP TABLE x", "<script>alert(1)</script>",
    "=1+1", "@SUM(A1)", "%s%n%(name)s", "{0}", "../../etc/passwd", "\u202etest\u202c", "Z̮̞̠͙͔ͅ", "👩‍👩‍👧", "𠜎𠜱",
    "\u2028", "\x85", "\x0b\x0c", "\ufeff", "\u200b",
    "$(touch x)", "'", '"', "\\", "|", "1、", "1、1-", "。。。", "；：",
    "1、1-产出指标：", "年度指标值：", "实施周期指标值：年度指标值：", "-" * 5000, "٣", "½", "一二三", "²",
]  # fmt: skip


def code_of(content: bytes, encoding: str | None = None) -> str:
    result = read_tables(content, filename="table.bin", encoding=encoding)
    assert (result.tables.projects, result.tables.department) == (None, None)
    (problem,) = result.problems
    assert str(problem.reason)
    assert str(problem.next_step)
    return problem.code.removeprefix("tables.")


def archive(**members: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(name.replace("__", "/") + ".xml", text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "web_page"),
        (b"\xef\xbb\xbf\n<HTML><head>", "web_page"),
        (b"%PDF-1.7 ...", "other_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "other_kind"),
        (b"\x89PNG\r\n", "other_kind"),
        (archive(readme="nothing"), "other_kind"),
        (b"abc\x00def", "binary"),
        (b"\xff\xfe\x00\x41", "encoding"),
        (b"\xff\xff\xff\xff", "encoding"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (archive(xl__workbook="<not-a-workbook/>"), "damaged"),
        (archive(word__document="<w/>"), "damaged"),
        ("只是一段文字".encode(), "no_table"),
        (b"a,b,c\n1,2,3", "no_table"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content: bytes, code: str) -> None:
    assert code_of(content) == code


@pytest.mark.parametrize("make", [forms.workbook, forms.document])
def test_a_truncated_office_file_is_refused(make: object) -> None:
    whole = make(list(text_rows(form())))  # type: ignore[operator]
    assert code_of(whole[: len(whole) // 2]) == "damaged"


def test_a_file_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE_BYTES", 100)
    assert code_of(form().encode()) == "too_large"


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    bomb = archive(xl__workbook="<w/>", xl__sheet="0" * (files.LARGEST_PART_BYTES + 1))
    assert len(bomb) < 1024 * 1024
    assert code_of(bomb) == "too_large"


def test_a_sheet_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_ROWS", 5)
    assert code_of(forms.workbook(text_rows(form()))) == "too_many_rows"


def test_gb18030_is_named_with_its_first_line_and_the_way_out() -> None:
    content = b"plain first line\n" + form().encode("gb18030")
    (problem,) = read_tables(content, filename="表.txt").problems
    assert problem.place is not None
    assert problem.place.line == 2
    assert "GB18030" in str(problem.reason)
    assert "gb18030" in str(problem.next_step)


def test_gb18030_is_read_when_named() -> None:
    assert read_tables(form().encode("gb18030"), filename="t.txt", encoding="gb18030").accepted.projects


def test_a_wrong_named_encoding_is_refused_with_its_line() -> None:
    content = b"plain\nplain\n\xff\xff\xff"
    (problem,) = read_tables(content, filename="t.txt", encoding="gb18030").problems
    assert problem.place is not None
    assert problem.place.line == 3


@pytest.mark.parametrize("encoding", ["klingon", "base64", "\x00"])
def test_an_unknown_encoding_is_the_caller_s_error(encoding: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_tables(b"text", filename="t.txt", encoding=encoding)
    assert not isinstance(caught.value, InvalidFile)
    assert caught.value.field == "encoding"


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_text_in_any_cell_is_answered_and_never_crashes(text: str) -> None:
    good = form().split("\n")
    for number, line in enumerate(good):
        cells = line.split("\t")
        for index in range(len(cells)):
            spoiled = "\t".join([*cells[:index], text, *cells[index + 1 :]])
            content = "\n".join([*good[:number], spoiled, *good[number + 1 :], DEPARTMENT])
            result = read_tables(content.encode(), filename=text)
            assert result.problems or result.accepted.projects
            assert all(str(item) and item.as_data()["code"] for item in result.problems)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_answered_and_never_crash(content: bytes) -> None:
    assert read_tables(content, filename="random").problems


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80))
def test_random_indicator_cells_are_answered_and_never_crash(text: str) -> None:
    row = project(indicators=f"{ONE}{text}")
    content = form(unit(amount="70.00"), row, total="70.00").encode("utf-8", "ignore")
    result = read_tables(content, filename="random")
    assert result.problems or result.accepted.projects


# What is read


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_tables(b"\xef\xbb\xbf" + form().encode(), filename="t.txt").accepted.projects


def test_kind_is_told_by_content_not_by_name() -> None:
    sheet = forms.workbook(text_rows(form()))
    assert read_tables(sheet, filename="misnamed.txt").accepted.projects
    assert read_tables(form().encode(), filename="misnamed.xlsx").accepted.projects


@pytest.mark.parametrize("make", [forms.workbook, forms.document])
def test_office_files_give_the_same_rows_as_text(make: object) -> None:
    both = f"{form()}\n{DEPARTMENT}"
    content = make(list(text_rows(both)))  # type: ignore[operator]
    text = read_tables(both.encode(), filename="t.txt").accepted
    assert difference(text, read_tables(content, filename="t").accepted) == ()


def test_numbers_of_a_sheet_are_read_as_printed() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in form().split("\n"):
        cells = line.split("\t")
        sheet.append([float(cell) if cell.endswith(".00") else cell for cell in cells])
    assert read_tables(forms.saved(book), filename="t.xlsx").accepted.projects


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (13074.480000000001, "General", "13074.48"),
        (0.95, "0%", "95%"),
        (0.999, "0.0%", "99.9%"),
        (3, "General", "3"),
        (0.005, "General", "0.005"),
        (1e300, "General", f"1{'0' * 300}"),
        (float("inf"), "General", "Infinity"),
        (True, "General", "TRUE"),
        (None, "General", ""),
    ],
)
def test_a_sheet_cell_shows_its_value_as_people_see_it(value: object, number_format: str, text: str) -> None:
    assert cell_text(value, number_format) == text


def test_merged_cells_of_a_sheet_count_once() -> None:
    rows = text_rows(DEPARTMENT)
    goal = next(number for number, row in enumerate(rows, start=1) if row.filled[0] == "总体绩效目标")
    content = forms.workbook(rows, merged=[f"B{goal}:E{goal}"])
    department = read_tables(content, filename="t.xlsx").accepted.department
    assert department is not None
    assert department.goal == "把事办好。"


def test_merged_cells_of_a_document_count_once() -> None:
    file = docx.Document(BytesIO(forms.document(list(text_rows(DEPARTMENT)))))
    table = file.tables[0]
    goal = next(row for row in table.rows if row.cells[0].text == "总体绩效目标")
    goal.cells[1].merge(goal.cells[4])
    quantity = next(index for index, row in enumerate(table.rows) if row.cells[1].text == "数量指标")
    table.cell(quantity, 1).merge(table.cell(quantity + 1, 1))
    department = read_tables(forms.saved(file), filename="t.docx").accepted.department
    assert department is not None
    assert department.goal == "把事办好。"
    assert len(department.indicators) == 5


def test_a_sheet_of_notes_is_passed_over_with_a_warning() -> None:
    book = openpyxl.load_workbook(BytesIO(forms.workbook(text_rows(form()))))
    book.create_sheet("填报说明").append(["请逐项填写"])
    hidden = book.create_sheet("hidden")
    hidden.append(["合计", 1])
    hidden.sheet_state = "hidden"
    result = read_tables(forms.saved(book), filename="t.xlsx")
    assert result.accepted.projects
    assert [(item.code, item.place.sheet) for item in result.warnings if item.place] == [
        ("tables.not_a_table", "填报说明")
    ]


def test_a_text_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 5)
    assert code_of(form().encode()) == "too_many_rows"


@pytest.mark.parametrize("cell", ["\n" * 200_000, "1、1-产出指标：11-" + " " * 200_000 + "x", "；" * 200_000])
def test_long_runs_in_a_cell_cost_no_more_than_their_length(cell: str) -> None:
    _before, pieces = split_indicators(cell)
    findings = Findings()
    assert all(read_indicator(piece, "P01", Place(1), findings) is None for piece in pieces)
