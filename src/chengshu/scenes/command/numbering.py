"""Numbers without gaps in a series of a unit and a day, given within the running action."""

from __future__ import annotations

from django.utils import timezone

from chengshu.scenes.command.models_events import Serial


def next_number(unit_id: int, prefix: str) -> str:
    """The next one, such as ``SJ20260722-003``."""
    series = f"{prefix}{timezone.localdate():%Y%m%d}"
    row, _created = Serial.objects.select_for_update().get_or_create(unit_id=unit_id, series=series)
    row.last += 1
    row.save()
    return f"{series}-{row.last:03d}"
