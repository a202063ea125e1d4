"""One row of the project table at a time: which cell stands under which heading, and what its amounts are.

Rows may have lost one empty amount column at a page break; which one, the row's own sum has to prove.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Place
from chengshu.hub.promises.tables.amounts import ZERO, amount, report_amount, report_sum
from chengshu.hub.promises.tables.grid import Row
from chengshu.hub.promises.tables.problems import Findings, excerpt, say

COLUMNS: Mapping[str, str] = {
    "name": "项目名称",
    "amount": "总计",
    "fiscal": "财政拨款",
    "special_account": "财政专户拨款",
    "other": "其他资金",
    "goal": "绩效目标",
    "indicators": "绩效指标",
}
"""Column and how its heading begins, in the order of the official form."""

AMOUNT_COLUMNS = ("amount", "fiscal", "special_account", "other")
MAY_BE_LOST = ("other", "special_account")
NOTE = re.compile(
    r"(?:部门名称|单位[：:]|注|备注|说明|填报说明|填表人|审核人|联系人|打印日期|第\s*\d+\s*页|[-—\s]*\d+[-—\s]*$|\d+\s*/\s*\d+).*"
)


def is_heading(row: Row) -> bool:
    """True of the row that names the columns of this table."""
    cells = [plain(cell) for cell in row.cells]
    return (
        any(cell.startswith(COLUMNS["name"]) for cell in cells)
        and sum(any(cell.startswith(label) for cell in cells) for label in COLUMNS.values()) >= 4
    )


def plain(text: str) -> str:
    """A heading without spaces and full-width variants, for comparison."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its cells assigned to columns."""

    row: Row
    texts: Mapping[str, str]
    columns: Mapping[str, int]
    amounts: Mapping[str, Decimal]
    sound: bool
    """False where an amount could not be read, which has then been reported."""

    @property
    def name(self) -> str:
        return self.texts["name"]

    @property
    def is_project(self) -> bool:
        return bool(self.texts["goal"] or self.texts["indicators"])

    def place(self, column: str) -> Place:
        return self.row.place(self.columns.get(column), COLUMNS[column])


def read_line(row: Row, columns: Mapping[str, int], findings: Findings) -> Line | None:
    """The row assigned to columns; None for notes, repeated headings, and rows that were reported."""
    if not row.filled or is_heading(row):
        return None
    if len(row.filled) == 1 and NOTE.fullmatch(row.filled[0]):
        report_note(row, findings)
        return None
    if row.loose:
        _report_loose(row, findings)
        return None
    candidates = [_texts(row, fitted) for fitted in _fitting(row, columns)]
    if not candidates:
        _report_width(row, len(columns), findings)
        return None
    readings = [Line(row, texts, places, *_amounts(texts)) for texts, places in candidates]
    proven = [line for line in readings if line.sound and _adds_up(line)]
    if len({tuple(line.amounts.values()) for line in proven}) > 1:
        _report_ambiguous(row, findings)
        return None
    if proven:
        return proven[0]
    _report_amounts(readings[0], findings)
    return readings[0]


def report_note(row: Row, findings: Findings) -> None:
    """Notes that a remark, signature or page number was passed over."""
    text = excerpt(row.filled[0])
    findings.warning("note", row.place(), say(_("“%(text)s” was passed over."), {"text": text}), "")


def _report_loose(row: Row, findings: Findings) -> None:
    findings.problem(
        "row",
        row.place(),
        say(_("“%(text)s” is not a row of the table."), {"text": excerpt(row.filled[0])}),
        _("Remove the line, or restore the cells of the row it belongs to."),
    )


def _fitting(row: Row, columns: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """The ways in which the cells of this row can stand under the columns."""
    width = max(columns.values()) + 1
    cells = row.cells
    if len(cells) >= width and not any(cells[width:]):
        yield dict(columns)
    elif len(cells) == width - 1 and any(cells[3:]):
        for lost in MAY_BE_LOST:
            yield {name: index - (index > columns[lost]) for name, index in columns.items() if name != lost}
    elif len(cells) < width and not any(cells[3:]):
        yield {name: index for name, index in columns.items() if index < len(cells)}


def _texts(row: Row, columns: Mapping[str, int]) -> tuple[dict[str, str], Mapping[str, int]]:
    return {name: row.cells[columns[name]] if name in columns else "" for name in COLUMNS}, columns


def _amounts(texts: Mapping[str, str]) -> tuple[dict[str, Decimal], bool]:
    amounts = {name: amount(texts[name]) if texts[name] else ZERO for name in AMOUNT_COLUMNS}
    sound = bool(texts["amount"]) and None not in amounts.values()
    return {name: value or ZERO for name, value in amounts.items()}, sound


def _adds_up(line: Line) -> bool:
    parts = line.amounts
    return parts["amount"] == parts["fiscal"] + parts["special_account"] + parts["other"]


def _report_width(row: Row, columns: int, findings: Findings) -> None:
    findings.problem(
        "row_width",
        row.place(),
        say(
            _("The row has %(found)s cells where %(expected)s are expected."),
            {"found": len(row.cells), "expected": columns},
        ),
        _("Restore the missing cells, empty ones included, or remove the superfluous ones."),
    )


def _report_ambiguous(row: Row, findings: Findings) -> None:
    findings.problem(
        "row_ambiguous",
        row.place(),
        _("A cell is missing, and the amounts fit more than one column."),
        _("Restore the empty cell so that every amount stands under its heading."),
    )


def _report_amounts(line: Line, findings: Findings) -> None:
    """Says which amount of a row is wrong, or that its parts do not make its total."""
    for column in AMOUNT_COLUMNS:
        text = line.texts[column]
        if not text and column == "amount":
            findings.problem(
                "amount_missing",
                line.place(column),
                say(_("“%(name)s” has no amount."), {"name": excerpt(line.name)}),
                _("Enter the amount in 万元 with two decimals."),
            )
        elif text and amount(text) is None:
            report_amount(text, line.place(column), findings)
    if line.sound:
        report_sum(
            line.place("amount"),
            say(_("the sources of “%(name)s”"), {"name": excerpt(line.name)}),
            line.amounts["amount"],
            line.amounts["fiscal"] + line.amounts["special_account"] + line.amounts["other"],
            findings,
        )
