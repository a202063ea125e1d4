"""What the cockpit itself brings from the devices engine: the alarms that wait, and how the devices are."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.api import CONDITIONS, alarm_lines, alarm_mark, conditions
from chengshu.hub.cockpit.data import Feed, Figure, Happening, Panel
from chengshu.hub.cockpit.registry import register_feeds, register_panels

LASTING_S = 60
"""Devices fall silent without anything being written, so their counts are looked at anew every minute."""


def _alarms(most: int) -> Sequence[Happening]:
    return [
        Happening(
            title=one.title,
            when=one.raised_at,
            href=one.url,
            note=" · ".join(part for part in (one.device, one.place, one.unit, str(one.state)) if part),
            grade=one.level,
            tone=one.tone,
            simulated=one.simulated,
        )
        for one in alarm_lines(most)
    ]


def _devices() -> Sequence[Figure]:
    counted = conditions()
    total = sum(one.devices for one in counted)
    placed = sum(one.placed for one in counted)
    figures = [
        Figure(_("Devices"), total, href=reverse("streams:devices")),
        *(
            Figure(CONDITIONS[one.condition][0], one.devices, tone=CONDITIONS[one.condition][1])
            for one in counted
        ),
        Figure(_("Without a place"), total - placed),
    ]
    simulated = sum(one.devices for one in counted if one.simulated)
    return [*figures, Figure(_("Groups with simulated devices"), simulated)] if simulated else figures


register_feeds(
    Feed(
        name="streams.alarms",
        title=_("Alarms that wait"),
        permission="streams.view",
        mark=alarm_mark,
        read=_alarms,
        href=lambda: reverse("streams:alarms"),
    )
)
register_panels(
    Panel(
        name="streams.devices",
        title=_("Devices by condition"),
        permission="streams.view",
        mark=lambda: f"{alarm_mark()}/{int(timezone.now().timestamp()) // LASTING_S}",
        read=_devices,
        href=lambda: reverse("streams:devices"),
    )
)
