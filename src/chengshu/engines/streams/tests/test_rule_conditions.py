"""When a condition comes true and when it ceases, one situation each."""

from __future__ import annotations

import math

import pytest

from chengshu.engines.streams.data import Reading
from chengshu.engines.streams.rules import (
    Absence,
    Compare,
    Device,
    Engine,
    EventKind,
    OneOf,
    Rule,
    Scope,
    Subject,
    Swing,
    Together,
    Windowed,
)
from chengshu.engines.streams.tests.rule_situations import MINUTE, at, fed, high, reading, told

RAISED, CLEARED = EventKind.RAISED, EventKind.CLEARED


def test_a_value_at_the_limit_is_not_above_it() -> None:
    assert fed(Engine([high(limit=10)]), (0, 10.0)) == []


def test_a_value_that_is_no_number_changes_nothing() -> None:
    engine = Engine([high(limit=10)])
    assert fed(engine, (0, 11.0), (1, math.nan)) == [(RAISED, 0)]


def test_a_metric_that_no_rule_names_changes_nothing() -> None:
    assert Engine([high()]).feed([reading(0, 99, metric="battery")]) == []


def test_a_device_outside_the_scope_raises_nothing() -> None:
    rule = Rule(1, high().condition, scope=Scope(areas=frozenset({3})))
    engine = Engine([rule], [Device(7, area=4), Device(8, area=3)])
    events = engine.feed([reading(0, 99), reading(0, 99, device=8)])
    assert [event.subject.id for event in events] == [8]


def test_an_alarm_is_raised_once_however_long_it_lasts() -> None:
    assert fed(Engine([high()]), (0, 11), (1, 12), (2, 13)) == [(RAISED, 0)]


def test_recovery_clears_and_the_next_crossing_is_a_new_alarm() -> None:
    assert fed(Engine([high()]), (0, 11), (1, 9), (2, 11)) == [(RAISED, 0), (CLEARED, 1), (RAISED, 2)]


def test_between_limit_and_clearing_limit_nothing_changes() -> None:
    engine = Engine([high(limit=10, clear=8)])
    assert fed(engine, (0, 9), (1, 11), (2, 9), (3, 8.5), (4, 8)) == [(RAISED, 1), (CLEARED, 4)]


def test_a_short_crossing_does_not_count_when_a_duration_is_asked_for() -> None:
    engine = Engine([high(lasting=5)])
    assert fed(engine, (0, 11), (4, 11), (4.5, 9), (5, 11), (9, 11)) == []
    assert fed(engine, (10, 11)) == [(RAISED, 10)]


def test_a_short_recovery_does_not_count_when_a_duration_is_asked_for() -> None:
    engine = Engine([high(back=3)])
    assert fed(engine, (0, 11), (1, 9), (2, 11), (3, 9), (6, 9)) == [(RAISED, 0), (CLEARED, 6)]


@pytest.mark.parametrize(
    ("compare", "crossing", "at_limit"),
    [
        (Compare.ABOVE, 11.0, False),
        (Compare.AT_LEAST, 11.0, True),
        (Compare.BELOW, 9.0, False),
        (Compare.AT_MOST, 9.0, True),
    ],
)
def test_each_comparison_knows_its_side_and_its_limit(
    compare: Compare, crossing: float, at_limit: bool
) -> None:
    condition = type(high().condition)("level", compare, 10.0)  # type: ignore[call-arg]
    assert fed(Engine([Rule(1, condition)]), (0, crossing)) == [(RAISED, 0)]
    assert bool(fed(Engine([Rule(1, condition)]), (0, 10.0))) is at_limit


def test_several_limits_of_one_metric_are_each_watched() -> None:
    engine = Engine([high(1, 10), high(2, 20), high(3, 30)])
    events = engine.feed([reading(0, 25), reading(1, 35), reading(2, 5)])
    assert [(event.kind, event.rule) for event in events] == [
        *((RAISED, 1), (RAISED, 2), (RAISED, 3)),
        *((CLEARED, 1), (CLEARED, 2), (CLEARED, 3)),
    ]


def test_words_raise_while_they_are_among_the_given_ones() -> None:
    engine = Engine([Rule(1, OneOf("state", frozenset({"fault", "offline"})))])
    words = ["ok", "fault", "offline", "ok"]
    events = engine.feed(
        reading(minute, math.nan, metric="state", text=word) for minute, word in enumerate(words)
    )
    assert told(events) == [(RAISED, 1), (CLEARED, 3)]


def test_a_slow_rise_is_no_swing_and_a_fast_one_is() -> None:
    rule = Rule(1, Swing("level", by=5, within_ms=10 * MINUTE, direction="rise"))
    assert fed(Engine([rule]), *((minute * 5, minute * 2) for minute in range(10))) == []
    assert fed(Engine([rule]), (0, 1), (5, 3), (9, 6.5), (16, 7)) == [(RAISED, 9), (CLEARED, 16)]


def test_a_fall_is_no_rise() -> None:
    rising = Rule(1, Swing("level", by=5, within_ms=10 * MINUTE, direction="rise"))
    falling = Rule(2, Swing("level", by=5, within_ms=10 * MINUTE, direction="fall"))
    events = Engine([rising, falling]).feed([reading(0, 9), reading(1, 3)])
    assert [event.rule for event in events] == [2]


def test_the_mean_of_a_window_forgets_what_is_older() -> None:
    rule = Rule(1, Windowed("level", "mean", 60 * MINUTE, Compare.ABOVE, 10, at_least=2), escalate_ms=())
    engine = Engine([rule])
    assert fed(engine, (0, 30)) == []
    assert fed(engine, (1, 4), (2, 2), (59, 0), (70, 1)) == [(RAISED, 1), (CLEARED, 59)]


@pytest.mark.parametrize(
    ("function", "limit", "raised"), [("sum", 5, 2), ("max", 3.5, 3), ("count", 2, 2), ("min", 0.5, 0)]
)
def test_each_function_of_a_window(function: str, limit: float, raised: int) -> None:
    condition = Windowed("level", function, 60 * MINUTE, Compare.ABOVE, limit)  # type: ignore[arg-type]
    assert fed(Engine([Rule(1, condition)]), (0, 1), (1, 2), (2, 3), (3, 4)) == [(RAISED, raised)]


def test_one_device_alone_does_not_raise_what_two_together_do() -> None:
    rule = Rule(1, Together("level", "count", Compare.ABOVE, 10, needed=2, fresh_ms=5 * MINUTE))
    engine = Engine([rule])
    assert told(engine.feed([reading(0, 11, device=1), reading(6, 12, device=2)])) == []
    assert told(engine.feed([reading(7, 11, device=1)])) == [(RAISED, 7)]
    assert told(engine.feed([reading(8, 1, device=2)])) == [(CLEARED, 8)]


def test_areas_are_judged_apart() -> None:
    rule = Rule(1, Together("level", "mean", Compare.ABOVE, 10, by="area", at_least=2))
    engine = Engine([rule], [Device(1, area=5), Device(2, area=5), Device(3, area=6)])
    events = engine.feed([reading(0, 50, device=3), reading(1, 9, device=1), reading(2, 12, device=2)])
    assert [(event.subject, event.kind) for event in events] == [(Subject("area", 5), RAISED)]


def test_a_device_that_keeps_its_interval_is_not_silent() -> None:
    engine = Engine([Rule(1, Absence(at_least_ms=3 * MINUTE))])
    assert engine.feed(reading(minute) for minute in range(0, 60, 2)) == []


def test_a_device_slower_than_the_least_patience_is_silent_only_until_its_interval_is_learned() -> None:
    engine = Engine([Rule(1, Absence(at_least_ms=MINUTE), escalate_ms=())])
    raised = [event.at for event in engine.feed(reading(m) for m in range(0, 60, 2)) if event.kind is RAISED]
    assert raised
    assert max(raised) < at(10)


def test_silence_is_raised_at_three_learned_intervals_and_ends_with_the_next_sign() -> None:
    engine = Engine([Rule(1, Absence(at_least_ms=MINUTE))])
    engine.feed([reading(minute) for minute in (0, 0.5, 1, 1.5, 2, 2.5)])
    assert engine.tick(at(4)) == []
    assert told(engine.tick(at(9))) == [(RAISED, 4)]
    assert told(engine.feed([reading(10)])) == [(CLEARED, 10)]


def test_silence_is_found_even_if_nobody_let_time_pass_meanwhile() -> None:
    engine = Engine([Rule(1, Absence(at_least_ms=MINUTE))])
    assert told(engine.feed([reading(0), reading(10)])) == [(RAISED, 1), (CLEARED, 10)]


def test_old_data_that_comes_late_is_a_sign_of_life() -> None:
    engine = Engine([Rule(1, Absence(at_least_ms=5 * MINUTE))])
    engine.feed([reading(100), reading(0, late=104)])
    assert engine.tick(at(108)) == []
    assert told(engine.tick(at(110))) == [(RAISED, 109)]


def test_a_device_that_never_sent_anything_is_missed_from_when_it_was_expected() -> None:
    engine = Engine([Rule(1, Absence(at_least_ms=5 * MINUTE))])
    engine.expect(Device(7), at(0))
    assert told(engine.tick(at(6))) == [(RAISED, 5)]


def _stamped(minute: float) -> Reading:
    """A reading of a device with the right time that arrived when the platform's clock showed this minute."""
    return Reading(7, "level", at(minute), 1.0, "", -1, at(minute))


@pytest.mark.parametrize("by", [-60, 60])
def test_a_clock_that_is_set_makes_no_sending_device_silent_and_no_silent_one_heard(by: int) -> None:
    engine = Engine([Rule(1, Absence(at_least_ms=3 * MINUTE))])
    for minute in range(100, 120):
        assert told(engine.feed([_stamped(minute)])) == []
    engine.clock_was_set(by * MINUTE)
    for minute in range(120 + by, 130 + by):
        assert told(engine.tick(at(minute))) == []
        assert told(engine.feed([_stamped(minute)])) == []
    engine.clock_was_set(-by * MINUTE)
    assert told(engine.tick(at(131.5))) == []
    engine.clock_was_set(by * MINUTE)
    assert told(engine.tick(at(131.9 + by))) == []
    assert told(engine.tick(at(132.1 + by))) == [(RAISED, 132 + by)]


def test_what_a_clock_that_was_set_left_behind_survives_a_restart() -> None:
    rules = [Rule(1, Absence(at_least_ms=3 * MINUTE))]
    engine = Engine(rules)
    engine.feed([_stamped(100)])
    engine.clock_was_set(-60 * MINUTE)
    engine = Engine(rules, saved=engine.save())
    assert told(engine.tick(at(42.9))) == []
    assert told(engine.tick(at(43.1))) == [(RAISED, 43)]
