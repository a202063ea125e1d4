"""Pages: closed to strangers, whole with and without the columnar store, and each form says what is wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from chengshu.engines.streams import actions, latest
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.decoding import Rejected
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Command, Credential, Device, Quarantined, QuarantineReason
from chengshu.engines.streams.pages import devices as device_pages
from chengshu.engines.streams.spool import Raw
from chengshu.engines.streams.tests.builders import DEFINITION, a_device, unit, water_level
from chengshu.engines.streams.tests.test_backfill_readings import hourly
from chengshu.engines.streams.tests.test_onboard_devices import sheet

pytestmark = pytest.mark.usefixtures("district")
SignedIn = Callable[[str], Client]
PAGES = ("/streams/", "/streams/models/", "/streams/quarantine/", "/streams/labels/")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch, owner: object) -> None:
    """A columnar store that is not there."""

    def missing() -> Columns:
        from chengshu.foundation.errors import Unavailable

        raise Unavailable("away")

    monkeypatch.setattr(device_pages, "columns", missing)


def quarantined(device: Device) -> Quarantined:
    raw = Raw(1_763_778_600_000, device.pk, "mqtt", "up/properties", b"\x00<script>")
    with as_machine("streams.test"):
        latest.keep_apart("g-0", [(7, raw, Rejected(QuarantineReason.UNDECODABLE, detail="nul"))])
    return Quarantined.objects.get()


@pytest.mark.parametrize("page", [*PAGES, "/streams/devices/WL-1/", "/streams/models/water-level/"])
def test_pages_are_closed_to_those_without_the_power(page: str, signed_in: SignedIn) -> None:
    a_device()
    assert signed_in("unit_officer").get(page).status_code == 403


def test_a_device_of_another_unit_is_not_there(signed_in: SignedIn) -> None:
    a_device("FB-1", "finance-bureau")
    client = signed_in("handling_unit_officer")
    assert client.get("/streams/devices/FB-1/").status_code == 404
    assert client.post("/streams/devices/FB-1/send_command/", {"name": "reboot"}).status_code == 404
    assert "FB-1" not in client.get("/streams/").content.decode()
    assert "FB-1" not in client.get("/streams/labels/").content.decode()


@pytest.mark.usefixtures("away")
def test_who_only_looks_changes_nothing(signed_in: SignedIn) -> None:
    a_device("DB-1", "data-bureau")
    client = signed_in("reviewer")
    assert client.get("/streams/devices/DB-1/").status_code == 200
    for step, typed in (
        ("issue_credential", {"overlap_h": "1"}),
        ("revoke_credential", {"reason": "遗失"}),
        ("set_device_state", {"state": "faulty", "reason": "损坏"}),
        ("send_command", {"name": "reboot"}),
    ):
        assert client.post(f"/streams/devices/DB-1/{step}/", typed).status_code == 403
    assert client.get("/streams/onboarding/").status_code == 403
    assert (Credential.objects.count(), Command.objects.count()) == (0, 0)


@pytest.mark.parametrize("page", PAGES)
def test_lists_are_drawn_in_chinese(page: str, signed_in: SignedIn) -> None:
    quarantined(a_device())
    answer = signed_in("handling_unit_officer").get(page)
    assert answer.status_code == 200
    assert 'lang="zh-Hans"' in answer.content.decode()
    assert "<script>\\x00" not in answer.content.decode()


@pytest.mark.usefixtures("away")
def test_a_device_is_shown_without_the_columnar_store(signed_in: SignedIn) -> None:
    a_device()
    text = signed_in("handling_unit_officer").get("/streams/devices/WL-1/").content.decode()
    assert "水位" in text


def test_a_device_is_shown_with_its_course(
    signed_in: SignedIn, own_store: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_pages, "columns", lambda: own_store)
    a_device()
    actions.backfill_readings(unit=unit(), content=hourly(30, lambda n: n % 8 / 2), store=own_store)
    client = signed_in("handling_unit_officer")
    for span in ("1d", "7d", "none"):
        text = client.get("/streams/devices/WL-1/", {"metric": "level", "span": span}).content.decode()
        assert "course" in text


@pytest.mark.usefixtures("away")
def test_a_secret_is_shown_once(signed_in: SignedIn) -> None:
    a_device("DB-1", "data-bureau")
    client = signed_in("integrator")
    first = client.post("/streams/devices/DB-1/issue_credential/", {"overlap_h": "0"})
    assert first.status_code == 200
    digest = Credential.objects.get().digest
    assert digest not in first.content.decode()
    assert client.post("/streams/devices/DB-1/issue_credential/", {"overlap_h": "soon"}).status_code == 422


@pytest.mark.usefixtures("away")
def test_a_command_goes_out_and_is_called_off(signed_in: SignedIn) -> None:
    a_device()
    client = signed_in("handling_unit_officer")
    assert client.post("/streams/devices/WL-1/send_command/", {"name": "fly"}).status_code == 422
    sent = client.post("/streams/devices/WL-1/send_command/", {"name": "pump", "pump.on": "1"})
    assert sent.status_code == 302
    command = Command.objects.get()
    assert command.parameters == {"on": True}
    assert client.post("/streams/devices/WL-1/cancel_command/", {"command": command.pk}).status_code == 302
    assert client.post("/streams/devices/WL-1/dance/").status_code == 404


def test_a_sheet_with_mistakes_says_them_and_a_right_one_answers_with_secrets(signed_in: SignedIn) -> None:
    water_level()
    client = signed_in("integrator")
    where = str(unit("data-bureau").pk)

    def sent(content: bytes, unit_id: str = where) -> tuple[int, bytes]:
        answer = client.post(
            "/streams/onboarding/", {"unit": unit_id, "file": SimpleUploadedFile("d.xlsx", content)}
        )
        return answer.status_code, answer.content

    assert client.post("/streams/onboarding/", {"unit": where}).status_code == 422
    assert sent(sheet(["DB-1", "甲", "water-level"]), "")[0] == 422
    status, page = sent(sheet(["DB-1", "甲", "smoke"]))
    assert status == 422
    assert "smoke" in page.decode()
    assert Device.objects.count() == 0
    status, secrets = sent(sheet(["DB-1", "甲", "water-level"]))
    assert status == 200
    rows = list(load_workbook(io.BytesIO(secrets)).worksheets[0].values)
    assert rows[1][:2] == ("DB-1", "甲")
    assert client.get("/streams/onboarding/sheet.xlsx").content[:2] == b"PK"


def test_a_new_version_names_its_mistakes_and_is_put_in_use_by_another(signed_in: SignedIn) -> None:
    water_level()
    writer, head = signed_in("integrator"), signed_in("section_head")
    page = "/streams/models/water-level/"
    assert writer.post(page, {"definition": "{"}).status_code == 422
    wrong = writer.post(page, {"definition": json.dumps({**DEFINITION, "heartbeat_s": -1})})
    assert (wrong.status_code, "/heartbeat_s" in wrong.content.decode()) == (422, True)
    assert writer.post(page, {"definition": json.dumps(DEFINITION), "note": "复核"}).status_code == 302
    assert writer.post(f"{page}2/publish/").status_code == 403
    assert head.post(f"{page}2/publish/").status_code == 302
    assert "复核" in head.get(page).content.decode()


def test_a_quarantined_message_is_dismissed_with_a_reason(signed_in: SignedIn) -> None:
    message = quarantined(a_device("DB-1", "data-bureau"))
    address = f"/streams/quarantine/{message.pk}/settle/"
    assert signed_in("reviewer").post(address, {"note": "测试数据"}).status_code == 403
    client = signed_in("integrator")
    assert client.post(address, {"note": ""}).status_code == 422
    assert client.post(address, {"note": "测试数据"}).status_code == 302
    message.refresh_from_db()
    assert (message.state, message.note) == ("dismissed", "测试数据")
    assert client.post(address, {"note": "再来一次"}).status_code == 409
