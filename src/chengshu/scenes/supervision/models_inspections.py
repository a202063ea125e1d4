"""Inspections: mystery visits and phone sampling, their samples, evidence, codes, findings and publications.

All rows belong to the unit that inspects (``unit``), so that the visited one sees nothing of them. A finding also names
the visited unit, which sees it from the day of its release on.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.supervision.sampling.calling import Disposition


class InspectionKind(models.TextChoices):
    MYSTERY = "mystery", _("Mystery visits")
    PHONE = "phone", _("Phone sampling")
    CASES = "cases", _("Sample of case files")
    STUDY = "study", _("Deep study")


class InspectionState(models.TextChoices):
    PLANNED = "planned", _("Sample not drawn yet")
    FIELDING = "fielding", _("In the field")
    RELEASED = "released", _("Released to the units")
    PUBLISHED = "published", _("Published")


class Inspection(Recorded):
    """One round of an inspection."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=InspectionKind.choices)
    title = models.CharField(max_length=200)
    script = models.CharField(max_length=60)
    """Key of the script in ``facts/scripts.toml``."""
    state = models.CharField(max_length=10, choices=InspectionState.choices, default=InspectionState.PLANNED)
    period_from = models.DateField()
    period_until = models.DateField()
    """Last day of the period that the frame covers."""
    due_on = models.DateField()
    """The day by which it is to be released."""
    opened_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("inspection")
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return self.title


class SampleDraw(Recorded):
    """A drawn sample, with everything that is needed to draw it again."""

    append_only: ClassVar[bool] = True

    inspection = models.OneToOneField(Inspection, on_delete=models.PROTECT, related_name="draw")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=40)
    seed = models.CharField(max_length=100)
    allocation_rule = models.CharField(max_length=12)
    frame = models.JSONField()
    frame_digest = models.CharField(max_length=64)
    sizes = models.JSONField()
    allocation = models.JSONField()
    chosen = models.JSONField()
    digest = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("drawn sample")

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.digest[:12]}"


class VisitState(models.TextChoices):
    OPEN = "open", _("Not done yet")
    DONE = "done", _("Visit done")
    INVALID = "invalid", _("Not usable")


class Visit(Recorded):
    """One element of the sample: a mystery visit, a call, a case file."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="visits")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    visited_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    stratum = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=VisitState.choices, default=VisitState.OPEN)
    disposition = models.CharField(
        max_length=5, blank=True, default="", choices=[(code.value, code.value) for code in Disposition]
    )
    invalid_because = models.CharField(max_length=500, blank=True, default="")
    finished_at = models.DateTimeField(null=True)
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    retest_of = models.ForeignKey(
        "supervision.InspectionFinding", on_delete=models.PROTECT, null=True, related_name="retests"
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("visit")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "key"],
                condition=models.Q(retest_of__isnull=True),
                name="supervision_visit_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.key}"


class AnswerCode(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    NOT_APPLICABLE = "na", _("Not applicable")


class Evidence(Recorded):
    """What was seen at one step of the script: time, place, answer, photo, digest of the recording."""

    append_only: ClassVar[bool] = True

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="evidence")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=60)
    answer = models.CharField(max_length=4, choices=AnswerCode.choices)
    note = models.CharField(max_length=1000, blank=True, default="")
    seen_at = models.DateTimeField()
    """When it was seen, as the inspector says."""
    recorded_at = models.DateTimeField()
    """When the platform took it down."""
    photo = models.ForeignKey("files.File", on_delete=models.PROTECT, null=True, related_name="+")
    audio_sha256 = models.CharField(max_length=64, blank=True, default="")
    """Of the recording, which stays with the inspectors; the digest proves that it is the same."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("evidence")
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.step}"


class Coding(Recorded):
    """The code that one person gave to one step of a visit, not knowing the other person's."""

    append_only: ClassVar[bool] = True

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="codings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=60)
    code = models.CharField(max_length=4, choices=AnswerCode.choices)
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    coded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("code")
        constraints = [
            models.UniqueConstraint(fields=["visit", "step", "coder"], name="supervision_coding_once")
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.step} {self.code}"


class InspectionFinding(Recorded):
    """What an inspection found wrong at a unit. The unit sees it from its release on."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="findings")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="findings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    """The unit that inspects."""
    visited_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=60, blank=True, default="")
    text = models.TextField()
    added_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    case_id = models.BigIntegerField(null=True)
    """The rectification case."""
    closed_at = models.DateTimeField(null=True)
    passed = models.BooleanField(null=True)
    """What the re-test showed."""

    class Meta:
        verbose_name = _("finding of an inspection")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.visited_unit_id}"


class Publication(Recorded):
    """A published result: the pack as it left the house, with its digest. Anybody may read it."""

    append_only: ClassVar[bool] = True

    inspection = models.OneToOneField(Inspection, on_delete=models.PROTECT, related_name="publication")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    summary = models.JSONField()
    content = models.ForeignKey("files.Content", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("publication")
        ordering = ["-published_at", "-id"]

    def __str__(self) -> str:
        return self.slug
