"""Opinions that officials write every day (常用意见), offered above the box for the opinion."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Words

PHRASES: Final[dict[str, tuple[Words, ...]]] = {
    "positive": (
        _("Agreed."),
        _("Agreed; please proceed according to the rules."),
        _("Checked; the materials are complete and the content is correct."),
        _("No objection."),
    ),
    "negative": (
        _("Not agreed; please explain the need in more detail."),
        _("The materials are incomplete; please add what is missing and send it again."),
    ),
    "neutral": (_("Read."), _("Done.")),
}
"""By the tone of the outcome they go with."""


def phrases_for(tones: set[str]) -> tuple[Words, ...]:
    """The phrases that fit the outcomes on offer; those without a decision when there is none."""
    wanted: list[str] = [tone for tone in ("positive", "negative") if tone in tones] or ["neutral"]
    return tuple(phrase for tone in wanted for phrase in PHRASES[tone])
