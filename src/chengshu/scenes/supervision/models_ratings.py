"""Ratings (好差评), what comes of bad ones, call-backs and invitations.

A rating belongs to the unit that was rated. Who rated is kept sealed: name and phone are shown masked and revealed only
for a call-back, by an action that says for what; the account is not kept at all.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.masking import PersonalField, personal_name, personal_phone
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.supervision.sampling.calling import Disposition


class TouchPoint(models.TextChoices):
    """触点: where the service was met; each is rated once for an application."""

    ONLINE = "online", _("Online service")
    WINDOW = "window", _("At the window")
    KIOSK = "kiosk", _("At a kiosk")
    DELIVERY = "delivery", _("Delivery of the result")


class RatingChannel(models.TextChoices):
    """By what the rating came in."""

    DEVICE = "device", _("Rating device at the window")
    QR = "qr", _("QR code")
    PC = "pc", _("Computer")
    APP = "app", _("App")
    MINI_PROGRAM = "mini", _("Mini program")
    KIOSK = "kiosk", _("Kiosk")
    SMS = "sms", _("Text message")
    HOTLINE = "hotline", _("12345 hotline")


class Rating(Recorded):
    """One evaluation of one application at one touch point. Never changed and never deleted."""

    append_only: ClassVar[bool] = True
    secret_fields: ClassVar[frozenset[str]] = frozenset({"name_sealed", "phone_sealed"})
    personal_fields: ClassVar[tuple[PersonalField, ...]] = (
        personal_name("name", _("Name of who rated")),
        personal_phone("phone", _("Phone")),
    )

    application = models.ForeignKey("services.Application", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    local_code = models.CharField(max_length=100)
    matter_name = models.CharField(max_length=200)
    touch_point = models.CharField(max_length=10, choices=TouchPoint.choices)
    channel = models.CharField(max_length=10, choices=RatingChannel.choices)
    level = models.PositiveSmallIntegerField()
    details = models.JSONField(default=list)
    comment = models.CharField(max_length=1000, blank=True, default="")
    name_masked = models.CharField(max_length=60, blank=True, default="")
    name_sealed = models.TextField(blank=True, default="")
    phone_masked = models.CharField(max_length=40, blank=True, default="")
    phone_sealed = models.TextField(blank=True, default="")
    rated_people = models.JSONField(default=list)
    """Account ids of those who handled it: none of them may look into a bad rating."""
    left_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("rating")
        ordering = ["-left_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "touch_point"], name="supervision_rating_once"),
            models.CheckConstraint(condition=models.Q(level__range=(1, 5)), name="supervision_rating_level"),
        ]
        indexes = [models.Index(fields=["unit", "-left_at"], name="supervision_rating_unit")]

    def __str__(self) -> str:
        return f"{self.number} {self.touch_point} {self.level}"

    @property
    def is_bad(self) -> bool:
        return self.level <= 2

    @property
    def is_named(self) -> bool:
        return bool(self.phone_masked)


class BadRatingState(models.TextChoices):
    RECEIVED = "received", _("Received, to be assigned")
    VERIFYING = "verifying", _("Being verified")
    RECTIFYING = "rectifying", _("Being rectified")
    FEEDBACK = "feedback", _("To be told to the citizen")
    REVIEW = "review", _("Not confirmed: under review")
    REVISIT = "revisit", _("To be called back")
    CLOSED = "closed", _("Closed and done")


class Treatment(models.TextChoices):
    """How a confirmed bad rating is put right."""

    AT_ONCE = "at_once", _("Put right at once")
    BY_DEADLINE = "by_deadline", _("On the list, to be put right by a day")
    EXPLANATION = "explanation", _("Explained")


class BadRating(Recorded):
    """What becomes of a bad rating: the register of its case. Written by the steps of the case alone."""

    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="follow_up")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    case_id = models.BigIntegerField(db_index=True)
    state = models.CharField(max_length=12, choices=BadRatingState.choices, default=BadRatingState.RECEIVED)
    handler = models.CharField(max_length=150, blank=True, default="")
    confirmed = models.BooleanField(null=True)
    treatment = models.CharField(max_length=12, choices=Treatment.choices, blank=True, default="")
    opened_at = models.DateTimeField()
    rectify_from = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    rectified_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bad rating")
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return f"{self.rating_id} {self.state}"


class CallBack(Recorded):
    """回访: one call to whoever rated, with how it ended."""

    append_only: ClassVar[bool] = True

    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="call_backs")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    disposition = models.CharField(max_length=5, choices=[(code.value, code.value) for code in Disposition])
    is_satisfied = models.BooleanField(null=True)
    note = models.CharField(max_length=1000, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("call-back")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.rating_id} {self.disposition}"


class Invitation(Recorded):
    """An application that was closed and not rated: its applicant is invited once. No channel carries it yet."""

    append_only: ClassVar[bool] = True

    application = models.OneToOneField("services.Application", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    invited_at = models.DateTimeField()
    sent_by = models.CharField(max_length=20, blank=True, default="")
    """The channel that carried it; empty while there is none."""

    class Meta:
        verbose_name = _("invitation to rate")
        ordering = ["-invited_at", "-id"]

    def __str__(self) -> str:
        return str(self.application_id)
