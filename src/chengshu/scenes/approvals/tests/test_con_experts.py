"""The panel: recusal, rotation that can be computed again, opinions, and the clock that stands still meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.approvals.actions.construction_experts import (
    conclude_review,
    declare_conflict,
    draw_experts,
    enter_expert_opinion,
    excuse_expert,
    open_review,
    register_expert,
    reinstate_expert,
    result_of,
    reveal_expert,
    suspend_expert,
)
from chengshu.scenes.approvals.actions.construction_projects import decision_clock
from chengshu.scenes.approvals.construction.drawing import Verdict, is_same
from chengshu.scenes.approvals.models_construction import ConstructionProject, ExpertReview
from chengshu.scenes.approvals.tests.con_builders import (
    BUILDING,
    CODE,
    OWNER,
    PLANNING,
    a_case,
    a_panel,
    a_project,
    at,
    do,
    finish,
    officer,
    unit,
    with_processes,
)


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def a_review(
    seats: int = 3, case_id: int | None = None, project: ConstructionProject | None = None
) -> ExpertReview:
    return open_review(
        unit=unit(PLANNING),
        project=project or a_project(),
        kind="energy",
        title="节能报告评审",
        seats=seats,
        notice_number="穗南审〔2026〕1号",
        expected_until=timezone.localdate() + timedelta(days=14),
        case_id=case_id,
    )


def test_a_reviewer_of_another_section_draws_nobody() -> None:
    a_panel()
    review = a_review()
    with asking(officer(BUILDING, "reviewer")), pytest.raises(Refused):
        draw_experts(review=review)


def test_an_expert_with_a_conflict_is_never_drawn_and_the_log_says_why() -> None:
    panel = a_panel(4)
    declare_conflict(expert=panel[0], kind="owner", with_code=OWNER, reason="担任顾问")
    declare_conflict(expert=panel[1], kind="project", with_code=CODE, reason="参与设计")
    of_the_owner = register_expert(
        unit=unit(PLANNING), name="专家", fields=["energy"], employer_name="建设单位甲", employer_code=OWNER
    )
    panel.insert(2, of_the_owner)
    suspend_expert(expert=panel[3], reason="逾期未评审")
    review = a_review(seats=1)
    drawn = draw_experts(review=review)
    verdicts = {entry["number"]: entry["verdict"] for entry in drawn.log}
    assert [verdicts[one.number] for one in panel] == [
        Verdict.DECLARED,
        Verdict.WORKED_ON,
        Verdict.SAME_EMPLOYER,
        Verdict.SUSPENDED,
        Verdict.DRAWN,
    ]


def test_too_few_experts_is_refused_with_how_many_there_are() -> None:
    a_panel(2)
    with pytest.raises(Conflict) as caught:
        draw_experts(review=a_review(seats=3))
    assert (caught.value.code, caught.value.data["verdicts"]) == ("review.too_few", {"drawn": 2})


def test_a_conflict_that_has_ended_does_not_count() -> None:
    [expert] = a_panel(1)
    today = timezone.localdate()
    with pytest.raises(InvalidInput):
        declare_conflict(expert=expert, kind="owner", with_code=OWNER, reason="x", until=date(2020, 1, 1))
    declare_conflict(expert=expert, kind="owner", with_code=OWNER, reason="顾问合同", until=today)
    review = a_review(seats=1)
    with pytest.raises(Conflict):
        draw_experts(review=review)
    with freeze_time(timezone.now() + timedelta(days=1)):
        assert draw_experts(review=review).log == [{"number": expert.number, "verdict": "drawn"}]


@pytest.mark.parametrize("seats", [0, 2, 17])
def test_the_number_of_experts_is_odd_and_bounded(seats: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        a_review(seats=seats)
    assert caught.value.field == "seats"


def test_a_draw_can_be_computed_again_and_a_second_one_needs_its_reason() -> None:
    a_panel(5)
    review = a_review(seats=3)
    first = draw_experts(review=review)
    first.refresh_from_db()
    assert is_same(first.frame, first.frame_digest, first.seed, first.log)
    with pytest.raises(InvalidInput):
        draw_experts(review=review)
    with pytest.raises(Conflict) as full:
        draw_experts(review=review, reason="再抽")
    assert full.value.code == "review.full"
    seat = review.seats.first()
    assert seat is not None
    excuse_expert(seat=seat, reason="申请回避")
    second = draw_experts(review=review, reason="一名专家回避")
    verdicts = {entry["number"]: entry["verdict"] for entry in second.log}
    assert verdicts[seat.expert.number] == Verdict.EXCUSED
    assert list(verdicts.values()).count(Verdict.DRAWN) == 1


def test_who_was_drawn_last_time_comes_last_next_time() -> None:
    a_panel(4)
    first = draw_experts(review=a_review(seats=1))
    drawn = next(entry["number"] for entry in first.log if entry["verdict"] == Verdict.DRAWN)
    second = draw_experts(review=a_review(seats=1, project=ConstructionProject.objects.get()))
    assert second.log[-1]["number"] == drawn


@pytest.mark.parametrize(
    ("opinions", "result"),
    [
        (["agree", "agree", "agree"], "agree"),
        (["agree", "amend", "agree"], "amend"),
        (["agree", "disagree", "agree"], "amend"),
        (["disagree", "disagree", "agree"], "disagree"),
    ],
)
def test_the_result_follows_from_the_opinions(opinions: list[str], result: str) -> None:
    assert result_of(opinions) == result


def test_an_energy_review_waits_for_its_experts_with_the_clock_standing_still() -> None:
    with_processes()
    a_panel(5)
    case_id = a_case("approvals.energy_review")
    do(case_id, "intake", "accept")
    assert (at(case_id), cases.case_view(case_id).status) == ([], "9")
    review = a_review(seats=3, case_id=case_id)
    clock = decision_clock(cases.case_view(case_id), "legal")
    assert clock is not None
    assert clock.paused_since is not None
    draw_experts(review=review)
    with pytest.raises(Conflict) as waiting:
        conclude_review(review=review, conclusion="通过")
    assert waiting.value.code == "review.waiting"
    for seat in review.seats.all():
        enter_expert_opinion(seat=seat, opinion="agree", text="节能措施可行")
        with pytest.raises(Conflict):
            enter_expert_opinion(seat=seat, opinion="agree", text="再次")
    conclude_review(review=review, conclusion="专家组同意通过")
    view = cases.case_view(case_id)
    assert (at(case_id), view.variables["expert_result"]) == (["review"], "agree")
    resumed = decision_clock(view, "legal")
    assert resumed is not None
    assert resumed.paused_since is None
    do(case_id, "review", "agree")
    do(case_id, "decide", "approve")
    finish(case_id)
    assert cases.case_view(case_id).status == "11"


def test_a_name_is_sealed_masked_and_revealed_only_for_a_purpose() -> None:
    expert = register_expert(
        unit=unit(PLANNING),
        name="测试专家",
        fields=["energy"],
        employer_name="设计单位",
        employer_code=OWNER,
    )
    assert "测试专家" not in f"{expert.name_masked}{expert.name_sealed}"
    entry = AuditEntry.objects.get(action="approvals.register_expert")
    assert "测试专家" not in str(entry.details)
    with pytest.raises(InvalidInput):
        reveal_expert(expert=expert, purpose="看")
    assert reveal_expert(expert=expert, purpose="寄送评审材料") == "测试专家"


def test_an_expert_of_no_field_is_not_registered_and_a_suspended_one_can_come_back() -> None:
    with pytest.raises(InvalidInput) as caught:
        register_expert(
            unit=unit(PLANNING), name="甲", fields=["magic"], employer_name="x", employer_code=OWNER
        )
    assert caught.value.field == "fields"
    [expert] = a_panel(1)
    suspend_expert(expert=expert, reason="出国")
    with pytest.raises(Conflict):
        draw_experts(review=a_review(seats=1))
    reinstate_expert(expert=expert)
    assert draw_experts(review=ExpertReview.objects.get()).seats == 1
