"""What probes tell links: an outage in words, the service of a contract it concerns, and where it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.engines.probes import queries
from chengshu.engines.probes.models import Outage
from chengshu.engines.probes.words import told
from chengshu.foundation.events.offers import Fact, describe_event, ship_links, show_things


def about_outage(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Target, cause and service of the outage that an event names; None if the asker may not see it."""
    found = Outage.objects.select_related("target", "check_row").filter(pk=facts["outage"]).first()
    if found is None:
        return None
    target = found.target
    return {
        "target_title": target.title,
        "address": target.address,
        "check": found.check_row.name,
        "cause": told(found.reason, found.detail),
        "group": target.group,
        "service": target.service or 0,
        "in_maintenance": queries.is_in_maintenance(target, found.began_at),
        "simulated": found.simulated,
    }


_OF_OUTAGE = (
    Fact("target_title", "string", _("Name of the target")),
    Fact("address", "string", _("Address")),
    Fact("check", "string", _("Check that noticed it")),
    Fact("cause", "string", _("Cause in words")),
    Fact("group", "string", _("Group")),
    Fact("service", "number", _("Service of a contract (id), 0 if none")),
    Fact("in_maintenance", "boolean", _("Within maintenance that was announced beforehand")),
    Fact("simulated", "boolean", _("Made up")),
)
_OWN = {
    "outage": _("Outage (id)"),
    "target": _("Key of the target"),
    "unit": _("Unit concerned (id)"),
    "began_at": _("Began at"),
}

describe_event(
    "probes.OutageBegan",
    _("A target went out of order"),
    titles=_OWN,
    adds=_OF_OUTAGE,
    about=about_outage,
)
describe_event(
    "probes.OutageEnded",
    _("A target is in order again"),
    titles={**_OWN, "ended_at": _("Ended at")},
    adds=_OF_OUTAGE,
    about=about_outage,
)
show_things("target", lambda key: reverse("probes:target", args=[key]))
ship_links()
