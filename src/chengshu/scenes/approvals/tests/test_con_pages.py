"""Pages of the construction part: who gets in, what is kept of a refused form, the public page for everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.approvals.actions.construction_experts import draw_experts, open_review
from chengshu.scenes.approvals.actions.construction_notices import draft_notice, post_notice
from chengshu.scenes.approvals.models_construction import ConstructionProject, Defect, NoticeObjection
from chengshu.scenes.approvals.tests.con_builders import (
    BUILDING,
    CODE,
    HOUSING,
    OWNER,
    PLANNING,
    a_case,
    a_panel,
    a_project,
    browser,
    do,
    unit,
    with_processes,
)

STAFF_PAGES = ("projects", "visits", "experts", "notice_desk")


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def lead() -> Client:
    return browser(BUILDING, "section_head")


def planner() -> Client:
    return browser(PLANNING, "section_head")


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_a_citizen_and_the_public_see_no_page_of_the_staff(page: str) -> None:
    assert browser(name="citizen").get(reverse(f"approvals:{page}")).status_code == 403
    assert Client().get(reverse(f"approvals:{page}")).status_code == 302


def test_another_bureau_finds_no_project() -> None:
    a_project()
    other = browser("finance-bureau", "handling_unit_officer")
    assert other.get(reverse("approvals:project", args=[CODE])).status_code == 404
    assert other.get(reverse("approvals:projects")).content.decode().count(CODE) == 0


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_lists_open_empty_and_filled(page: str) -> None:
    client = planner()
    assert client.get(reverse(f"approvals:{page}")).status_code == 200
    a_project()
    a_panel(2)
    assert client.get(reverse(f"approvals:{page}")).status_code == 200


def test_a_wrong_code_stands_at_its_field_and_everything_typed_is_kept() -> None:
    typed = {
        "code": "2513-440115-04-01-123456",
        "name": "综合管廊",
        "kind": "enterprise",
        "owner_name": "建设单位甲",
        "owner_code": OWNER,
        "site_address": "明珠湾",
    }
    answer = lead().post(reverse("approvals:new_project"), typed)
    page = answer.content.decode()
    assert (answer.status_code, 'href="#id_code"' in page, "综合管廊" in page) == (422, True, True)
    assert not ConstructionProject.objects.exists()
    right = lead().post(reverse("approvals:new_project"), {**typed, "code": CODE}, follow=True)
    assert CODE in right.content.decode()


def test_the_board_of_a_project_shows_its_stages_and_leaves_items_out_with_a_reason() -> None:
    project = a_project()
    item = project.items.get(key="approvals.energy_review")
    client = lead()
    client.post(reverse("approvals:project_item", args=[item.pk]), {"act": "drop", "reason": "规模未达标准"})
    page = client.get(reverse("approvals:project", args=[CODE])).content.decode()
    assert "规模未达标准" in page
    assert "建筑工程施工许可证" in page


def test_a_visit_is_called_at_a_proposed_time() -> None:
    a_project()
    client = lead()
    url = reverse("approvals:call_visit", args=[CODE])
    given = {
        "kind": "survey",
        "units": [str(unit(HOUSING).pk)],
        "purpose": "现场踏勘",
        "place": "明珠湾",
        "earliest": "2026-03-09",
        "minutes": "60",
        "unit": str(unit(BUILDING).pk),
    }
    assert client.get(url).status_code == 200
    nobody = client.post(url, {**given, "units": []})
    assert nobody.status_code == 422
    proposed = client.post(url, given)
    assert 'name="starts_at"' in proposed.content.decode()
    called = client.post(url, {**given, "starts_at": "2026-03-10T09:00"}, follow=True)
    assert "现场踏勘" in called.content.decode()


def test_the_board_of_a_joint_acceptance_takes_defects_and_no_other_case() -> None:
    with_processes()
    a_project()
    case_id = a_case("approvals.joint_acceptance", specials_chosen=["fire"])
    do(case_id, "intake", "accept")
    client = browser(HOUSING, "handling_unit_officer")
    url = reverse("approvals:acceptance", args=[case_id])
    assert lead().get(url).status_code == 200
    due = (timezone.localdate() + timedelta(days=3)).isoformat()
    lead().post(
        url, {"text": "防火门未闭合", "basis": "GB 50016", "due_on": due, "unit": str(unit(BUILDING).pk)}
    )
    assert Defect.objects.get().text == "防火门未闭合"
    assert "防火门未闭合" in lead().get(url).content.decode()
    assert client.get(reverse("approvals:acceptance", args=[case_id + 1])).status_code == 404


def test_a_review_shows_why_each_expert_was_drawn_or_passed_over() -> None:
    panel = a_panel(4)
    review = open_review(
        unit=unit(PLANNING),
        project=a_project(),
        kind="energy",
        title="节能评审",
        seats=3,
        notice_number="穗南审〔2026〕1号",
        expected_until=timezone.localdate() + timedelta(days=5),
    )
    draw_experts(review=review)
    page = planner().get(reverse("approvals:review", args=[review.pk])).content.decode()
    assert all(expert.number in page for expert in panel)
    assert page.count("专家0") == 0
    number = panel[0].number
    shown = planner().post(
        reverse("approvals:expert", args=[number]), {"act": "reveal", "purpose": "寄送评审材料"}
    )
    assert "专家0" in shown.content.decode()


def test_a_refused_objection_keeps_what_was_typed_and_a_good_one_is_a_case() -> None:
    with_processes()
    notice = post_notice(
        notice=draft_notice(
            unit=unit(PLANNING), kind="before", title="批前公示", facts=[["项目", "管廊"]], days=7
        )
    )
    url = reverse("approvals:object_to_notice", args=[notice.number])
    assert Client().post(url, {"interest": "x", "text": "x"}).status_code in (302, 401, 403)
    client = browser(name="neighbour")
    refused = client.post(url, {"interest": "相邻业主", "text": "短"})
    assert (refused.status_code, "相邻业主" in refused.content.decode()) == (422, True)
    client.post(url, {"interest": "相邻业主", "text": "新建建筑遮挡我户日照，请复核。"})
    objection = NoticeObjection.objects.get()
    assert objection.case_number
    desk = planner().get(reverse("approvals:notice_on_desk", args=[notice.number])).content.decode()
    assert objection.case_number in desk
