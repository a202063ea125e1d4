"""Words and tones that several pages of this scene say."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Option

SCORES: Final = (
    Option("5", _("Very satisfied")),
    Option("4", _("Satisfied")),
    Option("3", _("Fairly satisfied")),
    Option("2", _("Dissatisfied")),
    Option("1", _("Very dissatisfied")),
)
GROUPS: Final = (
    Option("users", _("Users")),
    Option("managing", _("Managing unit")),
    Option("using", _("Units that use it")),
)
STATE_TONES: Final = {"open": "caution", "responded": "info", "repaired": "info", "closed": "positive"}
OUTCOME_TONES: Final = {"accepted": "positive", "rework": "caution", "returned": "negative"}
FAULTS: Final[dict[str, Words]] = {
    "black": _("Black picture"),
    "covered": _("Covered lens"),
    "blurred": _("Blurred picture"),
    "frozen": _("Frozen picture"),
    "shifted": _("Shifted camera"),
}
MEASURES: Final[dict[str, Words]] = {
    "mean": _("Mean grey"),
    "spread": _("Spread of grey"),
    "sharpness": _("Sharpness"),
    "difference": _("Difference to the snapshot before"),
    "shift": _("Shift in pixels"),
}
COUNTS: Final = (
    ("opened", _("Tickets opened")),
    ("repaired", _("Of them repaired")),
    ("unrepaired", _("Not repaired at the end")),
    ("late_response", _("Late responses")),
    ("late_arrival", _("Late arrivals")),
    ("late_repair", _("Late repairs")),
    ("rounds", _("Rounds due")),
    ("rounds_in_time", _("Of them done in time")),
    ("calls", _("Calls to the fault phone")),
    ("calls_answered", _("Of them answered")),
    ("surveys", _("Answers to surveys")),
    ("surveys_satisfied", _("Of them satisfied")),
)
"""What a monthly report counts, in the order of its paper."""


def lasting(seconds: int) -> str:
    """Seconds in hours, minutes and seconds, each only where it is not nothing."""
    parts = (
        (gettext("%(count)s h"), seconds // 3600),
        (gettext("%(count)s min"), seconds // 60 % 60),
        (gettext("%(count)s s"), seconds % 60),
    )
    told = [words % {"count": count} for words, count in parts if count]
    return " ".join(told) or gettext("%(count)s s") % {"count": 0}
