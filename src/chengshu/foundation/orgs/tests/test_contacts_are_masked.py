"""Personal data of a contact: masked on pages, in exports and over HTTP; revealed with a purpose that is recorded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection
from django.test import Client

from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import InvalidInput, Refused
from chengshu.foundation.masking import put
from chengshu.foundation.orgs import actions
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import OfficialContact, Unit

Ask = Callable[[str], AbstractContextManager[None]]
SignedIn = Callable[[str], Client]
PHONE = "13800138000"
ADDRESS = "广州市南沙区南沙街进港大道8号15楼1502室"


@pytest.fixture
def contact(db: None) -> OfficialContact:
    load_base_data()
    unit = Unit.objects.get(key="service-centre")
    return actions.set_contact(unit=unit, label="值班", phone=PHONE, address=ADDRESS)


@pytest.mark.parametrize(
    "name",
    ["resident", "unit_officer", "system_administrator", "security_administrator", "audit_administrator"],
)
def test_who_does_not_need_it_cannot_reveal_it(contact: OfficialContact, as_persona: Ask, name: str) -> None:
    with pytest.raises(Refused), as_persona(name):
        actions.reveal_contact(contact=contact, field="phone", purpose="核对工单")


def test_the_head_of_another_unit_cannot_reveal_it(contact: OfficialContact, as_persona: Ask) -> None:
    other = actions.set_contact(unit=Unit.objects.get(key="finance-bureau"), label="值班", phone=PHONE)
    with pytest.raises(Refused), as_persona("unit_head"):
        actions.reveal_contact(contact=other, field="phone", purpose="核对工单")


@pytest.mark.parametrize("purpose", ["", "  ", "看看"])
def test_without_a_purpose_nothing_is_revealed(
    contact: OfficialContact, as_persona: Ask, purpose: str
) -> None:
    with pytest.raises(InvalidInput) as caught, as_persona("unit_head"):
        actions.reveal_contact(contact=contact, field="phone", purpose=purpose)
    assert caught.value.field == "purpose"


def test_only_personal_fields_are_revealed(contact: OfficialContact, as_persona: Ask) -> None:
    with pytest.raises(InvalidInput), as_persona("unit_head"):
        actions.reveal_contact(contact=contact, field="label", purpose="核对工单")


def test_revealing_says_who_read_what_and_what_for(contact: OfficialContact, as_persona: Ask) -> None:
    with as_persona("unit_head"):
        assert actions.reveal_contact(contact=contact, field="phone", purpose="核对工单") == PHONE
    entry = AuditEntry.objects.get(action="orgs.reveal_contact")
    assert (entry.actor, entry.thing) == ("unit.head", f"orgs.officialcontact:{contact.pk}")
    assert entry.details["changes"][0]["purpose"] == "核对工单"
    assert PHONE not in str(entry.details)


def test_the_clear_value_is_neither_in_the_table_nor_in_the_audit_record(contact: OfficialContact) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM orgs_officialcontact c")
        stored = cursor.fetchone()[0]
    recorded = str([entry.details for entry in AuditEntry.objects.all()])
    assert PHONE not in stored
    assert "1502" not in stored
    assert PHONE not in recorded
    assert "1502" not in recorded
    assert "138****8000" in stored


def test_a_sealed_value_moved_to_another_field_does_not_open(contact: OfficialContact) -> None:
    contact.address_sealed = contact.phone_sealed
    with pytest.raises(InvalidInput):
        actions.reveal_contact(contact=contact, field="address", purpose="核对工单")


def test_an_emptied_field_keeps_nothing(contact: OfficialContact) -> None:
    put(contact, "phone", " ")
    assert (contact.phone_masked, contact.phone_sealed) == ("", "")


@pytest.mark.parametrize("path", ["/orgs/units/{unit}/", "/orgs/contacts.csv", "/api/v1/orgs/units/{unit}"])
@pytest.mark.parametrize("name", ["unit_officer", "unit_head", "security_administrator"])
def test_page_export_and_api_show_it_masked_to_everybody(
    contact: OfficialContact, signed_in: SignedIn, path: str, name: str
) -> None:
    text = signed_in(name).get(path.format(unit=contact.unit_id)).content.decode()
    assert "138****8000" in text
    assert PHONE not in text
    assert "1502" not in text


def test_the_reveal_page_asks_for_the_purpose_and_shows_the_value_once(
    contact: OfficialContact, signed_in: SignedIn
) -> None:
    client, path = signed_in("unit_head"), f"/orgs/contacts/{contact.pk}/reveal/"
    assert PHONE not in client.get(path).content.decode()
    missing = client.post(path, {"field": "phone", "purpose": ""})
    assert (missing.status_code, PHONE in missing.content.decode()) == (422, False)
    assert PHONE in client.post(path, {"field": "phone", "purpose": "核对工单"}).content.decode()


def test_a_contact_is_removed_with_its_sealed_values_and_only_by_its_own_unit(
    contact: OfficialContact, as_persona: Ask
) -> None:
    with pytest.raises(Refused), as_persona("other_department_officer"):
        actions.remove_contact(contact=contact)
    assert OfficialContact.objects.filter(pk=contact.pk).exists()
    actions.remove_contact(contact=contact)
    assert not OfficialContact.objects.exists()
    assert AuditEntry.objects.filter(action="orgs.remove_contact", outcome="done").exists()
