"""Contracts: what was ordered of whom, the services they cover, their limits, penalties and monthly reports."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.operations.models_base import Shared


class Hours(models.TextChoices):
    ROUND = "7×24", _("Round the clock (7×24)")
    OFFICE = "5×8", _("Office hours of working days (5×8)")


class Contract(Shared):
    """One contract of operation and maintenance. What nobody knows yet stays empty, and pages say so."""

    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    project = models.CharField(max_length=10, blank=True, default="", db_index=True)
    """Its project in the printed tables, such as ``P13``."""
    supplier_name = models.CharField(max_length=200, blank=True, default="")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    hours = models.CharField(max_length=4, choices=Hours.choices, default=Hours.ROUND)
    windows = models.CharField(max_length=100, blank=True, default="")
    """Of a 5×8 contract, such as ``09:00-12:00 13:00-17:00``; empty: the usual ones."""
    hours_known = models.BooleanField(default=True)
    """False: nobody has said by which hours it counts; 7×24 is assumed, and pages say so."""
    phone = models.CharField(max_length=30, blank=True, default="")
    monthly_fee = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    """In 万元; penalties in percent rest on it."""
    report_day = models.PositiveSmallIntegerField(default=5)
    """Day of the following month by which the month's report is due."""
    source = models.CharField(max_length=300, blank=True, default="")
    shipped = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("contract")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Formula(models.TextChoices):
    SERVICE = "service", _("Of the service as a whole")
    DEVICES = "devices", _("Mean of its devices")


class Service(Shared):
    """What a contract keeps running. Its name is read by everybody who may report a fault."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="services")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    formula = models.CharField(max_length=8, choices=Formula.choices, default=Formula.SERVICE)
    hours = models.CharField(max_length=4, choices=Hours.choices, default=Hours.ROUND)
    """The window of its availability, which may be another than that of the contract's limits."""
    target = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    """Percent; empty where nothing was promised."""
    notice_hours = models.PositiveSmallIntegerField(default=0)
    """How long before it begins a maintenance must be announced to be excluded; 0: before it begins."""
    longest_minutes = models.PositiveIntegerField(null=True, blank=True)
    """The longest single outage that is allowed."""
    source = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("covered service")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["contract", "key"], name="operations_service_once")]

    def __str__(self) -> str:
        return self.name


class Severity(models.TextChoices):
    OUTAGE = "1", _("Out of order for everybody")
    IMPAIRED = "2", _("Impaired, or out of order for some")
    MINOR = "3", _("Minor fault")
    REQUEST = "4", _("Service request")


class LimitKind(models.TextChoices):
    RESPOND = "respond", _("Response")
    ARRIVE = "arrive", _("Arrival")
    REPAIR = "repair", _("Repair")


class ServiceLimit(Shared):
    """A dated limit of a contract: so many minutes of its hours for a kind of step, by severity."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="limits")
    severity = models.CharField(max_length=1, choices=Severity.choices, blank=True, default="")
    """Empty: every severity that has no row of its own."""
    kind = models.CharField(max_length=7, choices=LimitKind.choices)
    minutes = models.PositiveIntegerField()
    hours = models.CharField(max_length=4, choices=Hours.choices, blank=True, default="")
    """Empty: the contract's."""
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("service limit")
        ordering = ["kind", "severity", "-valid_from"]

    def __str__(self) -> str:
        return f"{self.kind} {self.severity} {self.minutes}"


class Measure(models.TextChoices):
    AVAILABILITY = "availability", _("Availability below")
    LATE_RESPONSE = "late_response", _("Late response")
    LATE_ARRIVAL = "late_arrival", _("Late arrival")
    LATE_REPAIR = "late_repair", _("Late repair")
    MISSED_ROUND = "missed_round", _("Missed inspection round")


class PenaltyRule(Shared):
    """A dated row of a contract's table of penalties."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="penalty_rules")
    measure = models.CharField(max_length=14, choices=Measure.choices)
    below = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    yuan = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("penalty")
        ordering = ["measure", "-below", "-valid_from"]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.measure}"


class MonthlyReport(Shared):
    """What a contract's month came to, as it was reckoned and printed. Later facts make a further version."""

    append_only: ClassVar[bool] = True

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="reports")
    month = models.DateField()
    """Its first day."""
    version = models.PositiveSmallIntegerField(default=1)
    figures = models.JSONField()
    word = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("monthly report")
        ordering = ["-month", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "month", "version"], name="operations_report_once")
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.month:%Y-%m} v{self.version}"


class AvailabilityLine(Shared):
    """One service, or one device of it, in a reported month: the seconds that its availability is made of."""

    append_only: ClassVar[bool] = True

    report = models.ForeignKey(MonthlyReport, on_delete=models.PROTECT, related_name="lines")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey("operations.Resource", on_delete=models.PROTECT, null=True, related_name="+")
    """None: the service as a whole."""
    agreed_s = models.PositiveIntegerField()
    excluded_s = models.PositiveIntegerField()
    down_s = models.PositiveIntegerField()
    longest_s = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("line of availability")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.report_id} {self.service_id}"


class Survey(Shared):
    """One answer to how satisfied somebody is with the service of a contract."""

    append_only: ClassVar[bool] = True

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="surveys")
    ticket = models.OneToOneField(
        "operations.Ticket", on_delete=models.PROTECT, null=True, blank=True, related_name="survey"
    )
    group = models.CharField(max_length=12, default="users")
    """Who was asked: ``users``, ``managing`` (主管单位) or ``using`` (使用单位)."""
    score = models.PositiveSmallIntegerField()
    """5 very satisfied … 1 very dissatisfied."""
    comment = models.CharField(max_length=500, blank=True, default="")
    answered_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("answer to a survey")
        ordering = ["-answered_at"]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.score}"
