"""Money of projects as it is paid: figures since January up to a day, in 万元, typed singly or pasted as a table.

A cumulative figure that falls, or one that replaces an earlier figure of the same day, needs a reason. More paid than
the adjusted budget is not refused, since it happens, but said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.files.models import File
from chengshu.hub.promises.entry import read_amount, read_day
from chengshu.hub.promises.models import BudgetYear, Payment, Project
from chengshu.hub.promises.tables.amounts import printed
from chengshu.hub.promises.tables.files import decoded, read_rows

MOST_ROWS = 1000
_LARGEST = Decimal(10) ** 10
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "ref": ("项目编号", "编号", "项目代码", "ref", "project"),
    "adjusted": ("全年预算数", "调整后预算", "调整预算数", "adjusted", "adjusted_budget"),
    "paid": ("累计支出", "执行数", "全年执行数", "累计执行数", "paid"),
    "as_of": ("截止日期", "截至日期", "日期", "as_of", "date"),
}
_COLUMNS = tuple(_HEADINGS)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one project's money at a day, as typed."""

    ref: str
    adjusted: str
    paid: str
    as_of: str


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row of a table of payments; ``line`` counts from 1 as pasted."""

    line: int
    field: str
    message: Words
    code: str


@dataclass(frozen=True)
class Recorded:
    """Stored payments, with what a person should look at."""

    payments: tuple[Payment, ...]
    warnings: tuple[Words, ...] = field(default=())


@action(title=_("Record a payment figure"), at=lambda *, project, **_rest: project.unit_id)
def record_payment(
    *,
    project: Project,
    as_of: date,
    adjusted_budget: Decimal,
    paid: Decimal,
    source: str,
    reason: str = "",
    file: File | None = None,
    simulated: bool = False,
) -> Recorded:
    """Store what of a project's budget was paid since January up to a day.

    :param adjusted_budget: annual budget as adjusted, in 万元
    :param paid: cumulative, in 万元
    :param source: where the figure comes from, such as the report of the treasury system
    :param reason: required when the cumulative figure falls or an earlier figure of the same day is replaced
    """
    payment = _checked(project, as_of, adjusted_budget, paid, source, reason)
    payment.file, payment.simulated = file, simulated
    payment.save()
    return Recorded((payment,), _warnings(payment))


@action(title=_("Import payment figures"), at=lambda *, budget_year, **_rest: budget_year.unit_id)
def import_payments(
    *,
    budget_year: BudgetYear,
    rows: Sequence[tuple[int, Figures]],
    source: str,
    reason: str = "",
    file: File | None = None,
) -> Recorded:
    """Store a table of payment figures, wholly or not at all.

    :param rows: line numbers and figures as typed, see :func:`read_figures`
    :raises InvalidInput: with every wrong row in ``data["rows"]``
    """
    projects = {project.ref: project for project in budget_year.projects.all()}
    payments: list[Payment] = []
    problems: list[RowProblem] = []
    seen: set[tuple[str, str]] = set()
    for line, figures in rows:
        key = (figures.ref.strip().upper(), figures.as_of.strip())
        try:
            if key in seen:
                raise _wrong("ref", "payment.twice", _("This project and day stand in the table twice."))
            seen.add(key)
            payment = _from_text(projects, figures, source, reason)
            payment.file = file
            payment.save()
            payments.append(payment)
        except InvalidInput as error:
            problems.append(RowProblem(line, error.field, error.message, error.code))
    if problems or not payments:
        raise _refused(problems)
    return Recorded(tuple(payments), tuple(w for payment in payments for w in _warnings(payment)))


def read_figures(text: str) -> list[tuple[int, Figures]]:
    """The rows of a pasted table: tabs or commas between cells, with or without a heading line.

    :raises InvalidInput: if there is none, or a line has not four cells
    """
    separator = "\t" if "\t" in text else ","
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise _wrong("rows", "payment.table", _("This cannot be read as a table.")) from error
    stripped = [(number, [cell.strip() for cell in row]) for number, row in enumerate(lines, start=1)]
    return _figures([(number, row) for number, row in stripped if any(row)])


def read_figures_file(content: bytes, filename: str) -> list[tuple[int, Figures]]:
    """The rows of an .xlsx, .csv or .txt file.

    :raises InvalidFile: if it is none of these
    :raises InvalidInput: as :func:`read_figures`
    """
    rows = read_rows(content, filename=filename)
    if not content.startswith(b"PK"):
        return read_figures(decoded(content, filename=filename))
    return _figures([(row.line, list(row.cells)) for row in rows if any(row.cells)])


def _figures(cells: list[tuple[int, list[str]]]) -> list[tuple[int, Figures]]:
    order = _order_of(cells[0][1]) if cells else None
    body = cells[1:] if order else cells
    if not body:
        raise _wrong("rows", "payment.empty", _("There is no row of figures."))
    if len(body) > MOST_ROWS:
        raise _wrong(
            "rows", "payment.too_many", _("The table has more than %(most)s rows.") % {"most": MOST_ROWS}
        )
    places = order or {name: position for position, name in enumerate(_COLUMNS)}
    wrong = [
        RowProblem(
            line, "rows", _("A row has four cells: project, adjusted budget, paid, day."), "payment.cells"
        )
        for line, row in body
        if len(row) <= max(places.values())
    ]
    if wrong:
        raise _refused(wrong)
    return [
        (line, Figures(**{name: row[position] for name, position in places.items()})) for line, row in body
    ]


def _order_of(heading: Sequence[str]) -> dict[str, int] | None:
    """Where each column stands, if this line is a heading."""
    plain = [cell.strip().lower().partition("（")[0].partition("(")[0] for cell in heading]
    places = {
        name: next((plain.index(word) for word in words if word in plain), -1)
        for name, words in _HEADINGS.items()
    }
    return places if min(places.values()) >= 0 else None


def _from_text(projects: Mapping[str, Project], figures: Figures, source: str, reason: str) -> Payment:
    ref = figures.ref.strip().upper()
    if ref not in projects:
        raise _wrong("ref", "payment.project", _("There is no project “%(ref)s”.") % {"ref": ref[:20]})
    return _checked(
        projects[ref],
        read_day(figures.as_of),
        read_amount(figures.adjusted, "adjusted"),
        read_amount(figures.paid, "paid"),
        source,
        reason,
    )


def _checked(
    project: Project, as_of: date, adjusted: Decimal, paid: Decimal, source: str, reason: str
) -> Payment:
    """An unsaved payment, or the stored one of the same day with the new figures."""
    _require_plausible(project, as_of, adjusted, paid, source)
    known = list(project.payments.order_by("as_of"))
    same = next((payment for payment in known if payment.as_of == as_of), None)
    before = [payment for payment in known if payment.as_of < as_of]
    after = [payment for payment in known if payment.as_of > as_of]
    if same is not None and not reason.strip():
        raise _wrong(
            "reason",
            "payment.known",
            _("There is a figure for this day already: %(paid)s. Replacing it needs a reason.")
            % {"paid": printed(same.paid)},
        )
    if before and paid < before[-1].paid and not reason.strip():
        raise _falls("paid", before[-1], _("Less than the %(paid)s paid by %(day)s: that needs a reason."))
    if after and paid > after[0].paid and not reason.strip():
        raise _falls("paid", after[0], _("More than the %(paid)s paid by %(day)s: that needs a reason."))
    payment = same or Payment(project=project, unit_id=project.unit_id, as_of=as_of)
    payment.adjusted_budget, payment.paid = adjusted, paid
    payment.source = f"{source.strip()} · {reason.strip()}"[:200] if reason.strip() else source.strip()
    return payment


def _require_plausible(project: Project, as_of: date, adjusted: Decimal, paid: Decimal, source: str) -> None:
    if as_of.year != project.budget_year.year:
        raise _wrong(
            "as_of", "payment.other_year",
            _("This day is not in the budget year %(year)s.") % {"year": project.budget_year.year},
        )  # fmt: skip
    if as_of > timezone.localdate():
        raise _wrong("as_of", "payment.future", _("This day is still to come."))
    for name, value in (("adjusted", adjusted), ("paid", paid)):
        if not value.is_finite() or not 0 <= value < _LARGEST or value != value.quantize(Decimal("0.01")):
            raise _wrong(
                name, "payment.amount", _("Amounts are in 10,000 yuan with two decimals, zero or more.")
            )
    if not source.strip() or len(source) > 120 or "\x00" in source:
        raise _wrong(
            "source", "payment.source", _("Name the source of the figures in at most 120 characters.")
        )


def _warnings(payment: Payment) -> tuple[Words, ...]:
    if payment.paid <= payment.adjusted_budget:
        return ()
    facts = {
        "ref": payment.project.ref,
        "paid": printed(payment.paid),
        "adjusted": printed(payment.adjusted_budget),
    }
    return (_("%(ref)s: %(paid)s is paid, more than the adjusted budget of %(adjusted)s.") % facts,)


def _falls(name: str, other: Payment, text: Words) -> InvalidInput:
    message = str(text) % {"paid": printed(other.paid), "day": other.as_of.isoformat()}
    return InvalidInput(
        message,
        field=name,
        code="payment.falls",
        hint=_("Correct the figure, or give the reason, such as a refund."),
    )


def _refused(problems: Sequence[RowProblem]) -> InvalidInput:
    return InvalidInput(
        _("Nothing was stored: %(count)s rows are wrong.") % {"count": len(problems)},
        field="rows",
        code="payment.rows",
        hint=_("Correct the rows named and send the whole table again."),
        data={
            "rows": [
                {"line": p.line, "field": p.field, "code": p.code, "message": str(p.message)}
                for p in problems
            ]
        },
    )


def _wrong(name: str, code: str, message: Words) -> InvalidInput:
    return InvalidInput(message, field=name, code=code)
