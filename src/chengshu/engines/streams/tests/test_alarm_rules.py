"""Rules and alarms in the database: strangers are refused, replays add nothing, history stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from chengshu.engines.streams import actions, alarming
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models_rules import Alarm, AlarmRule, AlarmState, AlarmStep, MaintenanceWindow
from chengshu.engines.streams.rules import AlarmEvent, Engine, EventKind, Subject
from chengshu.engines.streams.tests.builders import a_device, unit
from chengshu.engines.streams.tests.rule_situations import MINUTE, START, at
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.events.models import OutboxEvent

pytestmark = pytest.mark.usefixtures("district")
As = Callable[[str], Any]
HIGH = {"kind": "threshold", "metric": "level", "compare": "above", "limit": 3.5, "clear": 3.2}


def a_rule(unit_key: str = "data-bureau", key: str = "high-water", **facts: Any) -> AlarmRule:
    return actions.define_rule(
        unit=unit(unit_key),
        key=key,
        title="水位超警戒",
        level=2,
        condition=facts.pop("condition", HIGH),
        **facts,
    )


def happened(rule: AlarmRule, device: int, kind: EventKind, minutes: float = 0, **facts: Any) -> AlarmEvent:
    subject = Subject("device", device)
    return AlarmEvent(kind, rule.pk, subject, START, at(minutes), 4.0, **facts)


def an_alarm(unit_key: str = "service-centre", code: str = "WL-1") -> Alarm:
    rule, device = a_rule(key=f"high-{code.lower()}"), a_device(code, unit_key)
    with as_machine("test"):
        return alarming.apply_events([happened(rule, device.pk, EventKind.RAISED)])[0]


def test_who_has_no_power_defines_no_rule(as_persona: As) -> None:
    for name in ("handling_unit_officer", "integrator", "supervisor", "resident"):
        with as_persona(name), pytest.raises(Refused):
            a_rule()
    with as_persona("section_head"), pytest.raises(Refused):
        a_rule("finance-bureau")
    assert not AlarmRule.objects.exists()


def test_an_alarm_of_another_unit_is_neither_seen_nor_acknowledged(as_persona: As) -> None:
    alarm = an_alarm("finance-bureau")
    with as_persona("handling_unit_officer"):
        assert not Alarm.objects.exists()
        with pytest.raises(Refused):
            actions.acknowledge_alarm(alarm=alarm)


def test_who_may_only_look_changes_no_alarm(as_persona: As) -> None:
    alarm = an_alarm()
    with as_persona("supervisor"):
        assert Alarm.objects.count() == 1
        for refused in (
            lambda: actions.acknowledge_alarm(alarm=alarm),
            lambda: actions.clear_alarm(alarm=alarm, note="误报"),
            lambda: actions.suppress_alarm(
                alarm=alarm, until=timezone.now() + timedelta(hours=1), note="检修"
            ),
        ):
            with pytest.raises(Refused):
                refused()


def test_who_may_only_look_plans_no_maintenance(as_persona: As) -> None:
    with as_persona("supervisor"), pytest.raises(Refused):
        planned()
    window = planned()
    with as_persona("supervisor"), pytest.raises(Refused):
        actions.call_off_maintenance(window=window)
    assert MaintenanceWindow.objects.get().called_off_at is None


def test_who_may_not_define_rules_neither_revises_nor_retires_them(as_persona: As) -> None:
    rule = a_rule()
    with as_persona("handling_unit_officer"):
        with pytest.raises(Refused):
            actions.revise_rule(rule=rule, title="水位超警戒", level=1, condition=HIGH)
        with pytest.raises(Refused):
            actions.retire_rule(rule=rule)
    assert AlarmRule.objects.get().retired_at is None


def test_no_alarm_is_written_outside_an_action_or_a_machine() -> None:
    alarm = an_alarm()
    with pytest.raises(DatabaseError), transaction.atomic():
        AlarmStep.objects.create(alarm=alarm, unit_id=alarm.unit_id, kind="raised", at=timezone.now())


def planned(**facts: Any) -> MaintenanceWindow:
    now = timezone.now()
    return actions.plan_maintenance(
        unit=unit(), title="水泵检修", starts_at=now, ends_at=now + timedelta(hours=2), **facts
    )


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"kind": "guess"}, "kind"),
        ({"kind": "threshold", "metric": "level", "compare": "above"}, "limit"),
        ({**HIGH, "limit": "high"}, "limit"),
        ({**HIGH, "limit": True}, "limit"),
        ({**HIGH, "clear": 4.0}, "clear"),
        ({**HIGH, "compare": "over"}, "compare"),
        ({**HIGH, "metric": ""}, "metric"),
        ({**HIGH, "colour": "red"}, "colour"),
        ({**HIGH, "for_ms": -1}, "for_ms"),
        ({"kind": "one_of", "metric": "mode", "words": []}, "words"),
        ({"kind": "swing", "metric": "level", "by": 0, "within_ms": 60_000}, "by"),
        ({"kind": "absence", "factor": 0.5}, "factor"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_with_its_field(condition: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        a_rule(condition=condition)
    assert refused.value.field == field


def test_a_revised_rule_is_a_new_number_and_closes_the_alarms_of_the_old_one(as_persona: As) -> None:
    alarm = an_alarm()
    rule = alarm.rule
    with as_persona("section_head"):
        following = actions.revise_rule(
            rule=rule, title="水位超警戒", level=1, condition={**HIGH, "limit": 4}
        )
        with pytest.raises(Conflict):
            actions.revise_rule(rule=rule, title="水位超警戒", level=1, condition=HIGH)
    alarm.refresh_from_db()
    assert (following.number, alarm.state, alarm.rule_id) == (2, AlarmState.CLOSED, rule.pk)
    assert [each.number for each in AlarmRule.objects.filter(retired_at=None)] == [2]


def test_applying_the_same_events_again_adds_nothing() -> None:
    rule, device = a_rule(), a_device()
    events = [
        happened(rule, device.pk, EventKind.RAISED),
        happened(rule, device.pk, EventKind.ESCALATED, 15, step=1),
        happened(rule, device.pk, EventKind.CLEARED, 20),
    ]
    with as_machine("test"):
        alarming.apply_events(events[:2])
        alarming.apply_events(events)
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.step, alarm.steps.count()) == (AlarmState.CLEARED, 1, 3)
    names = OutboxEvent.objects.filter(name__startswith="streams.Alarm").values_list("name", flat=True)
    assert sorted(names) == ["streams.AlarmCleared", "streams.AlarmEscalated", "streams.AlarmRaised"]


def test_a_replay_does_not_undo_what_people_did(as_persona: As) -> None:
    alarm = an_alarm()
    with as_persona("handling_unit_officer"):
        actions.acknowledge_alarm(alarm=alarm, note="已派人")
    with as_machine("test"):
        alarming.apply_events([happened(alarm.rule, alarm.subject_id, EventKind.RAISED)])
    alarm.refresh_from_db()
    assert alarm.state == AlarmState.ACKNOWLEDGED
    with as_persona("handling_unit_officer"), pytest.raises(Conflict):
        actions.acknowledge_alarm(alarm=alarm)


def test_an_acknowledged_alarm_that_recovers_is_closed(as_persona: As) -> None:
    alarm = an_alarm()
    with as_persona("handling_unit_officer"):
        actions.acknowledge_alarm(alarm=alarm)
    with as_machine("test"):
        alarming.apply_events([happened(alarm.rule, alarm.subject_id, EventKind.CLEARED, 9)])
    alarm.refresh_from_db()
    assert (alarm.state, alarm.cleared_at) == (AlarmState.CLOSED, datetime.fromtimestamp(at(9) / 1000, UTC))


def test_ending_and_suppressing_by_hand_leave_their_reason(as_persona: As) -> None:
    first, second = an_alarm(), an_alarm(code="WL-2")
    with as_persona("handling_unit_officer"):
        with pytest.raises(InvalidInput):
            actions.clear_alarm(alarm=first, note=" ")
        actions.clear_alarm(alarm=first, note="传感器误报")
        actions.suppress_alarm(alarm=second, until=timezone.now() + timedelta(hours=1), note="正在检修")
        with pytest.raises(InvalidInput):
            actions.suppress_alarm(alarm=second, until=timezone.now() - timedelta(hours=1), note="正在检修")
    notes = list(AlarmStep.objects.exclude(note="").values_list("note", flat=True))
    assert sorted(notes) == ["传感器误报", "正在检修"]
    assert set(Alarm.objects.values_list("state", flat=True)) == {AlarmState.CLOSED, AlarmState.SUPPRESSED}


def test_rules_windows_and_devices_reach_the_engine(as_persona: As) -> None:
    """From the rows to an alarm and back: the device of a unit below the rule's, the one of another unit not."""
    rule, mine, other = a_rule(), a_device("WL-1"), a_device("FB-1", "finance-bureau")
    quiet = a_device("WL-2")
    with as_persona("handling_unit_officer"):
        planned(device=quiet)
    now = round(timezone.now().timestamp() * 1000) + MINUTE
    engine = Engine(
        alarming.rules_in_force(), alarming.device_facts(), alarming.maintenance_planned(timezone.now())
    )
    readings = [Reading(one.pk, "level", now, 4.0, received=now) for one in (mine, other, quiet)]
    with as_machine("test"):
        alarming.apply_events(engine.feed(readings))
    states = {alarm.device_id: (alarm.state, alarm.reason) for alarm in Alarm.objects.filter(rule=rule)}
    assert states == {mine.pk: (AlarmState.RAISED, ""), quiet.pk: (AlarmState.SUPPRESSED, "maintenance")}
