"""A drainage permit from the first search on a phone to the promise that it proves (生态环境与水务)."""

from __future__ import annotations

from contextlib import ExitStack

from tests.browser.windows import Window
from tests.journeys import applying, promising, working
from tests.journeys.town import Town, picture

NAME = "污水排入排水管网许可证核发"
UNIT = "environment-water-approval"
INDICATOR, ASKED = "approvals.on_time_rate", {"matters": "^approvals[.](drainage_permit)$"}
FORM = {
    **applying.PERSON,
    "project_name": "滨海面馆排水",
    "site_address": "南沙区港前大道1号",
    "discharge_kind": "catering",
    "daily_volume": "3.5",
    "outlets.0.outfall": "W1",
    "outlets.0.position": "港前大道市政井",
    "consent": "1",
}


def apply(town: Town, stack: ExitStack, name: str) -> tuple[Window, applying.Receipt]:
    """A person applies for the permit at their phone, every material uploaded."""
    phone = town.citizen(stack, name)
    applying.find(phone, "排水许可", NAME)
    applying.answer_guide(phone, {"applicant": "person", "agent": "self", "discharge": "running"})
    applying.begin(phone)
    applying.fill(phone, FORM)
    applying.to_materials(phone)
    for key in applying.materials_asked(phone):
        applying.upload(phone, key)
    picture(phone, "environment-materials")
    applying.to_review(phone)
    receipt = applying.file(phone)
    town.settle()
    return phone, receipt


def test_a_drainage_permit_is_applied_for_granted_delivered_rated_and_counted(
    town: Town, stack: ExitStack
) -> None:
    head = promising.bind(town, stack, "P28#7", UNIT, INDICATOR, ASKED, share=True)
    before = promising.records_behind(head, "P28#7")
    phone, receipt = apply(town, stack, "drainage.applicant")
    case_id = working.case_of(town, receipt.application_id)

    working.do(town, stack, case_id, "check", "accept")
    working.do(town, stack, case_id, "review", "propose_grant", entries=working.REVIEW)
    working.do(town, stack, case_id, "head", "agree", entries=working.REVIEW)
    working.do(town, stack, case_id, "decide", "grant", entries={**working.DECISION, "valid_years": "5"})
    working.do(town, stack, case_id, "make", "made", entries=working.licence("排水〔2026〕1"))
    assert "结果" not in applying.open_application(phone, receipt)
    working.do(town, stack, case_id, "deliver", "delivered", entries=working.delivery())

    shown = applying.open_application(phone, receipt)
    picture(phone, "environment-granted")
    assert "办结（通过）" in shown
    assert "已于" in shown
    assert "送达" in shown
    assert "城镇污水排入排水管网许可证" in shown
    assert phone.overflow() <= 0
    assert "办结（通过）" in applying.look_up(town.anybody(stack), receipt)
    paper = working.verify(town, stack, receipt.application_id, "licence")
    assert "真实有效" in paper
    applying.rate(phone, receipt, level=5)

    promising.evaluate(town, INDICATOR, ASKED)
    assert promising.records_behind(head, "P28#7") == before + 1
    picture(head, "environment-promise")
    assert phone.complaints + head.complaints == []


def test_what_is_missing_is_told_once_supplied_and_the_clock_goes_on(town: Town, stack: ExitStack) -> None:
    phone, receipt = apply(town, stack, "drainage.supplementer")
    case_id = working.case_of(town, receipt.application_id)
    missing = "1. 补充隔油设施图纸\n2. 更正排水口位置"
    working.do(town, stack, case_id, "check", "supplement", opinion=missing)

    told = applying.open_application(phone, receipt)
    picture(phone, "supplement-told")
    assert "补充隔油设施图纸" in told
    assert "更正排水口位置" in told
    assert "补正告知书" in told
    working.verify(town, stack, receipt.application_id, "supplement_notice")

    applying.open_application(phone, receipt)
    applying.go(phone, phone.page.locator(".to-do a.button--primary"))
    assert phone.page.locator("[name='f.project_name']").input_value() == "滨海面馆排水"
    picture(phone, "supplement-form")
    applying.fill(phone, {"applicant.identity": applying.IDENTITY, "applicant.phone": "13800138000"})
    applying.fill(phone, {"outlets.0.position": "港前大道与进港大道交叉口市政井"})
    applying.upload(phone, "drainage_plan", "隔油设施图纸.pdf")
    picture(phone, "supplement-filled")
    assert phone.overflow() <= 0
    applying.go(phone, phone.page.locator("main form.form--wide button[type=submit].button--primary"))
    town.settle()
    assert "补正（结束）" in applying.open_application(phone, receipt)
    picture(phone, "supplement-done")

    desk = working.do(town, stack, case_id, "recheck", "accept", shot="supplement-recheck")
    assert "隔油设施图纸.pdf" in working.page_of(town, stack, case_id, "review")
    accepted = applying.open_application(phone, receipt)
    assert "受理通知书" in accepted
    assert working.clock_runs(town, case_id)
    assert phone.complaints + desk.complaints == []


def test_a_refusal_tells_its_reasons_and_the_remedies(town: Town, stack: ExitStack) -> None:
    phone, receipt = apply(town, stack, "drainage.refused")
    case_id = working.case_of(town, receipt.application_id)
    working.do(town, stack, case_id, "check", "accept")
    working.do(town, stack, case_id, "review", "propose_refuse", entries=working.REVIEW)
    working.do(town, stack, case_id, "head", "agree", entries=working.REVIEW)
    reason = "排水水质不符合纳管标准，依法不予许可。"
    working.do(town, stack, case_id, "decide", "refuse", entries=working.DECISION, opinion=reason)
    shown = applying.open_application(phone, receipt)
    picture(phone, "refused")
    assert "办结（不通过）" in shown
    assert "不予行政许可决定书" in shown
    assert reason in shown
    assert "办结（不通过）" in applying.look_up(town.anybody(stack), receipt)
    assert "真实有效" in working.verify(town, stack, receipt.application_id, "decision_refused")
    assert phone.complaints == []
