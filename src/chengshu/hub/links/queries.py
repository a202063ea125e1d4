"""Reads; the database shows only what the asker may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Missing
from chengshu.foundation.events.bus import ATTEMPTS
from chengshu.foundation.events.models import Delivery, OutboxEvent
from chengshu.foundation.events.offers import all_facts
from chengshu.hub.links.models import (
    OPEN,
    STANDING,
    HeldKey,
    Link,
    LinkState,
    LinkVersion,
    Match,
    MatchState,
)

CALLER: Final = "chengshu.hub.links.listeners.make_call"
DAY: Final = timedelta(hours=24)
LOOKED_AT: Final = 100
"""Recent events that are looked at for those the asker may try a link with."""


@dataclass(frozen=True)
class Hearing:
    """The links that an event of one name concerns.

    :param matching: versions that wait for it, by key and number; one that was retired lately hears what was before
    :param releasing: versions in force whose keys it releases
    """

    matching: tuple[LinkVersion, ...]
    releasing: tuple[LinkVersion, ...]

    def at(self, moment: datetime) -> list[LinkVersion]:
        """The versions that were in force at this moment, whatever became of them before it was delivered."""
        return [
            each
            for each in self.matching
            if each.in_force_at is not None
            and each.in_force_at <= moment
            and (each.state == LinkState.IN_FORCE or (each.ended_at is not None and each.ended_at > moment))
        ]


def links_hearing() -> dict[str, Hearing]:
    """By the event's name, the links that it concerns now; what ended lately may still be due."""
    lately = Q(state=LinkState.RETIRED, ended_at__gte=timezone.now() - DAY)
    found = LinkVersion.objects.select_related("link__unit").filter(Q(state=LinkState.IN_FORCE) | lately)
    matching, releasing = dict[str, list[LinkVersion]](), dict[str, list[LinkVersion]]()
    for version in found.order_by("link__key", "number"):
        matching.setdefault(version.event, []).append(version)
        if version.until_event and version.state == LinkState.IN_FORCE:
            releasing.setdefault(version.until_event, []).append(version)
    return {
        name: Hearing(tuple(matching.get(name, ())), tuple(releasing.get(name, ())))
        for name in {*matching, *releasing}
    }


@dataclass(frozen=True)
class Standing:
    """A link with the version that stands, the one at work, and its last day."""

    link: Link
    in_force: LinkVersion | None
    at_work: LinkVersion | None
    done: int = 0
    errors: int = 0

    @property
    def shown(self) -> LinkVersion:
        """What the link says, first of all."""
        return self.in_force or self.at_work or self.link.versions.all()[0]


def standings(links: QuerySet[Link]) -> list[Standing]:
    """Links with their versions and the figures of the last 24 hours."""
    found = links.select_related("unit").prefetch_related("versions__author", "versions__reviewer")
    since = timezone.now() - DAY
    wrong = Q(state__in=[MatchState.FAILED, MatchState.LOOPED, MatchState.FLOODED])
    counted = {
        one["link"]: one
        for one in Match.objects.filter(at__gte=since)
        .values("link")
        .annotate(done=Count("id", filter=Q(state=MatchState.DONE)), errors=Count("id", filter=wrong))
        .order_by()
    }
    return [_standing(link, counted.get(link.pk, {})) for link in found]


def _standing(link: Link, figures: Mapping[str, int]) -> Standing:
    versions = list(link.versions.all())
    return Standing(
        link,
        next((one for one in versions if one.state in STANDING), None),
        next((one for one in versions if one.state in OPEN), None),
        figures.get("done", 0),
        figures.get("errors", 0),
    )


def standing_of(key: str) -> Standing:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = standings(Link.objects.filter(key=key))
    if not found:
        raise Missing(
            _("There is no such link, or you may not see it."),
            code="links.missing",
            hint=_("Go back to the list of links."),
        )
    return found[0]


def version_by_id(version_id: int) -> LinkVersion:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = (
        LinkVersion.objects.select_related("link__unit", "author", "reviewer", "tested_by")
        .filter(pk=version_id)
        .first()
    )
    if found is None:
        raise Missing(_("There is no such version, or you may not see it."), code="links.version_missing")
    return found


def matches(*, key: str = "", state: str = "") -> QuerySet[Match]:
    """The log, newest first."""
    found = Match.objects.select_related("link", "version", "unit")
    if key:
        found = found.filter(link__key=key)
    return found.filter(state=state) if state in MatchState.values else found


def match_by_id(match_id: int) -> Match:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = Match.objects.select_related("link__unit", "version").filter(pk=match_id).first()
    if found is None:
        raise Missing(
            _("There is no such match, or you may not see it."),
            code="links.match_missing",
            hint=_("Go back to the log."),
        )
    return found


@dataclass(frozen=True)
class Attempts:
    """How far the relay is with a call."""

    made: int = 0
    error: str = ""
    next_at: datetime | None = None

    @property
    def are_used_up(self) -> bool:
        return self.made >= ATTEMPTS


def attempts_of(match: Match) -> Attempts:
    found = Delivery.objects.filter(event_id=match.call_event, listener=CALLER).first()
    if found is None:
        return Attempts(match.attempts)
    is_over = found.done_at is not None or found.attempts >= ATTEMPTS
    return Attempts(found.attempts, found.error, None if is_over else found.next_attempt_at)


def given_up() -> list[tuple[int, int, str]]:
    """Matches that wait although the relay has no attempts left: id, attempts and the last error."""
    waiting = dict(Match.objects.filter(state=MatchState.WAITING).values_list("call_event", "pk"))
    ended = Delivery.objects.filter(
        event_id__in=list(waiting), listener=CALLER, done_at=None, attempts__gte=ATTEMPTS
    )
    return [(waiting[one.event_id], one.attempts, one.error) for one in ended]


def held_key_of(match: Match) -> HeldKey | None:
    return match.held_keys.filter(released_at=None).first()


@dataclass(frozen=True)
class RecentEvent:
    """An event that really happened, with all that may be asked of it."""

    row: OutboxEvent
    facts: Mapping[str, Any]


def recent_events(name: str, most: int = 20) -> list[RecentEvent]:
    """Events of this name that the asker may try a link with, newest first: of units that the asker's links hear."""
    found = []
    for row in OutboxEvent.objects.filter(name=name).order_by("-id")[:LOOKED_AT]:
        facts = visible_facts(name, row.facts)
        if facts is not None:
            found.append(RecentEvent(row, facts))
        if len(found) == most:
            break
    return found


def event_by_id(name: str, event_id: int) -> RecentEvent:
    """
    :raises Missing: if there is none of this name that the asker may see
    """
    row = OutboxEvent.objects.filter(name=name, pk=event_id).first()
    facts = visible_facts(name, row.facts) if row else None
    if row is None or facts is None:
        raise Missing(
            _("There is no such event, or you may not see it."),
            code="links.event_missing",
            hint=_("Choose one from the list."),
        )
    return RecentEvent(row, facts)


def visible_facts(name: str, own: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """All facts of an event, if it is of a unit whose links the asker may see; None otherwise."""
    facts = all_facts(name, own)
    if facts is None:
        return None
    units = current_asker().units("links.view")
    return facts if isinstance(units, str) or facts.get("unit") in units else None
