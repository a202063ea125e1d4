"""Writing what a matter says: drafts, submission to review, giving back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services.data import Elements, TaskType
from chengshu.scenes.matters.elements import digest_of, elements_from, settled, to_json
from chengshu.scenes.matters.given import text_given
from chengshu.scenes.matters.models import (
    OPEN_STATES,
    Edition,
    EditionState,
    FindingDecision,
    Matter,
    MatterState,
)

_LOCAL_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,39}\.[a-z][a-z0-9_]{1,59}")


@action(title=_("Draft a matter"), at=lambda *, unit, **_rest: unit.pk)
def draft_matter(*, unit: Unit, local_code: str, name: str, task_type: str) -> Edition:
    """Begin a new matter of a unit with a first draft; all that is not said is named as unknown.

    :param local_code: the district's own key, such as ``market.food_business``
    :raises InvalidInput: for a code that is taken or cannot be used, a name or type that is none
    """
    code = local_code.strip()
    if not _LOCAL_CODE.fullmatch(code):
        raise InvalidInput(
            _("A local code is two lower-case words with a dot between them."),
            field="local_code",
            code="matters.local_code",
            hint=_("Such as market.food_business"),
        )
    if Matter.objects.filter(local_code=code).exists():
        raise InvalidInput(
            _("Another matter has this local code."), field="local_code", code="matters.local_code_taken"
        )
    if task_type not in {one.value for one in TaskType}:
        raise InvalidInput(_("Choose a type."), field="task_type", code="matters.task_type")
    title = text_given(name, "name", _("Give the name as the basic list prints it."), most=200)
    elements = Elements(local_code=code, name=title, unit=unit.key, task_type=TaskType(task_type))
    content = to_json(settled(elements))
    matter = Matter(
        unit=unit,
        local_code=code,
        name=title,
        task_type=task_type,
        domain=code.partition(".")[0],
        elements=content,
        is_claimed=True,
    )
    matter.save()
    return new_edition(matter, content, reason="")


@action(title=_("Revise a matter"), at=lambda *, matter, **_rest: matter.unit_id)
def revise_matter(*, matter: Matter, reason: str) -> Edition:
    """Begin a new edition of a published matter from what the present one says.

    :raises Conflict: if an edition is open already, or the matter is cancelled
    """
    matter = Matter.objects.select_for_update().get(pk=matter.pk)
    if matter.state == MatterState.CANCELLED:
        raise Conflict(_("This matter is cancelled."), code="matters.cancelled")
    if matter.editions.filter(state__in=OPEN_STATES).exists():
        raise Conflict(
            _("An edition of this matter is being written already."),
            code="matters.open_edition",
            hint=_("Finish or discard that one first."),
        )
    why = text_given(reason, "reason", _("Say what changes and why."))
    return new_edition(matter, matter.elements, reason=why)


def new_edition(matter: Matter, content: Mapping[str, Any], *, reason: str) -> Edition:
    """A draft with the next number; part of an action."""
    last = matter.editions.order_by("-number").values_list("number", flat=True).first() or 0
    edition = Edition(
        unit_id=matter.unit_id,
        matter=matter,
        number=last + 1,
        elements=dict(content),
        digest=digest_of(content),
        reason=reason,
        written_by_id=current_asker().account_id,
    )
    edition.save()
    return edition


@action(title=_("Save the elements of a draft"), at=lambda *, edition, **_rest: edition.unit_id)
def save_elements(*, edition: Edition, elements: Mapping[str, Any]) -> Edition:
    """Write what a draft says; what stays empty is named as unknown.

    :param elements: as JSON, see ``hub.services.data.Elements``
    :raises InvalidInput: for an element that cannot be read, or another unit or code than the matter's
    :raises Conflict: if it is no draft any more
    """
    edition = locked(edition)
    require_state(edition, EditionState.DRAFT)
    said = elements_from(elements)
    insist_same(edition.matter, said)
    said = settled(said)
    content = to_json(said)
    edition.elements, edition.digest = content, digest_of(content)
    edition.written_by_id = current_asker().account_id
    edition.save()
    if edition.matter.state == MatterState.DRAFT:
        show_on_matter(edition.matter, said, content)
    return edition


def show_on_matter(matter: Matter, elements: Elements, content: Mapping[str, Any]) -> None:
    """Have the matter itself say what its edition says; part of an action."""
    matter.name, matter.task_type = elements.name, elements.task_type.value
    matter.elements = dict(content)
    matter.save()


@action(title=_("Submit an edition to review"), at=lambda *, edition, **_rest: edition.unit_id)
def submit_edition(*, edition: Edition) -> Edition:
    """Give a draft to review; nobody writes in it from now on.

    :raises Conflict: if it is no draft
    """
    edition = locked(edition)
    require_state(edition, EditionState.DRAFT)
    edition.state, edition.remark = EditionState.IN_REVIEW, ""
    edition.submitted_at, edition.submitted_by_id = timezone.now(), current_asker().account_id
    edition.save()
    return edition


@action(title=_("Give an edition back"), at=lambda *, edition, **_rest: edition.unit_id)
def return_edition(*, edition: Edition, remark: str) -> Edition:
    """Give an edition under review back to be written on.

    :raises Conflict: if it is not under review, or is part of an adjustment that is going on
    """
    edition = locked(edition)
    require_state(edition, EditionState.IN_REVIEW)
    if edition.case_id is not None:
        raise Conflict(
            _("An adjustment of this matter is under way."),
            code="matters.adjusting",
            hint=_("Decide it in its case."),
        )
    edition.remark = text_given(remark, "remark", _("Say what has to be corrected."))
    edition.state = EditionState.DRAFT
    edition.save()
    return edition


@action(title=_("Discard a draft"), at=lambda *, edition, **_rest: edition.unit_id)
def discard_edition(*, edition: Edition) -> None:
    """Throw a draft away; a matter that was never published goes with its only draft.

    :raises Conflict: if it is no draft
    """
    edition = locked(edition)
    require_state(edition, EditionState.DRAFT)
    matter = edition.matter
    edition.delete()
    if matter.state == MatterState.DRAFT:
        matter.delete()


@action(title=_("Decide on a finding of the linter"), at=lambda *, matter, **_rest: matter.unit_id)
def decide_finding(*, matter: Matter, code: str, element: str, reason: str) -> FindingDecision:
    """Keep an element as it is although the linter objects; holds until the elements change.

    :raises InvalidInput: without a reason
    """
    why = text_given(reason, "reason", _("Say why it stays as it is."))
    decision = FindingDecision.objects.filter(matter=matter, code=code, element=element).first()
    decision = decision or FindingDecision(matter=matter, code=code[:60], element=element[:100])
    decision.unit_id, decision.reason = matter.unit_id, why
    decision.digest = digest_of(matter.elements)
    decision.decided_by_id = current_asker().account_id
    decision.save()
    return decision


def locked(edition: Edition) -> Edition:
    return Edition.objects.select_for_update(of=("self",)).select_related("matter__unit").get(pk=edition.pk)


def require_state(edition: Edition, state: EditionState) -> None:
    if edition.state != state:
        raise Conflict(
            _("This edition is “%(state)s” now.") % {"state": EditionState(edition.state).label},
            code="matters.edition_state",
            hint=_("Reload the page."),
        )


def insist_same(matter: Matter, said: Elements) -> None:
    if said.local_code != matter.local_code or said.unit != matter.unit.key:
        raise InvalidInput(
            _("The elements belong to another matter or another unit."),
            field="local_code",
            code="matters.other_matter",
        )


def insist_other_eyes(edition: Edition) -> None:
    """四眼: who wrote or submitted an edition does not publish it."""
    asker = current_asker()
    if asker.account_id is not None and asker.account_id in (edition.written_by_id, edition.submitted_by_id):
        raise Refused(
            _("Whoever wrote or submitted an edition does not publish it."),
            code="matters.four_eyes",
            hint=_("Ask another person with this power."),
        )
