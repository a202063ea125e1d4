"""A device and the one it hangs on: who may say so, no circles, alarms that go behind and come up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from chengshu.engines.streams import actions, queries_rules
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Device
from chengshu.engines.streams.models_rules import Alarm, AlarmState
from chengshu.engines.streams.onboarding import OnboardingRefused, read_sheet
from chengshu.engines.streams.rule_runner import RuleRunner
from chengshu.engines.streams.tests.builders import a_device, unit, water_level
from chengshu.engines.streams.tests.rule_situations import MINUTE
from chengshu.engines.streams.tests.test_alarm_rules import a_rule
from chengshu.engines.streams.tests.test_onboard_devices import mistakes_in, sheet
from chengshu.engines.streams.tests.test_rule_runner import Batch
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.events.models import OutboxEvent

pytestmark = pytest.mark.usefixtures("district")
As = Callable[[str], Any]
SignedIn = Callable[[str], Client]
SILENT = {"kind": "absence", "factor": 3, "at_least_ms": 5 * MINUTE}


class Situation:
    """A gateway and a sensor that hangs on it, both heard at minute 0; the sensor's water stands high from then on."""

    def __init__(self, **facts: Any) -> None:
        self.start = round(timezone.now().timestamp() * 1000)
        self.gateway = a_device("GW-1")
        self.sensor = a_device("WL-1", parent=self.gateway, **facts)
        a_rule()
        a_rule(key="silent", condition=SILENT)
        self.work = self.runner()
        self.batch = 0

    def runner(self) -> RuleRunner:
        return RuleRunner("rules", timezone.now())

    def hear(self, device: Device, minute: float, value: float) -> None:
        moment = self.start + round(minute * MINUTE)
        self.batch += 1
        with as_machine("streams.pump"):
            self.work.listen(self.batch, Batch(Reading(device.pk, "level", moment, value, received=moment)))

    def pass_to(self, minute: float) -> None:
        self.work.tick(self.start + round(minute * MINUTE))


def states() -> dict[tuple[str, str], tuple[str, str]]:
    """Device and rule of every alarm, with its state and why it is suppressed."""
    rows = Alarm.objects.select_related("device", "rule").order_by("raised_at", "id")
    return {(one.device.code, one.rule.key): (one.state, one.reason) for one in rows if one.device}


def raised_events() -> list[str]:
    rows = OutboxEvent.objects.filter(name="streams.AlarmRaised").order_by("id")
    return [f"{row.facts['device']} {row.facts['rule']}" for row in rows]


def test_who_has_no_power_hangs_no_device_on_another(as_persona: As, signed_in: SignedIn) -> None:
    gateway, sensor = a_device("GW-1"), a_device("WL-1")
    for name in ("handling_unit_officer", "supervisor", "resident"):
        with as_persona(name), pytest.raises(Refused):
            actions.set_parent(device=sensor, parent=gateway)
    client = signed_in("handling_unit_officer")
    assert client.post("/streams/devices/WL-1/set_parent/", {"parent": "GW-1"}).status_code == 403
    assert Device.objects.get(code="WL-1").parent_id is None


def test_a_device_hangs_on_one_of_its_unit_or_of_a_unit_above_and_on_no_other() -> None:
    above, own = a_device("DB-1", "data-bureau"), a_device("WL-1")
    assert actions.set_parent(device=own, parent=above).parent_id == above.pk
    for wrong in (a_device("FB-1", "finance-bureau"), own):
        with pytest.raises(InvalidInput) as refused:
            actions.set_parent(device=own, parent=wrong)
        assert refused.value.field == "parent"
    with pytest.raises(InvalidInput):
        actions.set_parent(device=Device.objects.get(pk=above.pk), parent=a_device("WL-2"))
    assert actions.set_parent(device=own, parent=None).parent_id is None


def test_no_circle_is_closed_by_an_action_or_past_it() -> None:
    first, second, third = (a_device(code) for code in ("A-1", "A-2", "A-3"))
    actions.set_parent(device=second, parent=first)
    actions.set_parent(device=third, parent=second)
    with pytest.raises(InvalidInput) as refused:
        actions.set_parent(device=first, parent=third)
    assert refused.value.field == "parent"
    with pytest.raises((IntegrityError, InvalidInput)), transaction.atomic():
        actions.set_parent(device=first, parent=second)
    assert Device.objects.get(code="A-1").parent_id is None


def test_a_device_that_moves_leaves_what_it_hangs_on_and_not_what_hangs_on_it() -> None:
    gateway, sensor = a_device("GW-1", "data-bureau"), a_device("WL-1")
    actions.set_parent(device=sensor, parent=gateway)
    with pytest.raises(Conflict):
        actions.move_device(device=gateway, unit=unit("finance-bureau"))
    moved = actions.move_device(device=Device.objects.get(code="WL-1"), unit=unit("finance-bureau"))
    assert moved.parent_id is None


def test_a_sheet_names_devices_above_in_any_order() -> None:
    water_level()
    a_device("GW-0")
    blank = [""] * 7
    rows = [
        ["WL-1", "甲", "water-level", *blank, "GW-1"],
        ["GW-1", "乙", "water-level", *blank, "GW-0"],
        ["WL-2", "丙", "water-level", *blank, ""],
    ]
    actions.onboard_devices(unit=unit(), rows=read_sheet(sheet(*rows)))
    above = dict(Device.objects.values_list("code", "parent__code"))
    assert above == {"GW-0": None, "GW-1": "GW-0", "WL-1": "GW-1", "WL-2": None}


def test_a_sheet_with_unknown_or_circling_devices_above_writes_nothing() -> None:
    water_level()
    blank = [""] * 7
    content = sheet(
        ["WL-1", "甲", "water-level", *blank, "GW-9"],
        ["WL-2", "乙", "water-level", *blank, "WL-3"],
        ["WL-3", "丙", "water-level", *blank, "WL-2"],
        ["WL-4", "丁", "water-level", *blank, "WL-4"],
    )
    assert mistakes_in(content, take=True) == [(row, "上级设备编号") for row in (2, 3, 4, 5)]
    with pytest.raises(OnboardingRefused):
        actions.onboard_devices(unit=unit(), rows=read_sheet(content))
    assert not Device.objects.exists()


def test_the_api_registers_and_sets_what_a_device_hangs_on(signed_in: SignedIn) -> None:
    a_device("DB-1", "data-bureau")
    client = signed_in("integrator")
    facts = {"unit_id": unit("data-bureau").pk, "model": "water-level", "title": "水位计"}

    def registered(**more: str) -> Any:
        return client.post("/api/v1/streams/devices", {**facts, **more}, content_type="application/json")

    assert registered(code="DB-2", parent="DB-9").status_code == 422
    made = registered(code="DB-2", parent="DB-1")
    assert (made.status_code, made.json()["parent"]) == (201, "DB-1")
    address = "/api/v1/streams/devices/DB-2/parent"
    freed = client.put(address, {"parent": ""}, content_type="application/json")
    assert (freed.status_code, freed.json()["parent"]) == (200, "")
    refused = client.put(address, {"parent": "DB-2"}, content_type="application/json")
    assert (refused.status_code, refused.json()["field"]) == (422, "parent")
    other = signed_in("supervisor").put(address, {"parent": "DB-1"}, content_type="application/json")
    assert other.status_code == 403


def test_alarms_go_behind_the_silence_above_and_come_up_when_it_is_over_and_they_still_hold() -> None:
    now = Situation()
    now.hear(now.gateway, 0, 1.0)
    now.pass_to(6)
    assert states() == {("GW-1", "silent"): (AlarmState.RAISED, "")} | states()
    now.hear(now.sensor, 6.5, 4.0)
    assert states()["WL-1", "high-water"] == (AlarmState.SUPPRESSED, "parent")
    assert "WL-1 high-water" not in raised_events()
    now.pass_to(60)
    behind = Alarm.objects.get(rule__key="high-water")
    assert behind.step == 0, "what nobody sees does not escalate"
    assert queries_rules.alarm_counts()[AlarmState.RAISED] == 1
    hider = queries_rules.hidden_behind([behind])[behind.pk]
    assert (hider.device, hider.rule.key) == (now.gateway, "silent")
    assert behind in queries_rules.alarms_behind(hider)
    now.hear(now.gateway, 61, 1.0)
    assert states()["WL-1", "high-water"] == (AlarmState.RAISED, "")
    assert raised_events().count("WL-1 high-water") == 1
    assert not queries_rules.hidden_behind([Alarm.objects.get(rule__key="high-water")])


def test_what_ceased_meanwhile_does_not_come_up() -> None:
    now = Situation()
    now.hear(now.gateway, 0, 1.0)
    now.pass_to(6)
    now.hear(now.sensor, 6.5, 4.0)
    now.hear(now.sensor, 20, 1.0)
    now.hear(now.gateway, 21, 1.0)
    assert states()["WL-1", "high-water"] == (AlarmState.CLOSED, "parent")
    assert "WL-1 high-water" not in raised_events()


def test_an_alarm_raised_before_goes_behind_too_and_survives_a_restart() -> None:
    now = Situation()
    now.hear(now.sensor, 0, 4.0)
    now.hear(now.gateway, 0.1, 1.0)
    assert states()["WL-1", "high-water"] == (AlarmState.RAISED, "")
    for minute in (1, 2, 3, 4, 5):
        now.hear(now.sensor, minute, 4.0)
    now.pass_to(6)
    assert states()["WL-1", "high-water"] == (AlarmState.SUPPRESSED, "parent")
    now.work = now.runner()
    now.pass_to(7)
    assert states()["WL-1", "high-water"] == (AlarmState.SUPPRESSED, "parent")
    now.hear(now.gateway, 8, 1.0)
    assert states()["WL-1", "high-water"] == (AlarmState.RAISED, "")


def test_maintenance_above_suppresses_below_until_it_is_over() -> None:
    now = Situation()
    begins = timezone.now()
    actions.plan_maintenance(
        unit=unit(),
        title="换网关",
        starts_at=begins,
        ends_at=begins + timedelta(minutes=30),
        device=now.gateway,
    )
    now.work.reload(begins)
    now.hear(now.sensor, 1, 4.0)
    assert states()["WL-1", "high-water"] == (AlarmState.SUPPRESSED, "maintenance")
    assert raised_events() == []
    now.hear(now.gateway, 31, 1.0)
    now.pass_to(31)
    assert states()["WL-1", "high-water"] == (AlarmState.RAISED, "")


def test_ended_maintenance_brings_up_at_once_what_holds() -> None:
    now = Situation()
    begins = timezone.now()
    window = actions.plan_maintenance(
        unit=unit(), title="换网关", starts_at=begins, ends_at=begins + timedelta(hours=8), device=now.gateway
    )
    now.work.reload(begins)
    now.hear(now.sensor, 1, 4.0)
    actions.call_off_maintenance(window=window)
    now.work.reload(begins)
    now.pass_to(2)
    assert states()["WL-1", "high-water"] == (AlarmState.RAISED, "")


def test_a_device_that_is_hung_elsewhere_comes_up() -> None:
    now = Situation()
    now.hear(now.gateway, 0, 1.0)
    now.pass_to(6)
    now.hear(now.sensor, 6.5, 4.0)
    actions.set_parent(device=now.sensor, parent=None)
    now.work.reload(timezone.now())
    now.pass_to(7)
    assert states()["WL-1", "high-water"] == (AlarmState.RAISED, "")


def test_pages_show_what_is_behind_what(signed_in: SignedIn) -> None:
    now = Situation()
    now.hear(now.gateway, 0, 1.0)
    now.pass_to(6)
    now.hear(now.sensor, 6.5, 4.0)
    below, above = (
        Alarm.objects.get(rule__key=key, device=one)
        for key, one in (("high-water", now.sensor), ("silent", now.gateway))
    )
    client = signed_in("handling_unit_officer")
    listed = client.get("/streams/alarms/?state=suppressed").content.decode()
    assert f"/streams/alarms/{above.pk}/" in listed
    assert f"/streams/alarms/{above.pk}/" in client.get(f"/streams/alarms/{below.pk}/").content.decode()
    assert f"/streams/alarms/{below.pk}/" in client.get(f"/streams/alarms/{above.pk}/").content.decode()


def test_the_page_of_a_device_says_and_changes_what_it_hangs_on(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chengshu.engines.streams.pages import devices as device_pages
    from chengshu.foundation.errors import Unavailable

    def away() -> None:
        raise Unavailable("away")

    monkeypatch.setattr(device_pages, "columns", away)
    a_device("DB-1", "data-bureau")
    a_device("DB-2", "data-bureau")
    client = signed_in("integrator")
    address = "/streams/devices/DB-2/set_parent/"
    for wrong in ("DB-2", "DB-9"):
        answer = client.post(address, {"parent": wrong})
        assert (answer.status_code, 'id="id_parent-error"' in answer.content.decode()) == (422, True)
    assert client.post(address, {"parent": "DB-1"}).status_code == 302
    assert "/streams/devices/DB-1/" in client.get("/streams/devices/DB-2/").content.decode()
    assert "/streams/devices/DB-2/" in client.get("/streams/devices/DB-1/").content.decode()
