"""What comes round by itself."""

from __future__ import annotations

from datetime import timedelta

from chengshu.foundation.jobs.periodic import periodic
from chengshu.scenes.command.actions import (
    draft_due_reports,
    note_late_hand_overs,
    note_late_instructions,
    note_late_steps,
)


@periodic(every=timedelta(minutes=1))
def note_what_is_late() -> None:
    """Limits that ran out are noted and told once."""
    note_late_steps()
    note_late_instructions()
    note_late_hand_overs()


@periodic(every=timedelta(minutes=5))
def draft_reports() -> None:
    """Situation reports are drafted at their hours."""
    draft_due_reports()
