"""Devices to test with."""

from __future__ import annotations

from typing import Any

from chengshu.engines.streams import actions
from chengshu.engines.streams.models import Device, ThingModel, ThingModelVersion
from chengshu.foundation.orgs.models import Unit

DEFINITION: dict[str, Any] = {
    "heartbeat_s": 60,
    "properties": [
        {"key": "level", "title": "水位", "kind": "number", "unit": "m", "least": -2, "most": 8},
        {"key": "battery", "title": "电量", "kind": "integer", "unit": "%", "least": 0, "most": 100},
        {"key": "flooded", "title": "浸水", "kind": "boolean"},
        {"key": "mode", "title": "模式", "kind": "choice", "options": ["auto", "manual"], "writable": True},
        {
            "key": "interval",
            "title": "上报间隔",
            "kind": "integer",
            "unit": "s",
            "least": 1,
            "writable": True,
        },
    ],
    "events": [{"key": "opened", "title": "箱门打开"}],
    "commands": [
        {"key": "reboot", "title": "重启"},
        {
            "key": "pump",
            "title": "启停水泵",
            "expires_s": 60,
            "parameters": [{"key": "on", "title": "开启", "kind": "boolean"}],
        },
    ],
}


def unit(key: str = "service-centre") -> Unit:
    return Unit.objects.get(key=key)


def water_level(unit_key: str = "data-bureau", key: str = "water-level") -> ThingModel:
    """A thing model in use."""
    version: ThingModelVersion = actions.create_thing_model(
        unit=unit(unit_key), key=key, title="水位计", definition=DEFINITION
    )
    return actions.publish_model_version(version=version).model


def a_device(code: str = "WL-1", unit_key: str = "service-centre", **facts: Any) -> Device:
    model = ThingModel.objects.filter(key="water-level").first() or water_level()
    return actions.register_device(
        unit=unit(unit_key), model=model, code=code, title=facts.pop("title", "涵洞水位计"), **facts
    )
