"""A joint acceptance: one visit, a defect that is rectified and looked at again, one merged opinion (联合验收)."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, time, timedelta

from django.utils import timezone
from freezegun import freeze_time

from chengshu.foundation.calendar import SHANGHAI, published_calendar
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.actions.construction_visits import call_visit, hold_visit
from tests.journeys import applying, promising, working
from tests.journeys.town import Town, picture

NAME = "建设工程联合验收"
UNIT, FIRE, PLANNING = "construction-approval", "housing-construction", "planning-resources"
DEFECT = "二层东侧防火门闭门器缺失，请整改后申请复验。"


def visit(town: Town, case_id: int) -> None:
    """The one visit of all units, called for the next free morning and held on it."""
    day = published_calendar().add_wd(timezone.localdate(), 10)
    begins = datetime.combine(day, time(9, 30), SHANGHAI)
    with town.inside():
        units = list(Unit.objects.filter(key__in=(FIRE, PLANNING)))
        called = call_visit(
            unit=Unit.objects.get(key=UNIT),
            kind="joint",
            purpose="联合验收踏勘",
            place="南沙区明珠湾",
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            units=units,
            case_id=case_id,
        )
        with freeze_time(begins + timedelta(hours=3)):
            hold_visit(visit=called, minutes="各单位已到场。", attended=[one.pk for one in units])
    town.settle()


def test_a_joint_acceptance_goes_over_a_defect_to_one_opinion(town: Town, stack: ExitStack) -> None:
    head = promising.bind(town, stack, "P27#1", UNIT, "approvals.construction_decided")
    before = promising.records_behind(head, "P27#1")
    phone = town.citizen(stack, "builder.agent")
    applying.find(phone, "联合验收", NAME)
    applying.answer_guide(phone, {"agent": "self", "scope": "without_civil_defence"})
    applying.begin(phone, uscc=applying.USCC)
    applying.fill(
        phone, {**applying.COMPANY, **applying.PROJECT, "ready_on": working.today(), "consent": "1"}
    )
    for special in ("planning", "fire"):
        applying.fill(phone, {"specials_chosen": special})
    applying.to_materials(phone)
    receipt = applying.bring_and_file(phone)
    town.settle()
    case_id = working.case_of(town, receipt.application_id)

    working.do(town, stack, case_id, "intake", "accept")
    visit(town, case_id)
    outcomes = {"planning": ("pass", ""), "fire": ("rectify", DEFECT)}
    for unit_key, (outcome, opinion) in {PLANNING: outcomes["planning"], FIRE: outcomes["fire"]}.items():
        conclusion = {"conclusion": opinion or "符合要求。"}
        working.do(town, stack, case_id, "opine", outcome, entries=conclusion, opinion=opinion, unit=unit_key)

    told = applying.open_application(phone, receipt)
    picture(phone, "acceptance-rectify")
    assert "建设单位整改" in told
    applying.go(phone, phone.page.locator(".to-do a.button--primary"))
    picture(phone, "acceptance-rectification")
    assert DEFECT in phone.page.inner_text("main")
    assert phone.overflow() <= 0
    report = {"report": "闭门器已补装。", "rectified_on": working.today()}
    working.decide(phone, "rectified", report, "")
    town.settle()
    again = {"conclusion": "已整改到位。"}
    working.do(town, stack, case_id, "reinspect", "pass", entries=again, shot="acceptance-reinspect")
    merge = working.do(town, stack, case_id, "merge", "agree", shot="acceptance-merge")
    working.do(town, stack, case_id, "sign", "approve")
    working.do(town, stack, case_id, "deliver", "delivered")

    shown = applying.open_application(phone, receipt)
    picture(phone, "acceptance-granted")
    assert "办结（通过）" in shown
    assert "送达" in shown
    assert "真实有效" in working.verify(town, stack, receipt.application_id, "decision_granted")
    applying.rate(phone, receipt, level=5)
    promising.evaluate(town, "approvals.construction_decided")
    assert promising.records_behind(head, "P27#1") == before + 1
    assert phone.complaints + head.complaints + merge.complaints == []
