from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from chengshu.hub.promises.forms import Format, TargetsForm, render
from chengshu.hub.promises.tables import read_tables
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tables.diff import difference

from . import samples
from .reading import pdf_pages, sheet_rows, sheets

OFFICE: list[Format] = ["xlsx", "docx"]


@pytest.fixture
def real(shared: Path) -> SourceTables:
    texts = sorted((shared / "source-tables").glob("*.txt"))
    read = [read_tables(path.read_bytes(), filename=path.name).accepted for path in texts]
    projects = next(tables.projects for tables in read if tables.projects)
    department = next(tables.department for tables in read if tables.department)
    return SourceTables(2025, projects, department)


def test_tables_that_hold_nothing_cannot_be_printed() -> None:
    with pytest.raises(ValueError, match="neither"):
        render(TargetsForm(SourceTables(2025, None, None), samples.IMPRINT), "xlsx")


@pytest.mark.parametrize("format_", OFFICE)
def test_the_real_tables_come_back_as_they_went_out(real: SourceTables, format_: Format) -> None:
    content = render(TargetsForm(real, samples.IMPRINT), format_)
    result = read_tables(content, filename=f"targets.{format_}")
    assert (result.problems, result.warnings) == ((), ())
    assert difference(real, result.accepted) == ()
    projects = result.accepted.projects
    assert projects is not None
    assert (len(projects.projects), len(projects.indicators), projects.amount) == (
        46,
        281,
        Decimal("13074.48"),
    )


@pytest.mark.parametrize("format_", OFFICE)
@pytest.mark.parametrize("count", [1, 40, 400])
def test_made_up_tables_come_back_as_they_went_out(format_: Format, count: int) -> None:
    form = samples.targets(count)
    result = read_tables(render(form, format_), filename=f"targets.{format_}")
    assert result.problems == ()
    assert difference(form.tables, result.accepted) == ()


def test_one_table_alone_can_be_printed() -> None:
    form = samples.targets()
    alone = replace(form, tables=replace(form.tables, department=None))
    assert [sheet.title for sheet in sheets(alone)] == ["项目支出绩效目标表"]


def test_the_project_table_has_the_official_columns() -> None:
    rows = sheet_rows(samples.targets(), 1)
    assert rows[0] == ["项目支出绩效目标表（含转移支付项目）"]
    assert ["部门名称：某局"] in rows
    assert ["单位：万元"] in rows
    assert [
        "项目名称（资金使用单位）",
        "总计",
        "财政拨款",
        "财政专户拨款",
        "其他资金",
        "绩效目标",
        "绩效指标",
    ] in rows


def test_a_source_that_gives_nothing_is_blank_and_sums_stand_above() -> None:
    rows = sheet_rows(samples.targets(), 1)
    assert ["合计", 1365.7, 1000, 365.7] in rows
    assert ["某中心", 1365.7, 1000, 365.7] in rows


def test_indicators_are_numbered_as_the_form_wants_when_the_cell_is_not_known() -> None:
    form = samples.targets(2)
    projects = form.tables.projects
    assert projects is not None
    project = replace(
        projects.projects[0],
        indicators_raw="",
        indicators=tuple(replace(indicator, raw="") for indicator in projects.indicators),
    )
    unit = replace(projects.units[0], projects=(project,))
    bare = replace(form, tables=replace(form.tables, projects=replace(projects, units=(unit,))))
    line = "、1-产出指标：11-数量指标：巡检次数；实施周期指标值：≥4次；年度指标值：≥4次。"
    assert any(row[-1] == f"1{line}2{line}" for row in sheet_rows(bare, 1))


def test_the_department_form_prints_empty_classes_too() -> None:
    words = {value for row in sheet_rows(samples.targets()) for value in row}
    assert {"经济效益指标", "生态效益指标", "服务对象满意度指标", "社会成本指标"} <= words


def test_an_indicator_outside_the_official_classes_is_still_printed() -> None:
    form = samples.targets(1)
    department = form.tables.department
    assert department is not None
    odd = replace(department.indicators[0], l1_name="其他", l2_name="其他指标", name="无类指标")
    changed = replace(form, tables=replace(form.tables, department=replace(department, indicators=(odd,))))
    assert any("无类指标" in row for row in sheet_rows(changed))


def test_the_real_tables_keep_their_texts_in_the_pdf(real: SourceTables, fonts: None) -> None:
    joined = "".join(pdf_pages(TargetsForm(real, samples.IMPRINT)))
    assert real.projects is not None
    assert all(f"{project.amount:,}" in joined for project in real.projects.projects)
    assert joined.count("实施周期指标值") >= 277
