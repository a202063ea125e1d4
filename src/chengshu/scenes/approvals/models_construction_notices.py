"""Public notices: what was posted, where and how long, the proof of it, and what people objected."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class NoticeKind(models.TextChoices):
    BEFORE = "before", _("Notice before the decision")
    AFTER = "after", _("Announcement of the decision")


class NoticeState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    POSTED = "posted", _("Posted to the public")
    CLOSED = "closed", _("Notice closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PublicNotice(Recorded):
    """公示: made from a case, posted under an address that stays. ``number`` is the address."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(
        "approvals.ConstructionProject", on_delete=models.PROTECT, null=True, related_name="notices"
    )
    case_id = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=60, blank=True, default="")
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    title = models.CharField(max_length=200)
    facts: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Pairs of heading and text, as printed."""
    files: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Drawings: id, name and digest of each."""
    days = models.PositiveSmallIntegerField()
    """Working days."""
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    """Last day on which one may object."""
    state = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.DRAFT)
    digest = models.CharField(max_length=64, blank=True, default="")
    drafted_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True, default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("public notice")
        ordering = ["-drafted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "kind"],
                condition=Q(case_id__isnull=False) & Q(state__in=["draft", "posted"]),
                name="approvals_notice_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class CorrectionKind(models.TextChoices):
    CORRECTED = "corrected", _("Corrected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class NoticeCorrection(Recorded):
    """更正、撤回: what was changed on a posted notice, with the digests before and after; never changed itself."""

    append_only: ClassVar[bool] = True

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="corrections")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=CorrectionKind.choices)
    reason = models.CharField(max_length=300)
    before = models.CharField(max_length=64)
    after = models.CharField(max_length=64)
    before_facts: models.JSONField[Any, Any] = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("correction of a notice")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.kind}"


class NoticeSnapshot(Recorded):
    """One look at the public page: what it answered and whether it showed the notice; never changed."""

    append_only: ClassVar[bool] = True

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="snapshots")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()
    answered = models.PositiveSmallIntegerField()
    """HTTP status; 0 when nothing answered."""
    digest = models.CharField(max_length=64, blank=True, default="")
    """SM3 of the whole page."""
    shown = models.BooleanField()
    """Whether the page carried the digest of the notice as it stood."""
    previous = models.CharField(max_length=64, blank=True, default="")
    """The link of the snapshot before."""
    link = models.CharField(max_length=64)
    """SM3 over this snapshot and the one before: a look taken out or put in later breaks the chain."""

    class Meta:
        verbose_name = _("look at a notice")
        ordering = ["seen_at", "id"]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.seen_at:%Y-%m-%d %H:%M}"


class NoticePosting(Recorded):
    """现场张贴: a photograph of the board on the site; never changed."""

    append_only: ClassVar[bool] = True

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="postings")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200)
    taken_at = models.DateTimeField()
    file = models.ForeignKey("files.File", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("posting on the site")
        ordering = ["taken_at", "id"]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.place}"


class ObjectionState(models.TextChoices):
    OPEN = "open", _("Being looked into")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Not upheld")


class NoticeObjection(Recorded):
    """异议: what somebody holds against a notice; handled as a case of its own, and the decision waits for it."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    case_id = models.BigIntegerField(null=True, unique=True)
    case_number = models.CharField(max_length=60, blank=True, default="")
    interest = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    answer = models.TextField(blank=True, default="")
    filed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("objection")
        ordering = ["-filed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "account"], condition=Q(state="open"), name="approvals_objection_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.state}"
