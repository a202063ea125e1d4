"""Payment figures: who records them, what is refused, and that a table is stored wholly or not at all."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import Workbook

from chengshu.foundation.errors import InvalidInput, Refused
from chengshu.hub.promises.actions.payments import (
    import_payments,
    read_figures,
    read_figures_file,
    record_payment,
)
from chengshu.hub.promises.models import Payment
from chengshu.hub.promises.money import money_at
from chengshu.hub.promises.tests.proof_world import World

JULY = date(2025, 7, 31)


def record(
    world: World, paid: str, as_of: date = JULY, adjusted: str = "149.44", reason: str = ""
) -> Payment:
    done = record_payment(
        project=world.project,
        as_of=as_of,
        adjusted_budget=Decimal(adjusted),
        paid=Decimal(paid),
        source="国库集中支付系统",
        reason=reason,
    )
    return done.payments[0]


@pytest.mark.parametrize(
    "persona", ["other_department_officer", "finance_reviewer", "supervisor", "resident"]
)
def test_nobody_outside_records(world: World, persona: str) -> None:
    project = world.project
    with pytest.raises(Refused), world.as_persona(persona):
        record_payment(project=project, as_of=JULY, adjusted_budget=Decimal(1), paid=Decimal(1), source="x")


def test_a_unit_takes_over_no_table_of_the_department(world: World) -> None:
    with pytest.raises(Refused), world.as_persona("unit_officer"):
        import_payments(budget_year=world.year, rows=read_figures("P02,1,1,2025-07-31"), source="x")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"as_of": date(2024, 7, 31)}, "as_of"),
        ({"as_of": date(2026, 7, 31)}, "as_of"),
        ({"paid": Decimal("-1")}, "paid"),
        ({"paid": Decimal("NaN")}, "paid"),
        ({"paid": Decimal("1.005")}, "paid"),
        ({"adjusted_budget": Decimal("1e12")}, "adjusted"),
        ({"source": " "}, "source"),
        ({"source": "长" * 121}, "source"),
    ],
)
def test_a_wrong_figure_is_named(world: World, changes: dict[str, object], field: str) -> None:
    given = {"as_of": JULY, "adjusted_budget": Decimal(10), "paid": Decimal(1), "source": "x", **changes}
    with pytest.raises(InvalidInput) as wrong:
        record_payment(project=world.project, **given)  # type: ignore[arg-type]
    assert wrong.value.field == field


def test_a_day_ahead_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput) as wrong:
        record(world, "1", timezone.localdate() + timedelta(days=1))
    assert wrong.value.field == "as_of"


def test_a_cumulative_figure_falls_only_with_a_reason(world: World) -> None:
    record(world, "80")
    with pytest.raises(InvalidInput) as wrong:
        record(world, "79.99", date(2025, 8, 31))
    assert wrong.value.code == "payment.falls"
    with pytest.raises(InvalidInput) as wrong:
        record(world, "81", date(2025, 6, 30))
    assert wrong.value.code == "payment.falls"
    assert "退款" in record(world, "79.99", date(2025, 8, 31), reason="退款").source


def test_a_figure_of_the_same_day_is_replaced_only_with_a_reason(world: World) -> None:
    first = record(world, "80")
    with pytest.raises(InvalidInput) as wrong:
        record(world, "81")
    assert wrong.value.code == "payment.known"
    again = record(world, "81", reason="更正")
    assert (again.pk, again.paid) == (first.pk, Decimal("81"))


def test_more_paid_than_budgeted_is_stored_and_said(world: World) -> None:
    done = record_payment(
        project=world.project, as_of=JULY, adjusted_budget=Decimal(100), paid=Decimal(101), source="x"
    )
    assert "101.00" in str(done.warnings[0])
    assert Payment.objects.filter(project=world.project).count() == 1


def test_a_pasted_table_is_stored(world: World) -> None:
    heading = "项目编号\t全年预算数（万元）\t累计支出\t截止日期"
    table = f"{heading}\nP02\t1,149.44\t80.10\t2025/7/31\n\np01\t77.30\t40\t2025-07-31\n"
    with world.as_persona("department_officer"):
        done = import_payments(budget_year=world.year, rows=read_figures(table), source="国库")
    assert [(p.project.ref, p.paid) for p in done.payments] == [
        ("P02", Decimal("80.10")),
        ("P01", Decimal("40.00")),
    ]


def test_every_wrong_row_is_named_and_nothing_is_stored(world: World) -> None:
    table = "P02,100,50,2025-07-31\nP99,1,1,2025-07-31\nP01,一百,1,2025-07-31\nP01,1,1,31 July\nP02,100,50,2025-07-31\n"
    with pytest.raises(InvalidInput) as wrong:
        import_payments(budget_year=world.year, rows=read_figures(table), source="国库")
    rows = [(row["line"], row["field"]) for row in wrong.value.data["rows"]]
    assert rows == [(2, "ref"), (3, "adjusted"), (4, "as_of"), (5, "ref")]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("text", ["", "\n\n", "a,b", "项目编号,全年预算数,累计支出,截止日期", "P02\t1\t2"])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_figures(text)


def test_a_workbook_is_read_like_a_pasted_table() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["编号", "全年预算数", "累计支出", "截止日期"])
    book.active.append(["P02", 149.44, 80.1, date(2025, 7, 31)])
    stream = io.BytesIO()
    book.save(stream)
    ((_line, figures),) = read_figures_file(stream.getvalue(), "payments.xlsx")
    assert (figures.ref, figures.adjusted, figures.paid) == ("P02", "149.44", "80.1")
    assert figures.as_of.startswith("2025-07-31")


def test_the_department_has_a_sum_only_when_every_project_reported(world: World) -> None:
    record(world, "80")
    form = world.form
    assert money_at(form, JULY).paid == Decimal("80.00")
    assert money_at(form, date(2025, 7, 30)).paid is None
    form.project = None
    assert money_at(form, JULY).paid is None
    import_payments(budget_year=world.year, rows=read_figures("P01,77.30,20,2025-06-30"), source="国库")
    assert money_at(form, JULY).paid == Decimal("100.00")
