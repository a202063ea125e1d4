"""Tickets with their steps, problems, changes, outages, and the log of the fault phone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.operations.models_base import Shared
from chengshu.scenes.operations.models_contracts import Contract, LimitKind, Service, Severity


class Channel(models.TextChoices):
    PHONE = "phone", _("By phone")
    WEB = "web", _("Web form")
    INSPECTION = "inspection", _("Inspection round")
    ALARM = "alarm", _("Alarm")


class ProblemState(models.TextChoices):
    OPEN = "open", _("Cause being looked for")
    KNOWN = "known", _("Known error")
    SOLVED = "solved", _("Solved")


class Problem(Shared):
    """The cause behind several faults; a known error once its cause and a way around are written down."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="problems")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=ProblemState.choices, default=ProblemState.OPEN)
    cause = models.CharField(max_length=1000, blank=True, default="")
    workaround = models.CharField(max_length=1000, blank=True, default="")
    opened_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("problem")
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return self.title


class TicketState(models.TextChoices):
    OPEN = "open", _("Waiting for a response")
    RESPONDED = "responded", _("Being worked on")
    REPAIRED = "repaired", _("Repaired, to be confirmed")
    CLOSED = "closed", _("Ticket closed")


class Ticket(Shared):
    """One fault or request, with the moments by which its contract asks for a response, an arrival and a repair.

    Its moments follow its case: nobody writes them by hand.
    """

    number = models.CharField(max_length=40, unique=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="tickets")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="tickets")
    resource = models.ForeignKey(
        "operations.Resource", on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    severity = models.CharField(max_length=1, choices=Severity.choices)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    place = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=10, choices=TicketState.choices, default=TicketState.OPEN)
    opened_at = models.DateTimeField()
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    respond_by = models.DateTimeField(null=True, blank=True)
    arrive_by = models.DateTimeField(null=True, blank=True)
    repair_by = models.DateTimeField(null=True, blank=True)
    responded_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    repaired_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    """How often the reporter said that it was not repaired."""
    cause = models.CharField(max_length=500, blank=True, default="")
    remedy = models.CharField(max_length=1000, blank=True, default="")
    restored_at = models.DateTimeField(null=True, blank=True)
    """When whoever noticed the outage, a probe, saw it work again; the repair counts from here."""
    restored_by = models.CharField(max_length=120, blank=True, default="")
    """What says so, such as ``probe 12``: the outage whose end it is."""
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    case_id = models.BigIntegerField(null=True, blank=True)
    dedup = models.CharField(max_length=120, blank=True, default="", db_index=True)
    """What raised it, where a machine did: one open ticket for each."""
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("ticket")
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Escalation(Shared):
    """A limit of a ticket that ran out before its step was done."""

    append_only: ClassVar[bool] = True

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="escalations")
    kind = models.CharField(max_length=7, choices=LimitKind.choices)
    due_at = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("escalation")
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["ticket", "kind"], name="operations_escalated_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"


class Change(Shared):
    """A maintenance window, announced to the users: the only lawful exclusion from availability."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="changes")
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    """None: every service of the contract."""
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    """When the platform took it down: nobody can date an announcement back."""
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=500, blank=True, default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("announced change")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="operations_change_order")
        ]

    def __str__(self) -> str:
        return self.title


class Outage(Shared):
    """A stretch in which a service, or one device of it, could not be used."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="outages")
    resource = models.ForeignKey(
        "operations.Resource", on_delete=models.PROTECT, null=True, blank=True, related_name="outages"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    origin = models.CharField(max_length=40, default="person")
    """Who says so: ``person``, or the name of a probe."""
    note = models.CharField(max_length=500, blank=True, default="")
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="outages"
    )
    recorded_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("outage")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="operations_outage_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.starts_at:%Y-%m-%d %H:%M}"


class FaultCall(Shared):
    """One call to the fault phone: when it rang, and after how long somebody answered."""

    append_only: ClassVar[bool] = True

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="calls")
    rang_at = models.DateTimeField()
    answered_after_s = models.PositiveIntegerField(null=True, blank=True)
    """None: nobody answered."""
    subject = models.CharField(max_length=200, blank=True, default="")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="calls")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("call to the fault phone")
        ordering = ["-rang_at"]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.rang_at:%Y-%m-%d %H:%M}"
