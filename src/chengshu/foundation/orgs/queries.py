"""Reads on the organisation."""

from __future__ import annotations

from chengshu.foundation.orgs.models import Unit, UnitAlias


def unit_by_name(name: str) -> Unit | None:
    """The unit with this name, now or ever: its own name first, then its aliases."""
    unit = Unit.objects.filter(name=name).order_by("valid_to").last()
    if unit is not None:
        return unit
    alias = UnitAlias.objects.select_related("unit").filter(name=name).first()
    return alias.unit if alias else None
