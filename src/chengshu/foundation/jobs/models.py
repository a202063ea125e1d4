"""What became of each piece of long work. The queue itself is procrastinate's; these rows are for people."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


FINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class JobRecord(models.Model):
    """One piece of long work that somebody asked for.

    ``permissions`` limits the work to what was held when it was asked for through a machine token; None leaves the
    account's powers of the moment when it runs. ``checkpoint`` is where a retry goes on.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    job = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    permissions = models.JSONField(null=True)
    language = models.CharField(max_length=10, blank=True)
    trace = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    checkpoint = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=100, blank=True)
    error = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    result = models.JSONField(null=True)
    result_name = models.CharField(max_length=200, blank=True)
    result_content = models.ForeignKey("files.Content", on_delete=models.PROTECT, null=True, related_name="+")
    enqueued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name = _("job")
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="jobs_record_mine")]

    def __str__(self) -> str:
        return f"{self.job} {self.pk}"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def has_file(self) -> bool:
        return self.result_content_id is not None

    @property
    def result_path(self) -> Path | None:
        return self.result_content.path if self.result_content else None


class PeriodicRun(models.Model):
    """When a periodic piece of work last ran, so that several workers do it once."""

    name = models.CharField(max_length=200, unique=True)
    last_started_at = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
