"""动态调整: a change of the catalogue that goes through legal review and the establishment office as a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Missing
from chengshu.scenes.matters.actions.publishing import put_in_force, refuse_errors, take_out_of_force
from chengshu.scenes.matters.models import OPEN_STATES, Edition, EditionState, Matter, MatterState

PROCESS: Final = "matters.adjustment"
CANCEL: Final = "cancel"
CHANGES: Final = ("add", "change", CANCEL)


@action(title=_("Propose to adjust a matter"), at=lambda *, matter, **_rest: matter.unit_id)
def propose_adjustment(*, matter: Matter, variables: Mapping[str, Any]) -> int:
    """Open the case that leads a change of a matter through its reviews; its open edition is locked meanwhile.

    :param variables: what the form ``matters.adjustment`` passes on; ``change`` is add, change or cancel
    :return: the case's id
    :raises Conflict: without an open edition to publish, with one when cancelling, or while another is under way
    """
    matter = Matter.objects.select_for_update(of=("self",)).select_related("unit").get(pk=matter.pk)
    change = str(variables.get("change", ""))
    if change not in CHANGES or variables.get("matter") != matter.local_code:
        raise InvalidInput(
            _("The request is for another matter."), field="matter", code="matters.other_matter"
        )
    edition = matter.editions.select_for_update().filter(state__in=OPEN_STATES).first()
    _insist_sensible(matter, edition, change)
    if edition is not None:
        edition.matter = matter
        refuse_errors(edition)
    case_id = cases.open_case(definition=PROCESS, variables=variables)
    if edition is not None:
        _lock(edition, case_id)
    return case_id


def _insist_sensible(matter: Matter, edition: Edition | None, change: str) -> None:
    if edition is not None and edition.case_id is not None:
        raise Conflict(_("An adjustment of this matter is under way."), code="matters.adjusting")
    if change == CANCEL:
        if edition is not None:
            raise Conflict(
                _("An edition of this matter is being written already."),
                code="matters.open_edition",
                hint=_("Finish or discard that one first."),
            )
        if matter.state not in (MatterState.PUBLISHED, MatterState.SUSPENDED):
            raise Conflict(_("Only a matter in force can be cancelled."), code="matters.not_in_force")
    elif edition is None:
        raise Conflict(
            _("There is no new edition of this matter to publish."),
            code="matters.no_edition",
            hint=_("Revise the matter first: the case publishes what is written there."),
        )


def _lock(edition: Edition, case_id: int) -> None:
    edition.case_id = case_id
    if edition.state == EditionState.DRAFT:
        edition.state = EditionState.IN_REVIEW
        edition.submitted_at, edition.submitted_by_id = timezone.now(), current_asker().account_id
    edition.save()


@action(title=_("Publish an adjustment"), at=Reach.EVERYWHERE)
def publish_adjustment(*, case_id: int, local_code: str, change: str, effective_from: date) -> bool:
    """Do what the case decided: put the edition in force or cancel the matter; False when it is done already.

    A day that has passed while the case was handled gives way to today.

    :raises Missing: if there is no such matter
    :raises Conflict: if the case has no edition of it
    """
    matter = (
        Matter.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(local_code=local_code)
        .first()
    )
    if matter is None:
        raise Missing(_("There is no matter “%(code)s”.") % {"code": local_code}, code="matters.missing")
    day = max(effective_from, timezone.localdate())
    if change == CANCEL:
        if matter.state == MatterState.CANCELLED:
            return False
        take_out_of_force(matter, day, str(_("Adjustment, case %(case)s") % {"case": case_id}))
        return True
    edition = Edition.objects.filter(matter=matter, case_id=case_id).order_by("-number").first()
    edition = edition or _adopt(matter, case_id)
    if edition.state == EditionState.PUBLISHED:
        return False
    edition.matter = matter
    put_in_force(edition, day)
    return True


def _adopt(matter: Matter, case_id: int) -> Edition:
    """A case that was filed in the inbox takes the edition that waits for review."""
    edition = matter.editions.filter(state=EditionState.IN_REVIEW, case_id=None).first()
    if edition is None:
        raise Conflict(
            _("There is no new edition of this matter to publish."),
            code="matters.no_edition",
            hint=_("Submit the new edition to review, then try this step again."),
        )
    edition.case_id = case_id
    edition.save()
    return edition


@action(title=_("Give up an adjustment"), at=Reach.EVERYWHERE)
def give_up_adjustment(*, case_id: int) -> None:
    """Give the edition of a refused case back to be written on."""
    for edition in Edition.objects.select_for_update().filter(case_id=case_id, state=EditionState.IN_REVIEW):
        edition.state, edition.case_id = EditionState.DRAFT, None
        edition.remark = str(_("The adjustment was refused; see case %(case)s.") % {"case": case_id})
        edition.save()
