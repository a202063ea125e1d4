"""What proves that a thing was delivered and holds: load proofs with review, deliverables with acceptance."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.operations.models_base import Shared
from chengshu.scenes.operations.models_contracts import Contract, Service


class LoadProof(Shared):
    """One load test of one target: its plan as told, its figures as reckoned from the raw samples, the file itself.

    It counts once another person of the unit accepted it, and until a later accepted one of the same target.
    """

    append_only: ClassVar[bool] = True

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="load_proofs")
    target = models.CharField(max_length=200)
    """What was asked, such as the interface or page; equal words are the same target."""
    environment = models.CharField(max_length=300)
    mix = models.CharField(max_length=500)
    planned_in_flight = models.PositiveIntegerField()
    planned_s = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    samples = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    lasted_s = models.DecimalField(max_digits=12, decimal_places=3)
    requests = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    failed_percent = models.DecimalField(max_digits=5, decimal_places=2)
    throughput = models.DecimalField(max_digits=14, decimal_places=3)
    mean_ms = models.DecimalField(max_digits=12, decimal_places=3)
    p50_ms = models.DecimalField(max_digits=12, decimal_places=3)
    p95_ms = models.DecimalField(max_digits=12, decimal_places=3)
    p99_ms = models.DecimalField(max_digits=12, decimal_places=3)
    longest_ms = models.DecimalField(max_digits=12, decimal_places=3)
    in_flight = models.PositiveIntegerField()
    """In flight at once for at least half of the run."""
    most_in_flight = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("load proof")
        ordering = ["-began_at", "-id"]

    def __str__(self) -> str:
        return f"{self.target} {self.began_at:%Y-%m-%d}"


class LoadReview(Shared):
    """What a second person of the unit said of a load proof; once, with a reason."""

    append_only: ClassVar[bool] = True

    proof = models.OneToOneField(LoadProof, on_delete=models.PROTECT, related_name="review")
    accepted = models.BooleanField()
    reason = models.CharField(max_length=500)
    reviewed_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("review of a load proof")

    def __str__(self) -> str:
        return f"{self.proof_id} {self.accepted}"


class DeliverableKind(models.TextChoices):
    DOCUMENT = "document", _("Document or report")
    SYSTEM = "system", _("System or software")
    EQUIPMENT = "equipment", _("Equipment")
    WORKS = "works", _("Building works")
    PROJECT = "project", _("Project as a whole")


class Deliverable(Shared):
    """What a contract has to hand over, by when, and which post accepts it. Its day is not changed: see withdrawal."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="deliverables")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=9, choices=DeliverableKind.choices)
    due_on = models.DateField(null=True, blank=True)
    """None: the contract is not at hand yet; nothing is said of its timeliness."""
    post = models.ForeignKey("orgs.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """Who accepts it; None: not named yet, and nothing can be accepted."""
    source = models.CharField(max_length=300, blank=True, default="")
    shipped = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=500, blank=True, default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("deliverable")
        ordering = [models.F("due_on").asc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return self.title


class Delivery(Shared):
    """One handing over of a deliverable, with its file. The moment is the platform's."""

    append_only: ClassVar[bool] = True

    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="deliveries")
    number = models.PositiveSmallIntegerField()
    file_name = models.CharField(max_length=200)
    content = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True, default="")
    delivered_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("handing over of a deliverable")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["deliverable", "number"], name="operations_delivery_once")
        ]

    def __str__(self) -> str:
        return f"{self.deliverable_id} {self.number}"


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", _("Acceptance passed")
    REWORK = "rework", _("To be reworked")
    RETURNED = "returned", _("Sent back by the post")


class Acceptance(Shared):
    """What the named post decided of one delivery."""

    append_only: ClassVar[bool] = True

    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="acceptance")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    post = models.ForeignKey("orgs.Post", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("acceptance of a delivery")

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.outcome}"
