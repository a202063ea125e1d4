"""The API of devices: closed to strangers, errors by field, secrets once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.engines.streams import actions, endpoints
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.models import Command, Credential, Device
from chengshu.engines.streams.tests.builders import DEFINITION, a_device, unit, water_level
from chengshu.engines.streams.tests.test_backfill_readings import NOW, hourly

pytestmark = pytest.mark.usefixtures("district")
SignedIn = Callable[[str], Client]
API = "/api/v1/streams"


def post(client: Client, path: str, body: object) -> tuple[int, dict[str, object]]:
    answer = client.post(f"{API}{path}", body, content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    "path", ["/devices", "/devices/DB-1", "/devices/DB-1/values", "/devices/DB-1/course"]
)
def test_the_api_is_closed_to_those_without_the_power(
    path: str, signed_in: SignedIn, anonymous: Client
) -> None:
    a_device("DB-1", "data-bureau")
    assert anonymous.get(f"{API}{path}").status_code == 401
    assert signed_in("unit_officer").get(f"{API}{path}").status_code == 403


def test_a_device_of_another_unit_is_not_there(signed_in: SignedIn) -> None:
    a_device("FB-1", "finance-bureau")
    client = signed_in("handling_unit_officer")
    assert client.get(f"{API}/devices").json()["items"] == []
    assert client.get(f"{API}/devices/FB-1/values").status_code == 404
    assert post(client, "/devices/FB-1/commands", {"name": "reboot"})[0] == 404
    assert post(client, "/devices/FB-1/credentials", {})[0] == 403
    assert (Command.objects.count(), Credential.objects.count()) == (0, 0)


def test_a_device_is_registered_and_gets_its_secret(signed_in: SignedIn) -> None:
    water_level()
    client = signed_in("integrator")
    given = {"unit_id": unit("data-bureau").pk, "model": "water-level", "code": "DB-1", "title": "甲"}
    assert post(client, "/devices", {**given, "code": "D B"})[0] == 422
    assert post(client, "/devices", {**given, "unit_id": unit("finance-bureau").pk})[0] == 403
    status, made = post(client, "/devices", given)
    assert (status, made["online"], made["state"]) == (201, None, "active")
    assert post(client, "/devices", given)[0] == 409
    status, issued = post(client, "/devices/DB-1/credentials", {})
    assert (status, issued["client_id"]) == (201, "DB-1")
    assert Device.objects.get().credentials.count() == 1


def test_a_thing_model_says_every_mistake(signed_in: SignedIn) -> None:
    client = signed_in("integrator")
    given = {
        "unit_id": unit("data-bureau").pk,
        "key": "smoke",
        "title": "烟感",
        "definition": {"heartbeat_s": 0},
    }
    status, problem = post(client, "/models", given)
    assert (status, problem["code"]) == (422, "streams.definition")
    assert post(client, "/models", {**given, "definition": DEFINITION})[0] == 201


def test_values_and_courses_are_read(
    signed_in: SignedIn, own_store: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "columns", lambda: own_store)
    a_device()
    actions.backfill_readings(unit=unit(), content=hourly(6, lambda n: n % 8 / 2), store=own_store)
    client = signed_in("handling_unit_officer")
    (value,) = client.get(f"{API}/devices/WL-1/values").json()
    assert (value["metric"], value["value"]) == ("level", 35 % 8 / 2)
    asked = {"metric": "level", "since": "2020-01-01T00:00:00Z", "until": NOW.isoformat()}
    points = client.get(f"{API}/devices/WL-1/course", asked).json()
    assert sum(point["count"] for point in points) == 36
    for wrong in ({"until": "2019-01-01T00:00:00Z"}, {"since": "0001-01-01T00:00:00Z"}, {"points": "0"}):
        assert client.get(f"{API}/devices/WL-1/course", {**asked, **wrong}).status_code == 422
    status, command = post(client, "/devices/WL-1/commands", {"name": "pump", "parameters": {"on": True}})
    assert (status, command["state"]) == (201, "queued")


def test_a_credential_asked_for_twice_is_issued_once_and_told_once(signed_in: SignedIn) -> None:
    a_device("DB-1", "data-bureau")
    client, path = signed_in("integrator"), f"{API}/devices/DB-1/credentials"
    answers = [client.post(path, headers={"Idempotency-Key": "the-same-request"}) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "idempotency.told_once"
    assert Credential.objects.count() == 1


def test_certificates_and_addresses_stand_for_a_device_until_they_are_ended(signed_in: SignedIn) -> None:
    a_device("DB-1", "data-bureau")
    a_device("FB-1", "finance-bureau")
    client, digest = signed_in("integrator"), "ab" * 32
    for path, given in (("certificates", {"certificate": digest}), ("addresses", {"address": "192.0.2.7"})):
        assert post(client, f"/devices/FB-1/{path}", given)[0] in (403, 404)
        assert post(signed_in("unit_officer"), f"/devices/DB-1/{path}", given)[0] == 403
    assert post(client, "/devices/DB-1/certificates", {"certificate": "no certificate"})[0] == 422
    assert post(client, "/devices/DB-1/addresses", {"address": "192.0.2.7"})[0] == 422  # it speaks MQTT
    assert Credential.objects.count() == 0
    status, issued = post(client, "/devices/DB-1/certificates", {"certificate": digest})
    assert (status, issued["kind"], issued["valid_until"]) == (201, "certificate", None)
    assert post(client, "/devices/DB-1/certificates", {"certificate": digest})[0] == 409
    (listed,) = client.get(f"{API}/devices/DB-1/credentials").json()
    assert listed == issued
    end = f"/devices/DB-1/credentials/{issued['id']}/end"
    assert post(client, f"/devices/FB-1/credentials/{issued['id']}/end", {"reason": "x"})[0] == 404
    assert post(client, end, {"reason": ""})[0] == 422
    assert post(client, end, {"reason": "换新"})[1]["valid_until"]
    assert post(client, end, {"reason": "换新"})[0] in (409, 422)
