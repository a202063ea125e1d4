"""Inspection plans, the rounds that follow from them, and what was found at each point."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.operations.models_base import Shared
from chengshu.scenes.operations.models_contracts import Contract, Service


class Rhythm(models.TextChoices):
    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every quarter")


class RoundPlan(Shared):
    """What is looked at, where, and how often."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="plans")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="plans")
    """Where a fault that a round finds is reported."""
    title = models.CharField(max_length=200)
    points = models.JSONField()
    """The questions, in order: texts."""
    rhythm = models.CharField(max_length=7, choices=Rhythm.choices)
    needs_photo = models.BooleanField(default=True)
    place = models.CharField(max_length=200, blank=True, default="")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    lng = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    radius_m = models.PositiveIntegerField(default=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("inspection plan")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class RoundState(models.TextChoices):
    DUE = "due", _("Not begun")
    BEGUN = "begun", _("On the way")
    DONE = "done", _("Round done")


class Round(Shared):
    """One round of a plan in one of its periods."""

    plan = models.ForeignKey(RoundPlan, on_delete=models.PROTECT, related_name="rounds")
    first_day = models.DateField()
    last_day = models.DateField()
    """It is in time when it is done by the end of this day."""
    state = models.CharField(max_length=6, choices=RoundState.choices, default=RoundState.DUE)
    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    lng = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    distance_m = models.PositiveIntegerField(null=True, blank=True)
    far_because = models.CharField(max_length=300, blank=True, default="")
    """Why it was begun away from the place, or without one."""
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("inspection round")
        ordering = ["last_day", "id"]
        constraints = [models.UniqueConstraint(fields=["plan", "first_day"], name="operations_round_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.first_day}"


class Seen(models.TextChoices):
    GOOD = "good", _("In order")
    FAULT = "fault", _("Faulty")
    NONE = "none", _("Not there")


class RoundCheck(Shared):
    """What was seen at one point. A correction is another row: the last one counts, all remain."""

    append_only: ClassVar[bool] = True

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="checks")
    point = models.PositiveSmallIntegerField()
    seen = models.CharField(max_length=5, choices=Seen.choices)
    note = models.CharField(max_length=500, blank=True, default="")
    photo = models.ForeignKey(
        "files.Content", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ticket = models.ForeignKey(
        "operations.Ticket", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("checked point")
        ordering = ["checked_at", "id"]

    def __str__(self) -> str:
        return f"{self.round_id} {self.point} {self.seen}"
