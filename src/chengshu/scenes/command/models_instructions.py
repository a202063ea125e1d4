"""Instructions to units. What was told stays as it was told; replies are entries of their own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.command.models_base import Kept, Written
from chengshu.scenes.command.models_events import CityEvent
from chengshu.scenes.command.models_plans import PlanRun


class InstructionState(models.TextChoices):
    ISSUED = "issued", _("Waiting for receipt")
    RECEIVED = "received", _("Received by the unit")
    ANSWERED = "answered", _("Answer given")
    DONE = "done", _("Said to be done")
    CLOSED = "closed", _("Accepted as done")
    WITHDRAWN = "withdrawn", _("Instruction withdrawn")


class Instruction(Kept):
    """What a unit tells another to do, with the moments by which it must be received and answered."""

    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_post = models.CharField(max_length=100, blank=True, default="")
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField()
    event = models.ForeignKey(
        CityEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="instructions"
    )
    run = models.ForeignKey(
        PlanRun, on_delete=models.PROTECT, null=True, blank=True, related_name="instructions"
    )
    state = models.CharField(max_length=9, choices=InstructionState.choices, default=InstructionState.ISSUED)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    receipt_by = models.DateTimeField()
    answer_by = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    late_receipt_at = models.DateTimeField(null=True, blank=True)
    late_answer_at = models.DateTimeField(null=True, blank=True)
    drill = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("instruction")
        ordering = ["-issued_at", "-id"]
        indexes = [models.Index(fields=["to_unit", "state"], name="command_told_to_unit")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="command_instruction_number"),
            models.CheckConstraint(
                condition=Q(answer_by__gte=models.F("receipt_by")), name="command_answer_after_receipt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ReplyKind(models.TextChoices):
    RECEIPT = "receipt", _("Receipt given")
    ANSWER = "answer", _("First answer")
    FURTHER = "further", _("Further report")
    DONE = "done", _("Report of completion")
    BACK = "back", _("Not accepted as done")
    CLOSED = "closed", _("Accepted by the issuer")
    REMINDER = "reminder", _("Reminder")
    LATE = "late", _("Limit ran out")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class InstructionReply(Written):
    """One link of the chain; ``from_unit`` wrote it."""

    instruction = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="replies")
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    """``unit`` and ``to_unit`` are those of the instruction: both read the whole chain."""
    kind = models.CharField(max_length=9, choices=ReplyKind.choices)
    text = models.CharField(max_length=2000, blank=True, default="")
    file = models.ForeignKey(
        "files.Content", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("reply to an instruction")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.instruction_id} {self.kind}"
