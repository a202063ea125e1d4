"""What the prober writes: results in signed batches, states, outages, the figures of a day.

Results, batches, changes of state and figures can only be added to. A result is linked to the one before it of the same
check; a batch is signed and linked to the batch before it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes.models import Check, CheckVersion, Target


class Outcome(models.TextChoices):
    OK = "ok", _("Answered as it should")
    FAILED = "failed", _("Failed")
    IMPOSSIBLE = "impossible", _("Could not be asked")
    """The prober could not ask: nothing is known of the target."""


class Phase(models.TextChoices):
    """What is confirmed of one check."""

    NEW = "new", _("Not decided yet")
    UP = "up", _("Up")
    DOWN = "down", _("Down")


class State(models.TextChoices):
    """What is known of a target."""

    DOWN = "down", _("Interrupted")
    UNREACHABLE = "unreachable", _("Unreachable: what it hangs on is out of order")
    UNKNOWN = "unknown", _("State unknown")
    UP = "up", _("In order")


class Batch(models.Model):
    """Results written together: their digest, linked to the batch before and signed with the platform's key (SM2)."""

    append_only: ClassVar[bool] = True

    prober = models.CharField(max_length=60)
    at = models.DateTimeField()
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    """SM3 over the digests of its results, in the order of check and position."""
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=200)
    signed_with = models.CharField(max_length=64)
    """SM3 of the public key."""

    class Meta:
        verbose_name = _("signed batch")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.pk}"


class Result(models.Model):
    """One answer, or that there was none."""

    append_only: ClassVar[bool] = True

    check_row = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="results", db_index=False)
    version = models.ForeignKey(CheckVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="results")
    position = models.PositiveBigIntegerField()
    """In the chain of its check, from 1."""
    at = models.DateTimeField()
    """When it began to ask."""
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    latency_us = models.PositiveBigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("result of a check")
        ordering = ["check_row_id", "position"]
        indexes = [
            models.Index(fields=["check_row", "position"], name="probes_result_chain"),
            models.Index(fields=["check_row", "at"], name="probes_result_time"),
        ]

    def __str__(self) -> str:
        return f"{self.check_row_id}/{self.position}"


class CheckState(models.Model):
    """Where a check stands: what is confirmed, what speaks against it, and the end of its chain."""

    check_row = models.OneToOneField(Check, on_delete=models.CASCADE, related_name="state")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    phase = models.CharField(max_length=4, choices=Phase.choices, default=Phase.NEW)
    since = models.DateTimeField(null=True)
    contrary = models.PositiveIntegerField(default=0)
    contrary_since = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    """When it was last asked, whether or not that was possible."""
    known_at = models.DateTimeField(null=True)
    """When an answer, or that there was none, was last known."""
    last_ok_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    latency_us = models.PositiveBigIntegerField(null=True)
    position = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    wanted_at = models.DateTimeField(null=True)
    """Somebody asked for it to be done now."""

    class Meta:
        verbose_name = _("state of a check")

    def __str__(self) -> str:
        return f"{self.check_row_id} {self.phase}"


class Outage(models.Model):
    """From when to when a target was out of order, and which check said so first."""

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="outages")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    check_row = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(CheckVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    """The first failure of those that confirmed it."""
    ended_at = models.DateTimeField(null=True)
    """The first success of those that confirmed that it is over."""
    noticed_at = models.DateTimeField()
    reason = models.CharField(max_length=20)
    detail = models.CharField(max_length=300, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("outage of a target")
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["target"], condition=Q(ended_at=None), name="probes_outage_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="probes_outage_order"
            ),
        ]
        indexes = [models.Index(fields=["target", "-began_at"], name="probes_outage_target")]

    def __str__(self) -> str:
        return f"{self.target_id} {self.began_at:%Y-%m-%d %H:%M}"


class TargetState(models.Model):
    """What is known of a target now."""

    target = models.OneToOneField(Target, on_delete=models.CASCADE, related_name="state")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UNKNOWN)
    since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of a target")

    def __str__(self) -> str:
        return f"{self.target_id} {self.state}"


class StateChange(models.Model):
    """A target came into a state at a moment."""

    append_only: ClassVar[bool] = True

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="changes", db_index=False)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=State.choices)
    at = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of state")
        ordering = ["target_id", "id"]
        indexes = [models.Index(fields=["target", "at"], name="probes_change_target")]

    def __str__(self) -> str:
        return f"{self.target_id} {self.state}"


class DayFigure(models.Model):
    """The availability of a target on a day, as it was reckoned; the highest number counts. Microseconds throughout."""

    append_only: ClassVar[bool] = True

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="figures", db_index=False)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    agreed_us = models.BigIntegerField()
    excluded_us = models.BigIntegerField()
    unreachable_us = models.BigIntegerField()
    gap_us = models.BigIntegerField()
    counted_us = models.BigIntegerField()
    down_us = models.BigIntegerField()
    longest_us = models.BigIntegerField()
    latency_p95_us = models.BigIntegerField(null=True)
    results = models.PositiveIntegerField()
    reckoned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("figure of a day")
        ordering = ["target_id", "day", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["target", "day", "number"], name="probes_figure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.day}"
