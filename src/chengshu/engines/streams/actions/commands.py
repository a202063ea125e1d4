"""Telling a device to do something, and setting what its twin should be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Command, CommandState, Device, DeviceState, Twin
from chengshu.engines.streams.queries import definition_of
from chengshu.engines.streams.things import CommandKind, Property, ValueFate, allowed, value_of
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput

DESIRED = "set_properties"
"""The command that carries what a twin should be; every device with writable properties takes it."""
DESIRED_EXPIRES_S = 86_400


@action(title=_("Send a command to a device"), at=lambda *, device, **_rest: device.unit_id)
def send_command(*, device: Device, name: str, parameters: Mapping[str, Any] | None = None) -> Command:
    """Queue a command of the device's thing model; it expires if the device does not come for it in time.

    :raises InvalidInput: if the model has no such command, or a parameter is missing, unknown or wrong
    :raises Conflict: if the device is out of service
    """
    kind = definition_of(device).commands.get(name)
    if kind is None:
        raise InvalidInput(_("The thing model knows no such command."), field="name")
    given = dict(parameters or {})
    _insist_on_parameters(kind, given)
    return _queued(device, name, given, kind.expires_s)


def _insist_on_parameters(kind: CommandKind, given: Mapping[str, Any]) -> None:
    declared = {each.key: each for each in kind.parameters}
    for name in sorted(declared.keys() ^ given.keys()):
        raise InvalidInput(
            _("The parameter “%(name)s” is missing or unknown.") % {"name": name},
            field=f"parameters.{name}",
            hint=_("The command takes exactly: %(names)s.") % {"names": ", ".join(declared) or "—"},
        )
    _insist_on_values(declared, given, "parameters")


def _insist_on_values(declared: Mapping[str, Property], given: Mapping[str, Any], field: str) -> None:
    for name, value in given.items():
        if isinstance(value_of(declared[name], value), ValueFate):
            raise InvalidInput(
                _("“%(title)s” cannot have this value.") % {"title": declared[name].title},
                field=f"{field}.{name}",
                hint=allowed(declared[name]) or _("The thing model says what it may be."),
            )


@action(title=_("Set what a device should be"), at=lambda *, device, **_rest: device.unit_id)
def set_desired(*, device: Device, values: Mapping[str, Any]) -> Twin:
    """Wish writable properties to have values: kept in the twin, and sent to the device as a command.

    :raises InvalidInput: if a property is unknown, not writable, or cannot have this value
    :raises Conflict: if the device is out of service
    """
    declared = definition_of(device).properties
    for name in sorted(values):
        if name not in declared or not declared[name].is_writable:
            raise InvalidInput(
                _("The property “%(name)s” cannot be set.") % {"name": name}, field=f"values.{name}"
            )
    if not values:
        raise InvalidInput(_("Name at least one property."), field="values")
    _insist_on_values(declared, values, "values")
    twin = Twin.objects.filter(device=device).first() or Twin(device=device, unit_id=device.unit_id)
    twin.desired = {**twin.desired, **values}
    twin.desired_at = timezone.now()
    twin.save()
    _queued(device, DESIRED, dict(values), DESIRED_EXPIRES_S)
    return twin


def _queued(device: Device, name: str, parameters: dict[str, Any], expires_s: int) -> Command:
    if device.state == DeviceState.STOPPED:
        raise Conflict(
            _("The device is out of service."),
            code="streams.device_stopped",
            hint=_("Put it in service first."),
        )
    now: datetime = timezone.now()
    command = Command(
        device=device,
        unit_id=device.unit_id,
        name=name,
        parameters=parameters,
        requested_by_id=current_asker().account_id,
        requested_at=now,
        expires_at=now + timedelta(seconds=expires_s),
    )
    command.save()
    return command


@action(title=_("Call a command off"), at=lambda *, command, **_rest: command.unit_id)
def cancel_command(*, command: Command) -> Command:
    """Take back a command that no device has been sent yet.

    :raises Conflict: if it is no longer waiting
    """
    command = Command.objects.select_for_update().get(pk=command.pk)
    if command.state != CommandState.QUEUED:
        raise Conflict(
            _("The command is no longer waiting."),
            code="streams.command_state",
            hint=_("Send another one that undoes it."),
        )
    command.state, command.ended_at = CommandState.CANCELLED, timezone.now()
    command.save()
    return command
