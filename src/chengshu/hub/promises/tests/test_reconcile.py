"""The arithmetic between the tables: what agrees, what differs, and what is honestly left open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chengshu.hub.promises.reconcile import Check, State, reconcile
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tables.facts import load


def by_code(tables: SourceTables) -> dict[str, Check]:
    return {check.code: check for check in reconcile(tables)}


@pytest.fixture(scope="module")
def checks() -> dict[str, Check]:
    return by_code(load())


def test_a_changed_amount_is_found_with_its_difference() -> None:
    tables = load()
    assert tables.projects is not None
    changed = replace(tables, projects=replace(tables.projects, amount=Decimal("13074.50")))
    found = by_code(changed)
    assert (found["total"].state, found["total"].difference) == (State.DIFFERS, Decimal("0.02"))
    assert (found["project_spending"].state, found["project_spending"].difference) == (
        State.DIFFERS,
        Decimal("-0.02"),
    )
    assert found["unit.1"].state is State.AGREES


def test_key_task_1_is_left_open_although_a_chance_sum_exists(checks: dict[str, Check]) -> None:
    check = checks["task.1"]
    assert check.state is State.UNRECONCILED
    assert (check.left, check.right, check.terms) == (Decimal("4227.55"), Decimal(0), ())
    assert "P03 + P10 + P20 + P32 + P44" in str(check.detail)
    assert "0.46" in str(check.detail)


def test_key_tasks_that_exceed_project_spending_differ() -> None:
    tables = load()
    assert tables.department is not None
    tasks = tuple(replace(task, amount=Decimal("9999.99")) for task in tables.department.tasks)
    found = by_code(replace(tables, department=replace(tables.department, tasks=tasks)))
    assert found["tasks.share"].state is State.DIFFERS


def test_every_printed_sum_of_the_source_agrees(checks: dict[str, Check]) -> None:
    codes = ("unit.1", "unit.2", "unit.3", "total", "total.sources", "budget.spending", "budget.levels")
    for code in (*codes, "project_spending"):
        assert (checks[code].state, checks[code].difference) == (State.AGREES, 0), code
    assert [len(checks[f"unit.{number}"].terms) for number in (1, 2, 3)] == [43, 2, 1]
    assert checks["budget.spending"].left == Decimal("15074.16")


def test_key_tasks_2_and_3_are_traced_to_their_projects(checks: dict[str, Check]) -> None:
    assert [term.ref for term in checks["task.3"].terms] == ["P04"]
    assert [term.ref for term in checks["task.2"].terms] == ["P02", "P27", "P33"]
    assert checks["task.2"].state is State.AGREES


def test_key_tasks_take_a_stated_share(checks: dict[str, Check]) -> None:
    check = checks["tasks.share"]
    assert (check.left, check.state) == (Decimal("6291.03"), State.UNRECONCILED)
    assert "48.1 %" in str(check.detail)


def test_one_table_alone_is_checked_as_far_as_it_goes() -> None:
    tables = load()
    assert set(by_code(replace(tables, department=None))) == {
        "unit.1",
        "unit.2",
        "unit.3",
        "total",
        "total.sources",
    }
    assert set(by_code(replace(tables, projects=None))) == {"budget.spending", "budget.levels", "tasks.share"}
    assert reconcile(SourceTables(2025, None, None)) == ()
