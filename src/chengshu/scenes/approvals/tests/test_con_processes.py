"""Every process of the construction part is sound, drawn, and runs from the application to the archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import InvalidInput, Missing, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.approvals.actions.construction_projects import decision_clock, set_item_needed
from chengshu.scenes.approvals.construction.case_types import CASE_TYPES
from chengshu.scenes.approvals.tests.con_builders import (
    BUILDING,
    PLANNING,
    a_case,
    a_project,
    at,
    do,
    finish,
    officer,
    open_tasks,
    settle,
    with_processes,
)

FOLDER = Path(__file__).parents[1]
BUREAU = "finance-bureau"


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()
    with_processes()


def test_a_reviewer_of_another_bureau_may_not_touch_the_case() -> None:
    case_id = a_case("approvals.planning_permit")
    [task] = open_tasks(case_id)
    with asking(officer(BUREAU, "handling_unit_officer")), pytest.raises((Missing, Refused)):
        cases.complete_task(task_id=task.task_id, outcome="accept")
    assert at(case_id) == ["intake"]


def test_a_window_clerk_may_not_decide() -> None:
    case_id = a_case("approvals.planning_permit")
    do(case_id, "intake", "accept")
    do(case_id, "review", "agree")
    [task] = open_tasks(case_id, "decide")
    with asking(officer("service-centre", "window_clerk")), pytest.raises(Refused):
        cases.complete_task(task_id=task.task_id, outcome="approve")


def test_a_refusal_needs_its_reason() -> None:
    case_id = a_case("approvals.planning_permit")
    with pytest.raises(InvalidInput) as caught:
        do(case_id, "intake", "not_ours")
    assert caught.value.code == "cases.opinion_missing"


@pytest.mark.parametrize("case_type", CASE_TYPES, ids=lambda one: one.key)
def test_a_process_has_no_finding_and_is_drawn(case_type: cases.CaseType) -> None:
    content = (FOLDER / case_type.process).read_bytes()
    assert cases.lint(content, "process") == ()
    assert b"BPMNDiagram" in content


def test_planning_permit_is_granted_issued_delivered_and_archived() -> None:
    case_id = a_case("approvals.planning_permit", near_homes=False)
    do(case_id, "intake", "accept")
    assert cases.case_view(case_id).status == "8"
    do(case_id, "review", "agree")
    do(case_id, "decide", "approve")
    assert cases.case_view(case_id).status == "11"
    finish(case_id)
    assert cases.case_view(case_id).state == "completed"


def test_the_promise_of_planning_permit_is_four_working_days_and_the_law_twenty() -> None:
    case_id = a_case("approvals.planning_permit")
    do(case_id, "intake", "accept")
    promised, legal = (decision_clock(cases.case_view(case_id), layer) for layer in ("promised", "legal"))
    assert promised is not None
    assert legal is not None
    assert ((promised.limit, promised.unit), (legal.limit, legal.unit)) == ((4, "wd"), (20, "wd"))


def test_a_supplement_is_asked_for_once_only() -> None:
    case_id = a_case("approvals.planning_permit")
    do(case_id, "intake", "supplement", "缺少现状地形图")
    assert cases.case_view(case_id).status == "6"
    do(case_id, "supplement", "resubmit")
    [task] = open_tasks(case_id)
    assert "supplement" not in {outcome.key for outcome in cases.outcomes_of(task.task_id)}
    do(case_id, "intake_again", "refuse", "补正后仍缺少现状地形图")
    view = cases.case_view(case_id)
    assert (view.status, view.state) == ("5", "completed")


def test_planning_verification_needs_its_site_check() -> None:
    case_id = a_case("approvals.planning_verification")
    do(case_id, "intake", "accept")
    assert at(case_id) == ["site_check"]
    do(case_id, "site_check", "checked")
    do(case_id, "review", "agree")
    do(case_id, "decide", "again", "请补充层数核对")
    do(case_id, "review", "disagree", "建筑高度超出许可")
    do(case_id, "decide", "refuse", "建筑高度超出许可")
    assert cases.case_view(case_id).status == "13"
    do(case_id, "deliver", "delivered")
    do(case_id, "archive", "archived")
    assert cases.case_view(case_id).state == "completed"


def test_a_construction_permit_waits_for_what_must_come_before() -> None:
    project = a_project()
    case_id = a_case("approvals.construction_permit")
    do(case_id, "intake", "accept")
    do(case_id, "review", "agree")
    assert at(case_id) == ["obstructed"]
    missing = cases.case_view(case_id).variables["prerequisites_missing"]
    assert "建设工程规划许可证" in missing
    for item in project.items.filter(title__in=missing):
        set_item_needed(item=item, needed=False, reason="改建项目不涉及")
    do(case_id, "obstructed", "again")
    do(case_id, "decide", "approve")
    finish(case_id)
    assert cases.case_view(case_id).status == "11"


def test_a_completion_filed_too_late_says_by_how_many_days() -> None:
    a_project()
    case_id = a_case("approvals.completion_filing", accepted_on="2020-01-01")
    do(case_id, "intake", "accept")
    assert cases.case_view(case_id).variables["days_late"] > 1000
    do(case_id, "review", "agree")
    missing = cases.case_view(case_id).variables["prerequisites_missing"]
    assert set(missing) == {"规划条件核实", "联合验收"}


def test_the_construction_permit_counts_seven_natural_days_from_receipt() -> None:
    case_id = a_case("approvals.construction_permit")
    view = cases.case_view(case_id)
    legal = decision_clock(view, "legal")
    assert legal is not None
    assert (legal.limit, legal.unit, decision_clock(view, "promised")) == (7, "d", None)


def test_a_case_belongs_to_the_section_that_decides() -> None:
    settle()
    view = cases.case_view(a_case("approvals.design_review"))
    assert view.unit_name == "国土规划审批处"
    assert cases.case_view(a_case("approvals.joint_acceptance", specials_chosen=["fire"])).unit_name
    assert {BUILDING, PLANNING} == {case_type.unit for case_type in CASE_TYPES}
