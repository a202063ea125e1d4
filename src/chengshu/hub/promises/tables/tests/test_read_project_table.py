"""Each trap of the project table on its own, on small hand-written forms."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chengshu.foundation.errors import InvalidFile
from chengshu.hub.promises.tables import ReadResult, read_tables, read_text
from chengshu.hub.promises.tables.data import IndicatorRow, ProjectRow, ProjectTable
from chengshu.hub.promises.tables.tests.forms import HEADING, ONE, TWO, form, project, unit


def read(text: str) -> ReadResult:
    return read_tables(text.encode(), filename="table.txt")


def table(text: str) -> ProjectTable:
    found = read_text(text).projects
    assert found is not None
    return found


def only_project(row: str) -> ProjectRow:
    return table(form(unit(amount="70.00"), row, total="70.00")).projects[0]


def indicators(cell: str) -> tuple[IndicatorRow, ...]:
    return only_project(project(indicators=cell)).indicators


def codes(text: str) -> list[str]:
    return [item.code.removeprefix("tables.") for item in read(text).problems]


# What is refused


@pytest.mark.parametrize(
    "wrong", ["≥70.00", "约70", "70.O0", "7,0.00", "70.005", "-70.00", "70万元", "NaN", "1e2", "٧٠"]
)
def test_an_amount_that_is_not_one_is_refused_at_its_cell(wrong: str) -> None:
    result = read(form(unit(), f"热线经费\t{wrong}\t70.00\t\t\t目标\t{ONE}", project("大厅经费", "30.00")))
    (problem,) = result.problems
    assert problem.code == "tables.amount"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column, problem.place.label) == (7, 2, "总计")
    assert wrong in str(problem.reason)
    assert str(problem.next_step)
    assert result.tables.projects is None


def test_all_problems_are_collected_and_named_in_one_error() -> None:
    text = form(unit(), project(amount="x"), project("大厅经费", "30.00", "什么都不是"), total="1.0.0")
    result = read(text)
    assert [item.code for item in result.problems] == [
        "tables.amount", "tables.amount", "tables.amount", "tables.amount", "tables.indicator_cell"
    ]  # fmt: skip
    with pytest.raises(InvalidFile) as caught:
        _ = result.accepted
    assert len(caught.value.data["problems"]) == 5
    assert "line 8" in str(caught.value)


def test_a_subtotal_that_is_not_the_sum_of_its_lines_is_refused() -> None:
    (problem,) = read(form(unit(), project(), project("大厅经费", "30.01"))).problems
    assert problem.code == "tables.sum"
    assert problem.place is not None
    assert problem.place.line == 6
    assert "100.01" in str(problem.reason)
    assert "-0.01" in str(problem.reason)


def test_a_grand_total_that_is_not_the_sum_of_units_is_refused() -> None:
    (problem,) = read(form(total="100.10")).problems
    assert problem.code == "tables.sum"
    assert problem.place is not None
    assert problem.place.line == 5


def test_sources_that_do_not_make_the_total_are_refused() -> None:
    row = f"热线经费\t70.00\t60.00\t\t9.99\t目标\t{ONE}"
    assert codes(form(unit(amount="70.00"), row, total="70.00")) == ["sum"]


@pytest.mark.parametrize("column", ["总计", "财政拨款", "其他资金", "绩效目标", "绩效指标"])
def test_a_missing_column_is_named(column: str) -> None:
    labels = [label for label in HEADING.split("\t") if label != column]
    result = read(form(heading="\t".join(labels)))
    (problem,) = result.problems
    assert problem.code == "tables.missing_column"
    assert problem.place is not None
    assert (problem.place.line, problem.place.label) == (4, column)
    assert result.tables.projects is None


def test_two_projects_of_one_unit_with_the_same_name_are_refused() -> None:
    (problem,) = read(form(unit(), project(), project(amount="30.00"))).problems
    assert problem.code == "tables.duplicate_project"
    assert "line 7" in str(problem.reason)


def test_the_same_name_in_two_units_is_fine() -> None:
    text = form(unit(amount="70.00"), project(), unit("中心", "30.00"), project(amount="30.00"))
    assert [(row.ref, row.unit) for row in table(text).projects] == [("P01", "某区某局"), ("P02", "中心")]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("没有编号的文字", "indicator_cell"),
        (f"前言。{ONE}", "indicator_cell"),
        ("1、1-产出指标：17-数量指标：次数；实施周期指标值：1次；年度指标值：1次。", "level_code"),
        ("1、9-产出指标：11-数量指标：次数；实施周期指标值：1次；年度指标值：1次。", "level_code"),
        ("1、1-产出指标：11-数量指标：次数；实施周期指标值：1次。", "indicator"),
        ("1、1-产出指标：11-数量指标：次数；实施周期指标值：；年度指标值：。", "indicator"),
        ("1、1-产出指标：11-数量指标：次数。", "indicator"),
        (f"{ONE}2、产出指标：数量指标：次数；实施周期指标值：1次；年度指标值：1次。", "indicator"),
        (TWO.replace("2、3-", "3、3-"), "indicator_number"),
    ],
)
def test_an_indicator_cell_that_cannot_be_read_is_refused(cell: str, code: str) -> None:
    result = read(form(unit(amount="70.00"), project(indicators=cell), total="70.00"))
    (problem,) = result.problems
    assert problem.code == f"tables.{code}"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column, problem.place.label) == (7, 7, "绩效指标")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (form(unit(), "热线经费\t\t70.00\t\t\t目标\t" + ONE, project("大厅经费", "30.00")), "amount_missing"),
        (form(project(), unit(amount="30.00"), project("大厅经费", "30.00"), total="30.00"), "unit_missing"),
        (form(unit(), project(indicators=""), project("大厅经费", "30.00")), "indicators_missing"),
        (form(unit(), project(name=""), project("大厅经费", "30.00")), "name_missing"),
        (form(unit(), project(goal="", indicators=""), total="170.00"), "unit_empty"),
        (form().replace("合计", "总的"), "total_missing"),
        (form().replace("部门名称：某区某局", "某区某局"), "department"),
        (form().replace("单位：万元", "单位：元"), "amount_unit"),
        (form() + "\n第三行被截断的文字", "row"),
        (form() + "\n多\t余\t的\t单\t元\t格\t太\t多\t了", "row_width"),
        (
            form(unit(), f"热线经费\t70.00\t60.00\t10.00\t目标\t{ONE}", project("大厅经费", "30.00")),
            "row_ambiguous",
        ),
    ],
)
def test_a_broken_structure_is_refused(text: str, code: str) -> None:
    assert code in codes(text)


def test_two_totals_are_refused() -> None:
    assert "total_twice" in codes(form() + "\n合计\t1.00\t1.00\t\t\t\t")


# The traps of real tables


def test_a_row_that_lost_an_empty_column_at_a_page_break_is_read() -> None:
    row = f"热线经费\t70.00\t70.00\t\t目标\t{ONE}"
    found = only_project(row)
    assert (found.goal, found.fiscal, len(found.indicators)) == ("目标", Decimal("70.00"), 1)
    assert found.special_account == found.other == 0


def test_columns_are_found_by_their_headings_not_their_order() -> None:
    heading = "绩效指标\t项目名称\t其他资金\t财政拨款\t总计\t财政专户拨款\t绩效目标"
    rows = (
        "\t合计\t\t65.00\t70.00\t5.00\t",
        "\t某局\t\t65.00\t70.00\t5.00\t",
        f"{ONE}\t热线\t\t65.00\t70.00\t5.00\t目标",
    )
    text = "\n".join(["部门名称：某局", heading, *rows])
    (found,) = table(text).projects
    assert [found.amount, found.fiscal, found.special_account] == [Decimal(70), Decimal(65), Decimal(5)]
    assert (found.name, found.goal) == ("热线", "目标")


def test_a_project_without_goal_is_read_with_a_warning() -> None:
    result = read(form(unit(amount="70.00"), project(goal=""), total="70.00"))
    assert result.accepted.projects
    assert [(item.code, item.place.column) for item in result.warnings if item.place] == [
        ("tables.goal_missing", 6)
    ]


def test_a_heading_repeated_on_the_next_page_is_passed_over() -> None:
    text = form(unit(), project(), HEADING, "第 2 页", project("大厅经费", "30.00"))
    result = read(text)
    assert [row.name for row in result.accepted.projects.projects] == ["热线经费", "大厅经费"]  # type: ignore[union-attr]
    assert [item.code for item in result.warnings] == ["tables.note"]


def test_half_width_punctuation_reads_like_full_width() -> None:
    (found,) = indicators("1、2-效益指标:22-社会效益:系统正常运行率;实施周期指标值:≥99%;年度指标值:≥99%。")
    assert (found.l1_name, found.l2_name, found.name) == ("效益指标", "社会效益", "系统正常运行率")
    assert (found.period_raw, found.annual_raw) == ("≥99%", "≥99%")


def test_mixed_punctuation_reads_too() -> None:
    (found,) = indicators("1、1-产出指标：11-数量指标：审查文件；实施周期指标值:100；年度指标值:100。")
    assert (found.name, found.annual_raw) == ("审查文件", "100")


def test_paragraph_tags_and_inner_lists_of_the_goal_stay_verbatim() -> None:
    goal = "<p>1、按照部署要求。2、1-产出</p>"
    assert only_project(project(goal=goal)).goal == goal


def test_a_list_inside_a_value_begins_no_indicator() -> None:
    value = "应用及数据库1、每日增量备份2、每周全量备份"
    (found,) = indicators(
        f"1、2-效益指标：22-社会效益；备份策略；实施周期指标值：{value}；年度指标值：{value}。"
    )
    assert found.annual_raw == value


def test_a_semicolon_inside_a_value_ends_nothing() -> None:
    (found,) = indicators(
        "1、1-产出指标:12-质量指标:维护;实施周期指标值:按需进行;年度指标值:7*24小时;24小时内修复。"
    )
    assert (found.period_raw, found.annual_raw) == ("按需进行", "7*24小时;24小时内修复")


def test_the_third_level_may_follow_a_semicolon() -> None:
    found = indicators(TWO)[1]
    assert (found.l2_code, found.l2_name, found.name) == ("31", "服务对象满意度", "用户满意度")


def test_without_value_labels_the_single_value_serves_for_both() -> None:
    (found,) = indicators("1、1-产出指标：13-时效指标；修复时间；修复时间：≤1小时。")
    assert (found.name, found.period_raw, found.annual_raw) == ("修复时间", "≤1小时", "≤1小时")
    assert not found.has_value_labels


def test_without_value_labels_another_measure_belongs_to_the_value() -> None:
    (found,) = indicators("1、2-效益指标：22-社会效益指标；办事效率；使用年限：≥2年。")
    assert (found.name, found.annual_raw) == ("办事效率", "使用年限：≥2年")


def test_a_missing_third_level_gives_an_empty_name() -> None:
    (found,) = indicators("1、3-满意度指标:31-服务对象满意度;实施周期指标值:满意;年度指标值:满意。")
    assert (found.l2_name, found.name, found.annual_raw) == ("服务对象满意度", "", "满意")


def test_a_missing_second_level_gives_empty_code_and_names() -> None:
    (found,) = indicators("1、1-产出指标：实施周期指标值：≥99.5%；年度指标值：≥99.5%。")
    assert (found.l2_code, found.l2_name, found.name, found.period_raw) == ("", "", "", "≥99.5%")


def test_a_code_that_contradicts_its_name_is_kept_as_printed() -> None:
    (found,) = indicators("1、1-产出指标：11-质量指标；完成度；实施周期指标值：≥99%；年度指标值：≥99%。")
    assert (found.l2_code, found.l2_name) == ("11", "质量指标")


def test_the_raw_indicator_is_verbatim() -> None:
    assert [row.raw for row in indicators(TWO)] == [
        "1-产出指标：11-数量指标：巡查次数；实施周期指标值：≥500次；年度指标值：≥500次",
        "3-满意度指标：31-服务对象满意度；用户满意度；实施周期指标值：≥95%；年度指标值：≥95%",
    ]


def test_lines_count_blank_ones_and_other_line_ends() -> None:
    found = table(form().replace("\n", "\r\n").replace("单位：万元", "单位：万元\r\n\r\n"))
    assert [row.place.line for row in found.projects] == [9, 10]


def test_the_same_table_in_markdown_reads_the_same() -> None:
    rows = [row if "\t" not in row else f"| {row.replace(chr(9), ' | ')} |" for row in form().split("\n")]
    rows.insert(4, "|---|---|---|---|---|---|---|")
    assert [(row.name, row.amount) for row in table("\n".join(rows)).projects] == [
        ("热线经费", Decimal("70.00")),
        ("大厅经费", Decimal("30.00")),
    ]


def test_the_year_is_the_caller_s() -> None:
    assert read_text(form()).year == 2025
    assert read_text(form(), year=2026).year == 2026
