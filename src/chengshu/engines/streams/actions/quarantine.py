"""Settling what was not taken, once somebody has looked at it: dismissed, or taken in after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.backfill import fill
from chengshu.engines.streams.columns.client import Columns, columns
from chengshu.engines.streams.decoding import Decoded, decoded
from chengshu.engines.streams.latest import next_number
from chengshu.engines.streams.models import Device, Quarantined, QuarantineState
from chengshu.engines.streams.queries import definition_of
from chengshu.engines.streams.spool import Raw
from chengshu.engines.streams.things import Definition
from chengshu.engines.streams.writing import insert_events
from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput

MOST_AT_ONCE: Final = 5_000
"""Messages that are tried again in one go; the oldest first, the rest the next time."""


@dataclass(frozen=True, slots=True)
class Retried:
    """How many messages of a device were taken in, and how many are still refused."""

    taken: int
    refused: int


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


@action(title=_("Take quarantined messages in again"), at=lambda *, device, **_rest: device.unit_id)
def retry_quarantined(*, device: Device, store: Columns | None = None) -> Retried:
    """Read the device's open messages against the thing model that is in use now; what it allows is taken in.

    A value that was stored before stays single, so the good values of a message may come along once more.

    :param store: this installation's if not given
    :raises Conflict: if no version of its thing model is in use, or nothing waits
    :raises Unavailable: if the columnar store does not answer; then nothing is settled
    """
    definition = definition_of(device)
    waiting = Quarantined.objects.select_for_update().filter(device=device, state=QuarantineState.OPEN)
    messages = list(waiting.order_by("received", "pk")[:MOST_AT_ONCE])
    if not messages:
        raise Conflict(_("No message of this device waits."), code="streams.nothing_quarantined")
    read = [(message, _read(message, definition)) for message in messages]
    good = [(message, found) for message, found in read if not _still_refused(message, found)]
    _store(store or columns(), [found for _message, found in good])
    for message, _found in good:
        message.state, message.note = QuarantineState.TAKEN, ""
        message.settled_by_id, message.settled_at = current_asker().account_id, timezone.now()
        message.save()
    return Retried(len(good), len(read) - len(good))


def _read(message: Quarantined, definition: Definition) -> Decoded:
    received = round(message.received.timestamp() * 1000)
    raw = Raw(received, message.device_id or 0, message.channel, message.name, bytes(message.payload))
    return decoded(raw, definition)


def _still_refused(message: Quarantined, found: Decoded) -> bool:
    """A message is kept apart once for each value that is wrong; what is wrong with the others is no concern here."""
    if not message.item:
        return bool(found.rejected)
    entry = message.item.partition(".")[0]
    return any(why.item in ("", entry, f"{entry}.ts", message.item) for why in found.rejected)


def _store(store: Columns, taken: list[Decoded]) -> None:
    readings = [reading for found in taken for reading in found.readings]
    events = [event for found in taken for event in found.events]
    if readings:
        fill(store, readings)
    if events:
        number = next_number()
        insert_events(store, events, token=f"retry:{number}", batch=number)
