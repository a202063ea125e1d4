"""What this scene tells links of its events, and where a card is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.events.offers import Fact, describe_event, ship_links, show_things
from chengshu.scenes.supervision.models import Card, Rating


def about_card(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a card is about; None if the asker may not see it."""
    card = Card.objects.filter(pk=facts["card"]).first()
    if card is None:
        return None
    return {
        "unit": card.unit_id,
        "level_title": str(card.get_level_display()),
        "case_number": card.case_number,
        "case_title": card.case_title,
        "evidence": card.evidence,
        "simulated": card.simulated,
    }


def about_rating(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Whose service was rated; None if the asker may not see it."""
    rating = Rating.objects.filter(pk=facts["rating"]).first()
    return None if rating is None else {"unit": rating.unit_id}


_UNIT = Fact("unit", "number", _("Unit concerned (id)"))

describe_event(
    "supervision.CardRaised",
    _("A supervision card was raised"),
    titles={"card": _("Card (id)"), "unit": _("Unit concerned (id)"), "level": _("Level of the card")},
    adds=(
        Fact("level_title", "string", _("Level in words")),
        Fact("case_number", "string", _("Number of the case")),
        Fact("case_title", "string", _("Title of the case")),
        Fact("evidence", "string", _("Evidence")),
        Fact("simulated", "boolean", _("Made up")),
    ),
    about=about_card,
)
describe_event(
    "supervision.RatingLeft",
    _("A service was rated"),
    titles={"rating": _("Rating (id)"), "level": _("Level, 1 to 5")},
    adds=(_UNIT,),
    about=about_rating,
)
show_things("card", lambda card_id: reverse("supervision:card", args=[card_id]))
ship_links()
