"""Definitions of the cockpit as data: views, scores of vital signs, the base layer of the map. All are only added to.

What a view shows is never kept here: every tile reads it from where it lives, as whoever looks.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.changes import Recorded


class CockpitView(Recorded):
    """A view by its key; what it shows is in its versions. A shared one is there for everybody with the power."""

    key = models.SlugField(max_length=60, unique=True)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    origin = models.CharField(max_length=60, blank=True)
    """Set for what comes with the software."""
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("view of the cockpit")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class ViewVersion(Recorded):
    """One version of a view: its definition as written. The highest number is in force."""

    append_only: ClassVar[bool] = True

    view = models.ForeignKey(CockpitView, on_delete=models.PROTECT, related_name="versions")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    definition = models.TextField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a view")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["view", "number"], name="cockpit_view_number_once")]

    def __str__(self) -> str:
        return f"{self.view_id}/{self.number}"


class ScoreVersion(Recorded):
    """What a score of vital signs is made of from a day on. Of one day the highest number counts."""

    append_only: ClassVar[bool] = True

    key = models.SlugField(max_length=60)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    valid_from = models.DateField()
    definition = models.TextField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a score")
        ordering = ["key", "-number"]
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="cockpit_score_number_once")]

    def __str__(self) -> str:
        return f"{self.key}/{self.number}"


class BaseMap(Recorded):
    """A base layer that was approved for publication, with the number of its review; the last one is shown."""

    append_only: ClassVar[bool] = True

    title = models.CharField(max_length=100)
    review_number = models.CharField(max_length=60)
    content = models.TextField()
    """GeoJSON in CGCS2000."""
    digest = models.CharField(max_length=64)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("base layer of the map")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.review_number
