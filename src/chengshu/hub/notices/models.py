"""The notice: to the holders of a role at a unit, never to a person by name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class Weight(models.TextChoices):
    PLAIN = "plain", _("For information")
    ATTENTION = "attention", _("Needs attention")
    URGENT = "urgent", _("Urgent")


class Notice(Recorded):
    """Something that the posts of a unit should know.

    ``about`` is the sender's own word for the occasion: all open notices of one occasion are cleared together.
    """

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)
    weight = models.CharField(max_length=10, choices=Weight.choices, default=Weight.PLAIN)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    page = models.CharField(max_length=300, blank=True)
    about = models.CharField(max_length=200, blank=True, db_index=True)
    sent_by = models.CharField(max_length=150)
    """Who asked for it, as the audit chain prints it."""
    sent_at = models.DateTimeField(auto_now_add=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    """The occasion was over before anybody had read it."""
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("notice")
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["unit", "role", "-sent_at"], name="notices_of_post")]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_open(self) -> bool:
        return self.read_at is None and self.cleared_at is None
