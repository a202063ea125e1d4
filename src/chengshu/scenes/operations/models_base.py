"""What rows of this scene share: the unit that ordered a service, and the supplier that renders it.

Both see a row. Most rows the unit writes; those of a supplier's work its people write too: see the migrations.
"""

from __future__ import annotations

from django.db import models

from chengshu.foundation.audit.changes import Recorded
from chengshu.foundation.orgs.models import Unit


class Shared(Recorded):
    """A row of a unit that its supplier reads as well."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
