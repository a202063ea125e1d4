"""Situation reports: templates with their hours, and reports whose figures come from records alone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.scenes.command.models_base import Kept


class ReportTemplate(Kept):
    """Which figures a report shows, and at which hours it is due."""

    title = models.CharField(max_length=100)
    figures = models.JSONField(default=list)
    """Keys of ``figures.FIGURES``."""
    indicators = models.JSONField(default=list)
    """Names of indicators, of the month to date."""
    times = models.JSONField(default=list)
    """Times of day, such as 08:00."""
    starts_at = models.DateTimeField()
    """Nothing is due before."""
    closed_at = models.DateTimeField(null=True, blank=True)
    shipped = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("template of situation reports")
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["unit", "title"], name="command_report_template")]

    def __str__(self) -> str:
        return self.title


class ReportState(models.TextChoices):
    DRAFT = "draft", _("Drafted")
    CHECKED = "checked", _("Checked")
    ISSUED = "issued", _("Issued and numbered")


class SituationReport(Kept):
    """What happened between two hours. Issued, it is never changed."""

    template = models.ForeignKey(ReportTemplate, on_delete=models.PROTECT, related_name="reports")
    number = models.CharField(max_length=40, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField()
    """It is due at this moment."""
    issue_by = models.DateTimeField()
    state = models.CharField(max_length=7, choices=ReportState.choices, default=ReportState.DRAFT)
    figures = models.JSONField()
    """Each with its value or why there is none, and the records behind it."""
    remark = models.CharField(max_length=2000, blank=True, default="")
    """A judgement in words; it holds no digit."""
    drafted_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    word = models.ForeignKey(
        "files.Content", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pdf = models.ForeignKey(
        "files.Content", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("situation report")
        ordering = ["-until", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["template", "until"], name="command_report_once"),
            models.UniqueConstraint(
                fields=["unit", "number"], condition=~Q(number=""), name="command_report_number"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.template.title} {self.until:%Y-%m-%d %H:%M}"
