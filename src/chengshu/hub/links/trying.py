"""The test run of a link: everything as it would be, the call included, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import Asker, current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.events.offers import Call, Fact, all_facts, facts_offered, offered_calls
from chengshu.foundation.rehearsing import rehearsing
from chengshu.hub.links import rights
from chengshu.hub.links.content import Content
from chengshu.hub.links.evaluating import Outcome, outcome_of
from chengshu.hub.links.models import HeldKey, Link, Match, MatchState


@dataclass(frozen=True)
class Trial:
    """What would happen, step by step.

    :param is_heard: whether the event is of a unit that the link hears
    :param missing: what the call needs and the tester does not hold
    :param held_by: the match that holds the key already
    :param lately: matches within the last hour
    :param made: what the call would make
    :param error: why it would not
    """

    outcome: Outcome
    is_heard: bool
    missing: tuple[str, ...] = ()
    held_by: Match | None = None
    lately: int = 0
    made: Mapping[str, Any] | None = None
    error: str = ""

    @property
    def succeeded(self) -> bool:
        return self.made is not None


def try_link(link: Link, content: Content, facts: Mapping[str, Any], at: datetime | None = None) -> Trial:
    """Try a link with an event, with no more than the rights of whoever asks. Nothing is written."""
    asker, call = current_asker(), offered_calls().get(content.call)
    outcome = outcome_of(content, facts, at)
    is_heard = rights.hears(link.unit, facts.get("unit"))
    if call is None or not is_heard or not outcome.holds or outcome.first_problem:
        return Trial(outcome, is_heard)
    made, error = _rehearsed(call, outcome.call_with, rights.as_tester(asker, link.key, call))
    return Trial(
        outcome,
        is_heard,
        missing=tuple(need for need in call.needs if not asker.holds(need)),
        held_by=_holder(link, outcome.key),
        lately=_lately(link),
        made=made,
        error=error,
    )


def _rehearsed(
    call: Call, call_with: Mapping[str, Any], asker: Asker
) -> tuple[Mapping[str, Any] | None, str]:
    try:
        with rehearsing(asker):
            return call.perform(**call_with), ""
    except ChengshuError as error:
        return None, str(error)
    except (DatabaseError, ValueError, TypeError) as error:
        return None, f"{type(error).__name__}: {error}"[:500]


def _holder(link: Link, key: str) -> Match | None:
    held = HeldKey.objects.select_related("match").filter(link=link.pk, key=key, released_at=None).first()
    is_over = held is None or (held.until is not None and held.until <= timezone.now())
    return None if not key or held is None or is_over else held.match


def _lately(link: Link) -> int:
    recent = Match.objects.filter(link=link.pk, at__gt=timezone.now() - timedelta(hours=1))
    return recent.exclude(state=MatchState.FLOODED).count()


def typed_facts(event: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """The facts of an event that somebody typed in; what can be looked up need not be typed.

    :raises InvalidInput: ``fact_<name>`` if one is not of its kind
    """
    given = {fact.name: _typed(fact, typed.get(fact.name, "")) for fact in facts_offered(event)}
    own = {name: value for name, value in given.items() if value is not None}
    try:
        looked_up = all_facts(event, own) or {}
    except KeyError as error:
        raise InvalidInput(
            _("This is needed."), field=f"fact_{error.args[0]}", code="links.fact", hint=_("Type a value.")
        ) from error
    return {**dict.fromkeys(given), **looked_up, **own}


def _typed(fact: Fact, text: str) -> Any:
    text = text.strip()
    if not text:
        return None
    if fact.kind == "number":
        if not text.lstrip("-").isdecimal() or len(text) > 18:
            raise InvalidInput(
                _("This must give %(wanted)s.") % {"wanted": _("a number")},
                field=f"fact_{fact.name}",
                code="links.fact",
                hint=_("Digits only."),
            )
        return int(text)
    return text == "true" if fact.kind == "boolean" else text
