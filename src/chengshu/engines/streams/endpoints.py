"""Devices over HTTP: the registry, latest values, courses, commands, credentials, thing models."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isnan
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema, Status

from chengshu.engines.streams import actions, queries, series
from chengshu.engines.streams.columns.client import columns
from chengshu.engines.streams.models import Credential, Device
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.filters import Filters
from chengshu.foundation.http.idempotency import idempotent, told_once
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
from chengshu.foundation.orgs.queries import unit_by_id

router = Router()
DEVICE_FACTS = (
    "code",
    "title",
    "unit_id",
    "state",
    "protocol",
    "place",
    "grid_code",
    "longitude",
    "latitude",
    "is_simulated",
)
LONGEST_SPAN = timedelta(days=3660)


class DeviceOut(Schema):
    """One device; ``online`` is empty for one that was never heard, ``parent`` for one that hangs on none."""

    code: str
    title: str
    model: str
    parent: str
    unit_id: int
    state: str
    protocol: str
    place: str
    grid_code: str
    longitude: Decimal | None
    latitude: Decimal | None
    is_simulated: bool
    online: bool | None
    last_heard: datetime | None


class ValueOut(Schema):
    """The newest value of a metric by the device's own time; words are in ``text``, then ``value`` is empty."""

    metric: str
    at: datetime
    value: float | None
    text: str


class PointOut(Schema):
    """A step of a course."""

    start: datetime
    count: int
    mean: float
    least: float
    most: float
    last: float


class DeviceFilters(Filters):
    """What devices may be narrowed by."""

    search: str = Field("", description="beginning of a code, or part of a name or place")
    model: str = Field("", description="key of a thing model")
    presence: str = Field("", description="online, offline or never")
    state: str = Field("", description="active, faulty, maintenance or stopped")


class CourseQuery(Schema):
    """Which stretch of a series, in about how many steps."""

    metric: str
    since: datetime
    until: datetime
    points: int = Field(300, ge=1, le=series.MOST_POINTS)


class DeviceIn(Schema):
    """A device to register."""

    unit_id: int
    model: str
    code: str
    title: str
    protocol: str = "mqtt"
    place: str = ""
    grid_code: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    parent: str = Field("", description="code of the device above, of the same unit or one above it")


class ParentIn(Schema):
    """What a device hangs on."""

    parent: str = Field(description="code of the device above; empty if it hangs on none")


class CommandIn(Schema):
    """A command of the device's thing model."""

    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class CommandOut(Schema):
    """A command as it fares."""

    id: int
    name: str
    state: str
    requested_at: datetime
    expires_at: datetime


class CredentialOut(Schema):
    """A new secret; it is told this once."""

    client_id: str
    secret: str


class CertificateIn(Schema):
    """What a device shows at the TLS doors."""

    certificate: str = Field(description="PEM, or the SHA-256 of its DER in hexadecimal")


class AddressIn(Schema):
    """Where a device sends from."""

    address: str = Field(description="one IP address, which belongs to no other device")


class EndIn(Schema):
    """Why a credential no longer holds."""

    reason: str


class ProofOut(Schema):
    """A credential without its secret; ``valid_until`` is empty while it holds."""

    id: int
    kind: str
    shown: str
    issued_at: datetime
    valid_until: datetime | None


class ThingModelIn(Schema):
    """A new kind of device with its first version, a draft."""

    unit_id: int
    key: str
    title: str
    manufacturer: str = ""
    definition: dict[str, Any]


class ThingModelOut(Schema):
    """A version of a thing model."""

    key: str
    number: int
    state: str
    digest: str


@router.get(
    "/devices",
    response={200: PageOf[DeviceOut], **failures(401, 403, 422)},
    operation_id="list_devices",
    summary="Devices by code",
)
@door("streams.view")
def list_devices(
    request: HttpRequest, filters: Query[DeviceFilters], page: Query[PageQuery]
) -> dict[str, Any]:
    found = queries.devices(
        words=filters.search, model=filters.model, presence=filters.presence, state=filters.state
    )
    answer = paged(request, filters.applied(request, found), page, order=("code",))
    limits = queries.heartbeats()
    return {**answer, "items": [_device(each, limits) for each in answer["items"]]}


@router.post(
    "/devices",
    response={201: DeviceOut, **failures(401, 403, 404, 409, 422)},
    operation_id="register_device",
    summary="Register a device",
)
@door("streams.register_device")
@idempotent
def register_device(request: HttpRequest, given: DeviceIn) -> Status[DeviceOut]:
    facts = given.dict(exclude={"unit_id", "model", "parent"})
    device = actions.register_device(
        unit=unit_by_id(given.unit_id),
        model=queries.thing_model(given.model),
        parent=queries.device_above(given.parent),
        **facts,
    )
    return Status(201, _device(device, queries.heartbeats()))


@router.put(
    "/devices/{code}/parent",
    response={200: DeviceOut, **failures(401, 403, 404, 422)},
    operation_id="set_parent",
    summary="Say what a device hangs on",
)
@door("streams.set_parent")
@idempotent
def set_parent(request: HttpRequest, code: str, given: ParentIn) -> Status[DeviceOut]:
    device = actions.set_parent(
        device=queries.device_by_code(code), parent=queries.device_above(given.parent)
    )
    return Status(200, _device(device, queries.heartbeats()))


@router.get(
    "/devices/{code}",
    response={200: DeviceOut, **failures(401, 403, 404)},
    operation_id="get_device",
    summary="One device",
)
@door("streams.view")
def get_device(request: HttpRequest, code: str) -> DeviceOut:
    return _device(queries.device_by_code(code), queries.heartbeats())


@router.get(
    "/devices/{code}/values",
    response={200: list[ValueOut], **failures(401, 403, 404)},
    operation_id="get_latest_values",
    summary="The newest value of every metric",
)
@door("streams.view")
def get_latest_values(request: HttpRequest, code: str) -> list[ValueOut]:
    found = queries.latest_of(queries.device_by_code(code))
    return [
        ValueOut(metric=key, at=row.at, value=None if isnan(row.value) else row.value, text=row.text)
        for key, row in found.items()
    ]


@router.get(
    "/devices/{code}/course",
    response={200: list[PointOut], **failures(401, 403, 404, 422, 503)},
    operation_id="get_course",
    summary="The course of a metric in steps",
)
@door("streams.view")
def get_course(request: HttpRequest, code: str, asked: Query[CourseQuery]) -> list[PointOut]:
    device = queries.device_by_code(code)
    since, until = _aware(asked.since), _aware(asked.until)
    if not timedelta(0) < until - since <= LONGEST_SPAN or since.year < 1971:
        raise InvalidInput(_("The time must have a length, of ten years at most."), field="until")
    points = series.course(columns(), device.pk, asked.metric, since=since, until=until, points=asked.points)
    return [
        PointOut(
            start=each.start,
            count=each.count,
            mean=each.mean,
            least=each.least,
            most=each.most,
            last=each.last,
        )
        for each in points
    ]


@router.post(
    "/devices/{code}/commands",
    response={201: CommandOut, **failures(401, 403, 404, 409, 422)},
    operation_id="send_command",
    summary="Send a command to a device",
)
@door("streams.send_command")
@idempotent
def send_command(request: HttpRequest, code: str, given: CommandIn) -> Status[CommandOut]:
    command = actions.send_command(
        device=queries.device_by_code(code), name=given.name, parameters=given.parameters
    )
    return Status(
        201,
        CommandOut(
            id=command.pk,
            name=command.name,
            state=command.state,
            requested_at=command.requested_at,
            expires_at=command.expires_at,
        ),
    )


@router.post(
    "/devices/{code}/credentials",
    response={201: CredentialOut, **failures(401, 403, 404, 409)},
    operation_id="issue_credential",
    summary="Issue a credential; earlier ones hold for a day more",
)
@door("streams.issue_credential")
@told_once
def issue_credential(request: HttpRequest, code: str) -> Status[CredentialOut]:
    issued = actions.issue_credential(device=queries.device_by_code(code))
    return Status(201, CredentialOut(client_id=code, secret=issued.secret))


@router.post(
    "/devices/{code}/certificates",
    response={201: ProofOut, **failures(401, 403, 404, 409, 422)},
    operation_id="issue_certificate",
    summary="Let a client certificate stand for a device",
)
@door("streams.issue_certificate")
@idempotent
def issue_certificate(request: HttpRequest, code: str, given: CertificateIn) -> Status[ProofOut]:
    device = queries.device_by_code(code)
    return Status(
        201, _proof(actions.issue_certificate(device=device, certificate=given.certificate.strip()))
    )


@router.post(
    "/devices/{code}/addresses",
    response={201: ProofOut, **failures(401, 403, 404, 409, 422)},
    operation_id="issue_address",
    summary="Let a device send from a fixed address",
)
@door("streams.issue_address")
@idempotent
def issue_address(request: HttpRequest, code: str, given: AddressIn) -> Status[ProofOut]:
    device = queries.device_by_code(code)
    return Status(201, _proof(actions.issue_address(device=device, address=given.address.strip())))


@router.get(
    "/devices/{code}/credentials",
    response={200: list[ProofOut], **failures(401, 403, 404)},
    operation_id="list_credentials",
    summary="Credentials that hold, and the last few that do not",
)
@door("streams.issue_credential")
def list_credentials(request: HttpRequest, code: str) -> list[ProofOut]:
    return [_proof(each) for each in queries.credentials_of(queries.device_by_code(code))]


@router.post(
    "/devices/{code}/credentials/{credential_id}/end",
    response={200: ProofOut, **failures(401, 403, 404, 409, 422)},
    operation_id="end_credential",
    summary="End one credential of a device",
)
@door("streams.end_credential")
@idempotent
def end_credential(request: HttpRequest, code: str, credential_id: int, given: EndIn) -> Status[ProofOut]:
    credential = queries.credential_by_id(queries.device_by_code(code), credential_id)
    return Status(200, _proof(actions.end_credential(credential=credential, reason=given.reason.strip())))


@router.post(
    "/models",
    response={201: ThingModelOut, **failures(401, 403, 404, 409, 422)},
    operation_id="create_thing_model",
    summary="Create a thing model",
)
@door("streams.create_thing_model")
@idempotent
def create_thing_model(request: HttpRequest, given: ThingModelIn) -> Status[ThingModelOut]:
    version = actions.create_thing_model(unit=unit_by_id(given.unit_id), **given.dict(exclude={"unit_id"}))
    return Status(
        201,
        ThingModelOut(
            key=version.model.key, number=version.number, state=version.state, digest=version.digest
        ),
    )


def _proof(credential: Credential) -> ProofOut:
    return ProofOut(
        id=credential.pk,
        kind=credential.kind,
        shown=credential.shown,
        issued_at=credential.issued_at,
        valid_until=credential.valid_until,
    )


def _aware(moment: datetime) -> datetime:
    """A time without a zone is meant here."""
    return (moment if moment.tzinfo else timezone.make_aware(moment)).astimezone(UTC)


def _device(device: Device, limits: dict[int, int]) -> DeviceOut:
    heard = getattr(device, "presence", None)
    return DeviceOut(
        model=device.model.key,
        parent=device.parent.code if device.parent else "",
        online=queries.is_online(device, limits.get(device.model_id, 600), timezone.now()),
        last_heard=heard.last_received if heard else None,
        **{name: getattr(device, name) for name in DEVICE_FACTS},
    )
