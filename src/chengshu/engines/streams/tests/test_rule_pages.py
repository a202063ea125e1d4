"""Pages of rules, maintenance windows and groups: closed to strangers, every mistake named, done things show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.engines.streams import actions, alarming
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Device, DeviceGroup
from chengshu.engines.streams.models_rules import AlarmRule, MaintenanceWindow
from chengshu.engines.streams.pages import rule_form
from chengshu.engines.streams.rules import EventKind
from chengshu.engines.streams.rules.reading import KINDS, read_condition, write_condition
from chengshu.engines.streams.tests.builders import a_device, unit, water_level
from chengshu.engines.streams.tests.test_alarm_rules import a_rule, an_alarm, happened
from chengshu.foundation.errors import Conflict, Refused

pytestmark = pytest.mark.usefixtures("district")
SignedIn = Callable[[str], Client]
NEW = "/streams/alarms/new-rule/"
TYPED = {
    "title": "水位超警戒",
    "level": "2",
    "key": "high-water",
    "model": "water-level",
    "metric": "level",
    "compare": "above",
    "limit": "3.5",
    "clear": "3.2",
    "for_ms": "90",
    "advice": "先看现场视频",
}
CONDITIONS: dict[str, dict[str, str]] = {
    "threshold": {"metric": "level", "compare": "above", "limit": "3.5", "clear": "3.2", "for_ms": "90"},
    "one_of": {"metric": "mode", "words": "manual，stopped、off", "clear_for_ms": "0.5"},
    "swing": {"metric": "level", "by": "0.5", "within_ms": "600", "direction": "rise"},
    "windowed": {
        "metric": "level",
        "function": "mean",
        "within_ms": "3600",
        "compare": "at_least",
        "limit": "2",
        "at_least": "3",
    },
    "together": {
        "metric": "level",
        "by": "area",
        "function": "count",
        "compare": "above",
        "limit": "2",
        "needed": "3",
        "fresh_ms": "300",
        "at_least": "4",
    },
    "absence": {"metric": "", "factor": "3", "at_least_ms": "300"},
}


def define(client: Client, **typed: str) -> Any:
    return client.post(NEW, {**TYPED, "unit": str(unit("data-bureau").pk), "kind": "threshold", **typed})


def test_who_has_no_power_finds_no_forms(signed_in: SignedIn) -> None:
    rule = a_rule()
    for name in ("supervisor", "handling_unit_officer"):
        client = signed_in(name)
        assert client.get(f"/streams/alarms/rules/{rule.key}/").status_code == 200
        assert NEW not in client.get("/streams/alarms/rules/").content.decode()
        for address in (NEW, f"/streams/alarms/rules/{rule.key}/revise/"):
            assert client.get(address).status_code == 403
        assert client.post(f"/streams/alarms/rules/{rule.key}/retire/").status_code == 403
    assert signed_in("resident").get(f"/streams/alarms/rules/{rule.key}/").status_code == 403
    assert AlarmRule.objects.get().retired_at is None


def test_who_may_not_define_rules_puts_none_back_in_force(as_persona: Callable[[str], Any]) -> None:
    rule = actions.retire_rule(rule=a_rule())
    with as_persona("handling_unit_officer"), pytest.raises(Refused):
        actions.resume_rule(rule=rule)
    with as_persona("section_head"):
        assert actions.resume_rule(rule=rule).number == 2
        with pytest.raises(Conflict):
            actions.resume_rule(rule=rule)


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_of_condition_is_typed_and_shown_again_the_same(kind: str) -> None:
    water_level()
    condition = write_condition(read_condition(rule_form.typed_condition(kind, CONDITIONS[kind])))
    shown = rule_form.shown_condition(condition)
    assert write_condition(read_condition(rule_form.typed_condition(kind, shown))) == condition
    for name, text in CONDITIONS[kind].items():
        assert shown[name].replace("、", "，") in (text.replace("、", "，"), "manual，off，stopped"), name


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_of_rule_is_defined_on_the_page(kind: str, signed_in: SignedIn) -> None:
    water_level()
    client = signed_in("section_head")
    form = client.get(NEW, {"kind": kind})
    assert (form.status_code, "built-in" in form.content.decode()) == (200, False)
    sent = {
        name: text for name, text in TYPED.items() if name in ("title", "level", "key", "model", "advice")
    }
    answer = client.post(
        NEW, {**sent, **CONDITIONS[kind], "kind": kind, "unit": str(unit("data-bureau").pk)}, follow=True
    )
    rule = AlarmRule.objects.get()
    assert rule.condition["kind"] == kind
    assert "先看现场视频" in answer.content.decode()
    assert client.get(f"/streams/alarms/rules/{rule.key}/revise/").status_code == 200


def test_every_field_that_is_wrong_is_named_and_what_was_typed_stays(signed_in: SignedIn) -> None:
    water_level()
    client = signed_in("section_head")
    answer = define(client, title="x", key="高", level="", unit="", limit="多", compare="", for_ms="-5")
    page = answer.content.decode()
    assert answer.status_code == 422
    for field in ("title", "key", "level", "unit", "limit", "compare", "for_ms"):
        assert f'id="id_{field}-error"' in page, field
    assert 'value="多"' in page
    assert "限值：不是数值。" in page
    assert 'id="id_metric-error"' not in page
    assert 'id="id_clear-error"' in define(client, clear="4").content.decode()
    assert 'id="id_metric-error"' in define(client, metric="smoke").content.decode()
    assert not AlarmRule.objects.exists()


def test_a_rule_is_revised_retired_and_put_back_on_its_page(signed_in: SignedIn) -> None:
    water_level()
    client = signed_in("section_head")
    assert define(client).status_code == 302
    page = "/streams/alarms/rules/high-water/"
    assert 'value="90"' in client.get(f"{page}revise/").content.decode()
    assert client.post(f"{page}revise/", {**TYPED, "limit": ""}).status_code == 422
    assert client.post(f"{page}revise/", {**TYPED, "limit": "4"}).status_code == 302
    assert client.post(f"{page}retire/").status_code == 302
    assert "high-water" not in client.get("/streams/alarms/rules/").content.decode()
    assert "high-water" in client.get("/streams/alarms/rules/?state=retired").content.decode()
    assert client.post(f"{page}retire/").status_code == 409
    assert client.post(f"{page}resume/").status_code == 302
    assert client.post(f"{page}dance/").status_code == 404
    kept = [
        (one.number, one.condition["limit"], bool(one.retired_at))
        for one in AlarmRule.objects.order_by("number")
    ]
    assert kept == [(1, 3.5, True), (2, 4, True), (3, 4, False)]


def test_the_page_of_a_rule_leads_to_its_open_alarms(signed_in: SignedIn) -> None:
    alarm = an_alarm()
    page = signed_in("handling_unit_officer").get(f"/streams/alarms/rules/{alarm.rule.key}/")
    assert f"/streams/alarms/{alarm.pk}/" in page.content.decode()


def announce(client: Client, **typed: str) -> Any:
    now = timezone.localtime()
    facts = {
        "title": "水泵检修",
        "unit": str(unit().pk),
        "starts_at": f"{now:%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M}",
    }
    return client.post("/streams/maintenance/announce/", {**facts, **typed})


def test_who_only_looks_announces_and_ends_no_maintenance(signed_in: SignedIn) -> None:
    assert announce(signed_in("handling_unit_officer")).status_code == 302
    window = MaintenanceWindow.objects.get()
    client = signed_in("supervisor")
    assert client.get("/streams/maintenance/").status_code == 200
    assert client.get("/streams/maintenance/announce/").status_code == 403
    assert client.post(f"/streams/maintenance/{window.pk}/end/").status_code == 403


def test_maintenance_is_announced_shown_and_ended_early(signed_in: SignedIn) -> None:
    a_device()
    client = signed_in("handling_unit_officer")
    for wrong, field in (
        ({"ends_at": ""}, "ends_at"),
        ({"ends_at": "2020-01-01T00:00"}, "ends_at"),
        ({"device": "WL-9"}, "device"),
        ({"title": ""}, "title"),
        ({"unit": ""}, "unit"),
        ({"device": "WL-1", "group": "culverts"}, "group"),
    ):
        answer = announce(client, **wrong)
        assert (answer.status_code, f'id="id_{field}-error"' in answer.content.decode()) == (422, True), field
    assert announce(client, device="WL-1").status_code == 302
    page = client.get("/streams/maintenance/").content.decode()
    window = MaintenanceWindow.objects.get()
    assert window.device is not None
    assert f"/streams/maintenance/{window.pk}/end/" in page
    assert client.post(f"/streams/maintenance/{window.pk}/end/").status_code == 302
    assert client.post(f"/streams/maintenance/{window.pk}/end/").status_code == 409
    assert "水泵检修" not in client.get("/streams/maintenance/").content.decode()
    assert "水泵检修" in client.get("/streams/maintenance/?state=over").content.decode()


def test_a_window_of_another_unit_is_not_there(signed_in: SignedIn) -> None:
    now = timezone.now()
    window = actions.plan_maintenance(
        unit=unit("finance-bureau"), title="换电池", starts_at=now, ends_at=now + timedelta(hours=1)
    )
    client = signed_in("handling_unit_officer")
    assert client.post(f"/streams/maintenance/{window.pk}/end/").status_code == 404
    assert "换电池" not in client.get("/streams/maintenance/").content.decode()


def test_groups_are_made_filled_renamed_and_filter_the_list(signed_in: SignedIn) -> None:
    a_device("DB-1", "data-bureau")
    a_device("DB-2", "data-bureau")
    client = signed_in("integrator")
    where = str(unit("data-bureau").pk)
    wrong = client.post("/streams/groups/create/", {"unit": where, "key": "涵洞", "title": "涵洞"})
    assert (wrong.status_code, 'id="id_key-error"' in wrong.content.decode()) == (422, True)
    made = client.post("/streams/groups/create/", {"unit": where, "key": "culverts", "title": "涵洞"})
    assert made.status_code == 302
    page = "/streams/groups/of/culverts/"
    unknown = client.post(f"{page}add/", {"codes": "DB-1, DB-9"})
    assert (unknown.status_code, "DB-9" in unknown.content.decode()) == (422, True)
    assert client.post(f"{page}add/", {"codes": " "}).status_code == 422
    assert client.post(f"{page}add/", {"codes": "DB-1、DB-2"}).status_code == 302
    assert client.post(f"{page}remove/", {"codes": "DB-2"}).status_code == 302
    assert client.post(f"{page}rename/", {"title": ""}).status_code == 422
    assert client.post(f"{page}rename/", {"title": "涵洞水位"}).status_code == 302
    assert client.post(f"{page}dance/").status_code == 404
    listed = client.get("/streams/", {"group": "culverts"}).content.decode()
    assert ("DB-1" in listed, "DB-2" in listed) == (True, False)
    assert "涵洞水位" in client.get("/streams/groups/").content.decode()


def test_who_only_looks_changes_no_group(signed_in: SignedIn, as_persona: Callable[[str], Any]) -> None:
    group = actions.create_group(unit=unit("data-bureau"), key="culverts", title="涵洞")
    client = signed_in("reviewer")
    page = client.get("/streams/groups/of/culverts/").content.decode()
    assert "/rename/" not in page
    for turn in ("rename", "add", "remove"):
        answer = client.post(f"/streams/groups/of/culverts/{turn}/", {"title": "桥", "codes": "DB-1"})
        assert answer.status_code == 403, turn
    assert client.post("/streams/groups/create/", {}).status_code == 403
    with as_persona("handling_unit_officer"), pytest.raises(Refused):
        actions.ungroup_devices(group=group, codes=["DB-1"])
    with as_persona("handling_unit_officer"), pytest.raises(Refused):
        actions.rename_group(group=group, title="桥")
    assert DeviceGroup.objects.get().title == "涵洞"


def test_a_group_of_another_unit_is_not_there(signed_in: SignedIn) -> None:
    actions.create_group(unit=unit("finance-bureau"), key="safes", title="金库")
    client = signed_in("handling_unit_officer")
    assert client.get("/streams/groups/of/safes/").status_code == 404
    assert "safes" not in client.get("/streams/groups/").content.decode()


def test_desired_values_are_set_and_stand_beside_the_reported_ones(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chengshu.engines.streams.pages import devices as device_pages
    from chengshu.foundation.errors import Unavailable

    def away() -> None:
        raise Unavailable("away")

    monkeypatch.setattr(device_pages, "columns", away)
    device = a_device()
    address = "/streams/devices/WL-1/set_desired/"
    assert signed_in("supervisor").post(address, {"desired.interval": "60"}).status_code == 403
    client = signed_in("handling_unit_officer")
    for typed in ({"desired.interval": "0"}, {"desired.interval": "often"}, {"desired.mode": "fly"}):
        answer = client.post(address, typed)
        assert answer.status_code == 422
        name = next(iter(typed)).partition(".")[2]
        assert f'id="id_desired_{name}-error"' in answer.content.decode()
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"desired.interval": "60", "desired.mode": ""}).status_code == 302
    device = Device.objects.get()
    assert device.twin.desired == {"interval": 60}
    with as_machine("test"):
        type(device.twin).objects.update(reported={"interval": 90.0, "mode": "auto"})
    page = client.get("/streams/devices/WL-1/").content.decode()
    assert "相差 +30 s" in page
    assert "未下发期望值" in page


def test_a_retired_rule_shows_the_alarms_it_closed_no_more(signed_in: SignedIn) -> None:
    alarm = an_alarm()
    with as_machine("test"):
        alarming.apply_events([happened(alarm.rule, alarm.subject_id, EventKind.ESCALATED, 15, step=1)])
    actions.retire_rule(rule=alarm.rule)
    page = signed_in("handling_unit_officer").get(f"/streams/alarms/rules/{alarm.rule.key}/")
    assert f"/streams/alarms/{alarm.pk}/" not in page.content.decode()
