"""The rule engine over the tables: a crash loses and repeats nothing, and people's doings reach it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chengshu.engines.streams import actions
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.models_rules import Alarm, AlarmStep, RuleMemory
from chengshu.engines.streams.rule_runner import RuleRunner
from chengshu.engines.streams.tests.builders import a_device
from chengshu.engines.streams.tests.rule_situations import START, at
from chengshu.engines.streams.tests.test_alarm_rules import a_rule

pytestmark = pytest.mark.usefixtures("district")
NOW = datetime.fromtimestamp(START / 1000, UTC)


def runner() -> RuleRunner:
    return RuleRunner("rules", NOW)


def readings(device: int, *values: tuple[float, float]) -> list[Reading]:
    return [Reading(device, "level", at(minute), value, received=at(minute)) for minute, value in values]


def told() -> list[tuple[str, float]]:
    steps = AlarmStep.objects.order_by("at", "id")
    return [(step.kind, (step.at.timestamp() * 1000 - START) / 60_000) for step in steps]


def test_a_crash_before_the_next_save_loses_and_repeats_nothing() -> None:
    a_rule()
    device = a_device().pk
    first = runner()
    first.feed(readings(device, (0, 1.0)), {"a": 1})
    position = RuleMemory.objects.get().positions["a"]
    every = readings(device, (0, 1.0), (0.1, 4.0), (0.2, 1.0), (0.3, 4.0))
    first.feed(every[1:3], {"a": 3})
    again = runner()
    assert again.positions == {"a": position} == {"a": 1}
    again.feed(every[1:], {"a": 4})
    assert told() == [("raised", 0.1), ("cleared", 0.2), ("raised", 0.3)]


def test_an_acknowledged_alarm_does_not_escalate_at_work(as_persona: Callable[[str], Any]) -> None:
    a_rule()
    device = a_device().pk
    work = runner()
    work.feed(readings(device, (0, 4.0)), {"a": 1})
    with as_persona("handling_unit_officer"):
        actions.acknowledge_alarm(alarm=Alarm.objects.get())
    work.tick(at(120))
    assert [kind for kind, _minute in told() if kind == "escalated"] == []


def test_a_rule_defined_later_is_taken_up_and_what_was_open_goes_on() -> None:
    a_rule()
    device = a_device().pk
    work = runner()
    work.feed(readings(device, (0, 4.0)), {"a": 1})
    a_rule(
        key="very-high", condition={"kind": "threshold", "metric": "level", "compare": "above", "limit": 5}
    )
    work.reload(NOW)
    work.feed(readings(device, (1, 6.0), (2, 1.0)), {"a": 3})
    assert told() == [("raised", 0), ("raised", 1), ("cleared", 2), ("cleared", 2)]
