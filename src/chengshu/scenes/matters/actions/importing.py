"""A workbook on its way into the catalogue: as drafts, never straight into force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services.data import Elements
from chengshu.scenes.matters.actions.editing import draft_matter, revise_matter, save_elements
from chengshu.scenes.matters.elements import ElementChange, differences, to_json
from chengshu.scenes.matters.models import OPEN_STATES, EditionState, Matter


@dataclass(frozen=True)
class PlannedChange:
    """What the import would do to one matter. No changes and not new: it stays as it is.

    :param is_new: there is no such matter yet
    """

    local_code: str
    name: str
    is_new: bool
    changes: tuple[ElementChange, ...]

    @property
    def does_something(self) -> bool:
        return self.is_new or bool(self.changes)


def plan_import(catalogue: Sequence[Elements]) -> tuple[PlannedChange, ...]:
    """A dry run: what differs from the catalogue, matter by matter; nothing is written.

    Compared is with the open draft of a matter, where there is one.
    """
    known = {
        matter.local_code: matter
        for matter in Matter.objects.filter(local_code__in=[one.local_code for one in catalogue])
    }
    return tuple(_planned(one, known.get(one.local_code)) for one in catalogue)


def _planned(elements: Elements, matter: Matter | None) -> PlannedChange:
    if matter is None:
        return PlannedChange(elements.local_code, elements.name, True, ())
    draft = matter.editions.filter(state__in=OPEN_STATES).first()
    before = draft.elements if draft else matter.elements
    changes = tuple(one for one in differences(before, to_json(elements)) if one.element != "unknown")
    return PlannedChange(elements.local_code, elements.name, False, changes)


@action(title=_("Import the catalogue"), at=Reach.ANYWHERE)
def import_catalogue(*, catalogue: Sequence[Elements], reason: str) -> int:
    """Write what a workbook says into drafts, all or nothing; how many matters have one now.

    Each draft needs the power to write it at its own unit.

    :raises InvalidInput: for a unit that does not exist
    :raises Conflict: for a matter whose edition is under review
    """
    written = 0
    for planned, elements in zip(plan_import(catalogue), catalogue, strict=True):
        if planned.does_something:
            _write(elements, reason)
            written += 1
    return written


def _write(elements: Elements, reason: str) -> None:
    matter = Matter.objects.filter(local_code=elements.local_code).first()
    if matter is None:
        edition = draft_matter(
            unit=_unit(elements.unit),
            local_code=elements.local_code,
            name=elements.name,
            task_type=elements.task_type.value,
        )
    else:
        open_edition = matter.editions.filter(state__in=OPEN_STATES).first()
        if open_edition is not None and open_edition.state != EditionState.DRAFT:
            raise Conflict(
                _("“%(matter)s” is under review.") % {"matter": matter.name}, code="matters.edition_state"
            )
        edition = open_edition or revise_matter(matter=matter, reason=reason)
    save_elements(edition=edition, elements=to_json(elements))


def _unit(key: str) -> Unit:
    unit = Unit.objects.filter(key=key).first()
    if unit is None:
        raise InvalidInput(
            _("There is no unit “%(key)s”.") % {"key": key},
            field="unit",
            code="matters.unit",
            hint=_("Write the key of the unit as the export does."),
        )
    return unit
