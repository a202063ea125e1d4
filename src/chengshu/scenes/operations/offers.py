"""What this scene offers to links: a ticket, and an outage, for what a machine has noticed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.events.offers import Call, Input, offer_call, show_things
from chengshu.scenes.operations.actions import end_outage, note_restored, open_ticket, record_outage
from chengshu.scenes.operations.models_tickets import Channel, Outage
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


def _record(*, service: int, starts_at: str, origin: str, **given: Any) -> Mapping[str, Any]:
    """An outage that a machine noticed: recorded once for each origin, whether or not it has ended meanwhile."""
    known = Outage.objects.filter(service=service, origin=origin).first()
    begun = _moment(starts_at, "starts_at")
    outage = known or record_outage(service=service_by_id(service), starts_at=begun, origin=origin, **given)
    return {"outage": outage.pk}


def _end(*, service: int, starts_at: str, ends_at: str, origin: str, **given: Any) -> Mapping[str, Any]:
    """The end of it; recorded as a whole where its beginning never was."""
    known = Outage.objects.filter(service=service, origin=origin).first()
    begun, over = _moment(starts_at, "starts_at"), _moment(ends_at, "ends_at")
    if known is None:
        known = record_outage(
            service=service_by_id(service), starts_at=begun, ends_at=over, origin=origin, **given
        )
    elif known.ends_at is None:
        end_outage(outage=known, ends_at=over)
    return {"outage": known.pk}


def _restored(*, service: int, dedup: str, origin: str, starts_at: str, ends_at: str) -> Mapping[str, Any]:
    """The ticket of an outage that ended; nothing where none was opened."""
    ticket = note_restored(
        service=service_by_id(service),
        dedup=dedup,
        origin=origin,
        starts_at=_moment(starts_at, "starts_at"),
        ends_at=_moment(ends_at, "ends_at"),
    )
    return {"ticket": ticket.pk} if ticket else {}


def _moment(text: str, field: str) -> datetime:
    """
    :raises InvalidInput: if it is no moment with its offset
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput(_("Enter a day and a time."), field=field, code="operations.moment")
    return found


_OUTAGE = (
    Input("service", "number", _("Service of a contract (id)"), _("Whose contract sets the limits.")),
    Input("starts_at", "string", _("Began at"), _("In ISO 8601, with its offset.")),
    Input("origin", "string", _("Who says so"), _("One outage for each of these.")),
    Input("note", "string", _("What is known of it"), required=False),
    Input("simulated", "boolean", _("Made up"), required=False),
)
offer_call(
    Call(
        "operations.record_outage",
        _("Record an outage"),
        inputs=_OUTAGE,
        needs=("operations.record_outage", "operations.view"),
        perform=_record,
    )
)
offer_call(
    Call(
        "operations.end_outage",
        _("End an outage"),
        inputs=(*_OUTAGE, Input("ends_at", "string", _("Ended at"), _("In ISO 8601, with its offset."))),
        needs=("operations.end_outage", "operations.record_outage", "operations.view"),
        perform=_end,
    )
)
offer_call(
    Call(
        "operations.note_restored",
        _("Note that it works again"),
        inputs=(
            *_OUTAGE[:3],
            Input("dedup", "string", _("Occasion"), _("What the ticket was raised by.")),
            Input("ends_at", "string", _("Ended at"), _("In ISO 8601, with its offset.")),
        ),
        needs=("operations.note_restored", "operations.view"),
        perform=_restored,
    )
)
