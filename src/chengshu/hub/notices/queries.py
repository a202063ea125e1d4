"""Reads; the database shows only notices of the asker's units, these queries only those to the asker's posts."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chengshu.foundation.asking import EVERYWHERE, Asker
from chengshu.hub.notices.models import Notice

OPEN = Q(read_at=None, cleared_at=None)


def notices_to(asker: Asker) -> QuerySet[Notice]:
    """Notices to the roles that the asker's posts carry, at the units where they do; newest first."""
    mine = Q(pk__in=[])
    for role, units in asker.role_units.items():
        mine |= Q(role=role) if units == EVERYWHERE else Q(role=role, unit_id__in=list(units))
    return Notice.objects.select_related("unit", "read_by").filter(mine)
