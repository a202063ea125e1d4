"""Defining, revising and retiring alarm rules; planning and calling off maintenance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Device, DeviceGroup, ThingModel
from chengshu.engines.streams.models_rules import (
    Alarm,
    AlarmLevel,
    AlarmRule,
    AlarmState,
    AlarmStep,
    AlarmStepKind,
    MaintenanceWindow,
)
from chengshu.engines.streams.queries import definition_in_use
from chengshu.engines.streams.rules.reading import faults_of, read_condition, write_condition
from chengshu.foundation.action import action
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit

LONGEST_WINDOW = timedelta(days=90)


@action(title=_("Define an alarm rule"), at=lambda *, unit, **_rest: unit.pk)
def define_rule(
    *,
    unit: Unit,
    key: str,
    title: str,
    level: int,
    condition: Mapping[str, Any],
    model: ThingModel | None = None,
    group: DeviceGroup | None = None,
    hides_children: bool = False,
    advice: str = "",
) -> AlarmRule:
    """A rule over the devices of ``unit`` and of the units below it, in force from now on.

    :param condition: as ``rules.reading`` takes it
    :param model: only devices of this kind; ``group``: only devices of this group
    :raises InvalidInput: naming the field that is wrong
    :raises Conflict: if a rule of this key was defined before
    """
    _refuse(mistakes_in_key(key))
    if AlarmRule.objects.filter(key=key).exists():
        raise Conflict(
            _("There is a rule of this key already."), code="streams.rule_exists", hint=_("Revise that one.")
        )
    rule = AlarmRule(
        unit=unit, key=key, model=model, group=group, hides_children=hides_children, defined_at=timezone.now()
    )
    return _written(rule, title, level, condition, advice)


@action(title=_("Revise an alarm rule"), at=lambda *, rule, **_rest: rule.unit_id)
def revise_rule(
    *,
    rule: AlarmRule,
    title: str,
    level: int,
    condition: Mapping[str, Any],
    advice: str = "",
    hides_children: bool | None = None,
) -> AlarmRule:
    """The next number of a rule takes the place of the one in force, whose open alarms are closed.

    :param hides_children: as before if not given
    :raises InvalidInput: naming the field that is wrong
    :raises Conflict: if it is not the number in force
    """
    retired = _retire(rule)
    following = _next_number(rule, retired.retired_at or timezone.now())
    following.hides_children = rule.hides_children if hides_children is None else hides_children
    return _written(following, title, level, condition, advice)


@action(title=_("Put an alarm rule back in force"), at=lambda *, rule, **_rest: rule.unit_id)
def resume_rule(*, rule: AlarmRule) -> AlarmRule:
    """A rule that was retired watches again, as its next number with the same text.

    :raises Conflict: if a number of it is in force, or this is not the last one
    :raises InvalidInput: if its thing model does not know the metric any more
    """
    last = AlarmRule.objects.select_for_update().filter(key=rule.key).order_by("-number").first()
    if last is None or last.pk != rule.pk or last.retired_at is None:
        raise Conflict(
            _("Only the last number of a retired rule is put back in force."),
            code="streams.rule_in_force",
            hint=_("Look at the rule again."),
        )
    following = _next_number(last, timezone.now())
    return _written(following, last.title, last.level, last.condition, last.advice)


def _next_number(rule: AlarmRule, defined_at: datetime) -> AlarmRule:
    return AlarmRule(
        unit_id=rule.unit_id,
        key=rule.key,
        number=rule.number + 1,
        model_id=rule.model_id,
        group_id=rule.group_id,
        hides_children=rule.hides_children,
        defined_at=defined_at,
    )


@action(title=_("Retire an alarm rule"), at=lambda *, rule, **_rest: rule.unit_id)
def retire_rule(*, rule: AlarmRule) -> AlarmRule:
    """A rule no longer watches; its open alarms are closed.

    :raises Conflict: if it is not the number in force
    """
    return _retire(rule)


def _written(rule: AlarmRule, title: str, level: int, condition: Mapping[str, Any], advice: str) -> AlarmRule:
    _refuse(mistakes_in_rule(title=title, level=level, condition=condition, model_id=rule.model_id))
    rule.title, rule.level = storable(title.strip()), level
    rule.condition = write_condition(read_condition(condition))
    rule.advice = storable(advice.strip()[:500])
    rule.save()
    return rule


def mistakes_in_key(key: str) -> list[InvalidInput]:
    if re.fullmatch(r"[a-z][a-z0-9-]{1,59}", key):
        return []
    hint = _("2 to 60 small letters, digits and hyphens.")
    return [InvalidInput(_("This is no key."), field="key", hint=hint)]


def mistakes_in_rule(
    *, title: str, level: int, condition: Mapping[str, Any], model_id: int | None
) -> list[InvalidInput]:
    """All that is wrong with what was typed of a rule, each with its field: what the actions refuse."""
    found: list[InvalidInput] = []
    if not 2 <= len(title.strip()) <= 100:
        found.append(InvalidInput(_("2 to 100 characters."), field="title"))
    if level not in AlarmLevel.values:
        found.append(InvalidInput(_("There is no such level."), field="level"))
    found += faults_of(condition)
    definition = definition_in_use(model_id) if model_id else None
    metric = condition.get("metric")
    if definition is not None and metric and metric not in definition.properties:
        found.append(
            InvalidInput(
                _("The thing model does not know this metric."),
                field="metric",
                hint=_("Choose one of its properties, or another thing model."),
            )
        )
    return found


def _refuse(mistakes: list[InvalidInput]) -> None:
    if mistakes:
        raise mistakes[0]


def _retire(rule: AlarmRule) -> AlarmRule:
    current = AlarmRule.objects.select_for_update().get(pk=rule.pk)
    if current.retired_at is not None:
        raise Conflict(_("This number of the rule is retired already."), code="streams.rule_retired")
    now = timezone.now()
    for alarm in Alarm.objects.filter(rule=current).exclude(state=AlarmState.CLOSED):
        alarm.state, alarm.cleared_at = AlarmState.CLOSED, alarm.cleared_at or now
        alarm.save()
        AlarmStep.objects.create(alarm=alarm, unit_id=alarm.unit_id, kind=AlarmStepKind.RETIRED, at=now)
    current.retired_at = now
    current.save()
    return current


@action(title=_("Plan maintenance"), at=lambda *, unit, **_rest: unit.pk)
def plan_maintenance(
    *,
    unit: Unit,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    device: Device | None = None,
    group: DeviceGroup | None = None,
) -> MaintenanceWindow:
    """Alarms that come up between the two moments are suppressed: of a device, a group, or all of the unit.

    :raises InvalidInput: naming the field that is wrong
    """
    if not 2 <= len(title.strip()) <= 100:
        raise InvalidInput(_("2 to 100 characters."), field="title")
    if not starts_at < ends_at <= starts_at + LONGEST_WINDOW:
        raise InvalidInput(
            _("It must end after it starts, within 90 days."), field="ends_at", hint=_("Check the dates.")
        )
    if ends_at <= timezone.now():
        raise InvalidInput(_("It is over already."), field="ends_at")
    if (device and device.unit_id != unit.pk) or (group and group.unit_id != unit.pk):
        raise InvalidInput(_("It is not of this unit."), field="device" if device else "group")
    window = MaintenanceWindow(
        unit=unit,
        title=storable(title.strip()),
        starts_at=starts_at,
        ends_at=ends_at,
        device=device,
        group=group,
    )
    window.save()
    return window


@action(title=_("Call maintenance off"), at=lambda *, window, **_rest: window.unit_id)
def call_off_maintenance(*, window: MaintenanceWindow) -> MaintenanceWindow:
    """From now on the window suppresses nothing.

    :raises Conflict: if it is over or called off already
    """
    window = MaintenanceWindow.objects.select_for_update().get(pk=window.pk)
    if window.called_off_at or window.ends_at <= timezone.now():
        raise Conflict(_("It is over already."), code="streams.maintenance_over")
    window.called_off_at = timezone.now()
    window.save()
    return window
