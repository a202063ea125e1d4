"""The duty roster with its posts, shifts and slots; exchanges, hand-overs and the log."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.command.models_base import Kept, Written
from chengshu.scenes.command.models_events import CityEvent


class Days(models.TextChoices):
    ALL = "all", _("Every day")
    WORKING = "working", _("Working days")
    REST = "rest", _("Rest days and holidays")


class DutyPost(Kept):
    """A place on the roster, such as 带班领导, 主班 or 副班, with those who take turns in it."""

    title = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField(default=1)
    turns = models.JSONField(default=list)
    """Account ids, in the order of their turns."""
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("duty post")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["unit", "title"], name="command_duty_post")]

    def __str__(self) -> str:
        return self.title


class DutyShift(Kept):
    """A stretch of the day that every post is held in."""

    title = models.CharField(max_length=60)
    starts_at = models.TimeField()
    hours = models.PositiveSmallIntegerField()
    days = models.CharField(max_length=7, choices=Days.choices, default=Days.ALL)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("duty shift")
        ordering = ["starts_at", "id"]
        constraints = [models.UniqueConstraint(fields=["unit", "title"], name="command_duty_shift")]

    def __str__(self) -> str:
        return self.title


class DutySlot(Kept):
    """One post in one shift of one day. Without an account it is a gap: it was needed and nobody was named."""

    post = models.ForeignKey(DutyPost, on_delete=models.PROTECT, related_name="slots")
    shift = models.ForeignKey(DutyShift, on_delete=models.PROTECT, related_name="slots")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True, blank=True)
    """When whoever is named took the post; nobody else can say so."""
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("turn of duty")
        ordering = ["starts_at", "post__order", "id"]
        indexes = [models.Index(fields=["unit", "starts_at"], name="command_slots_of_unit")]
        constraints = [models.UniqueConstraint(fields=["post", "starts_at"], name="command_slot_once")]

    def __str__(self) -> str:
        return f"{self.post} {self.starts_at:%Y-%m-%d %H:%M}"


class ExchangeState(models.TextChoices):
    ASKED = "asked", _("Waiting for the other side")
    AGREED = "agreed", _("Agreed, to be approved")
    APPROVED = "approved", _("Exchange approved")
    REFUSED = "refused", _("Exchange refused")


class Exchange(Kept):
    """Two turns that their holders want to exchange."""

    mine = models.ForeignKey(DutySlot, on_delete=models.PROTECT, related_name="+")
    theirs = models.ForeignKey(DutySlot, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=ExchangeState.choices, default=ExchangeState.ASKED)
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("exchange of turns")
        ordering = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.mine_id} ↔ {self.theirs_id}"


class LogEntry(Written):
    """An entry of the shift log. It cannot be altered: a correction is another entry that names it."""

    text = models.CharField(max_length=2000)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    event = models.ForeignKey(CityEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="log")
    drill = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("entry of the shift log")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["unit", "-at"], name="command_log_of_unit")]

    def __str__(self) -> str:
        return self.text[:60]


class HandOver(Kept):
    """What one shift leaves to the next; it is over when somebody of the next has accepted it."""

    slot = models.ForeignKey(DutySlot, on_delete=models.PROTECT, related_name="hand_overs")
    """The turn that ends."""
    text = models.CharField(max_length=2000)
    open_events = models.JSONField(default=list)
    """Number and title of what was open at that moment, as it stood."""
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    due_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    remark = models.CharField(max_length=500, blank=True, default="")
    late_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("duty hand-over")
        ordering = ["-offered_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["slot"], condition=Q(accepted_at=None), name="command_hand_over_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.offered_at:%Y-%m-%d %H:%M}"
