"""Every event is heard, or says why not."""

from __future__ import annotations

from chengshu.foundation.events.bus import listeners_of, registered_events


def test_every_event_has_a_listener_or_says_why_not() -> None:
    silent = {
        name
        for name, event in registered_events().items()
        if not listeners_of(name) and not event.unheard_because
    }
    assert silent == set()


def test_no_heard_event_claims_to_be_unheard() -> None:
    stale = {
        name for name, event in registered_events().items() if listeners_of(name) and event.unheard_because
    }
    assert stale == set()
