"""The real tables, where they are at hand: every count, sum and reference of the source."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from chengshu.hub.promises.tables import read_tables, read_text
from chengshu.hub.promises.tables.data import IndicatorRow, SourceTables
from chengshu.hub.promises.tables.diff import difference
from chengshu.hub.promises.tables.facts import as_facts, facts_path, load, main, merged, without_prose
from chengshu.hub.promises.tables.grid import Row, text_rows
from chengshu.hub.promises.tables.project_lines import COLUMNS
from chengshu.hub.promises.tables.tests import forms

FILES = ("project-expenditure-performance-targets.txt", "department-budget-performance-targets.txt")
KINDS = {
    ("11", "数量指标"): 83,
    ("12", "质量指标"): 66,
    ("13", "时效指标"): 32,
    ("21", "经济效益"): 8,
    ("22", "社会效益"): 36,
    ("22", "社会效益指标"): 1,
    ("23", "生态效益"): 1,
    ("31", "服务对象满意度"): 49,
    ("11", "质量指标"): 1,
    ("11", "时效指标"): 1,
    ("12", "数量指标"): 1,
    ("13", "质量指标"): 1,
    ("", ""): 1,
}


@pytest.fixture(scope="session")
def texts(shared: Path) -> tuple[str, ...]:
    return tuple((shared / "source-tables" / name).read_text(encoding="utf-8") for name in FILES)


@pytest.fixture(scope="session")
def source(texts: tuple[str, ...]) -> SourceTables:
    return merged([read_text(text) for text in texts], 2025)


def indicator(source: SourceTables, ref: str) -> IndicatorRow:
    assert source.projects is not None
    return next(row for row in source.projects.indicators if row.ref == ref)


def test_units_projects_and_indicators_are_all_there(source: SourceTables) -> None:
    table = source.projects
    assert table is not None
    assert [(unit.amount, len(unit.projects)) for unit in table.units] == [
        (Decimal("12569.05"), 43),
        (Decimal("451.03"), 2),
        (Decimal("54.40"), 1),
    ]
    assert (table.amount, len(table.projects), len(table.indicators)) == (Decimal("13074.48"), 46, 281)
    assert [project.ref for project in table.projects] == [f"P{number:02d}" for number in range(1, 47)]
    assert table.department == "广州市南沙区政务服务和数据管理局"


def test_indicators_are_of_the_kinds_printed(source: SourceTables) -> None:
    assert source.projects is not None
    assert Counter((row.l2_code, row.l2_name) for row in source.projects.indicators) == KINDS


def test_every_cell_is_its_indicators_and_nothing_else(source: SourceTables) -> None:
    assert source.projects is not None
    for project in source.projects.projects:
        assert project.indicators_raw == "".join(f"{row.number}、{row.raw}。" for row in project.indicators)


def test_amounts_are_exact_decimals(source: SourceTables) -> None:
    assert source.projects is not None
    for project in source.projects.projects:
        assert isinstance(project.amount, Decimal)
        assert project.amount.as_tuple().exponent == -2
    assert sum(project.amount for project in source.projects.projects) == Decimal("13074.48")


@pytest.mark.parametrize("ref", ["P08#3", "P35#3", "P42#2"])
def test_a_missing_name_stays_missing(source: SourceTables, ref: str) -> None:
    assert indicator(source, ref).name == ""


def test_values_with_lists_and_semicolons_stay_whole(source: SourceTables) -> None:
    assert indicator(source, "P38#12").annual_raw == "应用及数据库1、每日增量备份2、每周全量备份"
    assert indicator(source, "P12#2").annual_raw == "7*24小时服务电话;24小时内使用户能够正常使用"


def test_one_project_alone_has_no_value_labels(source: SourceTables) -> None:
    assert source.projects is not None
    unlabelled = [row.ref for row in source.projects.indicators if not row.has_value_labels]
    assert unlabelled == ["P40#1", "P40#2", "P40#3", "P40#4"]
    assert indicator(source, "P40#1").annual_raw == "≤1小时"
    assert indicator(source, "P40#3").annual_raw == "系统正常使用年限：≥2年"


def test_the_department_table_has_its_25_indicators(source: SourceTables) -> None:
    table = source.department
    assert table is not None
    assert [row.ref for row in table.indicators] == [f"D{number:02d}" for number in range(1, 26)]
    assert Counter(row.l2_name for row in table.indicators) == {
        "数量指标": 15,
        "质量指标": 4,
        "时效指标": 2,
        "社会效益指标": 3,
        "服务对象满意度指标": 1,
    }
    assert [row.annual_raw for row in table.indicators if row.ref == "D16"] == [">12小时"]
    assert [(task.number, task.amount) for task in table.tasks] == [
        (3, Decimal("839.55")),
        (2, Decimal("1223.93")),
        (1, Decimal("4227.55")),
    ]
    assert table.budget_amount("基本支出") == Decimal("1999.68")


def test_a_broken_subtotal_of_the_source_is_refused_with_its_line(texts: tuple[str, ...]) -> None:
    broken = texts[0].replace("12,569.05", "12,569.06")
    result = read_tables(broken.encode(), filename="a.txt")
    assert result.tables.projects is None
    assert {(item.code, item.place.line) for item in result.problems if item.place} == {
        ("tables.sum", 10),
        ("tables.sum", 11),
    }


def test_shipped_facts_equal_the_import(source: SourceTables) -> None:
    assert load() == without_prose(source)


def test_the_facts_command_writes_the_shipped_file(
    shared: Path, tmp_path: Path, texts: tuple[str, ...]
) -> None:
    files = [str(shared / "source-tables" / name) for name in FILES]
    assert main(["--from", *files, "--to", str(tmp_path / "facts.json")]) == 0
    assert (tmp_path / "facts.json").read_bytes() == facts_path(2025).read_bytes()
    assert as_facts(merged([read_text(text) for text in texts], 2025))["year"] == 2025


def full_width(rows: tuple[Row, ...]) -> list[Row]:
    """The rows as an office file holds them: every row with all columns."""
    return [
        row
        if row.loose or len(row.cells) == len(COLUMNS)
        else Row(row.line, (*row.cells[:4], "", *row.cells[4:]))
        for row in rows
    ]


def test_the_same_table_as_xlsx_and_docx_reads_the_same(texts: tuple[str, ...], source: SourceTables) -> None:
    projects, department = full_width(text_rows(texts[0])), list(text_rows(texts[1]))
    sheet = forms.workbook([*projects, *department])
    paper = forms.document([*projects, *department])
    from_sheet = read_tables(sheet, filename="a.xlsx").accepted
    from_paper = read_tables(paper, filename="a.docx").accepted
    assert difference(source, from_sheet) == ()
    assert difference(source, from_paper) == ()
    assert from_sheet.projects is not None
    assert from_sheet.projects.units[0].place.sheet == "Sheet"
