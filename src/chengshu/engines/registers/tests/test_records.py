"""Registers: dated records within a unit's scope, personal facts masked, corrections settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from chengshu.engines.registers import actions, api, queries
from chengshu.engines.registers.models import EntityRecord, RecordCorrection
from chengshu.engines.registers.tests.builders import published, typed, unit
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused

pytestmark = pytest.mark.usefixtures("district", "in_november")
As = Callable[[str], Any]
USCC = "91440115MA57E5715Q"
FACTS = {"name": "示例贸易有限公司", "address": "万顷沙镇某路 1 号", "phone": "13800138000"}


def a_record(unit_key: str = "service-centre", **changes: Any) -> EntityRecord:
    given = {
        "valid_from": date(2025, 1, 1),
        "source": "法人库快照",
        "as_of": date(2026, 10, 1),
        "facts": FACTS,
    }
    return actions.record_entity(
        unit=unit(unit_key), register="legal_entity", key=USCC, **{**given, **changes}
    )


def test_a_record_is_not_there_for_another_unit(as_persona: As) -> None:
    record = a_record()
    with as_persona("other_department_officer"):
        assert api.records_of("legal_entity", USCC) == ()
        with pytest.raises(Missing):
            queries.record_by_id(record.pk)
        with pytest.raises(Refused):
            a_record("service-centre", valid_from=date(2026, 1, 1))
    with as_persona("window_clerk"):
        assert len(api.records_of("legal_entity", USCC)) == 1


def test_a_clerk_may_look_and_not_record(as_persona: As) -> None:
    with as_persona("window_clerk"), pytest.raises(Refused):
        a_record()


def test_revealing_a_fact_needs_the_power_and_a_purpose(as_persona: As) -> None:
    record = a_record("data-bureau")
    with as_persona("window_clerk"), pytest.raises(Refused):
        actions.reveal_fact(record=record, fact="phone", purpose="核对联系方式")
    with as_persona("reviewer"):
        with pytest.raises(InvalidInput):
            actions.reveal_fact(record=record, fact="name", purpose="核对联系方式")
        with pytest.raises(InvalidInput):
            actions.reveal_fact(record=record, fact="phone", purpose="看")
        assert actions.reveal_fact(record=record, fact="phone", purpose="核对联系方式") == "13800138000"


def test_personal_facts_are_masked_and_absent_from_the_audit_chain() -> None:
    record = a_record()
    assert record.facts["phone"] == "138****8000"
    assert record.facts["name"] == FACTS["name"]
    assert "13800138000" not in record.sealed
    assert not AuditEntry.objects.filter(details__icontains="13800138000").exists()


def test_the_key_of_a_natural_person_is_masked_too() -> None:
    actions.record_entity(
        unit=unit(),
        register="natural_person",
        key="440115200002291234",
        facts={"name": "某某"},
        valid_from=date(2025, 1, 1),
        source="测试来源",
    )
    (found,) = api.records_of("natural_person", "440115200002291234")
    assert found.key == "4****************4"
    assert not AuditEntry.objects.filter(details__icontains="440115200002291234").exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"facts": {"salary": "1"}}, "record.fact_unknown"),
        ({"facts": {"name": "长" * 3000}}, "record.fact_long"),
        ({"source": " "}, "record.source"),
    ],
)
def test_what_a_register_does_not_keep_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        a_record(**changes)
    assert refused.value.code == code


def test_a_new_state_ends_the_one_before() -> None:
    a_record()
    with pytest.raises(Conflict):
        a_record(valid_from=date(2024, 1, 1))
    a_record(valid_from=date(2026, 7, 1), facts={"name": "示例商贸有限公司"})
    newest, oldest = api.records_of("legal_entity", USCC)
    assert (oldest.valid_from, oldest.valid_to) == (date(2025, 1, 1), date(2026, 6, 30))
    assert newest.valid_to is None
    current = queries.PlatformSources().record("legal_entity", USCC)
    assert current is not None
    assert current.facts["name"] == "示例商贸有限公司"


def test_an_ended_record_prefills_nothing() -> None:
    record = a_record()
    with pytest.raises(InvalidInput):
        actions.end_record(record=record, valid_to=date(2024, 1, 1), reason="注销登记")
    actions.end_record(record=record, valid_to=date(2026, 11, 1), reason="注销登记")
    assert queries.PlatformSources().record("legal_entity", USCC) is None


def test_a_register_fills_in_what_is_empty_with_its_source(as_persona: As) -> None:
    form = published()
    a_record()
    begun = api.typed_of(
        form, {"applicant.kind": "2", "applicant.uscc": USCC, "applicant.address": "自填住所"}
    )
    with as_persona("other_department_officer"):
        assert api.prefill(form, begun) == {}
    with as_persona("window_clerk"):
        offered = api.prefill(form, begun)
        filled = api.with_prefilled(form, begun, offered)
    assert filled.first("applicant.name") == "示例贸易有限公司"
    assert filled.first("applicant.address") == "自填住所"
    assert filled.first("applicant.phone") == ""
    assert offered["applicant.phone"].personal
    assert offered["applicant.phone"].value == "138****8000"
    assert offered["applicant.name"].provenance.source == "法人库快照"
    assert offered["applicant.name"].provenance.as_of == date(2026, 10, 1)


@pytest.mark.parametrize("key", ["", "x", "' OR 1=1 --", "9" * 300, "\x00"])
def test_what_is_no_key_finds_nothing(key: str) -> None:
    a_record()
    assert queries.PlatformSources().record("legal_entity", key) is None
    with pytest.raises(InvalidInput):
        api.records_of("legal_entity", key)


def corrected(as_persona: As) -> RecordCorrection:
    form = published()
    a_record("data-bureau")
    entries = typed(
        form,
        applicant__kind="2",
        applicant__uscc=USCC,
        applicant__id_card=None,
        applicant__name="示例商贸有限公司",
        applicant__name___reason="已办理更名",
        applicant__address=FACTS["address"],
    )
    with as_persona("reviewer"):
        submission = api.submit_form(subject="case:17", form=form, typed=entries, unit=unit("data-bureau"))
    assert submission.corrections[0].reason == "已办理更名"
    return RecordCorrection.objects.get()


def test_a_correction_waits_for_who_keeps_the_register(as_persona: As) -> None:
    correction = corrected(as_persona)
    with as_persona("other_department_officer"):
        assert not queries.corrections().exists()
        with pytest.raises(Refused):
            actions.settle_correction(correction=correction, taken=True, answer="属实采纳")
    with as_persona("reviewer"):
        actions.settle_correction(correction=correction, taken=True, answer="属实采纳")
        with pytest.raises(Conflict):
            actions.settle_correction(correction=correction, taken=False, answer="再看一次")
        newest, oldest = api.records_of("legal_entity", USCC)
    assert newest.facts["name"] == "示例商贸有限公司"
    assert newest.facts["phone"] == "138****8000"
    assert oldest.valid_to == date(2026, 11, 21)


def test_a_correction_is_settled_on_its_page(as_persona: As, signed_in: Callable[[str], Client]) -> None:
    correction = corrected(as_persona)
    browser = signed_in("reviewer")
    assert "示例商贸有限公司" in browser.get("/registers/records/corrections/").content.decode()
    answer = browser.post(
        f"/registers/records/corrections/{correction.pk}/", {"taken": "0", "answer": "未见凭证"}
    )
    assert answer.status_code == 302
    correction.refresh_from_db()
    assert (correction.state, correction.answer) == ("declined", "未见凭证")


def test_a_key_is_looked_up_without_standing_in_the_address(signed_in: Callable[[str], Client]) -> None:
    a_record()
    browser = signed_in("window_clerk")
    page = browser.post("/registers/records/legal_entity/", {"key": USCC.lower()})
    assert "示例贸易有限公司" in page.content.decode()
    assert "13800138000" not in page.content.decode()
    assert browser.post("/registers/records/legal_entity/", {"key": "12"}).status_code == 422
    assert browser.get("/registers/records/nothing/").status_code == 404
