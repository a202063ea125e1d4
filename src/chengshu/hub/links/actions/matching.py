"""What happens in the worker: matches are recorded, called, finished; and what an operator does when one failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.errors import Conflict, InvalidInput, Missing
from chengshu.foundation.events.bus import emit, emit_numbered, led_on_by
from chengshu.hub.links.events import LinkFailed, LinkFlooded, LinkMatched
from chengshu.hub.links.models import HeldKey, Link, LinkVersion, Match, MatchState

HOUR = timedelta(hours=1)


def unit_of_match(*, match_id: int, **_rest: object) -> int | Reach:
    found = Match.objects.filter(pk=match_id).values_list("unit_id", flat=True).first()
    return Reach.ANYWHERE if found is None else found


@dataclass(frozen=True)
class Heard:
    """An event as a link heard it."""

    event_id: int
    event: str
    facts: Mapping[str, Any]
    trail: tuple[str, ...] = ()


@action(title=_("Record what a link matched"), at=Reach.EVERYWHERE)
def record_match(
    *,
    version_id: int,
    heard: Heard,
    key: str = "",
    inputs: Mapping[str, Any] | None = None,
    problem: str = "",
    loop: str = "",
) -> int | None:
    """Write down that an event matched, and have the call made; once for each event, and for each key while it is held.

    :param problem: why the call cannot be made; then it failed at once
    :param loop: the way round, if the link itself led to the event
    :return: the match's id; None if nothing is to be done
    """
    version = LinkVersion.objects.select_related("link").get(pk=version_id)
    Link.objects.select_for_update().get(pk=version.link_id)
    if Match.objects.filter(link=version.link_id, event_id=heard.event_id).exclude(state=MatchState.FLOODED):
        return None
    if key and not problem and not loop and _is_held(version, key):
        return None
    if _is_flooded(version):
        return _flood(version, heard)
    match = _match(version, heard, key=key, inputs=dict(inputs or {}))
    if loop or problem:
        match.state = MatchState.LOOPED if loop else MatchState.FAILED
        match.error, match.ended_at = loop or problem, timezone.now()
        match.save()
        if problem:
            _tell(LinkFailed(match.pk, match.unit_id, version.link.key))
        return match.pk
    match.save()
    if key:
        _hold(match, version)
    match.call_event = emit_numbered(LinkMatched(match.pk))
    match.save()
    return match.pk


@action(title=_("Record what a link's call made"), at=Reach.EVERYWHERE)
def finish_match(*, match_id: int, made: Mapping[str, Any], attempts: int, duration_ms: int) -> None:
    """The call was made."""
    match = Match.objects.select_for_update().get(pk=match_id)
    match.state, match.made, match.error = MatchState.DONE, dict(made), ""
    match.attempts, match.duration_ms, match.ended_at = attempts, duration_ms, timezone.now()
    match.save()


@action(title=_("Record that a link's call failed"), at=Reach.EVERYWHERE)
def fail_match(*, match_id: int, error: str, attempts: int, duration_ms: int | None = None) -> None:
    """The call failed for good: its key is free again, so that the next event may succeed."""
    match = Match.objects.select_for_update().select_related("link").get(pk=match_id)
    match.state, match.error = MatchState.FAILED, error[:2000]
    match.attempts, match.duration_ms, match.ended_at = attempts, duration_ms, timezone.now()
    match.save()
    for held in match.held_keys.filter(released_at=None):
        _release(held)
    _tell(LinkFailed(match.pk, match.unit_id, match.link.key))


@action(title=_("Release the keys of an event"), at=Reach.EVERYWHERE)
def release_keys(*, link_id: int, key: str) -> int:
    """What a key stood for is over: the next event of this key makes a call again. Returns how many were held."""
    held = list(HeldKey.objects.select_for_update().filter(link=link_id, key=key, released_at=None))
    for one in held:
        _release(one)
    return len(held)


@action(title=_("Release a held key"), at=unit_of_match)
def release_key(*, match_id: int, reason: str) -> None:
    """Let the next event of this match's key make a call, by decision of a person.

    :raises InvalidInput: ``reason`` if none is given
    :raises Conflict: if no key is held
    """
    _given(reason)
    held = list(HeldKey.objects.select_for_update().filter(match=match_id, released_at=None))
    if not held:
        raise Conflict(_("This match holds no key."), code="links.not_held", hint=_("Reload the page."))
    for one in held:
        _release(one)


@action(title=_("Have a failed call made again"), at=unit_of_match)
def rerun_match(*, match_id: int, reason: str) -> None:
    """Try a call again that failed for good, with the inputs of then.

    :raises InvalidInput: ``reason`` if none is given
    :raises Conflict: if it has not failed, has no inputs, or its key is held by another match
    """
    _given(reason)
    match = (
        Match.objects.select_for_update(of=("self",)).select_related("version").filter(pk=match_id).first()
    )
    if match is None:
        raise Missing(_("There is no such match, or you may not see it."), code="links.match_missing")
    if match.state != MatchState.FAILED or not match.inputs:
        raise Conflict(
            _("Only a call that failed is made again."),
            code="links.not_failed",
            hint=_("What could not be worked out needs a new version of the link."),
        )
    if match.key and _is_held(match.version, match.key, count=False):
        raise Conflict(
            _("Another match holds the key “%(key)s”.") % {"key": match.key},
            code="links.key_held",
            hint=_("Its call was made already; release the key there if it is to be made again."),
        )
    match.state, match.error, match.ended_at = MatchState.WAITING, "", None
    if match.key:
        _hold(match, match.version)
    match.call_event = emit_numbered(LinkMatched(match.pk))
    match.save()


def _is_held(version: LinkVersion, key: str, *, count: bool = True) -> bool:
    """Whether the key is held; what is held too long is released first. Counts the event with the match that holds."""
    held = HeldKey.objects.select_for_update().filter(link=version.link_id, key=key, released_at=None).first()
    if held is None:
        return False
    if held.until is not None and held.until <= timezone.now():
        _release(held)
        return False
    if count:
        Match.objects.filter(pk=held.match_id).update(repeats=F("repeats") + 1)
    return True


def _hold(match: Match, version: LinkVersion) -> None:
    until = timezone.now() + timedelta(hours=version.hold_h) if version.hold_h else None
    HeldKey(unit_id=match.unit_id, link_id=match.link_id, key=match.key, match=match, until=until).save()


def _release(held: HeldKey) -> None:
    held.released_at = timezone.now()
    held.save()


def _is_flooded(version: LinkVersion) -> bool:
    recent = Match.objects.filter(link=version.link_id, at__gt=timezone.now() - HOUR)
    return recent.exclude(state=MatchState.FLOODED).count() >= version.per_hour


def _flood(version: LinkVersion, heard: Heard) -> int:
    """One row for each hour, and one event with it."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    known = Match.objects.filter(link=version.link_id, state=MatchState.FLOODED, at__gte=hour).first()
    if known is not None:
        Match.objects.filter(pk=known.pk).update(repeats=F("repeats") + 1, ended_at=timezone.now())
        return known.pk
    match = _match(version, heard)
    match.state, match.repeats, match.ended_at = MatchState.FLOODED, 1, timezone.now()
    match.error = str(
        _("More than %(most)s matches within an hour; further events made no call.")
        % {"most": version.per_hour}
    )
    match.save()
    _tell(LinkFlooded(match.pk, match.unit_id, version.link.key))
    return match.pk


def _tell(event: LinkFailed | LinkFlooded) -> None:
    """Announce it as led to by the link itself, so that a link which tells of failures does not tell of its own."""
    with led_on_by(event.link):
        emit(event)


def _match(version: LinkVersion, heard: Heard, **more: Any) -> Match:
    return Match(
        unit_id=version.unit_id,
        link_id=version.link_id,
        version=version,
        event_id=heard.event_id,
        event=heard.event,
        facts=dict(heard.facts),
        trail=list(heard.trail),
        **more,
    )


def _given(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(
            _("Say why."), field="reason", code="links.reason", hint=_("A sentence is enough.")
        )
