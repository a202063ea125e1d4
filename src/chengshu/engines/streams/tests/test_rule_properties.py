"""Laws of the rule engine, over random rules, readings and interruptions."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.rules import (
    Absence,
    AlarmEvent,
    Compare,
    Device,
    Engine,
    EventKind,
    InOrder,
    Maintenance,
    Rule,
    Scope,
    Swing,
    Threshold,
    Together,
    Windowed,
)
from chengshu.engines.streams.tests.rule_situations import MINUTE, START, at, high, reading

DEVICES = [Device(1), Device(2, area=1, parent=1), Device(3, area=1, parent=1)]
RULES = [
    Rule(1, Threshold("level", Compare.ABOVE, 10, clear=8)),
    Rule(2, Threshold("level", Compare.AT_LEAST, 12, for_ms=3 * MINUTE, clear_for_ms=2 * MINUTE)),
    Rule(3, Threshold("level", Compare.BELOW, 2)),
    Rule(4, Swing("level", by=8, within_ms=5 * MINUTE)),
    Rule(5, Windowed("level", "mean", 10 * MINUTE, Compare.ABOVE, 9, clear=7, at_least=2)),
    Rule(6, Together("level", "count", Compare.ABOVE, 10, needed=2, by="area", fresh_ms=5 * MINUTE)),
    Rule(7, Absence(at_least_ms=4 * MINUTE), hides_children=True),
]
MAINTENANCE = [Maintenance(1, at(20), at(35), Scope(devices=frozenset({2})))]

few = settings(max_examples=40, deadline=None)
steps = some.tuples(
    some.sampled_from([1, 2, 3]),
    some.integers(0, 6 * MINUTE),
    some.integers(0, 15),
    some.integers(0, MINUTE),
)


def engine(saved: Any = None) -> Engine:
    return Engine(RULES, DEVICES, MAINTENANCE, saved)


@some.composite
def arrivals(draw: some.DrawFn) -> list[Reading]:
    """Readings in the order in which they arrive; the moments of two devices may run against each other."""
    readings, clock = [], START
    for device, pause, value, delay in draw(some.lists(steps, max_size=60)):
        clock += pause
        readings.append(Reading(device, "level", clock - delay, float(value), received=clock))
    return readings


@few
@given(arrivals(), some.lists(some.integers(0, 60)))
def test_splitting_into_batches_changes_nothing(readings: list[Reading], cuts: list[int]) -> None:
    split, begin = engine(), 0
    events: list[AlarmEvent] = []
    for cut in [*sorted(cuts), len(readings)]:
        events += split.feed(readings[begin:cut])
        begin = max(begin, cut)
    assert events == engine().feed(readings)


@few
@given(arrivals(), some.data())
def test_letting_time_pass_between_readings_changes_nothing(
    readings: list[Reading], data: some.DataObject
) -> None:
    ticked, plain = engine(), engine()
    events: list[AlarmEvent] = []
    clock = START
    for one in readings:
        events += ticked.tick(data.draw(some.integers(clock, one.received)))
        events += ticked.feed([one])
        clock = one.received
    assert events + ticked.tick(clock + 99 * MINUTE) == plain.feed(readings) + plain.tick(clock + 99 * MINUTE)


@few
@given(arrivals(), some.data())
def test_duplicates_change_nothing(readings: list[Reading], data: some.DataObject) -> None:
    repeated: list[Reading] = []
    for number, one in enumerate(readings):
        repeated.append(one)
        for _copy in range(data.draw(some.integers(0, 2))):
            repeated.append(readings[data.draw(some.integers(0, number))])
    assert engine().feed(repeated) == engine().feed(readings)


@few
@given(arrivals(), some.data())
def test_a_restart_with_replay_neither_loses_nor_repeats_an_event(
    readings: list[Reading], data: some.DataObject
) -> None:
    stop = data.draw(some.integers(0, len(readings)))
    again_from = data.draw(some.integers(0, stop))
    first = engine()
    events = first.feed(readings[:stop])
    second = engine(json.loads(json.dumps(first.save())))
    events += second.feed(readings[again_from:])
    assert events == engine().feed(readings)


@few
@given(arrivals(), some.data())
def test_a_crash_after_an_older_save_repeats_the_same_events_and_loses_none(
    readings: list[Reading], data: some.DataObject
) -> None:
    saved_at = data.draw(some.integers(0, len(readings)))
    crashed_at = data.draw(some.integers(saved_at, len(readings)))
    first = engine()
    before = first.feed(readings[:saved_at])
    state = json.loads(json.dumps(first.save()))
    lost = first.feed(readings[saved_at:crashed_at])
    after = engine(state).feed(readings[saved_at:])
    assert after[: len(lost)] == lost
    assert before + after == engine().feed(readings)


@few
@given(arrivals(), some.data())
def test_order_of_arrival_does_not_matter_to_who_waits_long_enough(
    readings: list[Reading], data: some.DataObject
) -> None:
    level_rules = [rule for rule in RULES if not isinstance(rule.condition, Absence)]
    unique = {(one.device, one.at): one for one in readings}.values()
    on_time = [replace(one, received=one.at) for one in unique]
    delayed = sorted(
        (replace(one, received=one.at + data.draw(some.integers(0, 5 * MINUTE))) for one in on_time),
        key=lambda one: one.received,
    )
    assert _in_order(level_rules, delayed) == _in_order(level_rules, sorted(on_time, key=lambda one: one.at))


def _in_order(rules: list[Rule], arriving: list[Reading]) -> list[AlarmEvent]:
    ordering, plain = InOrder(5 * MINUTE), Engine(rules, DEVICES, MAINTENANCE)
    ordered = [*ordering.feed(arriving), *ordering.tick(at(10_000))]
    return plain.feed(replace(one, received=one.at) for one in ordered)


@few
@given(arrivals())
def test_an_alarm_is_raised_and_cleared_in_turn(readings: list[Reading]) -> None:
    running = engine()
    events = running.feed(readings) + running.tick(at(10_000))
    shown: dict[tuple[int, Any], bool] = {}
    for event in events:
        key = (event.rule, event.subject)
        if event.kind in (EventKind.RAISED, EventKind.SUPPRESSED):
            assert not (event.kind is EventKind.RAISED and shown.get(key, False))
            shown[key] = event.kind is EventKind.RAISED
        elif event.kind is EventKind.CLEARED:
            assert key in shown
            shown.pop(key)


@given(some.lists(some.tuples(some.integers(1, 5), some.integers(0, 20)), max_size=60))
@few
def test_hysteresis_and_duration_agree_with_their_definition(pairs: list[tuple[int, int]]) -> None:
    """The engine, step by step, against the definition, which looks back over everything."""
    clock, history = 0.0, []
    running = Engine([high(limit=10, clear=7, lasting=4, back=3)])
    expected_on = False
    for pause, value in pairs:
        clock += pause
        history.append((clock, float(value)))
        running.feed([reading(clock, value)])
        expected_on = _by_definition(history, expected_on)
        alarm = running.alarms.alarm((1, running.alarms.open()[0].key[1])) if running.alarms.open() else None
        assert (alarm is not None and alarm.on) == expected_on or (alarm is not None and alarm.flapping)


def _by_definition(history: list[tuple[float, float]], on: bool) -> bool:
    """On after four minutes above 10 without a break; off after three minutes at or below 7 without one."""
    across = [(value <= 7 if on else value > 10) for _minute, value in history]
    run = next((count for count, one in enumerate(reversed(across)) if not one), len(across))
    if not run:
        return on
    long_enough = history[-1][0] - history[-run][0] >= (3 if on else 4)
    return on != long_enough


def test_a_saved_state_is_plain_json() -> None:
    running = engine()
    running.feed([reading(minute, minute % 15, device=1 + minute % 3) for minute in range(50)])
    assert json.loads(json.dumps(running.save())) == running.save()
