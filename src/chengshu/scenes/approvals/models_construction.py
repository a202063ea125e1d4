"""Construction projects: one code through four stages, their items, materials, visits and defects.

Experts and public notices stand beside it (``models_construction_experts``, ``models_construction_notices``); they are
imported here, so that the scene's models know one name of this part.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.scenes.approvals.models_construction_experts import (
    Expert,
    ExpertConflict,
    ExpertDraw,
    ExpertReview,
    ReviewSeat,
)
from chengshu.scenes.approvals.models_construction_notices import (
    NoticeCorrection,
    NoticeObjection,
    NoticePosting,
    NoticeSnapshot,
    PublicNotice,
)

__all__ = [
    "BusyTime",
    "ConstructionProject",
    "Defect",
    "DefectRecheck",
    "Expert",
    "ExpertConflict",
    "ExpertDraw",
    "ExpertReview",
    "NoticeCorrection",
    "NoticeObjection",
    "NoticePosting",
    "NoticeSnapshot",
    "ProjectItem",
    "ProjectMaterial",
    "PublicNotice",
    "ReviewSeat",
    "SiteVisit",
    "VisitParticipant",
]


class ProjectKind(models.TextChoices):
    GOVERNMENT = "government", _("Government investment")
    ENTERPRISE = "enterprise", _("Enterprise investment")


class ProjectState(models.TextChoices):
    ACTIVE = "active", _("Under way")
    DONE = "done", _("All approvals decided")
    CANCELLED = "cancelled", _("Given up")


class ConstructionProject(Recorded):
    """工程建设项目. ``reader_units`` are its own unit, the leads of its stages and the units of its items."""

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=ProjectKind.choices)
    owner_name = models.CharField(max_length=200)
    owner_code = models.CharField(max_length=18)
    site_address = models.CharField(max_length=300)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    reader_units = ArrayField(models.BigIntegerField(), default=list)
    handover_on = models.DateField(null=True)
    """交地日期: the pre-service of stages 1 to 3 aims at this day (交地即开工)."""
    state = models.CharField(max_length=10, choices=ProjectState.choices, default=ProjectState.ACTIVE)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("construction project")
        ordering = ["-registered_at", "-id"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ProjectItem(Recorded):
    """One approval of a project. ``stage`` 0 stands outside the stages, to be decided before the construction permit.

    What the case says is kept here, so that a lead reads how the other branches stand without reading their cases.
    """

    project = models.ForeignKey(ConstructionProject, on_delete=models.CASCADE, related_name="items")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=100)
    """Of the matter, such as ``approvals.planning_permit``."""
    title = models.CharField(max_length=200)
    needed = models.BooleanField(default=True)
    not_needed_because = models.CharField(max_length=300, blank=True, default="")
    case_id = models.BigIntegerField(null=True, unique=True)
    case_number = models.CharField(max_length=60, blank=True, default="")
    status = models.CharField(max_length=2, blank=True, default="")
    filed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    legal_limit = models.CharField(max_length=20, blank=True, default="")
    promised_limit = models.CharField(max_length=20, blank=True, default="")
    pauses: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Days on which the clock lawfully stood still, as ``[["2026-02-24", "2026-03-06"], …]``; null: still."""

    class Meta:
        verbose_name = _("item of a project")
        ordering = ["project", "stage", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="approvals_item_once")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.key}"


class ProjectMaterial(Recorded):
    """A material of the project's one pool; each handing-in of the same key is a new version of it."""

    project = models.ForeignKey(ConstructionProject, on_delete=models.CASCADE, related_name="materials")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    file = models.ForeignKey("files.File", on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True, default="")
    """SM3 of its bytes; empty while it is owed (容缺)."""
    due_on = models.DateField(null=True)
    supplied_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("material of a project")
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "key", "version"], name="approvals_projectmaterial_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.key} {self.version}"


class VisitKind(models.TextChoices):
    JOINT = "joint", _("Joint visit")
    SURVEY = "survey", _("Site survey")
    MEETING = "meeting", _("Meeting")


class VisitState(models.TextChoices):
    PROPOSED = "proposed", _("Time proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    HELD = "held", _("Took place")
    CANCELLED = "cancelled", _("Cancelled")


class SiteVisit(Recorded):
    """踏勘、会议: several units at one time and place; the lead unit calls it."""

    project = models.ForeignKey(
        ConstructionProject, on_delete=models.PROTECT, null=True, related_name="visits"
    )
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    reader_units = ArrayField(models.BigIntegerField(), default=list)
    """Units that are asked to come."""
    case_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=10, choices=VisitKind.choices)
    purpose = models.CharField(max_length=200)
    place = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=VisitState.choices, default=VisitState.PROPOSED)
    minutes = models.TextField(blank=True, default="")
    cancelled_because = models.CharField(max_length=300, blank=True, default="")
    held_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("site visit")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="approvals_visit_order")
        ]
        indexes = [models.Index(fields=["case_id"], name="approvals_visit_case")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.purpose}"


class ParticipantState(models.TextChoices):
    ASKED = "asked", _("Asked")
    ATTENDED = "attended", _("Attended")
    ABSENT = "absent", _("Absent")


class VisitParticipant(Recorded):
    """A unit that is asked to a visit."""

    visit = models.ForeignKey(SiteVisit, on_delete=models.CASCADE, related_name="participants")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ParticipantState.choices, default=ParticipantState.ASKED)

    class Meta:
        verbose_name = _("participant of a visit")
        constraints = [models.UniqueConstraint(fields=["visit", "unit"], name="approvals_participant_once")]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.unit_id}"


class BusyTime(Recorded):
    """A stretch in which a unit's people cannot come; readable to all staff, since slots are sought over it."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("busy time")
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="approvals_busy_order")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.starts_at:%Y-%m-%d %H:%M}"


class DefectState(models.TextChoices):
    OPEN = "open", _("To be rectified")
    RECTIFIED = "rectified", _("Rectification reported")
    CLEARED = "cleared", _("Cleared")


class Defect(Recorded):
    """问题清单: what a special acceptance found wrong; it is cleared by a re-check of the unit that found it."""

    project = models.ForeignKey(ConstructionProject, on_delete=models.PROTECT, related_name="defects")
    visit = models.ForeignKey(SiteVisit, on_delete=models.PROTECT, null=True, related_name="defects")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    case_id = models.BigIntegerField(null=True)
    special = models.CharField(max_length=60, blank=True, default="")
    text = models.CharField(max_length=500)
    basis = models.CharField(max_length=300)
    """The standard or article that it breaks; a defect without one may not be raised."""
    state = models.CharField(max_length=10, choices=DefectState.choices, default=DefectState.OPEN)
    due_on = models.DateField()
    found_at = models.DateTimeField()
    rectification = models.CharField(max_length=1000, blank=True, default="")
    rectified_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("defect")
        ordering = ["found_at", "id"]
        indexes = [models.Index(fields=["case_id", "state"], name="approvals_defect_case")]

    def __str__(self) -> str:
        return self.text[:60]


class DefectRecheck(Recorded):
    """复验: one look at a defect after rectification; never changed."""

    append_only: ClassVar[bool] = True

    defect = models.ForeignKey(Defect, on_delete=models.PROTECT, related_name="rechecks")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    passed = models.BooleanField()
    note = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("re-check of a defect")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.defect_id} {self.passed}"
