"""What the pages of devices show: rows ready to be drawn, charts, facts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.streams import queries
from chengshu.engines.streams.models import CommandState, Device, DeviceState, LatestValue, Twin
from chengshu.engines.streams.series import Point, Quality
from chengshu.engines.streams.things import Definition, Kind, Property, allowed
from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Column, Option

STATE_TONES = {
    DeviceState.ACTIVE: "positive",
    DeviceState.FAULTY: "negative",
    DeviceState.MAINTENANCE: "caution",
    DeviceState.STOPPED: "neutral",
}
COMMAND_TONES = {
    CommandState.QUEUED: "info",
    CommandState.SENT: "info",
    CommandState.DONE: "positive",
    CommandState.FAILED: "negative",
    CommandState.EXPIRED: "caution",
    CommandState.CANCELLED: "neutral",
}
PRESENCE: Mapping[bool | None, tuple[str, Words]] = {
    True: ("positive", gettext_lazy("Online")),
    False: ("negative", gettext_lazy("Offline")),
    None: ("neutral", gettext_lazy("Never heard")),
}
COLUMNS = (
    Column("code", gettext_lazy("Device"), header=True),
    Column("model", gettext_lazy("Thing model")),
    Column("presence", gettext_lazy("Connection")),
    Column("state", gettext_lazy("State")),
    Column("last", gettext_lazy("Last heard"), kind="datetime"),
    Column("place", gettext_lazy("Place")),
    Column("unit", gettext_lazy("Unit")),
)


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One line of the list."""

    device: Device
    presence: bool | None
    last: datetime | None

    @property
    def presence_shown(self) -> tuple[str, Words]:
        return PRESENCE[self.presence]

    @property
    def state_tone(self) -> str:
        return STATE_TONES[DeviceState(self.device.state)]


def lines(devices: Sequence[Device]) -> list[DeviceLine]:
    """Devices with whether they are online now."""
    limits, now = queries.heartbeats(), timezone.now()
    found = []
    for device in devices:
        heard = getattr(device, "presence", None)
        online = queries.is_online(device, limits.get(device.model_id, 600), now)
        found.append(DeviceLine(device, online, heard.last_received if heard else None))
    return found


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One metric of a device, as it is now and how good its data are."""

    declared: Property
    latest: LatestValue | None
    quality: Quality | None
    is_stuck: bool

    @property
    def shown(self) -> str:
        return shown_value(self.declared, self.latest)

    @property
    def completeness(self) -> str:
        return f"{self.quality.completeness:.0%}" if self.quality and self.latest else "—"


def shown_value(declared: Property, latest: LatestValue | None) -> str:
    """A value with its unit, for people."""
    if latest is None:
        return "—"
    if math.isnan(latest.value):
        return str(latest.text)
    if declared.kind is Kind.BOOLEAN:
        return _("Yes") if latest.value else _("No")
    return f"{latest.value:,.10g} {declared.unit}".strip()


def values(
    definition: Definition, latest: Mapping[str, LatestValue], quality: Mapping[str, Quality]
) -> list[ValueLine]:
    """Every metric of the thing model; one that never came is there without a value."""
    return [
        ValueLine(declared, latest.get(key), quality.get(key), is_stuck(declared, latest.get(key)))
        for key, declared in definition.properties.items()
    ]


@dataclass(frozen=True, slots=True)
class DesiredLine:
    """One writable property: what it should be beside what the device says it is."""

    declared: Property
    desired: str
    reported: str
    verdict: tuple[str, Words]
    now: str
    """What the form begins with: the desired value, else the reported one."""

    @property
    def limits(self) -> Words:
        return allowed(self.declared)

    @property
    def choices(self) -> list[Option]:
        if self.declared.kind is Kind.BOOLEAN:
            return [Option("", _("As it is")), Option("1", _("Yes")), Option("0", _("No"))]
        return [Option("", _("As it is")), *(Option(word, word) for word in self.declared.options)]

    @property
    def field_kind(self) -> str:
        return "select" if self.declared.kind in (Kind.BOOLEAN, Kind.CHOICE) else "text"


def desired(definition: Definition | None, twin: Twin | None) -> list[DesiredLine]:
    """Every writable property of the thing model, with what the twin knows of it."""
    wanted: Mapping[str, Any] = twin.desired if twin else {}
    told: Mapping[str, Any] = twin.reported if twin else {}
    properties = definition.properties.values() if definition else ()
    return [_desired(each, wanted, told) for each in properties if each.is_writable]


def _desired(declared: Property, wanted: Mapping[str, Any], told: Mapping[str, Any]) -> DesiredLine:
    key = declared.key
    given = wanted.get(key, told.get(key))
    return DesiredLine(
        declared,
        _twin_value(declared, wanted.get(key)),
        _twin_value(declared, told.get(key)),
        _verdict(declared, wanted.get(key), told.get(key)),
        _typed_value(declared, given),
    )


def _typed_value(declared: Property, value: Any) -> str:
    if value is None:
        return ""
    if declared.kind is Kind.BOOLEAN:
        return "1" if value else "0"
    return f"{value:.12g}" if isinstance(value, int | float) else str(value)


def _twin_value(declared: Property, value: Any) -> str:
    if value is None:
        return "—"
    if declared.kind is Kind.BOOLEAN:
        return _("Yes") if value else _("No")
    return f"{value:,.10g} {declared.unit}".strip() if isinstance(value, int | float) else str(value)


def _verdict(declared: Property, wanted: Any, told: Any) -> tuple[str, Words]:
    """Booleans are reported as 1 and 0, so that values are held against each other and not their spelling."""
    if wanted is None:
        return "neutral", _("Not set from here")
    if told is None:
        return "caution", _("Not reported yet")
    if wanted == told:
        return "positive", _("As desired")
    if isinstance(wanted, int | float) and isinstance(told, int | float) and not isinstance(wanted, bool):
        return "negative", _("Differs by %(gap)s") % {
            "gap": f"{told - wanted:+,.10g} {declared.unit}".strip()
        }
    return "negative", _("Differs from it")


def is_stuck(declared: Property, latest: LatestValue | None) -> bool:
    """Whether a value has stood still longer than its thing model allows."""
    if latest is None or not declared.stuck_after_s:
        return False
    return (latest.at - latest.since).total_seconds() >= declared.stuck_after_s


def chart(declared: Property, points: Sequence[Point]) -> dict[str, Any] | None:
    """The course of a metric as the chart wants it."""
    if not points:
        return None
    times = [timezone.localtime(point.start).strftime("%m-%d %H:%M") for point in points]
    return {
        "kind": "line",
        "unit": declared.unit,
        "categories": times,
        "series": [
            {"name": _("Mean"), "values": [round(point.mean, 4) for point in points]},
            {"name": _("Greatest"), "values": [point.most for point in points], "dashed": True},
            {"name": _("Least"), "values": [point.least for point in points], "dashed": True},
        ],
    }


def facts(device: Device) -> list[tuple[Words, Any]]:
    """What is written of a device."""
    where = f"{device.longitude:f}, {device.latitude:f}" if device.longitude is not None else "—"
    return [
        (_("Thing model"), device.model.title),
        (_("Unit"), device.unit.shown_name),
        (_("Group"), device.group.title if device.group else "—"),
        (_("Protocol"), device.get_protocol_display()),
        (_("Place"), device.place or "—"),
        (_("Grid"), device.grid_code or "—"),
        (_("Longitude, latitude (CGCS2000)"), where),
        (_("Installed on"), device.installed_on or "—"),
        (_("Serves until"), device.serves_until or "—"),
    ]
