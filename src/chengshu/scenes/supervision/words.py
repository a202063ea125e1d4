"""Words that several pages of this scene say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing, Words
from chengshu.scenes.supervision.models import CardLevel
from chengshu.scenes.supervision.sampling.calling import Disposition

LEVEL_TONES: Final[Mapping[str, str]] = {
    CardLevel.LEAD: "info",
    CardLevel.WARNING: "info",
    CardLevel.YELLOW: "caution",
    CardLevel.RED: "negative",
}
DISPOSITIONS: Final[Mapping[str, Words]] = {
    Disposition.COMPLETE: _("Complete interview"),
    Disposition.PARTIAL: _("Partial interview"),
    Disposition.REFUSAL: _("Interview refused"),
    Disposition.BREAK_OFF: _("Broken off"),
    Disposition.RESPONDENT_AWAY: _("Not available"),
    Disposition.ANSWERING_DEVICE: _("Answering device"),
    Disposition.DECEASED: _("Deceased"),
    Disposition.UNABLE: _("Unable to answer"),
    Disposition.LANGUAGE: _("Language barrier"),
    Disposition.BUSY: _("Line busy"),
    Disposition.NO_ANSWER: _("No answer"),
    Disposition.TECHNICAL: _("Technical fault"),
    Disposition.NOT_CALLED: _("Not called"),
    Disposition.WRONG_NUMBER: _("Wrong number"),
    Disposition.NOT_WORKING: _("Number not in service"),
    Disposition.NOT_ELIGIBLE: _("Not an applicant"),
}
"""The names of AAPOR's final codes."""


def no_such() -> Missing:
    return Missing(
        _("There is no such thing, or you may not see it."),
        code="supervision.missing",
        hint=_("Go back to the list."),
    )
