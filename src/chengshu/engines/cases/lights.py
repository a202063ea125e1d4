"""The colour of a clock, from two moments: nothing stored grows stale."""

from __future__ import annotations

from datetime import datetime

from chengshu.engines.cases.data import Light


def light_of(due_at: datetime | None, warn_at: datetime | None, now: datetime) -> Light:
    """Red from ``due_at`` on, yellow from ``warn_at`` on, green before; empty without a due date."""
    if due_at is None:
        return ""
    if due_at <= now:
        return "red"
    return "yellow" if warn_at is not None and warn_at <= now else "green"
