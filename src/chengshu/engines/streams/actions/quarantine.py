"""Settling what was not taken, once somebody has looked at it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.models import Quarantined, QuarantineState
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput


@action(title=_("Settle a quarantined message"), at=lambda *, message, **_rest: message.unit_id)
def settle_quarantined(*, message: Quarantined, note: str) -> Quarantined:
    """Dismiss a message, saying why: its values, if they are worth keeping, are handed in afterwards as readings.

    :raises InvalidInput: if the note says nothing
    :raises Conflict: if it is settled already
    """
    if len(note.strip()) < 2 or len(note.strip()) > 300:
        raise InvalidInput(_("Say why."), field="note", hint=_("2 to 300 characters."))
    message = Quarantined.objects.select_for_update().get(pk=message.pk)
    if message.state != QuarantineState.OPEN:
        raise Conflict(_("The message is settled already."), code="streams.settled")
    message.state, message.note = QuarantineState.DISMISSED, storable(note.strip())
    message.settled_by_id, message.settled_at = current_asker().account_id, timezone.now()
    message.save()
    return message
