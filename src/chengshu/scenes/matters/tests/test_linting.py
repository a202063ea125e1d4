"""The element linter: each rule finds what it is for and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from chengshu.foundation.calendar import published_calendar
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.hub.services.data import Basis, Elements, Fee, Material, Necessity
from chengshu.scenes.matters import actions, linting
from chengshu.scenes.matters.linting.found import Law, Surroundings
from chengshu.scenes.matters.linting.rules import all_findings
from chengshu.scenes.matters.models import LegalText
from chengshu.scenes.matters.tests.builders import LAW, in_force, said

USCC = "11370800MB28559184"


def around(**changes: Any) -> Surroundings:
    values: dict[str, Any] = {
        "today": date(2026, 6, 1),
        "calendar": published_calendar(),
        "laws": {LAW: Law(LAW)},
        "rules": {},
    }
    return Surroundings(**{**values, **changes})


def codes(elements: Elements, **changes: Any) -> set[str]:
    return {one.code for one in all_findings(elements, around(**changes)) if one.severity != "note"}


def test_sound_elements_have_no_finding() -> None:
    assert codes(said()) == set()


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        (f"{USCC}3370117002", "code.length"),
        (f"{USCC}4370117002011"[:31], None),
        (f"{USCC}7370117002011", "code.level"),
        (f"{USCC}3370117002011", "code.other_level"),
        ("11370800MB2855918X4370117002011", "code.unit"),
    ],
)
def test_the_implementation_code_is_checked(code: str, finding: str | None) -> None:
    assert codes(said(code=code)) == ({finding} if finding else set())


@pytest.mark.parametrize(
    ("legal", "promised", "is_beyond"),
    [
        ("20wd", "21wd", True),
        ("20wd", "20wd", False),
        ("7d", "5wd", True),
        ("20d", "14wd", True),
        ("20d", "7wd", False),
        ("30d", "1wd", False),
        ("1m", "15wd", False),
    ],
)
def test_a_promise_is_held_against_the_law_on_the_real_calendar(
    legal: str, promised: str, is_beyond: bool
) -> None:
    found = codes(said(legal_limit=legal, promised_limit=promised))
    assert ("limit.beyond_law" in found) is is_beyond


def test_five_working_days_fit_into_seven_days_except_around_holidays() -> None:
    found = all_findings(said(legal_limit="7d", promised_limit="5wd"), around())
    message = str(next(one.message for one in found if one.code == "limit.beyond_law"))
    assert "2025-" in message


@pytest.mark.parametrize(
    "name", ["其他材料", "法律法规规定的其他材料", "证明材料等", "营业执照等文件", "有关证明文件"]
)
def test_a_catch_all_material_is_found(name: str) -> None:
    assert "material.catch_all" in codes(said(materials=(Material("x", name),)))


@pytest.mark.parametrize(
    "name", ["场所平面图", "等级证书", "与第三者利害关系的说明或者协议", "车辆技术等级评定资料"]
)
def test_a_material_with_a_name_of_its_own_is_no_catch_all(name: str) -> None:
    assert "material.catch_all" not in codes(said(materials=(Material("x", name),)))


def test_a_ceased_basis_is_found_with_what_replaced_it() -> None:
    law = Law(LAW, in_force_until=date(2026, 1, 1), replaced_by="新法")
    found = [one for one in all_findings(said(), around(laws={LAW: law})) if one.code == "basis.ceased"]
    assert "新法" in str(found[0].hint)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"case_kind": "1", "promised_limit": "3wd"}, "limit.at_once"),
        ({"legal_limit": "二十日"}, "limit.unreadable"),
        ({"depth": ("2", "4", "5", "6"), "visits": 1}, "visits.online"),
        ({"labels": ("once",), "visits": 2}, "label.once"),
        ({"fees": (Fee("证照费", "每证十元"),)}, "fee.no_basis"),
        ({"basis": ()}, "basis.missing"),
        ({"basis": (Basis("没有登记的法"),)}, "basis.unknown_law"),
        ({"materials": (Material("x", "表", kind="2"),)}, "material.no_sample"),
        ({"materials": (Material("x", "甲", necessity=Necessity.MAY_FOLLOW),)}, "material.no_due_day"),
        ({"materials": (Material("x", "甲"), Material("x", "乙"))}, "material.twice"),
        ({"materials": (Material("x", "甲", when=("no:such",)),)}, "guide.no_such_answer"),
        ({"pledge": True}, "pledge.nothing"),
    ],
)
def test_each_rule_finds_its_fault(changes: dict[str, Any], finding: str) -> None:
    assert finding in codes(said(**changes))


def test_a_name_that_differs_an_unclaimed_and_an_unused_matter_are_found() -> None:
    found = codes(said(process="a.b"), basic_name="另一名称", is_claimed=False, applications_in_two_years=0)
    assert {"name.differs", "unit.unclaimed", "use.none"} <= found


def test_a_matter_not_offered_for_two_years_is_not_called_unused() -> None:
    assert "use.none" not in codes(said(process="a.b"), applications_in_two_years=None)


def test_what_the_form_asks_beyond_the_list_is_found() -> None:
    assert "material.only_form" in codes(said(), form_materials=frozenset({"site_plan", "extra"}))


def test_the_printed_limit_is_held_against_the_clock_rule() -> None:
    rules = {"general": {"legal": "20wd", "promised": ""}}
    assert "rule.differs" in codes(said(rule="general", legal_limit="10wd"), rules=rules)
    assert "rule.unknown" in codes(said(rule="nothing"), rules=rules)


def test_a_law_that_ceases_shows_at_every_matter_that_rests_on_it(
    db: None, signed_in: Callable[[str], Client]
) -> None:
    load_base_data()
    actions.record_legal_text(name=LAW)
    matter = in_force()
    assert not [one for one in linting.findings_of(matter) if one.severity == "error"]
    actions.repeal_legal_text(law=LegalText.objects.get(name=LAW), in_force_until=date(2026, 1, 1))
    assert [one.code for one in linting.findings_of(matter) if one.severity == "error"] == ["basis.ceased"]
    assert LAW in signed_in("section_head").get("/matters/laws/").content.decode()


def test_a_decision_settles_a_finding_until_the_elements_change(db: None, as_persona: Any) -> None:
    load_base_data()
    matter = in_force(basis=())
    with as_persona("department_head"):
        actions.decide_finding(
            matter=matter, code="basis.missing", element="basis", reason="依据待司法局确认"
        )
    assert [one.decided for one in linting.findings_of(matter) if one.code == "basis.missing"] != [""]
    changed = {**matter.elements, "summary": "改动"}
    assert [one.decided for one in linting.findings_of(matter, changed) if one.code == "basis.missing"] == [
        ""
    ]
