"""What devices tell links: what happened to an alarm, in words, and where it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models_rules import Alarm
from chengshu.foundation.events.offers import Fact, describe_event, ship_links, show_things


def about_alarm(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Rule, device and value of the alarm that an event names; None if the asker may not see it."""
    found = Alarm.objects.select_related("rule", "device").filter(pk=facts["alarm"]).first()
    if found is None:
        return None
    device = found.device
    return {
        "rule_title": found.rule.title,
        "advice": found.rule.advice,
        "level_title": str(found.get_level_display()),
        "device_title": device.title if device else "",
        "device_code": device.code if device else "",
        "place": device.place if device else "",
        "value": found.value,
        "simulated": bool(device and device.is_simulated),
    }


_OF_ALARM = (
    Fact("rule_title", "string", _("Rule")),
    Fact("advice", "string", _("What to do first")),
    Fact("level_title", "string", _("Level in words")),
    Fact("device_title", "string", _("Name of the device")),
    Fact("device_code", "string", _("Code of the device")),
    Fact("place", "string", _("Place")),
    Fact("value", "number", _("Value that raised it")),
    Fact("simulated", "boolean", _("Made up")),
)
_OWN = {"alarm": _("Alarm (id)"), "rule": _("Key of the rule"), "unit": _("Unit concerned (id)")}
_LEVEL = {"level": _("Level, 1 the gravest")}

for _name, _title, _more in (
    ("AlarmRaised", _("An alarm was raised"), {**_LEVEL, "device": _("Code of the device")}),
    ("AlarmEscalated", _("An alarm was not acknowledged in time"), {**_LEVEL, "step": _("Step, from 1")}),
    ("AlarmAcknowledged", _("An alarm was acknowledged"), {}),
    ("AlarmCleared", _("An alarm ended"), {"by_hand": _("Ended by hand")}),
):
    describe_event(f"streams.{_name}", _title, titles={**_OWN, **_more}, adds=_OF_ALARM, about=about_alarm)

describe_event(
    "streams.CommandExpired",
    _("A command to a device expired"),
    titles={
        "command": _("Command (id)"),
        "kind": _("Key of the command"),
        "device": _("Code of the device"),
        "unit": _("Unit concerned (id)"),
        "sent": _("Was sent to the device"),
    },
)

show_things("alarm", lambda alarm_id: reverse("streams:alarm", args=[alarm_id]))
ship_links()
