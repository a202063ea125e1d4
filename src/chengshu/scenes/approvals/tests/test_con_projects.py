"""Projects: one code, who reads them, what a case says of its item, the pool of materials."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.approvals.actions.construction_projects import (
    add_project_material,
    link_project_case,
    refresh_project_item,
    register_project,
    set_item_needed,
    settle_project,
)
from chengshu.scenes.approvals.construction import queries
from chengshu.scenes.approvals.construction.stages import Branch
from chengshu.scenes.approvals.models_construction import ConstructionProject, ProjectState
from chengshu.scenes.approvals.tests.con_builders import (
    BUILDING,
    CODE,
    HOUSING,
    OWNER,
    PLANNING,
    a_case,
    a_project,
    do,
    finish,
    officer,
    open_tasks,
    settle,
    unit,
    with_processes,
)


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def test_a_reviewer_of_another_bureau_neither_registers_nor_reads_a_project() -> None:
    a_project()
    with asking(officer("finance-bureau", "handling_unit_officer")):
        with pytest.raises(Missing):
            queries.project_by_code(CODE)
        with pytest.raises(Refused):
            register_project(
                unit=unit(BUILDING),
                code=CODE,
                name="x",
                kind="enterprise",
                owner_name="x",
                owner_code=OWNER,
                site_address="x",
            )


def test_a_reviewer_cannot_change_the_plan_of_another_sections_project() -> None:
    item = a_project().items.get(key="approvals.design_review")
    with asking(officer(PLANNING, "reviewer")), pytest.raises(Refused):
        set_item_needed(item=item, needed=False, reason="不需要")


def test_a_code_is_registered_once_whoever_asks() -> None:
    a_project()
    with asking(officer(PLANNING, "reviewer")), pytest.raises(Conflict) as caught:
        register_project(
            unit=unit(PLANNING),
            code=CODE,
            name="同一项目",
            kind="government",
            owner_name="建设单位乙",
            owner_code=OWNER,
            site_address="南沙",
        )
    assert caught.value.code == "project.known"


@pytest.mark.parametrize(
    ("field", "value"), [("code", "123"), ("owner_code", "123"), ("kind", "other"), ("name", " ")]
)
def test_a_wrong_field_is_named(field: str, value: str) -> None:
    given = {
        "code": CODE,
        "name": "综合管廊",
        "kind": "enterprise",
        "owner_name": "建设单位甲",
        "owner_code": OWNER,
        "site_address": "明珠湾",
        field: value,
    }
    with pytest.raises(InvalidInput) as caught:
        register_project(unit=unit(BUILDING), **given)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert not ConstructionProject.objects.exists()


def test_a_registered_project_has_the_items_of_the_four_stages_and_all_leads_read_it() -> None:
    a_project()
    for unit_key in (PLANNING, "environment-water-approval"):
        with asking(officer(unit_key, "reviewer")):
            board = queries.project_board(queries.project_by_code(CODE))
    assert [stage.number for stage in board.stages] == [1, 2, 3, 4, 0]
    assert [stage.lead.key if stage.lead else "" for stage in board.stages] == [
        PLANNING,
        PLANNING,
        BUILDING,
        BUILDING,
        "",
    ]
    with asking(officer(HOUSING, "handling_unit_officer")):
        assert queries.project_by_code(CODE).items.filter(unit__key=HOUSING).count() == 3


def test_an_item_left_out_says_why_and_one_with_a_case_stays() -> None:
    with_processes()
    project = a_project()
    item = project.items.get(key="approvals.planning_permit")
    with asking(officer(BUILDING, "reviewer")):
        with pytest.raises(InvalidInput):
            set_item_needed(item=item, needed=False, reason="")
        set_item_needed(item=item, needed=False, reason="改建不涉及规划")
        set_item_needed(item=item, needed=True)
    a_case("approvals.planning_permit")
    settle()
    item.refresh_from_db()
    with pytest.raises(Conflict):
        set_item_needed(item=item, needed=False, reason="x")


def test_a_case_that_names_the_code_joins_its_item_and_tells_its_days() -> None:
    with_processes()
    project = a_project()
    with freeze_time("2026-03-09 02:00:00"):
        case_id = a_case("approvals.planning_permit")
        do(case_id, "intake", "accept")
    item = project.items.get(key="approvals.planning_permit")
    assert (item.case_id, item.status, item.legal_limit, item.promised_limit) == (case_id, "8", "20wd", "4wd")
    with freeze_time("2026-03-11 02:00:00"):
        do(case_id, "review", "agree")
        do(case_id, "decide", "approve")
    finish(case_id)
    item.refresh_from_db()
    days = queries.days_of(item, date(2026, 12, 1))
    assert days is not None
    assert (item.status, days.legal, days.promised, days.used) == ("11", 20, 4, 2)
    board = queries.project_board(project, today=date(2026, 4, 1))
    assert (board.whole.used, board.whole.limit) == (2, 120)
    assert str(board.used.by_case) == "0.9000"
    assert str(board.promised.by_item) == "0.8000"


def test_a_branch_that_is_late_stands_under_its_lead() -> None:
    with_processes()
    a_project()
    with freeze_time("2026-03-02 02:00:00"):
        do(a_case("approvals.planning_permit"), "intake", "accept")
    late = queries.late_branches(today=date(2026, 3, 20))
    assert {lead.key: [line.item.key for line in lines] for lead, lines in late.items()} == {
        PLANNING: ["approvals.planning_permit"]
    }
    assert queries.late_branches(today=date(2026, 3, 6)) == {}
    board = queries.project_board(queries.project_by_code(CODE), today=date(2026, 3, 20))
    assert [line.branch for line in board.stages[1].late] == [Branch.LATE]


def test_a_case_of_another_project_is_not_joined() -> None:
    with_processes()
    item = a_project().items.get(key="approvals.planning_permit")
    other = a_case("approvals.planning_permit", project_code="2504-440115-04-01-999999")
    with pytest.raises(InvalidInput) as caught:
        link_project_case(item=item, case_id=other)
    assert caught.value.code == "project.other_case"
    with pytest.raises(InvalidInput):
        link_project_case(item=item, case_id=a_case("approvals.design_review"))


def test_refresh_project_item_reads_the_case_again() -> None:
    with_processes()
    item = a_project().items.get(key="approvals.planning_permit")
    case_id = a_case("approvals.planning_permit")
    link_project_case(item=item, case_id=case_id)
    [task] = open_tasks(case_id)
    with asking(officer("service-centre", "window_clerk")):
        cases.claim_task(task_id=task.task_id)
        cases.complete_task(task_id=task.task_id, outcome="accept")
    refresh_project_item(item=item)
    item.refresh_from_db()
    assert item.accepted_at is not None


def test_the_pool_keeps_each_material_once_and_tells_versions_apart() -> None:
    project, own = a_project(), unit(BUILDING)
    first = store_file(unit=own, name="图纸.pdf", content=b"%PDF-1.4\n1\n%%EOF\n")
    second = store_file(unit=own, name="图纸.pdf", content=b"%PDF-1.4\n2\n%%EOF\n")
    given = {"project": project, "unit": own, "stage": 2, "key": "drawing_set", "name": "设计图纸"}
    with pytest.raises(InvalidInput) as caught:
        add_project_material(**given)
    assert caught.value.field == "due_on"
    add_project_material(**given, due_on=timezone.localdate() + timedelta(days=5))
    add_project_material(**given, file=first)
    with pytest.raises(InvalidInput) as again:
        add_project_material(**given, file=first)
    assert again.value.code == "project.material_same"
    assert add_project_material(**given, file=second).version == 3
    [line] = queries.pool(project)
    assert (line.newest.version, line.versions, line.changed) == (3, 3, True)


def test_a_project_is_done_once_everything_of_its_plan_is_decided() -> None:
    with_processes()
    project = a_project()
    for item in project.items.exclude(key="approvals.planning_permit"):
        set_item_needed(item=item, needed=False, reason="改建项目不涉及")
    case_id = a_case("approvals.planning_permit")
    do(case_id, "intake", "accept")
    do(case_id, "review", "agree")
    do(case_id, "decide", "approve")
    project.refresh_from_db()
    assert project.state == ProjectState.DONE
    with pytest.raises(InvalidInput):
        settle_project(project=project, state="lost")
