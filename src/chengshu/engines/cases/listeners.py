"""What the case engine hears: its own messages, delivered after the commit of the case that sent them."""

from __future__ import annotations

from chengshu.engines.cases.actions.working import deliver_message, deliver_signal
from chengshu.engines.cases.events import MessageThrown
from chengshu.foundation.events.bus import listens


@listens(MessageThrown)
def deliver(event: MessageThrown) -> None:
    """Once: the delivery and the note of it are one transaction."""
    if event.kind == "signal":
        deliver_signal(name=event.called, payload=event.payload)
    else:
        deliver_message(name=event.called, key=event.key, payload=event.payload)
