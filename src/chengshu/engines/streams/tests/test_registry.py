"""The registry: strangers are refused, versions never change, credentials change over, commands stay lawful."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from chengshu.engines.streams import actions, queries
from chengshu.engines.streams.actions.credentials import is_secret_of
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import (
    Command,
    Credential,
    Device,
    LatestValue,
    Presence,
    ThingModelVersion,
)
from chengshu.engines.streams.tests.builders import DEFINITION, a_device, unit, water_level
from chengshu.foundation import prepared
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, Refused

pytestmark = pytest.mark.usefixtures("district")
As = Callable[[str], Any]


def test_devices_of_another_unit_are_not_there(as_persona: As) -> None:
    a_device("WL-1", "service-centre")
    a_device("FB-1", "finance-bureau")
    with as_persona("handling_unit_officer"):
        assert [each.code for each in queries.devices()] == ["WL-1"]
        with pytest.raises(Missing):
            queries.device_by_code("FB-1")
    with as_persona("unit_officer"):
        assert list(queries.devices()) == []


def test_who_has_no_power_registers_nothing(as_persona: As) -> None:
    model = water_level()
    for name in ("handling_unit_officer", "resident", "supervisor"):
        with as_persona(name), pytest.raises(Refused):
            actions.register_device(unit=unit(), model=model, code="WL-1", title="甲")
    with as_persona("integrator"), pytest.raises(Refused):
        actions.register_device(unit=unit("finance-bureau"), model=model, code="WL-1", title="甲")
    assert Device.objects.count() == 0


def test_who_writes_a_thing_model_does_not_put_it_in_use(as_persona: As) -> None:
    with as_persona("integrator"):
        version = actions.create_thing_model(
            unit=unit("data-bureau"), key="water-level", title="水位计", definition=DEFINITION
        )
        with pytest.raises(Refused):
            actions.publish_model_version(version=version)
    with as_persona("section_head"):
        assert actions.publish_model_version(version=version).state == "published"


def test_commands_and_twins_are_closed_to_those_who_only_look(as_persona: As) -> None:
    device = a_device("DB-1", "data-bureau")
    with as_persona("reviewer"):
        with pytest.raises(Refused):
            actions.send_command(device=device, name="reboot")
        with pytest.raises(Refused):
            actions.set_desired(device=device, values={"mode": "auto"})
        with pytest.raises(Refused):
            actions.issue_credential(device=device)
        with pytest.raises(Refused):
            actions.revoke_credential(device=device, reason="遗失")


def test_what_machines_write_is_closed_to_everything_else() -> None:
    device = a_device()
    row = {"device": device, "unit_id": device.unit_id, "last_received": timezone.now()}
    with pytest.raises(DatabaseError), transaction.atomic():
        Presence.objects.create(**row)
    with as_machine("streams.test"):
        Presence.objects.create(**row)
    assert Presence.objects.count() == 1


def test_the_definition_of_a_version_never_changes() -> None:
    version = water_level().versions.get()
    prepared.tell({"chengshu.action": "streams.test", "chengshu.write": '{"streams": "*"}'})
    with pytest.raises(DatabaseError), transaction.atomic():
        ThingModelVersion.objects.filter(pk=version.pk).update(definition={})
    assert ThingModelVersion.objects.get().definition == DEFINITION


def test_a_new_version_retires_the_one_before() -> None:
    model = water_level()
    second = actions.save_model_version(
        model=model, definition={**DEFINITION, "heartbeat_s": 30}, note="加密上报"
    )
    assert queries.heartbeats() == {model.pk: 60}
    actions.publish_model_version(version=second)
    assert [(each.number, each.state) for each in model.versions.order_by("number")] == [
        (1, "retired"),
        (2, "published"),
    ]
    assert queries.heartbeats() == {model.pk: 30}
    with pytest.raises(Conflict):
        actions.publish_model_version(version=second)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "x"}, "code"),
        ({"code": "涵洞一"}, "code"),
        ({"code": "a/b"}, "code"),
        ({"code": "a+b"}, "code"),
        ({"title": " "}, "title"),
        ({"protocol": "coap"}, "protocol"),
        ({"longitude": Decimal("113.5")}, "latitude"),
        ({"longitude": Decimal("200"), "latitude": Decimal("22")}, "longitude"),
        ({"longitude": Decimal("NaN"), "latitude": Decimal("22")}, "longitude"),
        ({"place": "长" * 201}, "place"),
    ],
)
def test_a_device_that_cannot_be_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    model = water_level()
    given = {"unit": unit(), "model": model, "code": "WL-1", "title": "甲", **changes}
    with pytest.raises(InvalidInput) as refused:
        actions.register_device(**given)
    assert refused.value.field == field


def test_a_code_is_there_once_in_the_whole_district(as_persona: As) -> None:
    a_device("WL-1", "finance-bureau")
    with pytest.raises(Conflict):
        a_device("WL-1")
    with as_persona("section_head"), pytest.raises(ChengshuError):
        a_device("WL-1", "data-bureau")


def test_a_credential_is_kept_as_a_digest_and_changes_over() -> None:
    device = a_device()
    first = actions.issue_credential(device=device)
    second = actions.issue_credential(device=device, overlap_h=2)
    kept = Credential.objects.get(pk=first.credential.pk)
    assert kept.digest == hashlib.sha256(f"{kept.salt}{first.secret}".encode()).hexdigest()
    assert is_secret_of(kept.salt, kept.digest, first.secret)
    assert not is_secret_of(kept.salt, kept.digest, second.secret)
    assert kept.valid_until is not None
    assert timedelta(hours=1) < kept.valid_until - timezone.now() <= timedelta(hours=2)
    assert Credential.objects.get(pk=second.credential.pk).valid_until is None
    for secret in (first.secret, second.secret, kept.digest):
        assert not AuditEntry.objects.filter(details__icontains=secret).exists()
    assert actions.revoke_credential(device=device, reason="设备遗失") == 2
    assert not Credential.objects.filter(valid_until=None).exists()


def test_a_longer_overlap_does_not_lengthen_what_was_ended() -> None:
    device = a_device()
    first = actions.issue_credential(device=device)
    actions.revoke_credential(device=device, reason="设备遗失")
    ended = Credential.objects.get(pk=first.credential.pk).valid_until
    actions.issue_credential(device=device, overlap_h=48)
    assert Credential.objects.get(pk=first.credential.pk).valid_until == ended


def test_a_device_out_of_service_gets_neither_credential_nor_command() -> None:
    device = actions.set_device_state(device=a_device(), state="stopped", reason="报废")
    with pytest.raises(Conflict):
        actions.issue_credential(device=device)
    with pytest.raises(Conflict):
        actions.send_command(device=device, name="reboot")
    with pytest.raises(InvalidInput):
        actions.set_device_state(device=device, state="asleep", reason="报废")


@pytest.mark.parametrize(
    ("name", "parameters", "field"),
    [
        ("explode", {}, "name"),
        ("pump", {}, "parameters.on"),
        ("pump", {"on": 1}, "parameters.on"),
        ("reboot", {"now": True}, "parameters.now"),
    ],
)
def test_a_command_is_one_of_the_thing_model(name: str, parameters: dict[str, Any], field: str) -> None:
    device = a_device()
    with pytest.raises(InvalidInput) as refused:
        actions.send_command(device=device, name=name, parameters=parameters)
    assert refused.value.field == field


def test_a_command_expires_as_its_model_says_and_can_be_called_off_once(as_persona: As) -> None:
    device = a_device()
    with as_persona("handling_unit_officer"):
        command = actions.send_command(device=device, name="pump", parameters={"on": True})
        assert command.expires_at - command.requested_at == timedelta(seconds=60)
        assert actions.cancel_command(command=command).state == "cancelled"
        with pytest.raises(Conflict):
            actions.cancel_command(command=command)


@pytest.mark.parametrize("values", [{}, {"level": 2}, {"depth": 1}, {"mode": "fast"}, {"interval": 0}])
def test_only_writable_properties_take_a_wish(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        actions.set_desired(device=a_device(), values=values)


def test_a_wish_is_kept_in_the_twin_and_sent() -> None:
    device = a_device()
    actions.set_desired(device=device, values={"mode": "manual"})
    twin = actions.set_desired(device=device, values={"interval": 30})
    assert twin.desired == {"mode": "manual", "interval": 30}
    assert [each.parameters for each in Command.objects.order_by("id")] == [
        {"mode": "manual"},
        {"interval": 30},
    ]


def test_all_that_is_known_of_a_device_moves_with_it(as_persona: As) -> None:
    device = a_device("DB-1", "data-bureau")
    now = timezone.now()
    with as_machine("streams.test"):
        LatestValue.objects.create(
            device=device, unit_id=device.unit_id, metric="level", at=now, received=now, since=now, value=1.0
        )
    actions.issue_credential(device=device)
    actions.set_desired(device=device, values={"mode": "auto"})
    with as_persona("integrator"), pytest.raises(Refused):
        actions.move_device(device=device, unit=unit())
    actions.move_device(device=device, unit=unit())
    with as_persona("handling_unit_officer"):
        moved = queries.device_by_code("DB-1")
        assert list(queries.latest_of(moved)) == ["level"]
        assert (moved.credentials.count(), moved.commands.count()) == (1, 1)
        assert moved.twin.desired == {"mode": "auto"}
    with pytest.raises(Conflict):
        actions.move_device(device=moved, unit=unit())


def test_a_group_takes_devices_of_its_unit_only() -> None:
    for code, key in (("WL-1", "service-centre"), ("WL-2", "service-centre"), ("FB-1", "finance-bureau")):
        a_device(code, key)
    group = actions.create_group(unit=unit(), key="culverts", title="下穿涵洞")
    assert actions.group_devices(group=group, codes=["WL-1", "WL-2", "WL-1"]) == 2
    with pytest.raises(InvalidInput) as refused:
        actions.group_devices(group=group, codes=["FB-1"])
    assert refused.value.data == {"missing": ["FB-1"]}
    assert queries.devices(group="culverts").count() == 2


def test_online_is_three_heartbeats() -> None:
    fresh, silent, _never = a_device("WL-1"), a_device("WL-2"), a_device("WL-3")
    own = actions.change_device(device=a_device("WL-4"), title="慢", heartbeat_s=3600)
    now = timezone.now()
    with as_machine("streams.test"):
        for device, ago_s in ((fresh, 100), (silent, 200), (own, 7200)):
            Presence.objects.create(
                device=device, unit_id=device.unit_id, last_received=now - timedelta(seconds=ago_s)
            )
    found = {
        presence: sorted(each.code for each in queries.devices(presence=presence))
        for presence in ("online", "offline", "never")
    }
    assert found == {"online": ["WL-1", "WL-4"], "offline": ["WL-2"], "never": ["WL-3"]}
    assert {each.code: queries.is_online(each, 60, now) for each in queries.devices()} == {
        "WL-1": True,
        "WL-2": False,
        "WL-3": None,
        "WL-4": True,
    }
    assert queries.counts() == {"total": 4, "online": 2, "offline": 1, "never": 1, "quarantined": 0}


def test_latest_values_are_those_of_ones_own_units(as_persona: As) -> None:
    now = timezone.now().replace(microsecond=0)
    near, far = a_device("WL-1"), a_device("FB-1", "finance-bureau")
    with as_machine("streams.test"):
        for device in (near, far):
            for metric, value, text in (("level", 1.5, ""), ("mode", float("nan"), "auto")):
                LatestValue.objects.create(
                    device=device,
                    unit_id=device.unit_id,
                    metric=metric,
                    at=now,
                    received=now,
                    since=now,
                    value=value,
                    text=text,
                )
    at = int(now.timestamp()) * 1000
    with as_persona("handling_unit_officer"):
        assert queries.latest_values("level") == [queries.Latest(near.pk, "level", at, 1.5, "")]
        assert queries.latest_values("mode") == [queries.Latest(near.pk, "mode", at, None, "auto")]
        assert queries.latest_values(devices=[far.pk]) == []
    with as_persona("unit_officer"):
        assert queries.latest_values() == []
    assert len(queries.latest_values()) == 4


def test_a_device_with_a_code_of_the_simulator_is_marked_as_simulated() -> None:
    assert a_device("sim-1").is_simulated
    assert not a_device("SIM-1").is_simulated
