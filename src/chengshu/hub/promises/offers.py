"""What this part tells links of its events, and where an attestation is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.events.offers import Fact, describe_event, ship_links, show_things
from chengshu.hub.promises.models import Attestation


def about_attestation(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What was attested, and by which post; None if the asker may not see it."""
    found = Attestation.objects.filter(pk=facts["attestation"]).first()
    if found is None:
        return None
    return {
        "unit": found.unit_id,
        "post": found.post_title,
        "as_of": found.as_of.isoformat(),
        "simulated": found.simulated,
    }


_ADDS = (
    Fact("unit", "number", _("Unit that attests (id)")),
    Fact("post", "string", _("Post that attests")),
    Fact("as_of", "string", _("Day of the value")),
    Fact("simulated", "boolean", _("Made up")),
)
_TITLES = {"attestation": _("Attestation (id)"), "indicator": _("Indicator"), "state": _("State")}

describe_event(
    "promises.AttestationMade", _("A value was attested"), titles=_TITLES, adds=_ADDS, about=about_attestation
)
describe_event(
    "promises.AttestationDecided",
    _("An attestation was decided"),
    titles=_TITLES,
    adds=_ADDS,
    about=about_attestation,
)
show_things("attestation", lambda number: reverse("promises:attestation", args=[number]))
ship_links()
