"""Resources: devices, cloud and network resources, cameras, spare parts with their stock; snapshots of cameras."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.operations.models_base import Shared
from chengshu.scenes.operations.models_contracts import Contract, Service


class ResourceKind(models.TextChoices):
    DEVICE = "device", _("Device")
    CLOUD = "cloud", _("Cloud resource")
    NETWORK = "network", _("Network resource")
    CAMERA = "camera", _("Camera")
    SPARE = "spare", _("Spare part")


class Resource(Shared):
    """One line of the ledger."""

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=ResourceKind.choices)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="resources"
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="resources"
    )
    """Whose availability it counts for, where that is the mean of devices."""
    maker = models.CharField(max_length=100, blank=True, default="")
    model = models.CharField(max_length=100, blank=True, default="")
    serial = models.CharField(max_length=100, blank=True, default="")
    place = models.CharField(max_length=200, blank=True, default="")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    lng = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    holder = models.CharField(max_length=200, blank=True, default="")
    """Who uses it: a system or a unit, as the ledger names it."""
    capacity = models.CharField(max_length=200, blank=True, default="")
    """Of a cloud or network resource: such as ``8 vCPU, 32 GB, 500 GB`` or ``10 Gbit/s``."""
    address = models.CharField(max_length=100, blank=True, default="")
    """Network address; of a camera its GB/T 28181 number."""
    in_service_on = models.DateField(null=True, blank=True)
    warranty_until = models.DateField(null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)
    reorder_at = models.PositiveIntegerField(null=True, blank=True)
    """Of a spare part: the stock at which more is to be ordered."""
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("resource")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="operations_resource_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class StockMove(Shared):
    """Spare parts that came or went; the stock is the sum."""

    append_only: ClassVar[bool] = True

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="moves")
    change = models.IntegerField()
    reason = models.CharField(max_length=300)
    ticket = models.ForeignKey(
        "operations.Ticket", on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    moved_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("stock movement")
        ordering = ["-moved_at", "-id"]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.change:+d}"


class Snapshot(Shared):
    """One look at a camera's picture, with what was found wrong and the measures behind it."""

    append_only: ClassVar[bool] = True

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="snapshots")
    content = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    faults = models.JSONField(default=list, blank=True)
    measures = models.JSONField(default=dict, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("snapshot")
        ordering = ["-taken_at", "-id"]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.taken_at:%Y-%m-%d %H:%M}"
