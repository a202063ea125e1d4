"""What rows of this scene share: the unit at whose desk they are kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.orgs.models import Unit


class Kept(Recorded):
    """A row kept at the desk of a unit."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Written(Kept):
    """A row that is written once and never changed."""

    append_only = True

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
