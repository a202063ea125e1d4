"""Comparing two versions of the tables."""

from __future__ import annotations

from chengshu.hub.promises.tables import read_text
from chengshu.hub.promises.tables.diff import Change, Sort, difference
from chengshu.hub.promises.tables.tests.forms import DEPARTMENT, TWO, form, project, unit

BOTH = f"{form()}\n{DEPARTMENT}"


def test_the_same_content_elsewhere_in_the_file_is_no_change() -> None:
    assert difference(read_text(BOTH), read_text(f"{DEPARTMENT}\n\n\n{form()}")) == ()


def test_a_changed_value_is_named_with_before_and_after() -> None:
    changed = BOTH.replace(
        "用户满意度；实施周期指标值：≥95%；年度指标值：≥95%",
        "用户满意度；实施周期指标值：≥95%；年度指标值：≥96%",
    )
    found = {
        (item.ref, item.field): (item.before, item.after)
        for item in difference(read_text(BOTH), read_text(changed))
    }
    assert found.pop(("P02#2", "annual_raw")) == ("≥95%", "≥96%")
    assert set(found) == {("P02#2", "raw")}


def test_an_inserted_project_moves_those_after_it_and_changes_nothing_else() -> None:
    rows = (unit(amount="110.00"), project("新经费", "10.00"), project(), project("大厅经费", "30.00", TWO))
    changes = difference(read_text(form()), read_text(form(*rows, total="110.00")))
    assert [(item.sort, item.ref, item.field) for item in changes] == [
        (Sort.CHANGED, "project table", "amount"),
        (Sort.CHANGED, "unit 某区某局", "amount"),
        (Sort.ADDED, "P01", ""),
        (Sort.ADDED, "P01#1", ""),
        (Sort.CHANGED, "P02", "ref"),
        (Sort.CHANGED, "P03", "ref"),
    ]


def test_a_removed_project_is_named() -> None:
    text = form(unit(amount="70.00"), project(), total="70.00")
    changes = difference(read_text(form()), read_text(text))
    assert Change(Sort.REMOVED, "P02", "", "大厅经费", "") in changes


def test_a_changed_task_and_budget_are_named() -> None:
    changed = DEPARTMENT.replace("| 70.00 |", "| 71.00 |")
    assert difference(read_text(DEPARTMENT), read_text(changed)) == (
        Change(Sort.CHANGED, "task 2", "amount", "70.00", "71.00"),
    )


def test_a_table_that_came_or_went_is_named() -> None:
    assert Change(Sort.REMOVED, "department table", "", "某区某局", "") in difference(
        read_text(BOTH), read_text(form())
    )
