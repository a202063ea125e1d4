"""Forms with their versions, drafts, submissions; records of the registers and what people corrected in them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    PUBLISHED = "published", _("In use")
    RETIRED = "retired", _("Retired")


class SubmissionStatus(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CorrectionState(models.TextChoices):
    OPEN = "open", _("To be looked at")
    TAKEN = "taken", _("Taken over")
    DECLINED = "declined", _("Declined")


class FormDefinition(Recorded):
    """A form by its key; what it asks for is in its versions. ``scene`` ones come with the software."""

    key = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("form")
        ordering = ["title", "key"]

    def __str__(self) -> str:
        return self.key


class FormVersion(Recorded):
    """One version of a definition. The source is never changed: a trigger refuses it; a change is a new version."""

    definition = models.ForeignKey(FormDefinition, on_delete=models.PROTECT, related_name="versions")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    source = models.TextField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now_add=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("version of a form")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="registers_version_once"),
            models.UniqueConstraint(
                fields=["definition"], condition=Q(state="published"), name="registers_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id}/{self.number}"


class FormDraft(Recorded):
    """What somebody has entered so far, sealed; its owner alone can read it."""

    secret_fields: ClassVar[frozenset[str]] = frozenset({"typed_sealed"})

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=120)
    form_key = models.CharField(max_length=80)
    form_version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    typed_sealed = models.TextField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a form")
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["account", "subject"], name="registers_draft_once")]

    def __str__(self) -> str:
        return self.subject


class FormSubmission(Recorded):
    """A form as it was handed in for a subject such as ``case:17``.

    ``values`` has personal values masked; ``sealed`` holds them in clear and everything as it was typed.
    ``subject_kind`` and ``subject_number`` are the subject taken apart, so that the app above can let those read it
    who may read what it was handed in for.
    """

    secret_fields: ClassVar[frozenset[str]] = frozenset({"sealed"})

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=30)
    subject_number = models.BigIntegerField(null=True)
    round = models.PositiveIntegerField()
    form_key = models.CharField(max_length=80)
    form_version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    values = models.JSONField()
    personal = models.JSONField(default=list)
    materials = models.JSONField(default=list)
    corrections = models.JSONField(default=list)
    sealed = models.TextField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(
        max_length=10, choices=SubmissionStatus.choices, default=SubmissionStatus.SUBMITTED
    )
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("submitted form")
        ordering = ["-submitted_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["subject", "round"], name="registers_round_once")]
        indexes = [models.Index(fields=["subject_kind", "subject_number"], name="registers_subject")]

    def __str__(self) -> str:
        return f"{self.subject}/{self.round}"


class EntityRecord(Recorded):
    """What a register says of one entity from a day on; the day before, another record may have held.

    ``facts`` has personal ones masked, ``sealed`` has them and the key in clear.
    """

    secret_fields: ClassVar[frozenset[str]] = frozenset({"sealed"})

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    register = models.CharField(max_length=40)
    key_digest = models.CharField(max_length=64)
    key_shown = models.CharField(max_length=100)
    facts = models.JSONField()
    sealed = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)
    as_of = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("record of a register")
        ordering = ["register", "key_shown", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "register", "key_digest", "valid_from"], name="registers_record_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="registers_record_days",
            ),
        ]
        indexes = [models.Index(fields=["register", "key_digest"], name="registers_key")]

    def __str__(self) -> str:
        return f"{self.register}:{self.pk}"


class RecordCorrection(Recorded):
    """Somebody said that a record is wrong while filling in a form; whoever keeps the register settles it."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(EntityRecord, on_delete=models.PROTECT, related_name="corrections")
    submission = models.ForeignKey(FormSubmission, on_delete=models.PROTECT, related_name="+")
    fact = models.CharField(max_length=60)
    was = models.TextField()
    now = models.TextField()
    reason = models.CharField(max_length=500)
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=CorrectionState.choices, default=CorrectionState.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("correction of a record")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.record_id}.{self.fact}"
