"""Links in the worker: an event is matched, then its call is made; each in a transaction of the relay.

1. ``match_event`` hears every event that a link in force names. It evaluates the link and records the match.
2. Recording announces ``LinkMatched``; ``make_call`` hears it. What fails for a passing reason is tried again by the
   relay with growing delays; what is refused would be refused again, and fails at once.

The call, its audit entries, its own events and the note that it was made are one transaction with the delivery: a
worker that dies leaves none of them, and the event is delivered again.
"""

from __future__ import annotations

from time import monotonic

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import ChengshuError, TooMany, Unavailable
from chengshu.foundation.events.bus import follows, led_on_by, listens
from chengshu.foundation.events.models import Delivery, OutboxEvent
from chengshu.foundation.events.offers import offered_calls
from chengshu.hub.links import hearing, queries, rights
from chengshu.hub.links.actions import fail_match, finish_match
from chengshu.hub.links.events import LinkMatched
from chengshu.hub.links.models import Match, MatchState


@follows(queries.links_hearing)
def match_event(event: OutboxEvent, links: queries.Hearing) -> None:
    """Every link in force that names this event, each by itself."""
    for version in links.at(event.at):
        hearing.hear(version, event)
    for version in links.releasing:
        hearing.release(version, event)


@listens(LinkMatched)
def make_call(announced: LinkMatched) -> None:
    """Make the call of a match once; one that is settled is left alone."""
    match = Match.objects.select_related("version__link__unit").filter(pk=announced.match).first()
    if match is None or match.state != MatchState.WAITING:
        return
    begun, attempts = monotonic(), _attempts(match)
    call = offered_calls().get(match.version.call)
    if call is None:
        fail_match(match_id=match.pk, error=f"{match.version.call} is offered no longer", attempts=attempts)
        return
    try:
        with led_on_by(match.link.key), asking(rights.asker_of(match.version)):
            made = call.perform(**match.inputs)
    except (TooMany, Unavailable):
        raise
    except ChengshuError as error:
        fail_match(match_id=match.pk, error=str(error), attempts=attempts, duration_ms=_since(begun))
        return
    finish_match(match_id=match.pk, made=made, attempts=attempts, duration_ms=_since(begun))


def _since(begun: float) -> int:
    return int((monotonic() - begun) * 1000)


def _attempts(match: Match) -> int:
    found = Delivery.objects.filter(event_id=match.call_event, listener=queries.CALLER).first()
    return found.attempts + 1 if found else 1
