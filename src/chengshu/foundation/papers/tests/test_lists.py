from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from chengshu.foundation.papers.lists import ListValue, write_csv, write_xlsx_rows

from .samples import FORMULA_LIKE, MARKUP_LIKE


def read_back(*rows: Sequence[ListValue]) -> list[list[str]]:
    content = b"".join(write_csv(rows, ["甲", "乙"]))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULA_LIKE)
def test_csv_text_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert read_back([text, "x"])[1][0] == "'" + text


@pytest.mark.parametrize("text", [*MARKUP_LIKE, 'a"b', "a,b", "a\nb", "", " 空格 ", "𠮷"])
def test_other_csv_text_comes_back_as_it_was(text: str) -> None:
    assert read_back([text, "x"])[1] == [text, "x"]


def test_csv_numbers_keep_their_sign_and_decimals() -> None:
    rows = read_back([Decimal("-1.50"), 7], [None, True], [Decimal("1E+3"), date(2025, 1, 2)])
    assert rows[1:] == [["-1.50", "7"], ["", "true"], ["1000", "2025-01-02"]]


def test_csv_lines_end_as_the_standard_asks() -> None:
    assert b"".join(write_csv([["1", "2"]], ["a", "b"])) == b"\xef\xbb\xbfa,b\r\n1,2\r\n"


def test_csv_is_written_while_rows_come() -> None:
    taken: list[int] = []

    def rows() -> Iterator[list[ListValue]]:
        for number in range(3):
            taken.append(number)
            yield [number]

    pieces = write_csv(rows(), ["n"])
    next(pieces)
    assert taken == []
    next(pieces)
    assert taken == [0]


@pytest.mark.parametrize("text", [*FORMULA_LIKE[:4], *MARKUP_LIKE, "#N/A"])
def test_workbook_text_is_never_a_formula(text: str) -> None:
    sheet = load_workbook(io.BytesIO(write_xlsx_rows([[text]], ["甲"], title="x"))).active
    assert sheet is not None
    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", text)


def test_workbook_numbers_stay_numbers() -> None:
    content = write_xlsx_rows([[Decimal("1.25"), 7, None, True]], ["a", "b", "c", "d"], title="a/b")
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == [1.25, 7, None, "true"]
    assert sheet.freeze_panes == "A2"


def test_workbook_text_that_no_cell_holds_is_cut_visibly() -> None:
    sheet = load_workbook(io.BytesIO(write_xlsx_rows([["长" * 40_000]], ["a"], title="x"))).active
    assert sheet is not None
    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("…")
