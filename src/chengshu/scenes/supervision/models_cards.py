"""Cards of electronic supervision (电子监察), what happened to them, and suggestion letters (监察建议书)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.orgs.models import Unit


class CardLevel(models.TextChoices):
    LEAD = "lead", _("Lead to be checked")
    WARNING = "warning", _("Early warning")
    YELLOW = "yellow", _("Yellow card")
    RED = "red", _("Red card")


class CardOrigin(models.TextChoices):
    CLOCK = "clock", _("A clock of the case")
    HISTORY = "history", _("The history of the case")
    RATING = "rating", _("A bad rating")
    ESCALATION = "escalation", _("A yellow card that was not corrected")
    PERSON = "person", _("A supervisor")


class StepKind(models.TextChoices):
    """What can happen to a card. The last one says how it stands."""

    NOTIFIED = "notified", _("The unit was notified")
    REPLIED = "replied", _("Corrected and replied")
    ACCEPTED = "accepted", _("Correction accepted")
    APPEALED = "appealed", _("Appealed")
    UPHELD = "upheld", _("Appeal reviewed: the card stands")
    WITHDRAWN = "withdrawn", _("Appeal reviewed: the card is withdrawn")
    CONFIRMED = "confirmed", _("Lead confirmed: a card was raised")
    DISMISSED = "dismissed", _("Lead dismissed")
    CLEARED = "cleared", _("Dealt with in time")
    ESCALATED = "escalated", _("Not corrected in time: a red card was raised")


ENDED = (
    StepKind.ACCEPTED,
    StepKind.WITHDRAWN,
    StepKind.CONFIRMED,
    StepKind.DISMISSED,
    StepKind.CLEARED,
    StepKind.ESCALATED,
)
NOT_COUNTED = (StepKind.WITHDRAWN, StepKind.DISMISSED)


class Card(Recorded):
    """预警、黄牌、红牌 against a unit. Never changed: what comes of it are steps."""

    append_only: ClassVar[bool] = True

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    trigger = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=CardLevel.choices)
    origin = models.CharField(max_length=12, choices=CardOrigin.choices)
    about = models.CharField(max_length=200)
    """What tells two cards of one trigger apart, such as ``case:17 promised``: each is raised once."""
    case_id = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=60, blank=True, default="")
    case_title = models.CharField(max_length=300, blank=True, default="")
    engine_card_id = models.BigIntegerField(null=True, unique=True)
    """The card of the case engine that it was raised for: it is answered together with this one."""
    precursor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="successors")
    evidence = models.CharField(max_length=500, blank=True, default="")
    note = models.TextField(blank=True, default="")
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    correct_by = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("supervision card")
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["trigger", "about", "level"], name="supervision_card_once")
        ]
        indexes = [
            models.Index(fields=["unit", "-raised_at"], name="supervision_card_unit"),
            models.Index(fields=["case_id"], name="supervision_card_case"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.trigger} {self.about}"


class CardStep(Recorded):
    """One thing that happened to a card: who, when, what was said."""

    append_only: ClassVar[bool] = True

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="steps")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=StepKind.choices)
    text = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("step of a card")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["card", "-id"], name="supervision_step_last")]

    def __str__(self) -> str:
        return f"{self.card_id} {self.kind}"


class SuggestionLetter(Recorded):
    """监察建议书: what a unit is advised to put right, and until when it answers."""

    append_only: ClassVar[bool] = True

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60, unique=True)
    cards = models.JSONField(default=list)
    findings = models.TextField()
    suggestions = models.TextField()
    reply_by = models.DateField()
    digest = models.CharField(max_length=64)
    content = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("suggestion letter")
        ordering = ["-issued_at", "-id"]

    def __str__(self) -> str:
        return self.number
