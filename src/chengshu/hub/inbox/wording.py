"""What the pages of the inbox call things: queues, lights, states, and how much time is left. Words only, no data."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chengshu.engines.cases.data import Light, Queue
from chengshu.foundation.errors import Words

QUEUES: Final[dict[Queue, Words]] = {
    "mine": gettext_lazy("To do"),
    "claimable": gettext_lazy("To claim"),
    "unit": gettext_lazy("My unit"),
    "circulated": gettext_lazy("To read"),
    "done": gettext_lazy("Done by me"),
    "started": gettext_lazy("Filed by me"),
}
"""The queues in the order of the tabs."""

EMPTY: Final[dict[Queue, tuple[Words, Words]]] = {
    "mine": (
        gettext_lazy("Nothing waits for you"),
        gettext_lazy(
            "Look under “To claim” for work that your post may take on, or file something yourself."
        ),
    ),
    "claimable": (
        gettext_lazy("Nothing to claim"),
        gettext_lazy("Every step for your posts has somebody who works on it."),
    ),
    "unit": (
        gettext_lazy("Your unit has no open work"),
        gettext_lazy("New work appears here as soon as a case reaches your unit."),
    ),
    "circulated": (
        gettext_lazy("Nothing to read"),
        gettext_lazy("Cases that somebody circulates to you appear here until you acknowledge them."),
    ),
    "done": (
        gettext_lazy("Nothing done yet"),
        gettext_lazy("The steps that you complete are kept here, with the way back to their cases."),
    ),
    "started": (
        gettext_lazy("You have filed nothing yet"),
        gettext_lazy("Choose what you need from the list of services; you can follow it here afterwards."),
    ),
}
"""What an empty queue says, and what to do then."""

LIGHT_TONES: Final[dict[Light, str]] = {
    "": "neutral",
    "green": "positive",
    "yellow": "caution",
    "red": "negative",
}
LIGHTS: Final[dict[Light, Words]] = {
    "": gettext_lazy("No limit"),
    "green": gettext_lazy("In time"),
    "yellow": gettext_lazy("Due soon"),
    "red": gettext_lazy("Over the limit"),
}

CASE_STATES: Final[dict[str, tuple[Words, str]]] = {
    "running": (gettext_lazy("In progress"), "info"),
    "suspended": (gettext_lazy("Suspended"), "caution"),
    "completed": (gettext_lazy("Finished"), "positive"),
    "terminated": (gettext_lazy("Ended early"), "neutral"),
    "void": (gettext_lazy("Void"), "negative"),
}
TASK_STATES: Final[dict[str, tuple[Words, str]]] = {
    "open": (gettext_lazy("To be done"), "info"),
    "completed": (gettext_lazy("Completed"), "positive"),
    "cancelled": (gettext_lazy("Taken away"), "neutral"),
    "withdrawn": (gettext_lazy("Withdrawn"), "neutral"),
}
TASK_KINDS: Final[dict[str, Words]] = {
    "task": "",
    "signer": gettext_lazy("Countersign"),
    "added": gettext_lazy("Added signer"),
    "delegated": gettext_lazy("Asked for an opinion"),
    "circulated": gettext_lazy("To read"),
}
HAPPENINGS: Final[dict[str, tuple[Words, str]]] = {
    "case_started": (gettext_lazy("The case was filed"), "info"),
    "case_completed": (gettext_lazy("The case ended"), "positive"),
    "case_terminated": (gettext_lazy("The case ended before its time"), "neutral"),
    "case_suspended": (gettext_lazy("Suspended"), "caution"),
    "case_resumed": (gettext_lazy("Resumed"), "info"),
    "case_withdrawn": (gettext_lazy("Withdrawn by the applicant"), "neutral"),
    "case_voided": (gettext_lazy("Declared void"), "negative"),
    "cases_merged": (gettext_lazy("Another case was merged into this one"), "info"),
    "merged_into": (gettext_lazy("Merged into another case"), "neutral"),
    "case_split": (gettext_lazy("A case was split off"), "info"),
    "split_from": (gettext_lazy("Split from another case"), "info"),
    "case_returned": (gettext_lazy("Sent back"), "negative"),
    "came_back": (gettext_lazy("Back at the step that had sent it back"), "info"),
    "case_jumped": (gettext_lazy("Moved to another step"), "caution"),
    "completion_withdrawn": (gettext_lazy("A decision was taken back"), "caution"),
    "task_claimed": (gettext_lazy("Claimed"), "neutral"),
    "task_released": (gettext_lazy("Given back to the post"), "neutral"),
    "task_completed": (gettext_lazy("Decision made"), "positive"),
    "task_transferred": (gettext_lazy("Handed over"), "info"),
    "task_delegated": (gettext_lazy("Somebody was asked for an opinion"), "info"),
    "delegation_resolved": (gettext_lazy("The opinion was given"), "info"),
    "task_urged": (gettext_lazy("Urged"), "caution"),
    "signer_added": (gettext_lazy("A signer was added"), "info"),
    "signer_removed": (gettext_lazy("A signer was removed"), "neutral"),
    "countersign_decided": (gettext_lazy("The countersign is decided"), "info"),
    "circulated": (gettext_lazy("Circulated"), "info"),
    "circulation_acknowledged": (gettext_lazy("Read and acknowledged"), "neutral"),
    "status": (gettext_lazy("New status"), "info"),
    "incident": (gettext_lazy("A step could not go on"), "negative"),
    "retried": (gettext_lazy("Tried again"), "info"),
    "job_failed": (gettext_lazy("A service failed"), "negative"),
    "job_done": (gettext_lazy("A service answered"), "neutral"),
    "error": (gettext_lazy("An error was handled"), "negative"),
    "escalation": (gettext_lazy("Escalated"), "caution"),
    "moved": (gettext_lazy("Moved to another version or step"), "caution"),
}
"""The entries of a history that people read, with their tone; the others are the engine's own bookkeeping."""

ENDINGS: Final[dict[str, Words]] = {
    "withdrawn": gettext_lazy("Withdrawn by the applicant"),
    "void": gettext_lazy("Void"),
    "merged": gettext_lazy("Merged into another case"),
    "cancelled": gettext_lazy("Cancelled by the process"),
}
"""How a case ended other than by a decision."""

OUTCOMES: Final[dict[str, tuple[Words, str]]] = {
    "returned": (gettext_lazy("Sent back"), "negative"),
    "read": (gettext_lazy("Read"), "neutral"),
}
"""What a step ended with that is not on offer as a decision; with its tone."""

LAYERS: Final[dict[str, Words]] = {
    "legal": gettext_lazy("Legal limit"),
    "promised": gettext_lazy("Promised limit"),
    "step": gettext_lazy("Limit of the step"),
}
CLOCK_UNITS: Final[dict[str, Words]] = {
    "wd": gettext_lazy("working days"),
    "d": gettext_lazy("natural days"),
    "h": gettext_lazy("hours"),
}


def time_left(due_at: datetime | None, now: datetime) -> str:
    """How long until ``due_at`` in the largest fitting unit of natural time; empty without a limit."""
    if due_at is None:
        return ""
    left = due_at - now
    words = _duration(abs(left))
    return (_("%(time)s left") if left >= timedelta() else _("%(time)s over")) % {"time": words}


def _duration(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
