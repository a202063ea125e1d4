"""Settling what was not taken: read once more against the thing model that holds now, or dismissed."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Quarantined, QuarantineState
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput


@action(title=_("Settle a quarantined message"), at=lambda *, message, **_rest: message.unit_id)
def settle_quarantined(*, message: Quarantined, state: str, note: str) -> Quarantined:
    """Say what becomes of a message: dismissed, or taken in after all once the pump has read it again.

    :param state: ``dismissed`` or ``replayed``
    :raises InvalidInput: if the state is none of these, or the note says nothing
    :raises Conflict: if it is settled already
    """
    if state not in (QuarantineState.DISMISSED, QuarantineState.REPLAYED):
        raise InvalidInput(_("There is no such state."), field="state")
    if len(note.strip()) < 2 or len(note.strip()) > 300:
        raise InvalidInput(_("Say why."), field="note", hint=_("2 to 300 characters."))
    message = Quarantined.objects.select_for_update().get(pk=message.pk)
    if message.state != QuarantineState.OPEN:
        raise Conflict(_("The message is settled already."), code="streams.settled")
    message.state, message.note = state, storable(note.strip())
    message.settled_by_id, message.settled_at = current_asker().account_id, timezone.now()
    message.save()
    return message
