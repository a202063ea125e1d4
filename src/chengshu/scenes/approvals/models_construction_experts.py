"""The expert panel: who may be drawn, for what, who must not, and what was drawn and said.

The panel ships empty. An expert is a registered person outside the office: the name is sealed and shown masked.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.masking import PersonalField, personal_name


class ExpertState(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Taken out of draws")


class Expert(Recorded):
    """专家: entered by the unit that keeps the panel, under a number of its own."""

    personal_fields: ClassVar[tuple[PersonalField, ...]] = (personal_name("name", _("Name")),)
    secret_fields: ClassVar[frozenset[str]] = frozenset({"name_sealed"})

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    name_masked = models.CharField(max_length=60, blank=True, default="")
    name_sealed = models.CharField(max_length=400, blank=True, default="")
    fields = ArrayField(models.CharField(max_length=40))
    """专业, such as ``energy`` or ``planning``: keys of ``facts/plan.toml``."""
    title = models.CharField(max_length=60, blank=True, default="")
    employer_name = models.CharField(max_length=200)
    employer_code = models.CharField(max_length=18)
    state = models.CharField(max_length=10, choices=ExpertState.choices, default=ExpertState.ACTIVE)
    suspended_because = models.CharField(max_length=300, blank=True, default="")
    registered_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("expert")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name_masked}"


class ConflictKind(models.TextChoices):
    OWNER = "owner", _("Tie to an organisation")
    PROJECT = "project", _("Worked on the project")


class ExpertConflict(Recorded):
    """回避: a declared tie of an expert to an organisation or a project."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="conflicts")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ConflictKind.choices)
    with_code = models.CharField(max_length=24)
    """Unified social credit code, or project code."""
    reason = models.CharField(max_length=300)
    declared_on = models.DateField()
    until = models.DateField(null=True)
    """Last day; empty: for good."""

    class Meta:
        verbose_name = _("conflict of an expert")
        ordering = ["-declared_on", "-id"]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.with_code}"


class ReviewState(models.TextChoices):
    OPEN = "open", _("Review under way")
    CONCLUDED = "concluded", _("Concluded")
    CANCELLED = "cancelled", _("Cancelled")


class Opinion(models.TextChoices):
    AGREE = "agree", _("Expert agrees")
    AMEND = "amend", _("Agrees after amendment")
    DISAGREE = "disagree", _("Expert does not agree")


class ExpertReview(Recorded):
    """专家评审: one review for a case; a case that waits for it goes on when it is concluded."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(
        "approvals.ConstructionProject", on_delete=models.PROTECT, null=True, related_name="reviews"
    )
    project_code = models.CharField(max_length=24)
    owner_code = models.CharField(max_length=18)
    case_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    """The field of the experts, such as ``energy``."""
    title = models.CharField(max_length=200)
    seats_wanted = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.OPEN)
    notice_number = models.CharField(max_length=80)
    """Of the written notice that told the applicant how long it takes (行政许可法 Art. 45)."""
    expected_until = models.DateField()
    opened_at = models.DateTimeField()
    concluded_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, choices=Opinion.choices, blank=True, default="")
    conclusion = models.TextField(blank=True, default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("expert review")
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["case_id"], name="approvals_review_case")]

    def __str__(self) -> str:
        return self.title


class ExpertDraw(Recorded):
    """抽取: one draw with its seed and all that it looked at, so that anybody can compute it again."""

    append_only: ClassVar[bool] = True

    review = models.ForeignKey(ExpertReview, on_delete=models.PROTECT, related_name="draws")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    seats = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=64)
    frame: models.JSONField[Any, Any] = models.JSONField()
    """Every expert of the panel as the draw saw them."""
    frame_digest = models.CharField(max_length=64)
    log: models.JSONField[Any, Any] = models.JSONField()
    """In the order looked at: who was drawn, and why each other was passed over."""
    reason = models.CharField(max_length=300, blank=True, default="")
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("draw of experts")
        ordering = ["review", "round"]
        constraints = [models.UniqueConstraint(fields=["review", "round"], name="approvals_draw_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.round}"


class SeatState(models.TextChoices):
    DRAWN = "drawn", _("Drawn")
    EXCUSED = "excused", _("Excused")
    GIVEN = "given", _("Opinion given")


class ReviewSeat(Recorded):
    """One expert's place in a review, and what that expert said."""

    review = models.ForeignKey(ExpertReview, on_delete=models.PROTECT, related_name="seats")
    draw = models.ForeignKey(ExpertDraw, on_delete=models.PROTECT, related_name="+")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="seats")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    drawn_on = models.DateField()
    state = models.CharField(max_length=10, choices=SeatState.choices, default=SeatState.DRAWN)
    excused_because = models.CharField(max_length=300, blank=True, default="")
    opinion = models.CharField(max_length=10, choices=Opinion.choices, blank=True, default="")
    text = models.TextField(blank=True, default="")
    given_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("seat of a review")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["review", "expert"], name="approvals_seat_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.expert_id}"
