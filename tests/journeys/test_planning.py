"""The planning conditions of a finished building, verified for a company (规划条件核实)."""

from __future__ import annotations

from contextlib import ExitStack

from tests.journeys import applying, promising, working
from tests.journeys.town import Town, picture

NAME = "建设工程规划条件核实"
UNIT = "land-planning-approval"
SITE_CHECK = {"checked_on": working.today(), "staff": "2", "finding": "建筑高度、层数与许可一致。"}


def test_planning_conditions_are_verified_for_a_company_and_counted(town: Town, stack: ExitStack) -> None:
    head = promising.bind(town, stack, "P26#3", UNIT, "approvals.planning_cases")
    before = promising.records_behind(head, "P26#3")
    phone = town.citizen(stack, "planning.agent")
    applying.find(phone, "规划核实", NAME)
    applying.answer_guide(phone, {"applicant": "organisation", "agent": "self"})
    applying.begin(phone, uscc=applying.USCC)
    picture(phone, "planning-form")
    applying.fill(
        phone,
        {
            **applying.COMPANY,
            **applying.PROJECT,
            "planning_permit_number": "穗规南建证〔2025〕12号",
            "completed_on": working.today(),
            "consent": "1",
        },
    )
    applying.to_materials(phone)
    receipt = applying.bring_and_file(phone)
    town.settle()
    case_id = working.case_of(town, receipt.application_id)

    working.do(town, stack, case_id, "intake", "accept")
    working.do(town, stack, case_id, "site_check", "checked", entries=SITE_CHECK)
    working.do(town, stack, case_id, "review", "agree", shot="planning-review")
    working.do(town, stack, case_id, "decide", "approve")
    working.do(town, stack, case_id, "issue", "issued")
    working.do(town, stack, case_id, "deliver", "delivered")

    shown = applying.open_application(phone, receipt)
    picture(phone, "planning-granted")
    assert "办结（通过）" in shown
    assert "送达" in shown
    assert phone.overflow() <= 0
    assert "真实有效" in working.verify(town, stack, receipt.application_id, "decision_granted")
    applying.rate(phone, receipt, level=4)

    promising.evaluate(town, "approvals.planning_cases")
    assert promising.records_behind(head, "P26#3") == before + 1
    assert phone.complaints + head.complaints == []
