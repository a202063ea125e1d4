"""Opening a restaurant as one thing: one form, one set of materials, two authorities side by side (开办餐饮店)."""

from __future__ import annotations

from contextlib import ExitStack

from chengshu.hub.services.models import Application
from tests.journeys import applying, working
from tests.journeys.town import Town, picture

NAME = "开办餐饮店"
ANSWERS = {
    "applicant": "person",
    "agent": "self",
    "subject": "have",
    "kind": "catering",
    "cold": "no",
    "sign": "yes",
    "size": "small",
    "drains": "no",
}
FORM = {
    **applying.PERSON,
    "project_name": "滨海面馆",
    "site_address": "南沙区港前大道1号",
    "area_m2": "80",
    "request": "开办餐饮店并设置门头招牌。",
    "consent": "1",
}


def parts_of(town: Town, application_id: int) -> list[int]:
    """The cases of the parts of a bundle."""
    with town.inside():
        found = Application.objects.filter(parent_id=application_id).order_by("id")
        return [case_id for case_id in found.values_list("case_id", flat=True) if case_id is not None]


def grant(town: Town, stack: ExitStack, case_id: int, number: str) -> None:
    working.do(town, stack, case_id, "check", "accept")
    working.do(town, stack, case_id, "review", "propose_grant", entries=working.REVIEW)
    working.do(town, stack, case_id, "head", "agree", entries=working.REVIEW)
    working.do(town, stack, case_id, "decide", "grant", entries=working.DECISION)
    working.do(town, stack, case_id, "make", "made", entries=working.licence(number))
    working.do(town, stack, case_id, "deliver", "delivered", entries=working.delivery())


def test_a_restaurant_is_opened_by_one_application(town: Town, stack: ExitStack) -> None:
    phone = town.citizen(stack, "restaurant.owner")
    phone.open("/portal/bundles/")
    picture(phone, "bundle-list")
    applying.go(phone, phone.page.locator("main .bundle-card a", has_text=NAME).first)
    picture(phone, "bundle")
    applying.answer_guide(phone, ANSWERS)
    applying.begin(phone)
    applying.fill(phone, FORM)
    applying.to_materials(phone)
    picture(phone, "bundle-materials")
    receipt = applying.bring_and_file(phone)
    picture(phone, "bundle-receipt")
    town.settle()
    cases = parts_of(town, receipt.application_id)
    assert len(cases) == 2
    grant(town, stack, cases[0], "食品〔2026〕1")
    half = applying.open_application(phone, receipt)
    picture(phone, "bundle-half")
    assert "已办结 1 项，共 2 项" in half
    grant(town, stack, cases[1], "招牌〔2026〕1")

    whole = applying.open_application(phone, receipt)
    picture(phone, "bundle-whole")
    assert "已办结 2 项，共 2 项" in whole
    assert "办结（通过）" in whole
    assert phone.overflow() <= 0
    assert "办结（通过）" in applying.look_up(town.anybody(stack), receipt)
    applying.rate(phone, receipt, level=5)
    assert phone.complaints == []
