"""What this scene offers to links: a ticket for what a machine has noticed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.events.offers import Call, Input, offer_call, show_things
from chengshu.scenes.operations.actions import open_ticket
from chengshu.scenes.operations.models_tickets import Channel
from chengshu.scenes.operations.queries import service_by_id


def _open(*, service: int, **given: Any) -> Mapping[str, Any]:
    ticket = open_ticket(service=service_by_id(service), channel=Channel.ALARM, **given)
    return {"ticket": ticket.pk}


offer_call(
    Call(
        "operations.open_ticket",
        _("Open a ticket"),
        inputs=(
            Input("service", "number", _("Service of a contract (id)"), _("Whose contract sets the limits.")),
            Input("title", "string", _("Subject of the ticket")),
            Input("severity", "string", _("Severity"), _("1 out of order for everybody, to 4.")),
            Input("description", "string", _("What is known of it"), required=False),
            Input("place", "string", _("Place"), required=False),
            Input(
                "dedup",
                "string",
                _("Occasion"),
                _("While a ticket of it is open, no other is opened."),
                required=False,
            ),
            Input("simulated", "boolean", _("Made up"), required=False),
        ),
        needs=("operations.open_ticket", "operations.view"),
        perform=_open,
    )
)
show_things("ticket", lambda ticket_id: reverse("operations:ticket", args=[ticket_id]))
