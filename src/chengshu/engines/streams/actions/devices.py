"""Devices and their groups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Device, DeviceGroup, DeviceState, Protocol, ThingModel
from chengshu.engines.streams.registering import circle, insist_on_parent, text_in, tidy_device
from chengshu.foundation.action import action
from chengshu.foundation.audit import changes
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit


@action(title=_("Register a device"), at=lambda *, unit, **_rest: unit.pk)
def register_device(
    *,
    unit: Unit,
    model: ThingModel,
    code: str,
    title: str,
    protocol: str = Protocol.MQTT,
    place: str = "",
    grid_code: str = "",
    longitude: Decimal | None = None,
    latitude: Decimal | None = None,
    installed_on: date | None = None,
    serves_until: date | None = None,
    is_simulated: bool = False,
    parent: Device | None = None,
) -> Device:
    """A device of ``unit``. It may speak once a credential is issued to it.

    :param longitude: degrees of CGCS2000; both or none
    :param parent: the device above, of the same unit or one above it
    :raises InvalidInput: naming the field that is wrong
    :raises Conflict: if there is one of this code
    """
    device = Device(
        unit=unit,
        model=model,
        code=code,
        title=title,
        protocol=protocol,
        place=place,
        grid_code=grid_code,
        longitude=longitude,
        latitude=latitude,
        installed_on=installed_on,
        serves_until=serves_until,
        is_simulated=is_simulated,
        parent=parent,
    )
    tidy_device(device)
    if parent is not None:
        insist_on_parent(device, parent)
    try:
        with transaction.atomic():  # the code may be that of a unit whose devices the asker does not see
            device.save()
    except IntegrityError as error:
        raise Conflict(
            _("There is a device “%(code)s” already.") % {"code": code},
            code="streams.device_exists",
            hint=_("Codes are unique in the whole district: choose another one."),
        ) from error
    return device


@action(title=_("Change a device"), at=lambda *, device, **_rest: device.unit_id)
def change_device(
    *,
    device: Device,
    title: str,
    place: str = "",
    grid_code: str = "",
    longitude: Decimal | None = None,
    latitude: Decimal | None = None,
    heartbeat_s: int | None = None,
) -> Device:
    """Correct what is written of a device.

    :param heartbeat_s: seconds between two messages of this one, where it is not as its thing model says
    :raises InvalidInput: naming the field that is wrong
    """
    if heartbeat_s is not None and not 1 <= heartbeat_s <= 366 * 86_400:
        raise InvalidInput(_("Whole seconds, at least %(least)s.") % {"least": 1}, field="heartbeat_s")
    device.title, device.place, device.grid_code = title, place, grid_code
    device.longitude, device.latitude, device.heartbeat_s = longitude, latitude, heartbeat_s
    tidy_device(device)
    device.save()
    return device


@action(title=_("Say what a device hangs on"), at=lambda *, device, **_rest: device.unit_id)
def set_parent(*, device: Device, parent: Device | None) -> Device:
    """The device above it: while that one is silent or in maintenance, alarms of this one go behind it.

    :param parent: of the same unit or of one above it; ``None`` for a device that hangs on none
    :raises InvalidInput: if it is of another unit, or the devices would hang on each other in a circle
    """
    device.parent = parent
    if parent is not None:
        insist_on_parent(device, parent)
    try:
        with transaction.atomic():  # the circle may go through devices that the asker does not see
            device.save()
    except IntegrityError as error:
        raise circle() from error
    return device


@action(title=_("Say how a device is"), at=lambda *, device, **_rest: device.unit_id)
def set_device_state(*, device: Device, state: str, reason: str) -> Device:
    """Faulty, in maintenance, in service again or taken out of it: a device out of service may not connect.

    :raises InvalidInput: if there is no such state, or the reason says nothing
    """
    if state not in DeviceState.values:
        raise InvalidInput(_("There is no such state."), field="state")
    if len(reason.strip()) < 2:
        raise InvalidInput(_("Say why."), field="reason", hint=_("A few words are kept in the audit chain."))
    if state == DeviceState.ACTIVE != device.state:
        device.in_service_since = timezone.now()
    device.state = state
    device.save()
    return device


@action(title=_("Hand a device over to another unit"), at=lambda *, device, **_rest: device.unit_id)
def move_device(*, device: Device, unit: Unit) -> Device:
    """The device and all that is known of it belong to ``unit`` from now on; it leaves its group.

    It goes on hanging on the device above it only if that one is of the new unit or one above it.

    The asker needs the power at both units: the database refuses the row otherwise.

    :raises Conflict: if it belongs there already, or devices below it would hang on one of another unit
    """
    if device.unit_id == unit.pk:
        raise Conflict(_("The device belongs to this unit already."), code="streams.same_unit")
    if device.children.exclude(unit__path__startswith=unit.path).exists():
        raise Conflict(
            _("Devices below it belong to units that are not below the new one."),
            code="streams.children_stay",
            hint=_("Hand them over first, or have them hang on another device."),
        )
    for table in ("credentials", "latest", "quarantined", "commands"):
        getattr(device, table).update(unit=unit)
    for name in ("twin", "presence"):
        row = getattr(device, name, None)
        if row is not None:
            type(row).objects.filter(pk=row.pk).update(unit=unit)
    device.unit, device.group = unit, None
    above = Device.objects.filter(pk=device.parent_id or 0).select_related("unit").first()
    if above is None or not unit.path.startswith(above.unit.path):
        device.parent = None
    device.save()
    return device


@action(title=_("Create a device group"), at=lambda *, unit, **_rest: unit.pk)
def create_group(*, unit: Unit, key: str, title: str) -> DeviceGroup:
    """A group for devices of ``unit``.

    :raises InvalidInput: if key or title is none
    :raises Conflict: if there is one of this key
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,59}", key):
        raise InvalidInput(
            _("This is no key."), field="key", hint=_("2 to 60 small letters, digits and hyphens.")
        )
    if DeviceGroup.objects.filter(key=key).exists():
        raise Conflict(_("There is a group of this key already."), code="streams.group_exists")
    group = DeviceGroup(unit=unit, key=key, title=text_in(title, "title", 100, needed=True))
    group.save()
    return group


@action(title=_("Put devices into a group"), at=lambda *, group, **_rest: group.unit_id)
def group_devices(*, group: DeviceGroup, codes: Iterable[str]) -> int:
    """Put devices of the group's own unit into it; says how many.

    :raises InvalidInput: naming the first code that is no device of the unit
    """
    wanted = sorted(set(codes))
    devices = list(Device.objects.filter(code__in=wanted, unit_id=group.unit_id))
    missing = sorted(set(wanted) - {device.code for device in devices})
    if missing:
        raise InvalidInput(
            _("“%(code)s” is no device of this unit.") % {"code": missing[0]},
            field="codes",
            data={"missing": missing[:100]},
        )
    for device in devices:
        device.group = group
    Device.objects.bulk_update(devices, ["group"], batch_size=1000)
    changes.record_many("change", devices)
    return len(devices)


@action(title=_("Rename a device group"), at=lambda *, group, **_rest: group.unit_id)
def rename_group(*, group: DeviceGroup, title: str) -> DeviceGroup:
    """Another title; the key stays, since rules and addresses name it.

    :raises InvalidInput: if it is empty or too long
    """
    group.title = text_in(title, "title", 100, needed=True)
    group.save()
    return group


@action(title=_("Take devices out of a group"), at=lambda *, group, **_rest: group.unit_id)
def ungroup_devices(*, group: DeviceGroup, codes: Iterable[str]) -> int:
    """Devices leave the group; says how many. Codes that are not in it are passed over."""
    devices = list(Device.objects.filter(code__in=set(codes), group=group))
    for device in devices:
        device.group = None
    Device.objects.bulk_update(devices, ["group"], batch_size=1000)
    changes.record_many("change", devices)
    return len(devices)
