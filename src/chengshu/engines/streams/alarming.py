"""From the events of the pure engine to the rows of alarms, and from the rows back to the engine.

Applying an event twice changes nothing the second time: after a crash the engine goes on from what it last saved and
says the same again. What people did meanwhile stays.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from chengshu.engines.streams import events as announced
from chengshu.engines.streams.models import Device
from chengshu.engines.streams.models_rules import (
    Alarm,
    AlarmRule,
    AlarmState,
    AlarmStep,
    AlarmStepKind,
    MaintenanceWindow,
)
from chengshu.engines.streams.rules import AlarmEvent, EventKind, Level, Maintenance, Rule, Scope, Subject
from chengshu.engines.streams.rules import Device as DeviceFacts
from chengshu.engines.streams.rules.reading import read_condition
from chengshu.foundation.events.bus import emit
from chengshu.foundation.orgs.models import Unit

STEPS = {
    EventKind.RAISED: AlarmStepKind.RAISED,
    EventKind.SUPPRESSED: AlarmStepKind.SUPPRESSED,
    EventKind.CLEARED: AlarmStepKind.CLEARED,
    EventKind.FLAPPING: AlarmStepKind.FLAPPING,
    EventKind.SETTLED: AlarmStepKind.SETTLED,
    EventKind.ESCALATED: AlarmStepKind.ESCALATED,
}


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def rules_in_force() -> list[Rule]:
    """Every rule that is not retired, as the engine takes it."""
    return [rule_of(row) for row in AlarmRule.objects.filter(retired_at=None)]


def rule_of(row: AlarmRule) -> Rule:
    scope = Scope(
        units=frozenset({row.unit_id}),
        models=frozenset({row.model_id} if row.model_id else ()),
        groups=frozenset({row.group_id} if row.group_id else ()),
    )
    return Rule(
        row.pk, read_condition(row.condition), Level(row.level), scope, hides_children=row.hides_children
    )


def device_facts() -> list[DeviceFacts]:
    """Every device as rules see it: an area is the code of its grid cell."""
    above = _units_above()
    rows = Device.objects.values_list("id", "grid_code", "model_id", "group_id", "unit_id")
    return [
        DeviceFacts(
            number,
            area=int(grid) if grid.isdecimal() else 0,
            model=model,
            groups=frozenset({group} if group else ()),
            units=above.get(unit, frozenset({unit})),
        )
        for number, grid, model, group, unit in rows
    ]


def _units_above() -> dict[int, frozenset[int]]:
    paths = dict(Unit.objects.values_list("path", "id"))
    return {
        number: frozenset(paths[start] for start in _beginnings(path) if start in paths)
        for path, number in paths.items()
    }


def _beginnings(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/".join(parts[: count + 1]) + "/" for count in range(len(parts))]


def maintenance_planned(since: datetime) -> list[Maintenance]:
    """Every window that has not ended at ``since`` and was not called off."""
    rows = MaintenanceWindow.objects.filter(called_off_at=None, ends_at__gt=since)
    return [
        Maintenance(
            row.pk,
            milliseconds(row.starts_at),
            milliseconds(row.ends_at),
            Scope(
                devices=frozenset({row.device_id} if row.device_id else ()),
                groups=frozenset({row.group_id} if row.group_id else ()),
                units=frozenset({row.unit_id}),
            ),
        )
        for row in rows
    ]


def apply_events(happened: Iterable[AlarmEvent]) -> list[Alarm]:
    """Write what the engine said, in order; the alarms that were touched. To be called inside ``as_machine``."""
    happened = list(happened)
    rules = AlarmRule.objects.in_bulk({event.rule for event in happened})
    devices = Device.objects.in_bulk(
        {event.subject.id for event in happened if event.subject.kind == "device"}
    )
    touched: dict[int, Alarm] = {}
    for event in happened:
        rule = rules.get(event.rule)
        device = devices.get(event.subject.id) if event.subject.kind == "device" else None
        if rule is None or (event.subject.kind == "device" and device is None):
            continue
        alarm = _alarm_of(event, rule, device)
        if _first_time(alarm, event):
            _move(alarm, event)
            _announce(alarm, event, rule, device)
        touched[alarm.pk] = alarm
    return list(touched.values())


def _alarm_of(event: AlarmEvent, rule: AlarmRule, device: Device | None) -> Alarm:
    alarm, _made = Alarm.objects.select_for_update().get_or_create(
        rule=rule,
        subject_kind=event.subject.kind,
        subject_id=event.subject.id,
        raised_at=moment(event.raised_at),
        defaults={
            "unit_id": device.unit_id if device else rule.unit_id,
            "device": device,
            "level": rule.level,
            "state": AlarmState.SUPPRESSED,
            "value": event.value if math.isfinite(event.value) else None,
        },
    )
    return alarm


def _first_time(alarm: Alarm, event: AlarmEvent) -> bool:
    _step, made = AlarmStep.objects.get_or_create(
        alarm=alarm,
        kind=STEPS[event.kind],
        at=moment(event.at),
        number=event.step,
        reason=event.reason,
        defaults={"unit_id": alarm.unit_id},
    )
    return made


def _move(alarm: Alarm, event: AlarmEvent) -> None:
    """Later than what people did only if the condition itself has ended: an acknowledged alarm stays so."""
    at = moment(event.at)
    match event.kind:
        case EventKind.RAISED:
            alarm.state, alarm.reason, alarm.announced_at = AlarmState.RAISED, "", at
        case EventKind.SUPPRESSED:
            alarm.state, alarm.reason = AlarmState.SUPPRESSED, event.reason
        case EventKind.CLEARED if alarm.state != AlarmState.CLOSED:
            alarm.state = AlarmState.CLEARED if alarm.state == AlarmState.RAISED else AlarmState.CLOSED
            alarm.cleared_at, alarm.flapping = at, False
        case EventKind.FLAPPING | EventKind.SETTLED:
            alarm.flapping = event.kind is EventKind.FLAPPING
        case EventKind.ESCALATED if alarm.state == AlarmState.RAISED:
            alarm.step = max(alarm.step, event.step)
    Alarm.objects.filter(pk=alarm.pk).update(
        state=alarm.state,
        reason=alarm.reason,
        announced_at=alarm.announced_at,
        cleared_at=alarm.cleared_at,
        flapping=alarm.flapping,
        step=alarm.step,
    )


def _announce(alarm: Alarm, event: AlarmEvent, rule: AlarmRule, device: Device | None) -> None:
    if event.kind is EventKind.RAISED:
        code = device.code if device else ""
        emit(announced.AlarmRaised(alarm.pk, rule.key, alarm.level, alarm.unit_id, code))
    elif event.kind is EventKind.CLEARED and alarm.announced_at:
        emit(announced.AlarmCleared(alarm.pk, rule.key, alarm.unit_id, False))
    elif event.kind is EventKind.ESCALATED and alarm.state == AlarmState.RAISED:
        emit(announced.AlarmEscalated(alarm.pk, rule.key, alarm.level, alarm.unit_id, event.step))


def subject_of(alarm: Alarm) -> Subject:
    """What the alarm is about, as the engine names it."""
    assert alarm.subject_kind in ("device", "area", "rule")
    return Subject(alarm.subject_kind, alarm.subject_id)  # type: ignore[arg-type]
