"""Devices as points of a map, all at once and compact, and one point in words. Row security decides which there are.

A point is seventeen bytes, big-endian: the device's id (8), longitude and latitude in ten-millionths of a degree of
CGCS2000 (4 and 4), and its condition (1). PostgreSQL writes them; twenty thousand pass through Python as one value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.db import connection
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Device
from chengshu.engines.streams.models_rules import Alarm, AlarmLevel, AlarmState, AlarmStep
from chengshu.engines.streams.presence import NOTED_EVERY_S
from chengshu.engines.streams.queries import ONLINE_HEARTBEATS, heartbeats
from chengshu.engines.streams.showing_alarms import LEVEL_TONES, STATE_TONES, subject
from chengshu.foundation.errors import Missing, Words

POINT_BYTES = 17
SIMULATED = 128
"""Added to the condition of a device that is made up."""


class Condition(IntEnum):
    """What is worth a colour: the gravest open alarm, else what people say of it, else whether it is heard."""

    ONLINE = 0
    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4
    FAULTY = 5
    MAINTENANCE = 6
    STOPPED = 7
    OFFLINE = 8
    NEVER = 9


CONDITIONS: dict[Condition, tuple[Words, str]] = {
    Condition.ONLINE: (_("Online"), "positive"),
    Condition.RED: (_("Level I (red)"), "negative"),
    Condition.ORANGE: (_("Level II (orange)"), "grave"),
    Condition.YELLOW: (_("Level III (yellow)"), "caution"),
    Condition.BLUE: (_("Level IV (blue)"), "info"),
    Condition.FAULTY: (_("Faulty"), "negative"),
    Condition.MAINTENANCE: (_("In maintenance"), "neutral"),
    Condition.STOPPED: (_("Taken out of service"), "neutral"),
    Condition.OFFLINE: (_("Offline"), "neutral"),
    Condition.NEVER: (_("Never heard"), "neutral"),
}

_CONDITION = """
    CASE WHEN open_alarm.level IS NOT NULL THEN open_alarm.level
         WHEN device.state = 'faulty' THEN 5
         WHEN device.state = 'maintenance' THEN 6
         WHEN device.state = 'stopped' THEN 7
         WHEN presence.last_received IS NULL THEN 9
         WHEN presence.last_received < %(now)s - make_interval(
             secs => %(noted)s + %(patience)s * coalesce(device.heartbeat_s, beat.seconds, %(usual)s)) THEN 8
         ELSE 0 END
"""
_FROM = f"""
    FROM streams_device device
    LEFT JOIN streams_presence presence ON presence.device_id = device.id
    LEFT JOIN unnest(%(models)s::bigint[], %(beats)s::int[]) AS beat (model_id, seconds)
        ON beat.model_id = device.model_id
    LEFT JOIN (
        SELECT device_id, min(level) AS level FROM streams_alarm
        WHERE state IN ('{AlarmState.RAISED}', '{AlarmState.ACKNOWLEDGED}') GROUP BY device_id
    ) AS open_alarm ON open_alarm.device_id = device.id
"""
_POINTS = f"""
    SELECT string_agg(int8send(point.id) || int4send((point.longitude * 10000000)::int)
        || int4send((point.latitude * 10000000)::int) || set_byte('\\x00'::bytea, 0, point.condition), ''
        ORDER BY point.id)
    FROM (SELECT device.id, device.longitude, device.latitude,
          {_CONDITION} + CASE WHEN device.is_simulated THEN {SIMULATED} ELSE 0 END AS condition
          {_FROM} WHERE device.longitude IS NOT NULL) AS point
"""
_COUNTS = f"""
    SELECT {_CONDITION} AS condition, count(*), bool_or(device.is_simulated), count(device.longitude)
    {_FROM} GROUP BY 1
"""
USUAL_HEARTBEAT_S = 600
"""Of a thing model that does not say."""


def points() -> bytes:
    """Every device with a place, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_POINTS, _asked())
        return bytes(cursor.fetchone()[0] or b"")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many devices are in one condition; ``placed`` of them stand on the map."""

    condition: Condition
    devices: int
    simulated: bool
    placed: int


def conditions() -> list[Counted]:
    """How many devices there are in each condition, online first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, _asked())
        found = [Counted(Condition(row[0]), row[1], row[2], row[3]) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: one.condition)


def _asked() -> dict[str, Any]:
    known = heartbeats()
    return {
        "now": timezone.now(),
        "patience": ONLINE_HEARTBEATS,
        "noted": NOTED_EVERY_S,
        "usual": USUAL_HEARTBEAT_S,
        "models": list(known),
        "beats": list(known.values()),
    }


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm as a list of events shows it."""

    id: int
    title: str
    place: str
    device: str
    unit: str
    url: str
    level: Words
    tone: str
    state: Words
    state_tone: str
    raised_at: datetime
    simulated: bool


def alarm_lines(most: int = 20, device: Device | None = None) -> list[AlarmLine]:
    """Alarms that wait for somebody, the gravest first, then the newest."""
    rows = Alarm.objects.filter(state__in=(AlarmState.RAISED, AlarmState.ACKNOWLEDGED, AlarmState.CLEARED))
    if device is not None:
        rows = rows.filter(device=device)
    rows = rows.select_related("rule", "device", "unit").order_by("level", "-raised_at", "-id")
    return [_line(alarm) for alarm in rows[:most]]


def _line(alarm: Alarm) -> AlarmLine:
    state = AlarmState(alarm.state)
    return AlarmLine(
        id=alarm.pk,
        title=alarm.rule.title,
        place=alarm.device.place if alarm.device else "",
        device=str(subject(alarm)),
        unit=alarm.unit.shown_name,
        url=reverse("streams:alarm", args=[alarm.pk]),
        level=AlarmLevel(alarm.level).label,
        tone={2: "grave"}.get(alarm.level, LEVEL_TONES[alarm.level]),
        state=state.label,
        state_tone=STATE_TONES[state],
        raised_at=alarm.raised_at,
        simulated=bool(alarm.device and alarm.device.is_simulated),
    )


def alarm_mark() -> str:
    """Another text whenever something happened to an alarm that the asker may see."""
    return str(AlarmStep.objects.aggregate(last=Max("id"))["last"] or "")


@dataclass(frozen=True, slots=True)
class DevicePoint:
    """One device behind a point of the map."""

    code: str
    title: str
    place: str
    unit: str
    url: str
    condition: Words
    tone: str
    simulated: bool
    last_received: datetime | None
    alarms: tuple[AlarmLine, ...]


def device_point(device_id: int) -> DevicePoint:
    """One device in words.

    :raises Missing: if there is none that the asker may see
    """
    device = Device.objects.select_related("unit", "presence").filter(pk=device_id).first()
    if device is None:
        raise Missing(_("There is no such device, or you may not see it."), code="streams.no_device")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_CONDITION} {_FROM} WHERE device.id = %(id)s", {**_asked(), "id": device.pk})
        condition, tone = CONDITIONS[Condition(cursor.fetchone()[0])]
    presence = getattr(device, "presence", None)
    return DevicePoint(
        code=device.code,
        title=device.title,
        place=device.place,
        unit=device.unit.shown_name,
        url=reverse("streams:device", args=[device.code]),
        condition=condition,
        tone=tone,
        simulated=device.is_simulated,
        last_received=presence.last_received if presence else None,
        alarms=tuple(alarm_lines(5, device)),
    )
