from __future__ import annotations

from decimal import Decimal

import pytest

from chengshu.foundation.papers.layout import Cell, Part, Row, heading_runs, placed, printable, printed
from chengshu.foundation.papers.measure import breakable_rows, line_count


def part(*rows: Row, columns: int = 2) -> Part:
    return Part("x", "x", (40,) * columns, rows)


def test_a_row_that_is_too_short_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        list(placed(part(Row((Cell("a"),)))))


def test_a_row_that_is_too_long_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        list(placed(part(Row((Cell("a"), Cell("b"), Cell("c"))))))


def test_overlapping_cells_are_a_mistake() -> None:
    rows = (Row((Cell("a"), Cell("b", rows=2))), Row((Cell("c", columns=2),)))
    with pytest.raises(ValueError, match="overlaps"):
        list(placed(part(*rows)))


def test_a_cell_spanning_beyond_the_last_row_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        list(placed(part(Row((Cell("a", rows=2), Cell("b", rows=2))))))


def test_a_tall_cell_pushes_the_next_row_to_the_right() -> None:
    rows = (Row((Cell("a", rows=2), Cell("b"))), Row((Cell("c"),)))
    assert [(place.row, place.column, place.cell.content) for place in placed(part(*rows))] == [
        (0, 0, "a"),
        (0, 1, "b"),
        (1, 1, "c"),
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(Decimal("13074.48"), "number"), "13,074.48"),
        (Cell(Decimal("0"), "number"), "0.00"),
        (Cell(Decimal("0.98505"), "number", figures="percent"), "98.51%"),
        (Cell(Decimal("7.145"), "number", figures="score"), "7.15"),
        (Cell(Decimal("1234"), "number", figures="count"), "1,234"),
        (Cell(None, "number"), ""),
        (Cell("a\x00b\r\nc"), "ab\nc"),
    ],
)
def test_every_kind_of_figure_is_printed_its_way(cell: Cell, text: str) -> None:
    assert printed(cell) == text


def test_what_no_file_can_hold_is_left_out() -> None:
    assert printable("a\x0b\ud800\ufffe\x7f中𠮷\t\n") == "a中𠮷\t\n"


def test_neighbouring_heading_rows_are_one_run() -> None:
    plain, heading = Row((Cell("a"),)), Row((Cell("h"),), heading=True)
    assert heading_runs(part(heading, heading, plain, heading, plain, columns=1)) == [(0, 1), (3, 3)]


def test_full_width_text_takes_twice_the_room() -> None:
    assert line_count("中" * 40, 40, 9) == 4
    assert line_count("a" * 40, 40, 9) == 2
    assert line_count("a\nb\n", 40, 9) == 3


def test_only_rows_taller_than_the_limit_may_break() -> None:
    rows = (Row((Cell("短"), Cell("短"))), Row((Cell("长" * 2000), Cell("短"))))
    assert breakable_rows(part(*rows)) == {1}
