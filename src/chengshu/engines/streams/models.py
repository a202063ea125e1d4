"""Thing models with their versions, devices, groups, credentials, twins, latest values, quarantine, commands.

What a machine writes (latest values, presence, quarantine, what a twin reported, how a command fared) is written
outside actions by the pump and the gateway, inside ``machine.as_machine``; row policies let nothing else do it.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("In use")
    RETIRED = "retired", _("Retired")


class DeviceState(models.TextChoices):
    """What people say of a device; whether it is online is what it says itself."""

    ACTIVE = "active", _("In service")
    FAULTY = "faulty", _("Faulty")
    MAINTENANCE = "maintenance", _("In maintenance")
    STOPPED = "stopped", _("Taken out of service")


class Protocol(models.TextChoices):
    MQTT = "mqtt", _("MQTT")
    HTTP = "http", _("By HTTP")
    SYSLOG = "syslog", _("Syslog")


class CommandState(models.TextChoices):
    QUEUED = "queued", _("Waiting for the device")
    SENT = "sent", _("Sent")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Called off")


class CredentialKind(models.TextChoices):
    """What a device shows: something it knows, something it holds, or where it sends from."""

    SECRET = "secret", _("Secret")
    CERTIFICATE = "certificate", _("Client certificate")
    ADDRESS = "address", _("Fixed address")


PROOFS = (CredentialKind.CERTIFICATE, CredentialKind.ADDRESS)
"""Kinds that hold by what the network vouches for; their ``salt`` is the kind."""


class QuarantineReason(models.TextChoices):
    """The fates that keep a message out of the store until somebody has looked at it."""

    UNDECODABLE = "undecodable", _("Cannot be read")
    UNKNOWN_METRIC = "unknown_metric", _("The thing model does not know it")
    UNREADABLE_VALUE = "unreadable", _("A value of the wrong kind")
    OUT_OF_RANGE = "out_of_range", _("Out of range")
    SKEWED = "skewed", _("The device's clock is wrong")
    UNKNOWN_DEVICE = "unknown_device", _("Of an unknown device")


class QuarantineState(models.TextChoices):
    OPEN = "open", _("To be looked at")
    DISMISSED = "dismissed", _("Dismissed")
    TAKEN = "taken", _("Taken in after all")


class ThingModel(Recorded):
    """A kind of device by its key; what it measures is in its versions."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    manufacturer = models.CharField(max_length=100, blank=True)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("thing model")
        ordering = ["title", "key"]

    def __str__(self) -> str:
        return self.title


class ThingModelVersion(Recorded):
    """One version of a thing model. Its definition is never changed: a trigger refuses it."""

    model = models.ForeignKey(ThingModel, on_delete=models.PROTECT, related_name="versions")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("version of a thing model")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="streams_version_once"),
            models.UniqueConstraint(
                fields=["model"], condition=Q(state="published"), name="streams_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id}/{self.number}"


class DeviceGroup(Recorded):
    """Devices of a unit that are looked at together."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("device group")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Device(Recorded):
    """A device: an instance of a thing model at a place, owned by a unit.

    ``code`` is its client id and is printed on its label. Longitude and latitude are degrees of CGCS2000
    (EPSG:4490). ``is_simulated`` marks devices that are made up: every number they enter is marked with them.
    """

    code = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    model = models.ForeignKey(ThingModel, on_delete=models.PROTECT, related_name="devices")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(DeviceGroup, on_delete=models.SET_NULL, null=True, related_name="devices")
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="children")
    """The device above: what this one hangs on, such as its gateway or power supply. A trigger refuses circles."""
    state = models.CharField(max_length=12, choices=DeviceState.choices, default=DeviceState.ACTIVE)
    in_service_since = models.DateTimeField(null=True)
    """Since when it has been put in service again; empty for one that has been since it was registered."""
    protocol = models.CharField(max_length=10, choices=Protocol.choices, default=Protocol.MQTT)
    place = models.CharField(max_length=200, blank=True)
    grid_code = models.CharField(max_length=30, blank=True)
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    installed_on = models.DateField(null=True)
    serves_until = models.DateField(null=True)
    heartbeat_s = models.PositiveIntegerField(null=True)
    """Overrides that of the thing model."""
    is_simulated = models.BooleanField(default=False)
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("device")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(longitude=None, latitude=None)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="streams_device_place",
            ),
        ]
        indexes = [models.Index(fields=["unit", "code"], name="streams_device_unit")]

    def __str__(self) -> str:
        return self.code


class Credential(Recorded):
    """A secret of a device, as its digest: SHA-256 over ``salt`` and the secret, which is 32 random bytes.

    A client certificate has ``certificate`` as its salt and the SHA-256 of its DER as its digest; a fixed address
    has ``address`` and the SHA-256 of its text. Either stands for one device only.

    Several may hold at a time, so that a device can change over. The gateway caches them; a trigger sends
    ``NOTIFY streams_credentials`` after every change.
    """

    secret_fields: ClassVar[frozenset[str]] = frozenset({"salt", "digest"})

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="credentials")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    """Until when; without a limit if empty."""
    shown = models.CharField(max_length=300, blank=True)
    """What people know it by: the name in a certificate with its end, or the address."""

    class Meta:
        verbose_name = _("credential of a device")
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["salt", "digest"],
                condition=Q(salt__in=PROOFS, valid_until=None),
                name="streams_proof_once",
            )
        ]
        indexes = [models.Index(fields=["device", "valid_until"], name="streams_credential_device")]

    def __str__(self) -> str:
        return f"{self.device_id}/{self.pk}"

    @property
    def kind(self) -> CredentialKind:
        return CredentialKind(self.salt) if self.salt in PROOFS else CredentialKind.SECRET


class Twin(models.Model):
    """What a device should be set to, and what it last said it is set to."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="twin")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    desired = models.JSONField(default=dict)
    desired_at = models.DateTimeField(null=True)
    reported = models.JSONField(default=dict)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("twin of a device")

    def __str__(self) -> str:
        return str(self.device_id)


class LatestValue(models.Model):
    """The newest value of one metric of one device, by the device's own time."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="latest", db_index=False)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    metric = models.CharField(max_length=40)
    at = models.DateTimeField()
    value = models.FloatField()
    text = models.CharField(max_length=200, blank=True)
    received = models.DateTimeField()
    since = models.DateTimeField()
    """Since when it has been this very value: a sensor that has stuck shows by it."""

    class Meta:
        verbose_name = _("latest value")
        constraints = [models.UniqueConstraint(fields=["device", "metric"], name="streams_latest_once")]

    def __str__(self) -> str:
        return f"{self.device_id}.{self.metric}"


class Presence(models.Model):
    """When a device was last heard, and what became of what it sent, counted since it was registered."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="presence")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    last_received = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    accepted = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("presence of a device")

    def __str__(self) -> str:
        return str(self.device_id)


class Quarantined(Recorded):
    """A message, or one value of it, that was not taken; kept as it came until somebody settles it.

    ``stream`` and ``position`` say where in the spool it stood, so that reading it again adds nothing. ``item`` tells
    several values of one message apart.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="quarantined")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    stream = models.CharField(max_length=60)
    position = models.BigIntegerField()
    item = models.CharField(max_length=80, blank=True)
    received = models.DateTimeField()
    channel = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    payload = models.BinaryField()
    reason = models.CharField(max_length=20, choices=QuarantineReason.choices)
    detail = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=QuarantineState.choices, default=QuarantineState.OPEN)
    note = models.CharField(max_length=300, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("quarantined message")
        ordering = ["-received", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "position", "item"], name="streams_quarantined_once")
        ]
        indexes = [models.Index(fields=["state", "-received", "-id"], name="streams_quarantined_open")]

    def __str__(self) -> str:
        return f"{self.stream}@{self.position}"


class Checkpoint(models.Model):
    """How far a consumer has read a spool.

    ``pending`` is the end of a batch that was begun, noted before anything was written: after a crash exactly the
    same batch is written again under the same token, and what was there already stays single. 0: none.
    """

    consumer = models.CharField(max_length=30)
    stream = models.CharField(max_length=60)
    position = models.BigIntegerField(default=0)
    pending = models.BigIntegerField(default=0)
    batch = models.BigIntegerField(default=0)
    """The number of the begun batch, written beside each of its readings."""
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("checkpoint")
        constraints = [models.UniqueConstraint(fields=["consumer", "stream"], name="streams_checkpoint_once")]

    def __str__(self) -> str:
        return f"{self.consumer}:{self.stream}@{self.position}"


class Command(Recorded):
    """Something a device is told to do; the gateway carries it, the device's answer ends it.

    A trigger sends ``NOTIFY streams_commands`` when one is queued.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="commands")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=CommandState.choices, default=CommandState.QUEUED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    answer = models.JSONField(null=True)

    class Meta:
        verbose_name = _("command to a device")
        ordering = ["-requested_at", "-id"]
        indexes = [
            models.Index(fields=["device", "id"], condition=Q(state="queued"), name="streams_command_queued"),
            models.Index(
                fields=["expires_at"], condition=Q(state__in=("queued", "sent")), name="streams_command_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id}/{self.name}/{self.pk}"


from chengshu.engines.streams.models_rules import *  # noqa: E402, F403
