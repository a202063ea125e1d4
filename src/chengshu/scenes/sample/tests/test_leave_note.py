"""Leaving a note."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Refused
from chengshu.foundation.events.bus import deliver_waiting
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.sample.models import Note
from chengshu.scenes.sample.tests.builders import a_note


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def test_a_clerk_cannot_leave_a_note_for_another_unit() -> None:
    with pytest.raises(Refused):
        a_note(unit="finance-bureau")
    assert not Note.objects.exists()


def test_a_note_of_another_unit_does_not_exist_for_a_stranger(signed_in: Callable[[str], Client]) -> None:
    note = a_note()
    assert signed_in("other_department_officer").get(f"/sample/{note.pk}/").status_code == 403
    assert signed_in("window_clerk").get("/sample/999999/").status_code == 404


def test_a_wrong_phone_is_named_at_its_field_and_everything_typed_is_kept(
    signed_in: Callable[[str], Client],
) -> None:
    unit = Unit.objects.get(key="service-centre")
    typed = {"unit": unit.pk, "subject": "路灯", "text": "不亮", "contact_phone": "12"}
    answer = signed_in("window_clerk").post("/sample/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_contact_phone"' in page
    assert "路灯" in page
    assert not Note.objects.exists()


def test_the_phone_is_masked_on_the_page_and_absent_from_the_audit_chain(
    signed_in: Callable[[str], Client],
) -> None:
    note = a_note(phone="13800138000")
    assert "13800138000" not in signed_in("window_clerk").get(f"/sample/{note.pk}/").content.decode()
    entry = AuditEntry.objects.get(action="sample.leave_note")
    assert "13800138000" not in str(entry.details["given"])


def test_acknowledge_note_follows_once_the_event_is_delivered() -> None:
    note = a_note()
    deliver_waiting()
    note.refresh_from_db()
    assert note.acknowledged_at is not None
    assert AuditEntry.objects.filter(action="sample.acknowledge_note").exists()
