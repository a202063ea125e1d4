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
