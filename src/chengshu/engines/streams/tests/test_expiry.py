"""Commands whose time is over end by themselves; devices that never sent anything are missed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from chengshu.engines.streams import actions, latest
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.decoding import Answer
from chengshu.engines.streams.expiring import expire_commands
from chengshu.engines.streams.gateway.database import _SENT, _WAITING
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models import Command, CommandState, Presence
from chengshu.engines.streams.models_rules import Alarm, AlarmState
from chengshu.engines.streams.rule_runner import RuleRunner
from chengshu.engines.streams.tests.builders import a_device, water_level
from chengshu.engines.streams.tests.rule_situations import MINUTE
from chengshu.engines.streams.tests.test_alarm_rules import a_rule
from chengshu.engines.streams.tests.test_rule_runner import Batch
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.jobs.periodic import registered_rounds

pytestmark = pytest.mark.usefixtures("district")
SILENT = {"kind": "absence", "factor": 3, "at_least_ms": 5 * MINUTE}


def sent(command: Command) -> None:
    with as_machine("test"):
        Command.objects.filter(pk=command.pk).update(state=CommandState.SENT, sent_at=command.requested_at)


def after(command: Command, seconds: float = 0) -> datetime:
    return command.expires_at + timedelta(seconds=seconds)


def test_the_worker_looks_for_them() -> None:
    names = registered_rounds()
    assert any(name.endswith("streams.tasks.end_commands_in_time") for name in names)


def test_a_command_whose_time_is_over_expires_once_and_is_told() -> None:
    waiting, given = (actions.send_command(device=a_device(code), name="reboot") for code in ("WL-1", "WL-2"))
    sent(given)
    assert expire_commands(waiting.expires_at - timedelta(seconds=1)) == 0
    assert expire_commands(max(after(waiting), after(given))) == 2
    assert expire_commands(after(given, 60)) == 0
    waiting.refresh_from_db()
    assert (waiting.state, waiting.ended_at) == (CommandState.EXPIRED, waiting.expires_at)
    told = OutboxEvent.objects.filter(name="streams.CommandExpired").order_by("id")
    assert [(one.facts["device"], one.facts["sent"]) for one in told] == [("WL-1", False), ("WL-2", True)]


def test_an_expired_command_is_never_handed_to_the_device() -> None:
    command = actions.send_command(device=a_device(), name="reboot")
    expire_commands(after(command))
    from django.db import connection

    with as_machine("test"), connection.cursor() as cursor:
        cursor.execute(_WAITING, [[command.device_id]])
        assert cursor.fetchall() == []
        cursor.execute(_SENT, [[command.pk]])
        assert cursor.rowcount == 0


def test_an_answer_counts_for_a_command_that_was_sent_and_for_no_other() -> None:
    waiting, given = (actions.send_command(device=a_device(code), name="reboot") for code in ("WL-1", "WL-2"))
    sent(given)
    expire_commands(max(after(waiting), after(given)))
    answers = [Answer(one.device_id, one.pk, True, {}) for one in (waiting, given)]
    with as_machine("test"):
        latest.end_commands(answers, round(after(given, 5).timestamp() * 1000))
    found = dict(Command.objects.values_list("device__code", "state"))
    assert found == {"WL-1": CommandState.EXPIRED, "WL-2": CommandState.DONE}


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def runner() -> RuleRunner:
    return RuleRunner("rules", timezone.now())


def test_a_device_that_never_sent_anything_is_missed_after_its_interval_and_found_again() -> None:
    rule = a_rule(key="silent", condition=SILENT)
    device = a_device()
    work = runner()
    since = milliseconds(device.registered_at)
    work.tick(since + 4 * MINUTE)
    assert not Alarm.objects.exists()
    work = runner()
    work.tick(since + 6 * MINUTE)
    alarm = Alarm.objects.get()
    assert (alarm.rule_id, alarm.device_id, alarm.state) == (rule.pk, device.pk, AlarmState.RAISED)
    assert milliseconds(alarm.raised_at) == since + 5 * MINUTE
    again = runner()
    again.tick(since + 7 * MINUTE)
    assert Alarm.objects.count() == 1
    moment = since + 8 * MINUTE
    with as_machine("streams.pump"):
        again.listen(1, Batch(Reading(device.pk, "level", moment, 1.0, received=moment)))
    alarm.refresh_from_db()
    assert alarm.state == AlarmState.CLEARED


def test_a_slow_device_is_given_three_of_its_own_intervals() -> None:
    a_rule(key="silent", condition=SILENT)
    device = a_device()
    actions.change_device(device=device, title=device.title, heartbeat_s=3600)
    work = runner()
    work.tick(milliseconds(device.registered_at) + 170 * MINUTE)
    assert not Alarm.objects.exists()
    work.tick(milliseconds(device.registered_at) + 181 * MINUTE)
    assert Alarm.objects.count() == 1


def test_a_device_out_of_service_is_not_missed_and_counts_anew_when_it_is_put_back() -> None:
    a_rule(key="silent", condition=SILENT)
    device = a_device()
    actions.set_device_state(device=device, state="stopped", reason="拆除")
    work = runner()
    work.tick(milliseconds(device.registered_at) + 60 * MINUTE)
    assert not Alarm.objects.exists()
    actions.set_device_state(device=device, state="active", reason="装回")
    device.refresh_from_db()
    assert device.in_service_since is not None
    work.reload(timezone.now())
    work.tick(milliseconds(device.in_service_since) + 60 * MINUTE + 1)
    assert Alarm.objects.count() == 1


def test_a_device_heard_by_something_else_than_a_reading_is_not_called_silent() -> None:
    a_rule(key="silent", condition=SILENT)
    device = a_device()
    work = runner()
    now = timezone.now()
    with as_machine("test"):
        Presence.objects.create(device=device, unit_id=device.unit_id, last_received=now)
    work.reload(now)
    work.tick(milliseconds(now) + 60 * MINUTE)
    assert not Alarm.objects.exists()


def test_a_rule_about_a_metric_waits_for_no_device_that_does_not_measure_it() -> None:
    water_level()
    a_rule(key="silent", condition={**SILENT, "metric": "smoke"})
    device = a_device()
    work = runner()
    work.tick(milliseconds(device.registered_at) + 60 * MINUTE)
    assert not Alarm.objects.exists()
