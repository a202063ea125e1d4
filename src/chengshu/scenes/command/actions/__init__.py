"""Every write of this scene."""

from chengshu.scenes.command.actions.events import (
    close_event,
    grade_event,
    handle_event,
    link_event,
    note_event,
    report_event,
    resolve_event,
    verify_event,
    withdraw_event,
)
from chengshu.scenes.command.actions.merging import dismiss_merge, merge_events, split_event

__all__ = [
    "close_event",
    "dismiss_merge",
    "grade_event",
    "handle_event",
    "link_event",
    "merge_events",
    "note_event",
    "report_event",
    "resolve_event",
    "split_event",
    "verify_event",
    "withdraw_event",
]
