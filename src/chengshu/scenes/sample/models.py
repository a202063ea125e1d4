"""The note and its two states."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.codes import mask_phone


class NoteState(models.TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")


class Note(Recorded):
    """What somebody wants a unit to know, and the unit's answer."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(_("subject"), max_length=100)
    text = models.TextField(_("text"))
    contact_phone = models.CharField(_("contact phone"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=NoteState.choices, default=NoteState.OPEN)
    left_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField(_("left at"), auto_now_add=True)
    acknowledged_at = models.DateTimeField(null=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("note")
        ordering = ["-left_at", "-id"]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_open(self) -> bool:
        return self.state == NoteState.OPEN

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.contact_phone) if self.contact_phone else ""
