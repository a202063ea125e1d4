"""Announcing and hearing: ``emit`` inside an action, ``@listens`` in an app's ``listeners.py``.

An event is a frozen dataclass in an app's ``events.py``. Delivery happens in the worker after the commit, each
listener in a transaction of its own; a listener that fails is tried again with growing delays, up to ``ATTEMPTS``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from django.utils import timezone

from chengshu.foundation import prepared
from chengshu.foundation.asking import asking, system
from chengshu.foundation.audit.canonical import canonical
from chengshu.foundation.events.models import Delivery, OutboxEvent

log = logging.getLogger("chengshu.events")

ATTEMPTS = 8
CHANNEL = "chengshu_events"


@dataclass(frozen=True)
class Event:
    """Base of every event. Fields hold identifiers and plain facts, never whole objects."""

    name: ClassVar[str] = ""
    unheard_because: ClassVar[str] = ""
    """Why nobody listens yet, where nobody does."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = f"{cls.__module__.split('.')[2]}.{cls.__name__}"
        _events[cls.name] = cls


E = TypeVar("E", bound=Event)
Listener = Callable[[Any], None]
_events: dict[str, type[Event]] = {}
_listeners: dict[str, dict[str, Listener]] = {}


def emit(event: Event) -> None:
    """Announce a fact; it is delivered if and only if the running transaction commits."""
    prepared.later(_EMIT, [event.name, canonical(asdict(event)), timezone.now()])


def emit_all(events: Sequence[Event]) -> None:
    """Announce many facts in this order, in one statement."""
    if not events:
        return
    now = timezone.now()
    rows = [{"name": event.name, "facts": asdict(event), "at": now} for event in events]
    prepared.later(_EMIT_ALL, [canonical(rows)])


_EMIT_ALL = f"""
    INSERT INTO events_outboxevent (name, facts, at)
    SELECT told.name, told.facts, told.at
    FROM jsonb_to_recordset(%s::jsonb) AS told(name text, facts jsonb, at timestamptz),
        (SELECT pg_notify('{CHANNEL}', '')) AS woken
"""
_EMIT = f"""
    INSERT INTO events_outboxevent (name, facts, at)
    SELECT %s, %s::jsonb, %s::timestamptz FROM (SELECT pg_notify('{CHANNEL}', '')) AS woken
"""
"""The worker is woken when the transaction commits, once however often it announces something."""


def listens(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a listener; its name in the log is its module and function."""

    def register(listener: Callable[[E], None]) -> Callable[[E], None]:
        _listeners.setdefault(event.name, {})[f"{listener.__module__}.{listener.__name__}"] = listener
        return listener

    return register


def registered_events() -> dict[str, type[Event]]:
    return dict(_events)


def listeners_of(name: str) -> dict[str, Listener]:
    return dict(_listeners.get(name, {}))


def deliver_waiting(most: int = 200) -> int:
    """Deliver what waits, oldest first; returns how many events were looked at. Several workers may run this."""
    with asking(system("outbox", "worker")):
        waiting = list(
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(delivered_at=None)
            .order_by("id")[:most]
        )
        for event in waiting:
            through = [_deliver(event, name, listener) for name, listener in listeners_of(event.name).items()]
            if all(through):
                event.delivered_at = timezone.now()
                event.save(update_fields=["delivered_at"])
    return len(waiting)


def _deliver(event: OutboxEvent, name: str, listener: Listener) -> bool:
    """Whether this listener is through with this event: it heard it, or it failed for the last time."""
    delivery, _created = Delivery.objects.get_or_create(event=event, listener=name)
    if delivery.done_at or delivery.attempts >= ATTEMPTS:
        return True
    if delivery.next_attempt_at and delivery.next_attempt_at > timezone.now():
        return False
    delivery.attempts += 1
    try:
        with transaction.atomic():
            listener(_events[event.name](**event.facts))
        delivery.done_at, delivery.error = timezone.now(), ""
    except Exception as error:
        log.exception("%s failed on %s", name, event)
        delivery.error = f"{type(error).__name__}: {error}"[:2000]
        delivery.next_attempt_at = timezone.now() + timedelta(seconds=2**delivery.attempts)
    delivery.save()
    return bool(delivery.done_at) or delivery.attempts >= ATTEMPTS
