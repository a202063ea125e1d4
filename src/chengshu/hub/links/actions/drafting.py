"""From a draft to a review: written, tried, submitted, sent back."""

from __future__ import annotations

import re

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Refused, Words
from chengshu.foundation.events.offers import offered_calls
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.links import checking, rights
from chengshu.hub.links.content import Content, content_of
from chengshu.hub.links.models import OPEN, Link, LinkState, LinkVersion

_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def unit_of_version(*, version_id: int, **_rest: object) -> int | Reach:
    found = LinkVersion.objects.filter(pk=version_id).values_list("unit_id", flat=True).first()
    return Reach.ANYWHERE if found is None else found


def _unit_of_draft(*, unit_id: int, **_rest: object) -> int:
    return unit_id


@action(title=_("Save a draft of a link"), at=_unit_of_draft)
def save_draft(*, key: str, unit_id: int, title: str, content: Content, note: str = "") -> int:
    """Keep a link as a draft: a new one, or the next version of a known one. An open draft is replaced.

    It may still have errors, but for numbers that mean nothing; a change takes away that it was tested.

    :return: the version's id
    :raises InvalidInput: ``key``, ``title``, ``hold_h`` or ``per_hour``
    :raises Conflict: if the key is another unit's, or its version is under review
    """
    checking.refuse(checking.findings_of_limits(content))
    link = _link(key.strip(), unit_id, title)
    version = link.versions.select_for_update().filter(state__in=OPEN).first()
    if version is not None and version.state == LinkState.REVIEW:
        raise Conflict(
            _("This link is under review."),
            code="links.in_review",
            hint=_("Its reviewer sends it back, or puts it in force; then it can be changed."),
        )
    if version is None:
        newest = link.versions.order_by("-number").values_list("number", flat=True).first() or 0
        version = LinkVersion(link=link, unit_id=link.unit_id, number=newest + 1)
    is_same = version.pk is not None and version.digest == content.digest
    for name, value in content.columns().items():
        setattr(version, name, storable(value) if isinstance(value, str) else value)
    if not is_same:
        version.state, version.tested_at, version.tested_event = LinkState.DRAFT, None, None
    version.author_id, version.note = current_asker().account_id, storable(note.strip()[:500])
    version.save()
    return version.pk


@action(title=_("Note that a link was tried"), at=unit_of_version)
def note_test(*, version_id: int, digest: str, event_id: int | None = None) -> None:
    """Make a draft a tested one, after a test run in which its call succeeded.

    :param digest: of what was tried: it must still be what is written
    :raises Conflict: if it was changed meanwhile
    """
    version = in_state(version_id, (LinkState.DRAFT, LinkState.TESTED), _("Only a draft is tried."))
    if version.digest != digest:
        raise Conflict(
            _("The draft was changed since it was tried."), code="links.changed", hint=_("Try it again.")
        )
    version.state, version.tested_at = LinkState.TESTED, timezone.now()
    version.tested_event, version.tested_by_id = event_id, current_asker().account_id
    version.save()


@action(title=_("Submit a link for review"), at=unit_of_version)
def submit_version(*, version_id: int, note: str = "") -> None:
    """Ask for the review of a tested draft.

    :raises InvalidInput: with the first error
    :raises Refused: ``links.needs`` if its author lacks what the call needs
    """
    version = in_state(version_id, (LinkState.TESTED,), _("Only what was tried can be submitted."))
    content = content_of(version)
    checking.refuse(checking.findings_of(content))
    insist_on_needs(content, version.author_id)
    version.state, version.submitted_at = LinkState.REVIEW, timezone.now()
    version.note = (note.strip() or version.note)[:500]
    version.save()


@action(title=_("Send a link back to its author"), at=unit_of_version)
def reject_version(*, version_id: int, reason: str) -> None:
    """Make a link under review a draft again.

    :raises InvalidInput: ``reason`` if none is given
    """
    if not reason.strip():
        raise InvalidInput(
            _("Say what has to be changed."),
            field="reason",
            code="links.reason",
            hint=_("A sentence is enough."),
        )
    version = in_state(version_id, (LinkState.REVIEW,), _("This version is not under review."))
    version.state, version.review_note = LinkState.DRAFT, reason.strip()[:300]
    version.reviewer_id, version.tested_at = current_asker().account_id, None
    version.save()


def insist_on_needs(content: Content, *accounts: int | None) -> None:
    """
    :raises Refused: ``links.needs`` if one of these accounts lacks what the call needs
    """
    call = offered_calls()[content.call]
    missing = rights.missing_needs(call, *accounts)
    if missing:
        raise Refused(
            _("A link may do no more than its author and its reviewer: “%(need)s” is missing.")
            % {"need": missing[0]},
            code="links.needs",
            hint=_("Somebody who holds this power has to write the link, and somebody to review it."),
            data={"missing": missing},
        )


def in_state(version_id: int, states: tuple[LinkState, ...], otherwise: Words) -> LinkVersion:
    """The version, locked, in one of these states.

    :raises Missing: if there is none that the asker may change
    :raises Conflict: ``links.state`` if it is in another
    """
    found = (
        LinkVersion.objects.select_for_update(of=("self",))
        .select_related("link")
        .filter(pk=version_id)
        .first()
    )
    if found is None:
        raise Missing(_("There is no such link, or you may not change it."), code="links.missing")
    if found.state not in states:
        raise Conflict(otherwise, code="links.state", hint=_("Reload the page to see where it stands."))
    return found


def _link(key: str, unit_id: int, title: str) -> Link:
    """The link of this key, which is made if there is none."""
    if not _KEY.fullmatch(key) or len(key) > 60:
        raise InvalidInput(
            _("A key has small letters, digits and hyphens, and begins with a letter."),
            field="key",
            code="links.key",
            hint=_("Such as “remind-window”."),
        )
    if not 0 < len(title.strip()) <= 200:
        raise InvalidInput(
            _("A title is needed."), field="title", code="links.title", hint=_("At most 200 characters.")
        )
    if not Unit.objects.filter(pk=unit_id).exists():
        raise InvalidInput(
            _("There is no such unit."), field="unit", code="links.unit", hint=_("Choose one from the list.")
        )
    link = Link.objects.select_for_update().filter(key=key).first()
    if link is None:
        link = Link(key=key, unit_id=unit_id)
    elif link.unit_id != unit_id:
        raise Conflict(
            _("This key is another unit's."), code="links.key_taken", hint=_("Choose another key.")
        )
    if link.title != title.strip():
        link.title = title.strip()
        link.save()
    return link
