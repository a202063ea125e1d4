"""Hearing one event with one link: whose it is, whether it holds, and the guards before anything is recorded."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import asking
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.events.offers import all_facts
from chengshu.hub.links import rights
from chengshu.hub.links.actions.matching import Heard, record_match, release_keys
from chengshu.hub.links.content import content_of
from chengshu.hub.links.evaluating import Outcome, is_ruled_out, key_of, outcome_of
from chengshu.hub.links.models import LinkVersion

MOST_LINKS_IN_A_ROW = 5


def hear(version: LinkVersion, event: OutboxEvent) -> None:
    """Record a match if there is one."""
    if not is_valid_today(version):
        return
    content = content_of(version)
    if is_ruled_out(content, event.facts, event.at):
        return
    with asking(rights.asker_of(version)):
        facts = all_facts(event.name, event.facts)
    if facts is None or not rights.hears(version.link.unit, facts.get("unit")):
        return
    outcome = outcome_of(content, facts, event.at)
    if outcome.holds or outcome.problem:
        _record(version, event, outcome)


def release(version: LinkVersion, event: OutboxEvent) -> None:
    """Release the key that this event says is over."""
    with asking(rights.asker_of(version)):
        facts = all_facts(event.name, event.facts)
    if facts is None:
        return
    key, problem = key_of(version.until_formula, facts, event.at)
    if key and not problem:
        release_keys(link_id=version.link_id, key=key)


def is_valid_today(version: LinkVersion) -> bool:
    today = timezone.localdate()
    return (version.valid_from is None or version.valid_from <= today) and (
        version.valid_to is None or today <= version.valid_to
    )


def way_round(link_key: str, trail: list[str]) -> str:
    """Why a link must not follow this trail; empty if it may."""
    way = " → ".join([*trail, link_key])
    if link_key in trail:
        return str(_("This link led to the event itself: %(way)s.") % {"way": way})
    if len(trail) >= MOST_LINKS_IN_A_ROW:
        return str(
            _("More than %(most)s links follow each other: %(way)s.")
            % {"most": MOST_LINKS_IN_A_ROW, "way": way}
        )
    return ""


def _record(version: LinkVersion, event: OutboxEvent, outcome: Outcome) -> None:
    record_match(
        version_id=version.pk,
        heard=Heard(event.pk, event.name, outcome.facts, tuple(event.trail)),
        key=outcome.key,
        inputs=outcome.call_with,
        problem=outcome.first_problem,
        loop=way_round(version.link.key, event.trail),
    )
