"""A reviewed link in force: by whom, from when, interrupted, ended."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused, Words
from chengshu.hub.links import checking
from chengshu.hub.links.actions.drafting import in_state, insist_on_needs, unit_of_version
from chengshu.hub.links.content import content_of
from chengshu.hub.links.models import STANDING, Link, LinkState, LinkVersion


def unit_of_link(*, key: str, **_rest: object) -> int | Reach:
    found = Link.objects.filter(key=key).values_list("unit_id", flat=True).first()
    return Reach.ANYWHERE if found is None else found


@action(title=_("Put a link in force"), at=unit_of_version)
def put_in_force(
    *, version_id: int, valid_from: date | None = None, valid_to: date | None = None
) -> LinkVersion:
    """Let a reviewed link hear events; the version before it is retired.

    :param valid_from: the first day; today unless given
    :param valid_to: the last day; open unless given
    :raises Refused: ``links.own_version`` to its author; ``links.needs`` if the reviewer lacks what the call needs
    :raises InvalidInput: if the days are in the wrong order, or it no longer fits what is offered
    """
    version = in_state(version_id, (LinkState.REVIEW,), _("Only a version under review is put in force."))
    reviewer = current_asker().account_id
    if version.author_id == reviewer:
        raise Refused(
            _("You wrote this version; somebody else has to review it."),
            code="links.own_version",
            hint=_("Ask a colleague who may put links in force."),
        )
    start = valid_from or timezone.localdate()
    if valid_to is not None and valid_to < start:
        raise InvalidInput(
            _("The last day lies before the first."),
            field="valid_to",
            code="links.days",
            hint=_("Leave it empty if the link is to stay."),
        )
    content = content_of(version)
    checking.refuse(checking.findings_of(content))
    insist_on_needs(content, version.author_id, reviewer)
    end_standing(version.link)
    version.state, version.reviewer_id, version.in_force_at = LinkState.IN_FORCE, reviewer, timezone.now()
    version.valid_from, version.valid_to = start, valid_to
    version.save()
    return version


@action(title=_("Suspend a link"), at=unit_of_link)
def suspend_link(*, key: str, reason: str) -> None:
    """Have a link hear nothing until it is resumed; what happens meanwhile is not caught up.

    :raises InvalidInput: ``reason`` if none is given
    """
    _given(reason)
    version = _standing(key, LinkState.IN_FORCE, _("This link is not in force."))
    version.state, version.review_note = LinkState.SUSPENDED, reason.strip()[:300]
    version.save()


@action(title=_("Resume a link"), at=unit_of_link)
def resume_link(*, key: str) -> None:
    """Let a suspended link hear events again."""
    version = _standing(key, LinkState.SUSPENDED, _("This link is not suspended."))
    version.state = LinkState.IN_FORCE
    version.save()


@action(title=_("Retire a link"), at=unit_of_link)
def retire_link(*, key: str, reason: str) -> None:
    """End a link for good; its versions and its log stay.

    :raises InvalidInput: ``reason`` if none is given
    """
    _given(reason)
    version = _standing(key, None, _("This link is not in force."))
    version.review_note = reason.strip()[:300]
    _end(version)


def end_standing(link: Link) -> None:
    """Retire the version that stands, if one does. For use inside an action."""
    for version in link.versions.select_for_update().filter(state__in=STANDING):
        _end(version)


def _end(version: LinkVersion) -> None:
    version.state, version.ended_at = LinkState.RETIRED, timezone.now()
    version.save()


def _standing(key: str, state: LinkState | None, otherwise: Words) -> LinkVersion:
    link = Link.objects.filter(key=key).first()
    if link is None:
        raise Missing(_("There is no such link, or you may not change it."), code="links.missing")
    states = STANDING if state is None else (state,)
    version = link.versions.select_for_update().filter(state__in=states).first()
    if version is None:
        raise Conflict(otherwise, code="links.state", hint=_("Reload the page to see where it stands."))
    return version


def _given(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(
            _("Say why."), field="reason", code="links.reason", hint=_("A sentence is enough.")
        )
