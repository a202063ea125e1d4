"""Alarm rules, alarms with their history, maintenance windows, and what the rule engine remembers.

A rule is never changed: revising it retires the row and adds the next number, so that every alarm names the text that
raised it. Alarms are raised and cleared by the machine and settled by people.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Device, DeviceGroup, ThingModel
from chengshu.foundation.audit.changes import Recorded


class AlarmLevel(models.IntegerChoices):
    """Emergency Response Law (2024 revision), art. 63: level one, red, is the gravest."""

    RED = 1, _("Level I (red)")
    ORANGE = 2, _("Level II (orange)")
    YELLOW = 3, _("Level III (yellow)")
    BLUE = 4, _("Level IV (blue)")


class AlarmState(models.TextChoices):
    RAISED = "raised", _("Not acknowledged")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    SUPPRESSED = "suppressed", _("Suppressed")
    CLEARED = "cleared", _("Recovered, not acknowledged")
    CLOSED = "closed", _("Over and closed")


class AlarmReason(models.TextChoices):
    """Why an alarm is suppressed."""

    NONE = "", ""
    MAINTENANCE = "maintenance", _("Maintenance")
    PARENT = "parent", _("The device above has an alarm")
    HAND = "hand", _("By hand")


class AlarmStepKind(models.TextChoices):
    RAISED = "raised", _("Raised")
    SUPPRESSED = "suppressed", _("Suppressed")
    CLEARED = "cleared", _("Recovered")
    FLAPPING = "flapping", _("Began to flap")
    SETTLED = "settled", _("Settled down")
    ESCALATED = "escalated", _("Escalated")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    ENDED = "ended", _("Ended by hand")
    HIDDEN = "hidden", _("Suppressed by hand")
    RETIRED = "retired", _("The rule was retired")


class AlarmRule(Recorded):
    """One number of a rule. It watches the devices of its unit and of the units below."""

    key = models.SlugField(max_length=60)
    number = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=100)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=AlarmLevel.choices)
    condition = models.JSONField()
    model = models.ForeignKey(ThingModel, on_delete=models.PROTECT, null=True, related_name="+")
    group = models.ForeignKey(DeviceGroup, on_delete=models.PROTECT, null=True, related_name="+")
    hides_children = models.BooleanField(default=False)
    advice = models.CharField(max_length=500, blank=True)
    """What whoever sees the alarm does first."""
    defined_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alarm rule")
        ordering = ["key", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="streams_rule_number_once"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(retired_at=None), name="streams_rule_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}/{self.number}"


class MaintenanceWindow(Recorded):
    """Work on a device, a group or everything of a unit, during which alarms are suppressed."""

    title = models.CharField(max_length=100)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="+")
    group = models.ForeignKey(DeviceGroup, on_delete=models.CASCADE, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("maintenance window")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="streams_maintenance_order"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Alarm(Recorded):
    """One alarm; rule, subject and the moment it was raised are its identity, so that a replay finds it again.

    ``announced_at`` is when people could first know: empty while it has been suppressed from the beginning.
    """

    rule = models.ForeignKey(AlarmRule, on_delete=models.PROTECT, related_name="alarms")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="alarms")
    level = models.PositiveSmallIntegerField(choices=AlarmLevel.choices)
    state = models.CharField(max_length=12, choices=AlarmState.choices)
    reason = models.CharField(max_length=12, choices=AlarmReason.choices, blank=True)
    value = models.FloatField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    flapping = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    suppressed_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alarm")
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id", "raised_at"], name="streams_alarm_once"
            )
        ]
        indexes = [
            models.Index(fields=["unit", "-raised_at"], name="streams_alarm_unit"),
            models.Index(
                fields=["level", "-raised_at"], condition=~Q(state="closed"), name="streams_alarm_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}/{self.subject_kind}/{self.subject_id}/{self.pk}"


class AlarmStep(models.Model):
    """Something that happened to an alarm; never changed."""

    append_only = True

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="steps")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=AlarmStepKind.choices)
    at = models.DateTimeField()
    number = models.PositiveSmallIntegerField(default=0)
    """Of an escalation, from 1."""
    reason = models.CharField(max_length=12, choices=AlarmReason.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("step of an alarm")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alarm", "kind", "at", "number", "reason"], name="streams_alarm_step_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.alarm_id}/{self.kind}"


class RuleMemory(models.Model):
    """What the rule engine has left of what it has read: compressed JSON, with the batch it goes on from."""

    consumer = models.CharField(max_length=60, unique=True)
    batch = models.BigIntegerField(default=0)
    saved = models.BinaryField()
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("memory of the rules")

    def __str__(self) -> str:
        return self.consumer
