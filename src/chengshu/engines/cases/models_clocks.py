"""The rows of lawful clocks: what runs, what paused and extended it, and what supervision made of it.

Written by ``clocks.keeping`` inside the actions of a case, by ``clocks.actions`` and by the worker's round. A clock
keeps the version of the rule it was started under; later law does not reach back.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded

__all__ = ["Clock", "ClockExtension", "ClockPause", "Supervision", "SupplementNotice"]


class ClockLayer(models.TextChoices):
    LEGAL = "legal", _("Legal limit")
    PROMISED = "promised", _("Promised limit")
    STEP = "step", _("Step limit")


class ClockMatter(models.TextChoices):
    """What a clock measures."""

    DECISION = "decision", _("Deciding")
    SUPPLEMENT = "supplement", _("Supplement notice")
    DELIVERY = "delivery", _("Issue and delivery")
    RENEWAL = "renewal", _("Decision before the licence expires")
    STEP = "step", _("Step")


class ClockState(models.TextChoices):
    WAITING = "waiting", _("Not started")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")


class Clock(Recorded):
    """One clock of a case.

    ``due_at`` is empty while it waits, and the earliest possible moment while ``provisional``. ``look_at`` is when the
    worker has to look at it next; empty once there is nothing left to find out.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="clocks")
    matter = models.CharField(max_length=12, choices=ClockMatter.choices, default=ClockMatter.DECISION)
    layer = models.CharField(max_length=10, choices=ClockLayer.choices)
    node = models.CharField(max_length=200, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    """Of a step clock: what the step is called."""
    rule = models.CharField(max_length=120, blank=True, default="")
    """Version of the rule, such as ``general_permit@2004-07-01``; empty where the model alone sets the limit."""
    limit = models.CharField(max_length=20)
    warn_share = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    """Of a step clock: the share of the limit after which it is yellow; others go by their rule."""
    basis = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=ClockState.choices, default=ClockState.WAITING)
    started_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    deemed = models.CharField(max_length=20, blank=True, default="")
    """The effect that silence had when this clock ran out."""

    class Meta:
        verbose_name = _("clock")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "matter", "layer", "node"],
                condition=~Q(state="stopped"),
                name="cases_clock_once",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(started_at__isnull=False), name="cases_clock_started"
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at", "id"], condition=Q(look_at__isnull=False), name="cases_clock_look"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.matter} {self.layer} {self.limit}"


class ClockPause(Recorded):
    """Time that does not count.

    Until the applicant was told in writing (``notice``) it is noted and does not move the due date.
    """

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    ground = models.CharField(max_length=40)
    basis = models.CharField(max_length=300)
    notice = models.CharField(max_length=100, blank=True, default="")
    notice_file = models.ForeignKey("cases.Attachment", on_delete=models.PROTECT, null=True, related_name="+")
    expected_until = models.DateField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("pause of a clock")
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "ground"], condition=Q(until__isnull=True), name="cases_clockpause_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="cases_clockpause_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.ground}"


class ClockExtension(Recorded):
    """An approved extension, counted from the old due day."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="extensions")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    amount = models.CharField(max_length=20)
    approver = models.CharField(max_length=30)
    """Whose right it is, as the rule says."""
    reason = models.CharField(max_length=1000)
    document = models.CharField(max_length=100, blank=True, default="")
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("extension of a clock")
        ordering = ["granted_at", "id"]

    def __str__(self) -> str:
        return f"{self.clock_id} +{self.amount}"


class SupplementNotice(Recorded):
    """The one notice that tells an applicant everything to supplement, and what came of it."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="supplement_notices")
    number = models.CharField(max_length=100)
    items = models.TextField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    received_at = models.DateTimeField(null=True)
    complete = models.BooleanField(null=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("supplement notice")
        ordering = ["given_at", "id"]

    def __str__(self) -> str:
        return self.number


class SupervisionColour(models.TextChoices):
    YELLOW = "yellow", _("Yellow card")
    RED = "red", _("Red card")


class SupervisionCause(models.TextChoices):
    PROMISED = "promised", _("The promised limit is exceeded")
    STEP = "step", _("The limit of a step is exceeded")
    LEGAL = "legal", _("The legal limit is exceeded")
    UNCORRECTED = "uncorrected", _("A yellow card was not answered in time")


class Supervision(Recorded):
    """A yellow or red card, raised once each for a clock; the unit answers it."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="cards")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="supervisions")
    colour = models.CharField(max_length=6, choices=SupervisionColour.choices)
    cause = models.CharField(max_length=12, choices=SupervisionCause.choices)
    raised_at = models.DateTimeField()
    correct_by = models.DateTimeField(null=True)
    """Until when a yellow card has to be answered; empty on red ones and once it was answered or turned red."""
    reply = models.TextField(blank=True, default="")
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("supervision card")
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["clock", "colour"], name="cases_supervision_once"),
        ]
        indexes = [
            models.Index(
                fields=["correct_by", "id"],
                condition=Q(correct_by__isnull=False),
                name="cases_supervision_correct",
            ),
            models.Index(
                fields=["raised_at", "id"],
                condition=Q(replied_at__isnull=True),
                name="cases_supervision_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.colour}"
