"""Devices to knock at: in each of three units one with a thing model, an alarm, and a message in quarantine."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

from chengshu.engines.streams import actions
from chengshu.engines.streams.models import (
    Command,
    LatestValue,
    Presence,
    Quarantined,
    QuarantineReason,
    Twin,
)
from chengshu.engines.streams.models_rules import Alarm, AlarmState, AlarmStep, AlarmStepKind
from chengshu.engines.streams.tests.builders import DEFINITION
from chengshu.foundation.orgs.models import Unit
from tests.contracts.district import District

CONDITION = {"kind": "threshold", "metric": "level", "compare": "above", "limit": 5}


def make_streams(district: District, units: tuple[str, ...]) -> dict[str, dict[str, models.Model]]:
    """Rows of the engine by table and unit: what people make through actions, what machines write as they would."""
    made: dict[str, dict[str, models.Model]] = {}
    for key in units:
        for row in _one_device(district.units[key]):
            made.setdefault(row._meta.db_table, {})[key] = row
    return made


def _one_device(unit: Unit) -> list[models.Model]:
    version = actions.create_thing_model(
        unit=unit, key=f"gauge-{unit.key}", title="水位计", definition=DEFINITION
    )
    model = actions.publish_model_version(version=version).model
    draft = actions.save_model_version(model=model, definition=DEFINITION)
    group = actions.create_group(unit=unit, key=f"culverts-{unit.key}", title="涵洞")
    device = actions.register_device(unit=unit, model=model, code=f"WL-{unit.key}", title="涵洞水位计")
    actions.group_devices(group=group, codes=[device.code])
    actions.issue_credential(device=device)
    now = timezone.now()
    window = actions.plan_maintenance(
        unit=unit, title="清淤", starts_at=now, ends_at=now + timedelta(hours=2), device=device
    )
    rule = actions.define_rule(
        unit=unit, key=f"high-{unit.key}", title="水位高", level=2, condition=CONDITION, model=model
    )
    alarm = Alarm(
        rule=rule,
        unit=unit,
        subject_kind="device",
        subject_id=device.pk,
        device=device,
        level=rule.level,
        state=AlarmState.RAISED,
        value=5.5,
        raised_at=now,
        announced_at=now,
    )
    Alarm.objects.bulk_create([alarm])
    written = [
        AlarmStep(alarm=alarm, unit=unit, kind=AlarmStepKind.RAISED, at=now),
        LatestValue(device=device, unit=unit, metric="level", at=now, value=5.5, received=now, since=now),
        Presence(device=device, unit=unit, last_received=now, last_at=now, accepted=1),
        Twin(device=device, unit=unit, reported={"mode": "auto"}, reported_at=now),
        Command(
            device=device, unit=unit, name="reboot", requested_at=now, expires_at=now + timedelta(hours=1)
        ),
        Quarantined(
            device=device,
            unit=unit,
            stream=f"sample-{unit.key}",
            position=0,
            received=now,
            channel="mqtt",
            name="up/properties",
            payload=b"{",
            reason=QuarantineReason.UNDECODABLE,
        ),
    ]
    for row in written:
        type(row)._default_manager.bulk_create([row])
    return [draft, group, device, window, rule, alarm, *written]
