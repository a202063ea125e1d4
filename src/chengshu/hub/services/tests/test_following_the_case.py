"""The application follows its case: told twice nothing doubles, and every status owes its paper."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, Missing, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.actions import record_status
from chengshu.hub.services.data import Filed
from chengshu.hub.services.filing import case_facts
from chengshu.hub.services.listeners import follow_status
from chengshu.hub.services.models import Application, Paper, Progress
from chengshu.hub.services.tests.building import apply, decide, entry, hear, pdf, put_in_force


def filed_by(cast: Cast) -> Filed:
    put_in_force()
    filed = apply(cast["resident"])
    hear()
    return filed


def kinds_of(filed: Filed) -> list[str]:
    return [paper.kind for paper in api.application(filed.application_id).papers]


def test_a_status_told_twice_changes_nothing(cast: Cast) -> None:
    filed = filed_by(cast)
    at = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
    assert record_status(application_id=filed.application_id, status="3", at=at)
    assert not record_status(application_id=filed.application_id, status="3", at=at)
    assert Progress.objects.filter(application_id=filed.application_id, status="3").count() == 1


def test_a_late_word_does_not_overtake_a_newer_one(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "accept")
    early = datetime.fromisoformat("2020-01-01T10:00:00+08:00")
    record_status(application_id=filed.application_id, status="6", at=early)
    assert api.application(filed.application_id).status == "8"


def test_an_event_delivered_twice_issues_one_paper(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "accept")

    class Again:
        case, status, at = filed.case_id, "3", "2026-11-22T10:00:00+08:00"

    follow_status(Again())
    assert kinds_of(filed).count("acceptance") == 1


def test_clocks_that_stand_still_and_go_on_are_told_to_the_applicant(cast: Cast) -> None:
    filed = filed_by(cast)
    case_id = filed.case_id or 0
    decide(case_id, "check", "accept")
    hear()
    before = api.application(filed.application_id).due_at
    until = timezone.localdate() + timedelta(days=20)
    cases.pause_clock(case_id=case_id, ground="expert_review", notice="告知〔2026〕1号", expected_until=until)
    hear()
    assert before is not None
    assert api.application(filed.application_id).due_at is None
    cases.resume_clock(case_id=case_id, ground="expert_review")
    hear()
    (_number, due) = case_facts(case_id)
    assert due is not None
    assert api.application(filed.application_id).due_at == due


def test_acceptance_and_decision_leave_their_papers(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "accept")
    decide(filed.case_id or 0, "decide", "grant", "符合条件")
    view = api.application(filed.application_id)
    assert view.status == "11"
    assert view.accepted_at is not None
    assert view.decided_at is not None
    assert view.closed_at is None
    assert kinds_of(filed) == ["receipt", "acceptance", "decision_granted"]
    assert all(paper.file_id for paper in view.papers)


def test_a_refusal_names_reasons_and_remedies(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "accept")
    decide(filed.case_id or 0, "decide", "refuse", "场地不符合规划用途")
    paper = Paper.objects.get(application_id=filed.application_id, kind="decision_refused")
    assert paper.title == "不予行政许可决定书"
    assert paper.facts["reasons"] == "场地不符合规划用途"


def test_not_accepting_is_a_decision_with_reasons(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "not_ours", "不属本机关职权")
    view = api.application(filed.application_id)
    assert (view.status, kinds_of(filed)) == ("5", ["receipt", "non_acceptance"])
    assert view.decided_at is not None


def test_the_supplement_notice_lists_every_item(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "supplement", "1. 总平面图未盖章\n2. 地址填写不完整")
    paper = Paper.objects.get(application_id=filed.application_id, kind="supplement_notice")
    assert paper.facts["items"] == ["总平面图未盖章", "地址填写不完整"]
    with asking(cast["resident"].asker()):
        view = api.application(filed.application_id)
    assert view.supplement_items == ("总平面图未盖章", "地址填写不完整")
    assert "supplement" in view.may


def test_a_stranger_hands_in_no_supplement(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "supplement", "地址填写不完整")
    filled = entry()
    with asking(cast["company_agent"].asker()), pytest.raises(Missing):
        api.supplement(application_id=filed.application_id, form=filled.form, typed=filled.typed)


def test_no_supplement_is_taken_that_nobody_asked_for(cast: Cast) -> None:
    filed = filed_by(cast)
    filled = entry()
    with asking(cast["resident"].asker()), pytest.raises(Conflict) as refused:
        api.supplement(application_id=filed.application_id, form=filled.form, typed=filled.typed)
    assert refused.value.code == "services.no_supplement"


def test_a_supplement_lets_the_case_go_on(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "supplement", "地址填写不完整")
    with asking(cast["resident"].asker()):
        filled = entry(site_address="南沙街1号")
        api.supplement(application_id=filed.application_id, form=filled.form, typed=filled.typed)
    hear()
    view = api.application(filed.application_id)
    assert view.status == "7"
    assert [task.node for task in cases.case_view(filed.case_id or 0).tasks if task.completed_at is None] == [
        "check"
    ]


def test_a_stranger_withdraws_nothing(cast: Cast) -> None:
    filed = filed_by(cast)
    with asking(cast["reviewer"].asker()), pytest.raises((Refused, Missing)):
        api.withdraw_application(application_id=filed.application_id, reason="不办了")


def test_withdrawing_closes_application_and_case(cast: Cast) -> None:
    filed = filed_by(cast)
    with asking(cast["resident"].asker()):
        api.withdraw_application(application_id=filed.application_id, reason="不办了")
    hear()
    view = api.application(filed.application_id)
    assert (view.status, view.closed_at is not None) == ("14", True)
    assert cases.case_view(filed.case_id or 0).status == "14"


def test_a_decided_application_is_not_withdrawn(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "accept")
    decide(filed.case_id or 0, "decide", "grant")
    with asking(cast["resident"].asker()), pytest.raises(Conflict) as refused:
        api.withdraw_application(application_id=filed.application_id, reason="不办了")
    assert refused.value.code == "services.decided"


def test_nothing_is_delivered_before_the_decision(cast: Cast) -> None:
    filed = filed_by(cast)
    with asking(cast["section_head"].asker()), pytest.raises(Conflict):
        api.deliver(application_id=filed.application_id, manner="online")


def test_delivery_closes_it(cast: Cast) -> None:
    filed = filed_by(cast)
    decide(filed.case_id or 0, "check", "accept")
    decide(filed.case_id or 0, "decide", "grant")
    with asking(cast["section_head"].asker()):
        view = api.deliver(application_id=filed.application_id, manner="counter", to="申请人本人")
    assert view.delivered_at is not None
    assert view.closed_at is not None
    with asking(cast["section_head"].asker()), pytest.raises(Conflict):
        api.deliver(application_id=filed.application_id, manner="counter", to="申请人本人")


def test_materials_that_follow_are_supplied_by_the_applicant_alone(cast: Cast) -> None:
    put_in_force()
    filed = apply(cast["resident"], materials=("identity_document",), deferrals=("site_plan",))
    with asking(cast["company_agent"].asker()), pytest.raises(Missing):
        api.supply_materials(application_id=filed.application_id, files={"site_plan": [1]})
    with asking(cast["resident"].asker()):
        file_id = api.store_material(name="总平面图.pdf", content=pdf())
        api.supply_materials(application_id=filed.application_id, files={"site_plan": [file_id]})
    assert not Application.objects.get(pk=filed.application_id).lacking
    assert file_id in {one.file_id for one in cases.attachments_of(filed.case_id or 0)}
