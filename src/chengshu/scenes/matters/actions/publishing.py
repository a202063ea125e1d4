"""Putting an edition in force, and taking a matter out of force."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.hub.services import api as services
from chengshu.scenes.matters import linting
from chengshu.scenes.matters.actions.editing import insist_other_eyes, locked, require_state, show_on_matter
from chengshu.scenes.matters.elements import elements_from
from chengshu.scenes.matters.events import MatterCancelled, MatterPublished
from chengshu.scenes.matters.given import text_given
from chengshu.scenes.matters.models import Edition, EditionState, Matter, MatterState


@action(title=_("Publish an edition"), at=lambda *, edition, **_rest: edition.unit_id)
def publish_edition(*, edition: Edition, effective_from: date) -> Edition:
    """Put an edition in force from a day on: portal, windows and approvals read it from that day.

    :raises Refused: to whoever wrote or submitted it
    :raises Conflict: if it is not under review, is part of an adjustment, or its elements have errors
    :raises InvalidInput: for a day that is past
    """
    edition = locked(edition)
    require_state(edition, EditionState.IN_REVIEW)
    if edition.case_id is not None:
        raise Conflict(
            _("An adjustment of this matter is under way."),
            code="matters.adjusting",
            hint=_("It is published at the end of its case."),
        )
    insist_other_eyes(edition)
    if effective_from < timezone.localdate():
        raise InvalidInput(
            _("It cannot hold from a day that is past."), field="effective_from", code="matters.past_day"
        )
    refuse_errors(edition)
    return put_in_force(edition, effective_from)


def refuse_errors(edition: Edition) -> None:
    """
    :raises Conflict: ``matters.has_errors`` with the findings, if the elements have errors nobody decided on
    """
    found = linting.findings_of(edition.matter, edition.elements)
    errors = [one for one in found if one.severity == "error" and not one.decided]
    if errors:
        raise Conflict(
            _("The elements have %(count)s errors: %(first)s")
            % {"count": len(errors), "first": errors[0].message},
            code="matters.has_errors",
            hint=_("Correct them, or decide on each with a reason."),
            data={"findings": [one.code for one in errors]},
        )


def put_in_force(edition: Edition, effective_from: date) -> Edition:
    """Publish and end what held before; part of an action."""
    matter = edition.matter
    said = elements_from(edition.elements)
    services.publish_matter(unit=matter.unit, elements=said, effective_from=effective_from)
    for before in matter.editions.filter(state=EditionState.PUBLISHED):
        before.state = EditionState.CHANGED
        before.save()
    now = timezone.now()
    edition.state, edition.effective_from = EditionState.PUBLISHED, effective_from
    edition.published_at, edition.published_by_id = now, current_asker().account_id
    edition.save()
    matter.state, matter.number, matter.published_at = MatterState.PUBLISHED, edition.number, now
    show_on_matter(matter, said, edition.elements)
    emit(MatterPublished(matter=matter.pk, edition=edition.pk))
    return edition


@action(title=_("Cancel a matter"), at=lambda *, matter, **_rest: matter.unit_id)
def cancel_matter(*, matter: Matter, from_day: date, reason: str) -> Matter:
    """Take a matter out of force from a day on; applications made before go on.

    :raises Conflict: if it is not in force, or an edition of it is open
    """
    matter = Matter.objects.select_for_update(of=("self",)).select_related("unit").get(pk=matter.pk)
    why = text_given(reason, "reason", _("Say on what ground it is cancelled."))
    if matter.state not in (MatterState.PUBLISHED, MatterState.SUSPENDED):
        raise Conflict(_("Only a matter in force can be cancelled."), code="matters.not_in_force")
    if matter.editions.filter(state__in=(EditionState.DRAFT, EditionState.IN_REVIEW)).exists():
        raise Conflict(
            _("An edition of this matter is being written already."),
            code="matters.open_edition",
            hint=_("Finish or discard that one first."),
        )
    return take_out_of_force(matter, from_day, why)


def take_out_of_force(matter: Matter, from_day: date, reason: str) -> Matter:
    """Withdraw and mark as cancelled; part of an action."""
    if matter.state == MatterState.PUBLISHED:
        services.withdraw_matter(
            unit=matter.unit, local_code=matter.local_code, from_day=from_day, reason=reason
        )
    for edition in matter.editions.filter(state=EditionState.PUBLISHED):
        edition.state = EditionState.CANCELLED
        edition.save()
    matter.state = MatterState.CANCELLED
    matter.save()
    emit(MatterCancelled(matter=matter.pk, reason=reason))
    return matter
