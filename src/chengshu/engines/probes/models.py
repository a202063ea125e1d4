"""What is looked at and how, in tables that people change by actions.

A check is never rewritten: defining it anew adds a version, and every result names the version that it followed.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes.kinds import CheckKind
from chengshu.foundation.audit.changes import Recorded


class TargetKind(models.TextChoices):
    """What sort of thing a target is; for people only."""

    SITE = "site", _("Website")
    SYSTEM = "system", _("Information system")
    DATABASE = "database", _("Database")
    LINK = "link", _("Network line")
    KIOSK = "kiosk", _("Self-service kiosk")
    CAMERA = "camera", _("Camera")
    DEVICE = "device", _("Other device")


class WindowDays(models.TextChoices):
    """On which days a target must be available."""

    EVERY = "every", _("Every day")
    WORKING = "working", _("Working days")


class Target(Recorded):
    """Something that must be available: a site, a system, a line, a kiosk, a camera."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=TargetKind.choices)
    address = models.CharField(max_length=200, blank=True)
    """For people; what is really asked is in the checks."""
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    """What it hangs on: while that is down, this is unreachable and not itself out of order."""
    group = models.CharField(max_length=60, blank=True)
    """What its availability is reckoned with, such as the number of a contract."""
    service = models.PositiveBigIntegerField(null=True, blank=True)
    """Number of the service of a contract, wherever contracts are kept; only links look at it."""
    window_days = models.CharField(max_length=8, choices=WindowDays.choices, default=WindowDays.EVERY)
    window_times = models.CharField(max_length=100, blank=True)
    """Such as ``08:30-12:00 14:00-17:30``; empty: the whole day."""
    simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("target")
        ordering = ["key"]
        indexes = [models.Index(fields=["group"], name="probes_target_group")]

    def __str__(self) -> str:
        return self.title


class Check(Recorded):
    """One way of asking a target; ``number`` is that of its version in force."""

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="checks")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=CheckKind.choices)
    number = models.PositiveIntegerField(default=1)
    defined_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("check")
        ordering = ["target_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "name"], condition=Q(retired_at=None), name="probes_check_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CheckVersion(Recorded):
    """How a check asked from a moment on; never changed. ``digest`` covers all that decides a result."""

    append_only: ClassVar[bool] = True

    check_row = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="versions")
    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=CheckKind.choices)
    parameters = models.JSONField()
    interval_s = models.PositiveIntegerField()
    timeout_ms = models.PositiveIntegerField()
    down_after = models.PositiveSmallIntegerField()
    """So many failures in a row make it down."""
    up_after = models.PositiveSmallIntegerField()
    """So many successes in a row make it up again."""
    parent = models.ForeignKey(Target, on_delete=models.PROTECT, null=True, related_name="+")
    """What the target hung on then."""
    defined_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("version of a check")
        ordering = ["check_row_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["check_row", "number"], name="probes_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.check_row_id}/{self.number}"

    @property
    def valid_s(self) -> float:
        """For how long a result tells anything: two intervals and a time-out."""
        return 2 * self.interval_s + self.timeout_ms / 1000


class Maintenance(Recorded):
    """Work on a target or a group, announced by the platform's own clock; excluded only if announced beforehand."""

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(
        Target, on_delete=models.PROTECT, null=True, blank=True, related_name="maintenance"
    )
    group = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=100)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("announced maintenance")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="probes_maintenance_order")
        ]

    def __str__(self) -> str:
        return self.title


class Secret(Recorded):
    """A password that checks use by its name; sealed, and never shown to anybody."""

    secret_fields: ClassVar[frozenset[str]] = frozenset({"sealed"})

    unit = models.ForeignKey("orgs.Unit", on_delete=models.PROTECT, related_name="+")
    name = models.SlugField(max_length=60)
    sealed = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("secret of checks")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="probes_secret_once")]

    def __str__(self) -> str:
        return self.name


from chengshu.engines.probes.models_results import *  # noqa: E402, F403
