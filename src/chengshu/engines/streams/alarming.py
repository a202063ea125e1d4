"""From the events of the pure engine to the rows of alarms, and from the rows back to the engine.

Applying an event twice changes nothing the second time: after a crash the engine goes on from what it last saved and
says the same again. What people did meanwhile stays.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from chengshu.engines.streams import events as announced
from chengshu.engines.streams.models import (
    Device,
    DeviceState,
    Presence,
    ThingModelVersion,
    VersionState,
)
from chengshu.engines.streams.models_rules import (
    Alarm,
    AlarmRule,
    AlarmState,
    AlarmStep,
    AlarmStepKind,
    MaintenanceWindow,
)
from chengshu.engines.streams.rules import (
    Absence,
    AlarmEvent,
    EventKind,
    Level,
    Maintenance,
    Rule,
    Scope,
    Subject,
)
from chengshu.engines.streams.rules import Device as DeviceFacts
from chengshu.engines.streams.rules.reading import read_condition
from chengshu.engines.streams.things import HEARTBEAT_S, read_definition
from chengshu.foundation.events.bus import Event, emit_all
from chengshu.foundation.orgs.models import Unit

STEPS = {
    EventKind.RAISED: AlarmStepKind.RAISED,
    EventKind.SUPPRESSED: AlarmStepKind.SUPPRESSED,
    EventKind.CLEARED: AlarmStepKind.CLEARED,
    EventKind.FLAPPING: AlarmStepKind.FLAPPING,
    EventKind.SETTLED: AlarmStepKind.SETTLED,
    EventKind.ESCALATED: AlarmStepKind.ESCALATED,
}

MOVED = ("state", "reason", "announced_at", "cleared_at", "flapping", "step")
BATCH = 1_000


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
    condition = read_condition(row.condition)
    hides_children = row.hides_children or isinstance(condition, Absence)
    since = milliseconds(row.defined_at)
    return Rule(row.pk, condition, Level(row.level), scope, hides_children=hides_children, since=since)


def device_facts() -> list[DeviceFacts]:
    """Every device in service as rules see it: an area is the code of its grid cell."""
    above = _units_above()
    in_service = Device.objects.exclude(state=DeviceState.STOPPED)
    rows = in_service.values_list("id", "grid_code", "model_id", "group_id", "unit_id", "parent_id")
    return [
        DeviceFacts(
            number,
            area=int(grid) if grid.isdecimal() else 0,
            parent=parent or 0,
            model=model,
            groups=frozenset({group} if group else ()),
            units=above.get(unit, frozenset({unit})),
        )
        for number, grid, model, group, unit, parent in rows
    ]


@dataclass(frozen=True, slots=True)
class Expected:
    """A device that was never heard: since when (milliseconds) its first message is due, and how often one comes."""

    device: int
    since: int
    interval: int
    metrics: frozenset[str]


def never_heard() -> list[Expected]:
    """Every device in service that has not sent anything since it was registered or put in service again."""
    definitions = dict(
        ThingModelVersion.objects.filter(state=VersionState.PUBLISHED).values_list("model_id", "definition")
    )
    read = {model: read_definition(source) for model, source in definitions.items()}
    rows = Device.objects.filter(presence=None).exclude(state=DeviceState.STOPPED)
    found = []
    for device, model, own_s, registered, again in rows.values_list(
        "id", "model_id", "heartbeat_s", "registered_at", "in_service_since"
    ):
        definition = read.get(model)
        heartbeat_s = own_s or (definition.heartbeat_s if definition else HEARTBEAT_S)
        metrics = frozenset(definition.properties if definition else ())
        found.append(Expected(device, milliseconds(again or registered), heartbeat_s * 1000, metrics))
    return found


def heard_of(devices: Collection[int]) -> set[int]:
    """Those of the devices that have sent anything at all."""
    rows = Presence.objects.filter(device__in=devices).values_list("device_id", flat=True)
    return set(rows)


_FACTS = """
SELECT (SELECT sum(hashtextextended(concat_ws('|', id, grid_code, model_id, unit_id, coalesce(group_id, 0),
                coalesce(parent_id, 0), coalesce(heartbeat_s, 0), state, in_service_since), 0))
        FROM streams_device),
       (SELECT sum(hashtextextended(concat_ws('|', id, retired_at), 0)) FROM streams_alarmrule),
       (SELECT sum(hashtextextended(concat_ws('|', id, called_off_at), 0)) FROM streams_maintenancewindow)
"""


def facts_digest() -> tuple[object, ...]:
    """Changes whenever devices, rules or maintenance do; twenty thousand devices take some hundredths of a second."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS)
        return tuple(cursor.fetchone())


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
    """Write what the engine said, in order; the alarms that were touched. To be called inside ``as_machine``.

    A handful of statements whatever the number of events: a flood of alarms must not hold the readings up.
    """
    placed = _placed(happened)
    alarms = _alarms_of(placed)
    seen = _steps_of(alarms.values())
    steps: list[AlarmStep] = []
    announced_now: list[Event] = []
    touched: dict[int, Alarm] = {}
    for event, rule, device in placed:
        alarm = alarms[_identity(event)]
        step = _step(alarm, event)
        if _key(step) not in seen:
            seen.add(_key(step))
            steps.append(step)
            _move(alarm, event)
            announced_now += _announcement(alarm, event, rule, device)
        touched[alarm.pk] = alarm
    AlarmStep.objects.bulk_create(steps, batch_size=BATCH)
    moved = {step.alarm_id for step in steps}
    Alarm.objects.bulk_update([alarm for alarm in touched.values() if alarm.pk in moved], MOVED, BATCH)
    emit_all(announced_now)
    return list(touched.values())


Placed = tuple[AlarmEvent, AlarmRule, Device | None]
Identity = tuple[int, str, int, datetime]


def _placed(happened: Iterable[AlarmEvent]) -> list[Placed]:
    """Events with their rule and device; those whose rule or device is gone are left out."""
    happened = list(happened)
    rules = AlarmRule.objects.in_bulk({event.rule for event in happened})
    numbers = {event.subject.id for event in happened if event.subject.kind == "device"}
    devices = {device.pk: device for device in Device.objects.filter(pk__in=numbers)} if numbers else {}
    found: list[Placed] = []
    for event in happened:
        rule, device = rules.get(event.rule), devices.get(event.subject.id)
        if rule is not None and event.subject.kind != "device":
            found.append((event, rule, None))
        elif rule is not None and device is not None:
            found.append((event, rule, device))
    return found


def _identity(event: AlarmEvent) -> Identity:
    return event.rule, event.subject.kind, event.subject.id, moment(event.raised_at)


def _alarms_of(happened: Sequence[Placed]) -> dict[Identity, Alarm]:
    """The alarms that events are about, locked; made as suppressed where they are not there yet."""
    missing = {
        _identity(event): Alarm(
            rule=rule,
            subject_kind=event.subject.kind,
            subject_id=event.subject.id,
            raised_at=moment(event.raised_at),
            unit_id=device.unit_id if device else rule.unit_id,
            device=device,
            level=rule.level,
            state=AlarmState.SUPPRESSED,
            value=event.value if math.isfinite(event.value) else None,
        )
        for event, rule, device in reversed(happened)
    }
    if not missing:
        return {}
    found = _locked(missing)
    new = [alarm for identity, alarm in missing.items() if identity not in found]
    if new:
        Alarm.objects.bulk_create(new[::-1], batch_size=BATCH)
    return {**missing, **found}


def _locked(wanted: Collection[Identity]) -> dict[Identity, Alarm]:
    rows = Alarm.objects.select_for_update(of=("self",)).filter(
        rule__in={one[0] for one in wanted},
        subject_id__in={one[2] for one in wanted},
        raised_at__gte=min(one[3] for one in wanted),
    )
    by_identity = {(row.rule_id, row.subject_kind, row.subject_id, row.raised_at): row for row in rows}
    return {identity: row for identity, row in by_identity.items() if identity in wanted}


def _step(alarm: Alarm, event: AlarmEvent) -> AlarmStep:
    return AlarmStep(
        alarm=alarm,
        unit_id=alarm.unit_id,
        kind=STEPS[event.kind],
        at=moment(event.at),
        number=event.step,
        reason=event.reason,
    )


def _key(step: AlarmStep) -> tuple[object, ...]:
    """What makes a step the same one when it is said again."""
    return step.alarm_id, step.kind, step.at, step.number, step.reason


def _steps_of(alarms: Iterable[Alarm]) -> set[tuple[object, ...]]:
    return {_key(step) for step in AlarmStep.objects.filter(alarm__in=[alarm.pk for alarm in alarms])}


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


def _announcement(alarm: Alarm, event: AlarmEvent, rule: AlarmRule, device: Device | None) -> list[Event]:
    if event.kind is EventKind.RAISED:
        code = device.code if device else ""
        return [announced.AlarmRaised(alarm.pk, rule.key, alarm.level, alarm.unit_id, code)]
    if event.kind is EventKind.CLEARED and alarm.announced_at:
        return [announced.AlarmCleared(alarm.pk, rule.key, alarm.unit_id, False)]
    if event.kind is EventKind.ESCALATED and alarm.state == AlarmState.RAISED:
        return [announced.AlarmEscalated(alarm.pk, rule.key, alarm.level, alarm.unit_id, event.step)]
    return []


def subject_of(alarm: Alarm) -> Subject:
    """What the alarm is about, as the engine names it."""
    assert alarm.subject_kind in ("device", "area", "rule")
    return Subject(alarm.subject_kind, alarm.subject_id)  # type: ignore[arg-type]
