"""Joint acceptance: one lead, one visit at a common time, defects with re-check, one merged opinion."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.approvals.actions.construction_visits import (
    call_visit,
    cancel_visit,
    hold_visit,
    raise_defect,
    recheck_defect,
    record_busy_time,
    report_rectified,
)
from chengshu.scenes.approvals.construction import queries
from chengshu.scenes.approvals.models_construction import DefectState, SiteVisit, VisitState
from chengshu.scenes.approvals.tests.con_builders import (
    BUILDING,
    HOUSING,
    SURVEYORS,
    a_case,
    a_project,
    at,
    do,
    officer,
    open_tasks,
    unit,
    units_at,
    with_processes,
)

MONDAY = datetime(2026, 3, 9, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def visit_of(case_id: int | None = None, hour: int = 9, **changes: object) -> SiteVisit:
    start = MONDAY.replace(hour=hour)
    given = {
        "unit": unit(BUILDING),
        "kind": "joint",
        "purpose": "联合踏勘",
        "place": "明珠湾",
        "starts_at": start,
        "ends_at": start + timedelta(hours=2),
        "units": [unit(SURVEYORS), unit(HOUSING)],
        "case_id": case_id,
        **changes,
    }
    return call_visit(**given)  # type: ignore[arg-type]


def test_a_unit_that_is_not_the_lead_calls_and_records_no_visit() -> None:
    visit = visit_of()
    with asking(officer(HOUSING, "handling_unit_officer")):
        with pytest.raises(Refused):
            visit_of()
        with pytest.raises(Refused):
            hold_visit(visit=visit, minutes="x", attended=[unit(HOUSING).pk])


def test_a_defect_is_cleared_by_nobody_but_the_unit_that_found_it() -> None:
    defect = raise_defect(
        project=a_project(),
        unit=unit(SURVEYORS),
        text="退缩不足",
        basis="规划许可证附图",
        due_on=timezone.localdate(),
    )
    report_rectified(defect=defect, text="已拆除")
    with asking(officer(HOUSING, "handling_unit_officer")), pytest.raises(Refused):
        recheck_defect(defect=defect, passed=True, note="x")


def test_a_time_at_which_somebody_is_busy_is_refused_with_their_name() -> None:
    record_busy_time(unit=unit(HOUSING), starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=1), reason="会议")
    with pytest.raises(Conflict) as caught:
        visit_of()
    assert (caught.value.code, caught.value.data["units"]) == ("visit.not_free", [unit(HOUSING).shown_name])


@pytest.mark.parametrize("hour", [11, 16, 20])
def test_a_visit_outside_office_hours_is_refused(hour: int) -> None:
    with pytest.raises(Conflict) as caught:
        visit_of(hour=hour)
    assert caught.value.code == "visit.closed"


def test_a_busy_time_must_end_after_it_begins() -> None:
    with pytest.raises(InvalidInput) as caught:
        record_busy_time(unit=unit(HOUSING), starts_at=MONDAY, ends_at=MONDAY)
    assert caught.value.field == "ends_at"


def test_the_proposed_time_avoids_busy_times_and_other_visits_of_units_one_cannot_see() -> None:
    visit_of(hour=9)
    record_busy_time(unit=unit(SURVEYORS), starts_at=MONDAY.replace(hour=13), ends_at=MONDAY.replace(hour=15))
    with asking(officer("land-planning-approval", "reviewer")):
        found = queries.proposed_slots(
            [unit(SURVEYORS), unit(HOUSING)], earliest=MONDAY, duration=timedelta(hours=1), most=1
        )
    assert found[0].start == MONDAY.replace(hour=11)


def test_a_visit_called_off_frees_its_time() -> None:
    visit = visit_of()
    cancel_visit(visit=visit, reason="台风")
    assert visit_of().pk != visit.pk
    with pytest.raises(Conflict):
        cancel_visit(visit=visit, reason="再次")


def test_a_case_has_one_joint_visit() -> None:
    with_processes()
    a_project()
    case_id = a_case("approvals.joint_acceptance", specials_chosen=["fire"])
    visit_of(case_id)
    with pytest.raises(Conflict) as caught:
        visit_of(case_id, hour=14)
    assert caught.value.code == "visit.called"


def test_a_visit_is_recorded_after_it_took_place_with_those_who_were_asked() -> None:
    visit = visit_of()
    with freeze_time("2026-03-08"), pytest.raises(Conflict) as early:
        hold_visit(visit=visit, minutes="x", attended=[unit(HOUSING).pk])
    assert early.value.code == "visit.early"
    with freeze_time("2026-03-10"):
        with pytest.raises(InvalidInput):
            hold_visit(visit=visit, minutes="x", attended=[unit("finance-bureau").pk])
        held = hold_visit(visit=visit, minutes="现场与图纸一致", attended=[unit(HOUSING).pk])
    assert held.state == VisitState.HELD
    assert dict(held.participants.values_list("unit__key", "state")) == {
        HOUSING: "attended",
        SURVEYORS: "absent",
    }


def test_a_defect_needs_its_standard_and_a_rectification_before_it_is_looked_at_again() -> None:
    project = a_project()
    with pytest.raises(InvalidInput) as caught:
        raise_defect(project=project, unit=unit(HOUSING), text="问题", basis="", due_on=timezone.localdate())
    assert caught.value.field == "basis"
    defect = raise_defect(
        project=project,
        unit=unit(HOUSING),
        text="消防门未闭合",
        basis="GB 50016",
        due_on=timezone.localdate(),
    )
    with pytest.raises(Conflict) as early:
        recheck_defect(defect=defect, passed=True, note="x")
    assert early.value.code == "defect.not_rectified"
    report_rectified(defect=defect, text="已更换闭门器")
    assert recheck_defect(defect=defect, passed=False, note="仍有一樘未闭合").state == DefectState.OPEN
    report_rectified(defect=defect, text="全部更换")
    assert recheck_defect(defect=defect, passed=True, note="合格").state == DefectState.CLEARED
    assert list(defect.rechecks.values_list("passed", flat=True)) == [False, True]
    with pytest.raises(Conflict):
        report_rectified(defect=defect, text="x")


def test_joint_acceptance_runs_from_one_visit_over_a_rectification_to_one_opinion() -> None:
    with_processes()
    project = a_project()
    case_id = a_case("approvals.joint_acceptance", specials_chosen=["planning", "fire"])
    do(case_id, "intake", "accept")
    assert at(case_id) == []
    visit = visit_of(case_id, project=project)
    with freeze_time("2026-03-10"):
        hold_visit(visit=visit, minutes="已到场", attended=[unit(HOUSING).pk, unit(SURVEYORS).pk])
    assert units_at(case_id, "opine") == [HOUSING, SURVEYORS]
    own = next(one for one in open_tasks(case_id, "opine") if one.unit_id == unit(SURVEYORS).pk)
    with asking(officer(SURVEYORS, "handling_unit_officer")):
        cases.claim_task(task_id=own.task_id)
        cases.complete_task(task_id=own.task_id, outcome="pass")
    do(case_id, "opine", "rectify", "消防门未闭合")
    assert at(case_id) == ["rectify"]
    defect = raise_defect(
        project=project,
        unit=unit(HOUSING),
        text="消防门未闭合",
        basis="GB 50016",
        due_on=timezone.localdate(),
        case_id=case_id,
    )
    do(case_id, "rectify", "rectified")
    assert units_at(case_id, "reinspect") == [HOUSING], cases.case_view(case_id).tokens
    do(case_id, "reinspect", "pass")
    do(case_id, "merge", "agree")
    assert at(case_id) == ["merge"], "an open defect holds the opinion up"
    report_rectified(defect=defect, text="已更换")
    recheck_defect(defect=defect, passed=True, note="合格")
    do(case_id, "merge", "agree")
    do(case_id, "sign", "approve")
    view = cases.case_view(case_id)
    assert view.status == "11"
    assert {(one["special"], one["outcome"]) for one in view.variables["opinions"]} == {
        ("planning", "pass"),
        ("fire", "pass"),
    }
    do(case_id, "deliver", "delivered")
    do(case_id, "archive", "archived")
    assert cases.case_view(case_id).state == "completed"


def test_a_special_that_nobody_knows_stops_the_assignment_with_a_reason() -> None:
    from chengshu.scenes.approvals.construction.services import specials_of

    with pytest.raises(InvalidInput) as caught:
        specials_of(["fire", "magic"])
    assert "magic" in str(caught.value.message)
