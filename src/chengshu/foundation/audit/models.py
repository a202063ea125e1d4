"""The chain's rows. The application's role may read and add them; nobody's role may change or remove them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


class AuditEntry(models.Model):
    """One thing done, refused or failed.

    Entries stand in ``lane``s, each a chain of its own: concurrent writers take different lanes and never wait for
    one another. ``digest`` is SM3 over ``previous`` and the entry's canonical facts (GB/T 22239-2019 8.1.4.3).
    """

    append_only = True

    lane = models.SmallIntegerField()
    position = models.BigIntegerField()
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    account_id = models.BigIntegerField(null=True)
    roles = models.CharField(max_length=300, blank=True)
    unit_id = models.BigIntegerField(null=True)
    unit_name = models.CharField(max_length=200, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    terminal = models.CharField(max_length=200, blank=True)
    session = models.CharField(max_length=16, blank=True)
    channel = models.CharField(max_length=10)
    trace = models.CharField(max_length=32, blank=True)
    action = models.CharField(max_length=100)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    thing = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    on_behalf_of = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["lane", "position"], name="audit_entry_link")]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(action="audit.verify_chain", outcome="done"),
                name="audit_entry_verification",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lane}/{self.position} {self.action}"


class AuditAnchor(models.Model):
    """Where every lane stood at a moment, kept here and outside the database, so that a cut-off end is found."""

    append_only = True

    at = models.DateTimeField(auto_now_add=True)
    heads = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit anchor")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.digest[:8]}"


class AuditCheckpoint(models.Model):
    """The end of the part of a lane that was archived: verification goes on from here.

    ``file_digest`` is SM3 of the archived package; ``signature`` is the platform's, over all the other columns but
    the time.
    """

    append_only = True

    lane = models.SmallIntegerField()
    position = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    file = models.CharField(max_length=100)
    file_digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=160)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("audit checkpoint")
        ordering = ["lane", "position"]
        constraints = [models.UniqueConstraint(fields=["lane", "position"], name="audit_checkpoint_once")]

    def __str__(self) -> str:
        return f"{self.lane}/{self.position} {self.file}"
