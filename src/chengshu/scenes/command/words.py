"""Tones that several pages of this scene show."""

from __future__ import annotations

from typing import Final

EVENT_TONES: Final = {
    "reported": "caution",
    "verified": "info",
    "handling": "info",
    "resolved": "positive",
    "closed": "neutral",
    "withdrawn": "neutral",
}
GRADE_TONES: Final = {"1": "negative", "2": "negative", "3": "caution", "4": "info"}
STEP_TONES: Final = {
    "reported": "caution",
    "resolved": "positive",
    "closed": "positive",
    "withdrawn": "negative",
}
VERSION_TONES: Final = {
    "draft": "neutral",
    "submitted": "caution",
    "in_force": "positive",
    "replaced": "neutral",
}
RUN_TONES: Final = {"running": "info", "ended": "positive", "aborted": "negative"}
RUN_STEP_TONES: Final = {"waiting": "neutral", "ready": "info", "done": "positive", "skipped": "caution"}
INSTRUCTION_TONES: Final = {
    "issued": "caution",
    "received": "info",
    "answered": "info",
    "done": "info",
    "closed": "positive",
    "withdrawn": "neutral",
}
REPLY_TONES: Final = {"late": "negative", "back": "negative", "done": "positive", "closed": "positive"}
REPORT_TONES: Final = {"draft": "caution", "checked": "info", "issued": "positive"}
