"""The department table: blocks, shifted cells, levels printed once, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chengshu.hub.promises.tables import read_tables, read_text
from chengshu.hub.promises.tables.data import DepartmentTable
from chengshu.hub.promises.tables.tests.forms import DEPARTMENT, form


def table(text: str = DEPARTMENT) -> DepartmentTable:
    found = read_text(text).department
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("| 50.00 |", "| 51.00 |", "sum", 6),
        ("| 50.00 |", "| 五十 |", "amount", 6),
        ("| 50.00 |", "| |", "amount_missing", 6),
        ("| 基本支出 |", "| 基本 |", "budget_line_missing", 3),
        ("| 其他资金 |", "| 自有资金 |", "budget_line_unknown", 7),
        ("任务2: 热线", "热线", "task", 10),
        ("| 70.00 |", "| ≈70 |", "amount", 10),
        ("| 接听。 |", "| |", "task", 10),
        ("| 400次 | 400次 |", "| 400次 | |", "department_indicator", 17),
        ("| 质量指标 |", "| 品质指标 |", "department_indicator", 18),
        ("三级指标 |", "四级指标 |", "department_indicators", 3),
        ("| 部门名称 | 某区某局 |", "| 部门 | 某区某局 |", "department", 3),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_line(before: str, after: str, code: str, line: int) -> None:
    assert before in DEPARTMENT
    result = read_tables(DEPARTMENT.replace(before, after).encode(), filename="d.txt")
    assert result.tables.department is None
    assert (f"tables.{code}", line) in {
        (item.code, item.place.line) for item in result.problems if item.place is not None
    }


def test_the_overview_and_tasks_are_read() -> None:
    found = table()
    assert found.department == "某区某局"
    assert found.budget_amount("项目支出") == Decimal("100.00")
    assert found.goal == "把事办好。"
    (task,) = found.tasks
    assert (task.number, task.name, task.content, task.goal) == (2, "热线", "接听。", "快。")
    assert task.amount == Decimal("70.00")


def test_a_line_that_is_not_printed_has_no_amount() -> None:
    with pytest.raises(KeyError):
        table().budget_amount("区本级使用资金")


def test_shifted_cells_and_levels_printed_once_are_understood() -> None:
    assert [(row.ref, row.l1_name, row.l2_name, row.name) for row in table().indicators] == [
        ("D01", "产出指标", "数量指标", "环境巡查次数"),
        ("D02", "产出指标", "数量指标", "会议次数"),
        ("D03", "产出指标", "质量指标", "系统平均响应时间"),
        ("D04", "效益指标", "社会效益指标", "服务人次"),
        ("D05", "满意度指标", "服务对象满意度指标", "用户满意度"),
    ]


def test_blank_families_mean_none() -> None:
    assert "经济效益指标" not in {row.l2_name for row in table().indicators}


def test_other_tasks_are_kept_as_text() -> None:
    text = DEPARTMENT.replace("| 其他需完成的任务（可选填） | |", "| 其他需完成的任务（可选填） | 配合普查 |")
    assert table(text).other_tasks == "配合普查"


def test_signatures_below_the_table_are_passed_over_with_a_warning() -> None:
    result = read_tables(f"{DEPARTMENT}\n填表人：某某".encode(), filename="d.txt")
    assert result.accepted.department
    assert [item.code for item in result.warnings] == ["tables.note"]


def test_one_file_may_hold_both_tables_in_either_order() -> None:
    for text in (f"{form()}\n{DEPARTMENT}", f"{DEPARTMENT}\n{form()}"):
        found = read_text(text)
        assert found.projects is not None
        assert found.department is not None
        assert (len(found.projects.projects), len(found.department.indicators)) == (2, 5)


def test_a_problem_in_one_table_leaves_the_other_whole() -> None:
    result = read_tables(f"{form(total='1.00')}\n{DEPARTMENT}".encode(), filename="both.txt")
    assert result.tables.projects is None
    assert result.tables.department is not None
