"""Announcing and hearing: ``emit`` inside an action, ``@listens`` in an app's ``listeners.py``.

An event is a frozen dataclass in an app's ``events.py``. Delivery happens in the worker after the commit, each
listener in a transaction of its own; a listener that fails is tried again with growing delays, up to ``ATTEMPTS``.

What follows events by rows and not by code (``hub/links``) registers with ``@follows`` and is handed the row of the
outbox with what it keeps for an event of that name. Every event carries its trail: what is announced while one is heard
inherits it, ``led_on_by`` adds to it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
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
Kept = TypeVar("Kept")
Follower = Callable[[OutboxEvent, Any], None]
Wanted = Callable[[], Mapping[str, Any]]
_events: dict[str, type[Event]] = {}
_listeners: dict[str, dict[str, Listener]] = {}
_followers: dict[str, tuple[Wanted, Follower]] = {}
_trail: ContextVar[tuple[str, ...]] = ContextVar("trail", default=())


def emit(event: Event) -> None:
    """Announce a fact; it is delivered if and only if the running transaction commits."""
    prepared.later(_EMIT, _row(event))


def emit_numbered(event: Event) -> int:
    """The same for who must know the event's number, at the price of waiting for it."""
    row = prepared.run(f"{_EMIT} RETURNING id", _row(event))
    assert row is not None
    return int(row[0])


def _row(event: Event) -> list[object]:
    return [event.name, canonical(asdict(event)), timezone.now(), canonical(list(_trail.get()))]


def emit_all(events: Sequence[Event]) -> None:
    """Announce many facts in this order, in one statement."""
    if not events:
        return
    now = timezone.now()
    trail = list(_trail.get())
    rows = [{"name": event.name, "facts": asdict(event), "at": now, "trail": trail} for event in events]
    prepared.later(_EMIT_ALL, [canonical(rows)])


_EMIT_ALL = f"""
    INSERT INTO events_outboxevent (name, facts, at, trail)
    SELECT told.name, told.facts, told.at, told.trail
    FROM jsonb_to_recordset(%s::jsonb) AS told(name text, facts jsonb, at timestamptz, trail jsonb),
        (SELECT pg_notify('{CHANNEL}', '')) AS woken
"""
_EMIT = f"""
    INSERT INTO events_outboxevent (name, facts, at, trail)
    SELECT %s, %s::jsonb, %s::timestamptz, %s::jsonb FROM (SELECT pg_notify('{CHANNEL}', '')) AS woken
"""
"""The worker is woken when the transaction commits, once however often it announces something."""


@contextmanager
def led_on_by(link: str) -> Iterator[None]:
    """What is announced inside carries ``link`` at the end of its trail."""
    token = _trail.set((*_trail.get(), link))
    try:
        yield
    finally:
        _trail.reset(token)


def listens(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a listener; its name in the log is its module and function."""

    def register(listener: Callable[[E], None]) -> Callable[[E], None]:
        _listeners.setdefault(event.name, {})[f"{listener.__module__}.{listener.__name__}"] = listener
        return listener

    return register


def follows(
    wanted: Callable[[], Mapping[str, Kept]],
) -> Callable[[Callable[[OutboxEvent, Kept], None]], Callable[[OutboxEvent, Kept], None]]:
    """Register what hears events by rows of a table.

    :param wanted: the names of the events that it wants now, with what it is to be handed beside such an event; asked
        once for each batch of the relay
    """

    def register(follower: Callable[[OutboxEvent, Kept], None]) -> Callable[[OutboxEvent, Kept], None]:
        _followers[f"{follower.__module__}.{follower.__name__}"] = (wanted, follower)
        return follower

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
        if waiting:
            _deliver_all(waiting)
    return len(waiting)


def _deliver_all(waiting: Sequence[OutboxEvent]) -> None:
    """To each whoever hears it. What became of it is written at the end: it is one transaction in any case."""
    following = [(name, wanted(), follower) for name, (wanted, follower) in _followers.items()]
    begun = {(each.event_id, each.listener): each for each in Delivery.objects.filter(event__in=waiting)}
    delivered, new = list[int](), list[Delivery]()
    for event in waiting:
        hears = {
            name: partial(_hear, event, listener) for name, listener in listeners_of(event.name).items()
        } | {
            name: partial(follower, event, kept[event.name])
            for name, kept, follower in following
            if event.name in kept
        }
        is_through = True
        for name, hear in hears.items():
            before = begun.get((event.pk, name))
            delivery = before or Delivery(event=event, listener=name)
            is_through &= _deliver(event, delivery, hear)
            if before is None:
                new.append(delivery)
            else:
                before.save()
        if is_through:
            delivered.append(event.pk)
    Delivery.objects.bulk_create(new)
    OutboxEvent.objects.filter(pk__in=delivered).update(delivered_at=timezone.now())


def _hear(event: OutboxEvent, listener: Listener) -> None:
    listener(_events[event.name](**event.facts))


def _deliver(event: OutboxEvent, delivery: Delivery, hear: Callable[[], None]) -> bool:
    """Whether this listener is through with this event: it heard it, or it failed for the last time.

    :param delivery: the one that was begun, or a new one; nobody else can have begun it, since the event is locked
    """
    if delivery.done_at or delivery.attempts >= ATTEMPTS:
        return True
    if delivery.next_attempt_at and delivery.next_attempt_at > timezone.now():
        return False
    delivery.attempts += 1
    token = _trail.set(tuple(event.trail))
    try:
        with transaction.atomic():
            hear()
        delivery.done_at, delivery.error = timezone.now(), ""
    except Exception as error:
        log.exception("%s failed on %s", delivery.listener, event)
        delivery.error = f"{type(error).__name__}: {error}"[:2000]
        delivery.next_attempt_at = timezone.now() + timedelta(seconds=2**delivery.attempts)
    finally:
        _trail.reset(token)
    return bool(delivery.done_at) or delivery.attempts >= ATTEMPTS
