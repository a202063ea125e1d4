"""The life of an alarm: who may end it, when it hides, when it cries louder."""

from __future__ import annotations

from dataclasses import replace

from chengshu.engines.streams.rules import (
    Absence,
    Device,
    Engine,
    EventKind,
    Maintenance,
    Rule,
    Scope,
    Status,
)
from chengshu.engines.streams.tests.rule_situations import (
    MINUTE,
    at,
    device_subject,
    fed,
    high,
    reading,
    told,
)

RAISED, CLEARED, SUPPRESSED = EventKind.RAISED, EventKind.CLEARED, EventKind.SUPPRESSED
ESCALATED, FLAPPING, SETTLED = EventKind.ESCALATED, EventKind.FLAPPING, EventKind.SETTLED
KEY = (1, device_subject())


def status(engine: Engine) -> Status:
    alarm = engine.alarms.alarm(KEY)
    assert alarm is not None
    return alarm.status


def test_acknowledging_another_alarm_than_the_present_one_does_nothing() -> None:
    engine = Engine([high()])
    fed(engine, (0, 11), (1, 9), (2, 11))
    engine.acknowledge(KEY, at(0), at(3))
    assert status(engine) is Status.RAISED


def test_an_acknowledged_alarm_does_not_escalate() -> None:
    engine = Engine([high()])
    fed(engine, (0, 11))
    engine.acknowledge(KEY, at(0), at(14))
    assert engine.tick(at(120)) == []
    assert status(engine) is Status.ACKNOWLEDGED


def test_an_alarm_that_nobody_looks_at_escalates_three_times_and_no_more() -> None:
    engine = Engine([high()])
    fed(engine, (0, 11))
    assert told(engine.tick(at(500))) == [(ESCALATED, 15), (ESCALATED, 30), (ESCALATED, 60)]


def test_a_cleared_alarm_does_not_escalate_and_waits_to_be_acknowledged() -> None:
    engine = Engine([high()])
    fed(engine, (0, 11), (5, 9))
    assert engine.tick(at(60)) == []
    assert status(engine) is Status.CLEARED
    engine.acknowledge(KEY, at(0), at(61))
    assert status(engine) is Status.CLOSED


def test_recovery_of_an_acknowledged_alarm_closes_it() -> None:
    engine = Engine([high()])
    fed(engine, (0, 11))
    engine.acknowledge(KEY, at(0), at(1))
    assert fed(engine, (5, 9)) == [(CLEARED, 5)]
    assert status(engine) is Status.CLOSED


def test_an_alarm_ended_by_hand_is_not_raised_again_by_the_same_crossing() -> None:
    engine = Engine([high()])
    fed(engine, (0, 11))
    assert told(engine.clear(KEY, at(0), at(3))) == [(CLEARED, 3)]
    assert fed(engine, (4, 12), (5, 9)) == []
    assert fed(engine, (6, 12)) == [(RAISED, 6)]


def test_five_changes_within_ten_minutes_make_it_flap_and_stillness_settles_it() -> None:
    engine = Engine([high()])
    values = [(minute, 11 if minute % 2 == 0 else 9) for minute in range(8)]
    assert fed(engine, *values) == [
        *((RAISED, 0), (CLEARED, 1), (RAISED, 2), (CLEARED, 3), (RAISED, 4), (FLAPPING, 4)),
    ]
    assert told(engine.tick(at(16))) == []
    assert told(engine.tick(at(18))) == [(SETTLED, 17), (CLEARED, 17)]


def test_four_changes_within_ten_minutes_do_not_make_it_flap() -> None:
    engine = Engine([high()])
    kinds = [kind for kind, _at in fed(engine, (0, 11), (3, 9), (6, 11), (9, 9), (12, 11))]
    assert FLAPPING not in kinds


def test_an_alarm_that_settles_while_its_condition_holds_stays_raised() -> None:
    engine = Engine([replace(high(), escalate_ms=())])
    fed(engine, (0, 11), (1, 9), (2, 11), (3, 9), (4, 11))
    assert told(engine.tick(at(30))) == [(SETTLED, 14)]
    assert status(engine) is Status.RAISED


def test_maintenance_hides_what_comes_up_in_it_and_forgets_what_ends_in_it() -> None:
    engine = Engine([high()], [Device(7)], [Maintenance(1, at(0), at(30))])
    assert fed(engine, (5, 11), (10, 9)) == [(SUPPRESSED, 5), (CLEARED, 10)]
    assert engine.tick(at(60)) == []


def test_what_still_holds_when_maintenance_ends_is_raised_then() -> None:
    engine = Engine([high()], [Device(7)], [Maintenance(1, at(0), at(30))])
    fed(engine, (5, 11))
    assert told(engine.tick(at(46))) == [(RAISED, 30), (ESCALATED, 45)]


def test_maintenance_of_other_devices_hides_nothing() -> None:
    window = Maintenance(1, at(0), at(30), Scope(devices=frozenset({8})))
    assert fed(Engine([high()], [Device(7)], [window]), (5, 11)) == [(RAISED, 5)]


def test_maintenance_begins_with_its_first_and_ends_before_its_last_moment() -> None:
    window = Maintenance(1, at(10), at(20))
    for minute, kind in ((9, RAISED), (10, SUPPRESSED), (19, SUPPRESSED), (20, RAISED)):
        assert fed(Engine([high()], [Device(7)], [window]), (minute, 11))[0][0] is kind


def test_escalation_waits_for_the_end_of_maintenance() -> None:
    engine = Engine([high()], [Device(7)], [Maintenance(1, at(10), at(40))])
    fed(engine, (5, 11))
    assert told(engine.tick(at(41))) == [(ESCALATED, 40), (ESCALATED, 40)]


GATEWAY = Device(1)
SENSORS = [Device(7, parent=1), Device(8, parent=1)]
SILENT_GATEWAY = Rule(
    9, Absence(at_least_ms=5 * MINUTE), scope=Scope(devices=frozenset({1})), hides_children=True
)


def test_the_silence_of_a_gateway_hides_the_alarms_of_its_sensors() -> None:
    engine = Engine([SILENT_GATEWAY, high()], [GATEWAY, *SENSORS])
    engine.feed([reading(0, device=1, metric="uptime")])
    events = engine.feed([reading(6, 11)])
    assert [(event.kind, event.rule) for event in events] == [(RAISED, 9), (SUPPRESSED, 1)]


def test_what_was_raised_below_before_the_gateway_was_missed_is_hidden_after_it() -> None:
    engine = Engine([SILENT_GATEWAY, high()], [GATEWAY, *SENSORS])
    engine.feed([reading(0, device=1, metric="uptime"), reading(4, 11)])
    events = engine.tick(at(6))
    assert [(event.kind, event.rule, event.reason) for event in events] == [
        (RAISED, 9, ""),
        (SUPPRESSED, 1, "parent"),
    ]


def test_what_still_holds_below_is_raised_when_the_gateway_is_back() -> None:
    engine = Engine([SILENT_GATEWAY, high()], [GATEWAY, *SENSORS])
    engine.feed([reading(0, device=1, metric="uptime"), reading(6, 11), reading(6, 11, device=8)])
    engine.feed([reading(7, 9, device=8)])
    events = engine.feed([reading(8, device=1, metric="uptime")])
    assert [(event.kind, event.rule, event.subject.id) for event in events] == [
        (CLEARED, 9, 1),
        (RAISED, 1, 7),
    ]


def test_an_acknowledged_alarm_below_stays_as_it_is() -> None:
    engine = Engine([SILENT_GATEWAY, high()], [GATEWAY, *SENSORS])
    engine.feed([reading(0, device=1, metric="uptime"), reading(4, 11)])
    engine.acknowledge(KEY, at(4), at(4.5))
    assert [event.rule for event in engine.tick(at(6))] == [9]


def test_hiding_by_hand_ends_at_its_time() -> None:
    engine = Engine([high()])
    fed(engine, (0, 11))
    assert told(engine.suppress(KEY, at(20), at(2))) == [(SUPPRESSED, 2)]
    assert told(engine.tick(at(25))) == [(RAISED, 20)]


def test_hiding_by_hand_before_anything_came_up_hides_what_comes() -> None:
    engine = Engine([high()])
    engine.suppress(KEY, at(20), at(0))
    assert fed(engine, (2, 11)) == [(SUPPRESSED, 2)]
