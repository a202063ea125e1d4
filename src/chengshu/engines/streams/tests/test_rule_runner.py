"""The rule engine over the tables: a crash loses and repeats nothing, and people's doings reach it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from chengshu.engines.streams import actions
from chengshu.engines.streams.columns.client import Columns
from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.machine import as_machine
from chengshu.engines.streams.models_rules import Alarm, AlarmStep, RuleMemory
from chengshu.engines.streams.rule_runner import RuleRunner
from chengshu.engines.streams.tests.builders import a_device
from chengshu.engines.streams.tests.rule_situations import START, at
from chengshu.engines.streams.tests.test_alarm_rules import a_rule
from chengshu.engines.streams.writing import insert_readings

pytestmark = pytest.mark.usefixtures("district")
NOW = datetime.fromtimestamp(START / 1000, UTC)


def runner() -> RuleRunner:
    return RuleRunner("rules", NOW)


def readings(device: int, *values: tuple[float, float]) -> list[Reading]:
    return [Reading(device, "level", at(minute), value, received=at(minute)) for minute, value in values]


class Batch:
    """What the pump tells of a batch."""

    def __init__(self, *stored: Reading) -> None:
        self.stored = list(stored)


class FakeStore:
    """The readings of the batches asked for, in the order asked for."""

    database = "streams"

    def __init__(self, batches: dict[int, list[Reading]]) -> None:
        self._batches = batches

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        assert parameters is not None
        asked = [each for each in self._batches if parameters["after"] < each <= parameters["until"]]
        return [
            (one.device, one.metric, one.at, one.value, one.text, one.seq, one.received)
            for each in asked
            for one in self._batches[each]
        ]


def hear(work: RuleRunner, batch: int, *stored: Reading) -> None:
    with as_machine("streams.pump"):
        work.listen(batch, Batch(*stored))


def fail_after(work: RuleRunner, stored: list[Reading]) -> None:
    with as_machine("streams.pump"):
        work.listen(1, Batch(*stored))
        raise ZeroDivisionError


def told() -> list[tuple[str, float]]:
    steps = AlarmStep.objects.order_by("at", "id")
    return [(step.kind, (step.at.timestamp() * 1000 - START) / 60_000) for step in steps]


def test_a_crash_before_the_next_save_loses_and_repeats_nothing() -> None:
    a_rule()
    device = a_device().pk
    every = readings(device, (0, 1.0), (0.1, 4.0), (0.2, 1.0), (0.3, 4.0))
    first = runner()
    hear(first, 1, every[0])
    hear(first, 2, *every[1:3])
    assert RuleMemory.objects.get().batch == 1
    again = runner()
    assert again.catch_up(FakeStore({1: every[:1], 2: every[1:3]}), 2) == 2
    hear(again, 3, every[3])
    assert told() == [("raised", 0.1), ("cleared", 0.2), ("raised", 0.3)]


def test_a_batch_whose_transaction_was_undone_is_written_when_it_comes_again() -> None:
    a_rule()
    device = a_device().pk
    work = runner()
    with pytest.raises(ZeroDivisionError):
        fail_after(work, readings(device, (0, 4.0)))
    assert told() == []
    hear(work, 1, *readings(device, (0, 4.0)))
    assert told() == [("raised", 0)]


def test_an_acknowledged_alarm_does_not_escalate_at_work(as_persona: Callable[[str], Any]) -> None:
    a_rule()
    device = a_device().pk
    work = runner()
    hear(work, 1, *readings(device, (0, 4.0)))
    with as_persona("handling_unit_officer"):
        actions.acknowledge_alarm(alarm=Alarm.objects.get())
    work.tick(at(120))
    assert [kind for kind, _minute in told() if kind == "escalated"] == []


def test_a_rule_defined_later_is_taken_up_and_what_was_open_goes_on() -> None:
    a_rule()
    device = a_device().pk
    work = runner()
    hear(work, 1, *readings(device, (0, 4.0)))
    a_rule(
        key="very-high", condition={"kind": "threshold", "metric": "level", "compare": "above", "limit": 5}
    )
    work.reload(NOW)
    hear(work, 2, *readings(device, (1, 6.0), (2, 1.0)))
    assert told() == [("raised", 0), ("raised", 1), ("cleared", 2), ("cleared", 2)]


def test_the_columnar_store_gives_back_what_came_after_a_batch(own_store: Columns) -> None:
    a_rule()
    device = a_device().pk
    recent = round(timezone.now().timestamp() * 1000) - 600_000
    stored = [
        Reading(device, "level", recent + n, value, received=recent + n)
        for n, value in enumerate((4.0, 1.0, 4.5))
    ]
    for batch, one in enumerate(stored, 1):
        insert_readings(own_store, [one], token=f"a:{batch}", batch=batch)
    work = runner()
    hear(work, 1, stored[0])
    assert work.catch_up(own_store, 3) == 2
    assert [kind for kind, _minute in told()] == ["raised", "cleared", "raised"]
    assert work.catch_up(own_store, 3) == 0


def test_a_memory_of_another_format_is_left_out_and_watching_goes_on() -> None:
    a_rule()
    device = a_device().pk
    saved = zlib.compress(json.dumps({"format": 0}).encode())
    with as_machine("rules"):
        RuleMemory.objects.create(consumer="rules", batch=7, saved=saved)
    work = runner()
    assert work.batch == 7
    hear(work, 8, *readings(device, (0, 4.0)))
    assert told() == [("raised", 0)]
