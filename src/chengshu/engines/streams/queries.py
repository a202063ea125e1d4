"""Reading devices and what is known of them; row security shows each asker its own units' rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import (
    Command,
    Credential,
    Device,
    DeviceGroup,
    DeviceState,
    LatestValue,
    Quarantined,
    QuarantineState,
    ThingModel,
    ThingModelVersion,
    VersionState,
)
from chengshu.engines.streams.presence import NOTED_EVERY_S
from chengshu.engines.streams.things import Definition, Property, read_definition
from chengshu.foundation.errors import Conflict, InvalidInput, Missing

SHOWN_WITH_IT = ("model", "unit", "group", "presence", "twin", "parent__unit")
CREDENTIALS_OVER = 3
ONLINE_HEARTBEATS = 3
"""A device is online if it was heard within three of its heartbeats, or so much longer ago as noting it may take."""


def devices(
    *, words: str = "", model: str = "", group: str = "", state: str = "", presence: str = ""
) -> QuerySet[Device]:
    """Devices with their model, unit and presence.

    :param words: beginning of a code, or part of a title or place
    :param presence: ``online``, ``offline`` or ``never``
    """
    rows = Device.objects.select_related("model", "unit", "group", "presence", "parent")
    if words:
        rows = rows.filter(Q(code__istartswith=words) | Q(title__icontains=words) | Q(place__icontains=words))
    if model:
        rows = rows.filter(model__key=model)
    if group:
        rows = rows.filter(group__key=group)
    if state in DeviceState.values:
        rows = rows.filter(state=state)
    return _by_presence(rows, presence)


def _by_presence(rows: QuerySet[Device], presence: str) -> QuerySet[Device]:
    """Heartbeats are in the thing model's JSON, so that each model has its own limit."""
    if presence == "never":
        return rows.filter(presence=None)
    if presence not in ("online", "offline"):
        return rows
    online, now = Q(pk__in=()), timezone.now()
    for model_id, heartbeat_s in heartbeats().items():
        since = now - patience(heartbeat_s)
        online |= Q(model_id=model_id, heartbeat_s=None, presence__last_received__gte=since)
    for heartbeat_s in _own_heartbeats(rows):
        since = now - patience(heartbeat_s)
        online |= Q(heartbeat_s=heartbeat_s, presence__last_received__gte=since)
    return rows.filter(online) if presence == "online" else rows.exclude(online).exclude(presence=None)


def patience(heartbeat_s: int) -> timedelta:
    """So long a device may not have been heard and is online."""
    return timedelta(seconds=ONLINE_HEARTBEATS * heartbeat_s + NOTED_EVERY_S)


def _own_heartbeats(rows: QuerySet[Device]) -> list[int]:
    own = rows.exclude(heartbeat_s=None).order_by().values_list("heartbeat_s", flat=True).distinct()
    return [each for each in own if each is not None]


def heartbeats() -> dict[int, int]:
    """Seconds between messages, by the id of the thing model in use."""
    in_use = ThingModelVersion.objects.filter(state=VersionState.PUBLISHED)
    return {
        model_id: int(definition.get("heartbeat_s", 600))
        for model_id, definition in in_use.values_list("model_id", "definition")
    }


def is_online(device: Device, heartbeat_s: int, now: datetime) -> bool | None:
    """Whether a device was heard lately; None if it never was.

    :param heartbeat_s: of its thing model; its own goes before
    """
    presence = getattr(device, "presence", None)
    if presence is None:
        return None
    return bool(presence.last_received >= now - patience(device.heartbeat_s or heartbeat_s))


def device_by_code(code: str) -> Device:
    """One device.

    :raises Missing: if there is none that the asker may see
    """
    found = Device.objects.filter(code=code).select_related(*SHOWN_WITH_IT).first()
    if found is None:
        raise Missing(
            _("There is no device “%(code)s”, or you may not see it.") % {"code": code},
            code="streams.no_device",
            hint=_("Start from the list of devices."),
        )
    return found


def device_above(code: str) -> Device | None:
    """The device of a code that a form or the API names as the one above; none for an empty code.

    :raises InvalidInput: if there is none that the asker may see
    """
    if not code:
        return None
    found = Device.objects.filter(code=code).select_related("unit").first()
    if found is None:
        raise InvalidInput(
            _("There is no device “%(code)s”, or you may not see it.") % {"code": code}, field="parent"
        )
    return found


def thing_models() -> QuerySet[ThingModel]:
    """All thing models; how many devices each has is :func:`counted_models`' to say, for it looks at every device."""
    return ThingModel.objects.all()


def counted_models() -> QuerySet[ThingModel]:
    """All thing models with their units and ``device_count``."""
    return ThingModel.objects.select_related("unit").annotate(device_count=Count("devices"))


def thing_model(key: str) -> ThingModel:
    """One thing model.

    :raises Missing: if there is none
    """
    found = ThingModel.objects.filter(key=key).select_related("unit").first()
    if found is None:
        raise Missing(
            _("There is no thing model “%(key)s”.") % {"key": key},
            code="streams.no_model",
            hint=_("Start from the list of thing models."),
        )
    return found


def model_version(key: str, number: int) -> ThingModelVersion:
    """One version of a thing model.

    :raises Missing: if there is none that the asker may see
    """
    found = ThingModelVersion.objects.filter(model__key=key, number=number).select_related("model").first()
    if found is None:
        raise Missing(_("There is no such version."), code="streams.no_version")
    return found


def definition_in_use(model_id: int) -> Definition | None:
    """What a kind of device measures now; None while no version is in use."""
    row = ThingModelVersion.objects.filter(model=model_id, state=VersionState.PUBLISHED).first()
    return read_definition(row.definition) if row else None


def definition_of(device: Device) -> Definition:
    """What a device measures.

    :raises Conflict: if no version of its thing model is in use
    """
    found = definition_in_use(device.model_id)
    if found is None:
        raise Conflict(
            _("No version of the thing model is in use."),
            code="streams.no_version_in_use",
            hint=_("Have one put in use first."),
        )
    return found


def groups() -> QuerySet[DeviceGroup]:
    return DeviceGroup.objects.select_related("unit").annotate(device_count=Count("devices"))


def group_by_key(key: str) -> DeviceGroup:
    """One group.

    :raises Missing: if there is none that the asker may see
    """
    found = groups().filter(key=key).first()
    if found is None:
        raise Missing(
            _("There is no such device group, or you may not see it."),
            code="streams.no_group",
            hint=_("Start from the list of groups."),
        )
    return found


def metrics_in_use() -> dict[str, Property]:
    """Every property of the thing models in use, by its key; of several of one key the first model's."""
    in_use = ThingModelVersion.objects.filter(state=VersionState.PUBLISHED).order_by("model__title")
    found: dict[str, Property] = {}
    for source in in_use.values_list("definition", flat=True):
        for key, declared in read_definition(source).properties.items():
            found.setdefault(key, declared)
    return found


def latest_of(device: Device) -> dict[str, LatestValue]:
    """The newest value of each metric of a device."""
    return {row.metric: row for row in device.latest.order_by("metric")}


class Latest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A latest value without its row: ``at`` is the device's own time in milliseconds, words have no ``value``."""

    device: int
    metric: str
    at: int
    value: float | None
    text: str


_LATEST = msgspec.json.Decoder(list[Latest])
_LATEST_ROWS = """
SELECT coalesce(json_agg(json_build_array(device_id, metric, (extract(epoch FROM at) * 1000)::bigint,
    nullif(value, 'NaN'), text)), '[]')::text
FROM streams_latestvalue
WHERE (%(metric)s = '' OR metric = %(metric)s) AND (%(all)s OR device_id = ANY(%(devices)s::bigint[]))
"""
"""As one document: twenty thousand rows are read an order of magnitude sooner than row by row."""


def latest_values(metric: str = "", *, devices: Iterable[int] | None = None) -> list[Latest]:
    """Newest values of many devices at once.

    :param metric: all of them if empty
    :param devices: ids; every one that the asker may see if not given
    """
    with connection.cursor() as cursor:
        wanted = list(devices) if devices is not None else []
        cursor.execute(_LATEST_ROWS, {"metric": metric, "all": devices is None, "devices": wanted})
        return _LATEST.decode(cursor.fetchone()[0])


def commands_of(device: Device) -> QuerySet[Command]:
    return device.commands.select_related("requested_by")


def command_by_id(command_id: int) -> Command:
    """One command.

    :raises Missing: if there is none that the asker may see
    """
    found = Command.objects.filter(pk=command_id).select_related("device").first()
    if found is None:
        raise Missing(_("There is no such command, or you may not see it."), code="streams.no_command")
    return found


def credentials_of(device: Device) -> list[Credential]:
    """Those that hold, and the last few that do not, the newest first."""
    now = timezone.now()
    holding = device.credentials.filter(Q(valid_until=None) | Q(valid_until__gt=now))
    return [*holding, *device.credentials.filter(valid_until__lte=now)[:CREDENTIALS_OVER]]


def credential_by_id(device: Device, credential_id: int) -> Credential:
    """One credential of a device.

    :raises Missing: if it has none of this number
    """
    found = device.credentials.filter(pk=credential_id).first()
    if found is None:
        raise Missing(_("There is no such credential."), code="streams.no_credential")
    return found


def quarantined(*, state: str = QuarantineState.OPEN, reason: str = "") -> QuerySet[Quarantined]:
    """Messages that were not taken, newest first."""
    rows = Quarantined.objects.select_related("device")
    rows = rows.filter(state=state) if state in QuarantineState.values else rows
    return rows.filter(reason=reason) if reason else rows


def quarantined_by_id(message_id: int) -> Quarantined:
    """One quarantined message.

    :raises Missing: if there is none that the asker may see
    """
    found = Quarantined.objects.filter(pk=message_id).select_related("device").first()
    if found is None:
        raise Missing(_("There is no such message, or you may not see it."), code="streams.no_message")
    return found


def counts() -> Mapping[str, int]:
    """How many devices there are, are online, offline, were never heard, and how many messages wait."""
    total = Device.objects.count()
    online = _by_presence(Device.objects.all(), "online").count()
    never = Device.objects.filter(presence=None).count()
    return {
        "total": total,
        "online": online,
        "never": never,
        "offline": total - online - never,
        "quarantined": Quarantined.objects.filter(state=QuarantineState.OPEN).count(),
    }
