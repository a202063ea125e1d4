"""容缺: materials that may follow, waited for until the day promised, then supplied or overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.scenes.approvals.actions.pledges import CaseFacts
from chengshu.scenes.approvals.environment.events import DeferralSettled
from chengshu.scenes.approvals.models import Deferral, DeferralState


@dataclass(frozen=True)
class Deferred:
    """One material that may follow until ``due_on``, the last day."""

    key: str
    name: str
    due_on: date


@action(title=_("Record deferred materials"), at=lambda *, case, **_rest: case.unit_id)
def record_deferrals(*, case: CaseFacts, materials: Sequence[Deferred]) -> list[Deferral]:
    """Write down what may follow and until when; what is known already stays as it is."""
    known = set(Deferral.objects.filter(case_id=case.case_id).values_list("material_key", flat=True))
    rows = [
        Deferral(
            **vars(case),
            material_key=material.key,
            material_name=material.name,
            due_on=material.due_on,
        )
        for material in materials
        if material.key not in known
    ]
    for row in rows:
        row.save()
    return rows


@action(title=_("Settle a deferred material"), at=lambda *, deferral, **_rest: deferral.unit_id)
def settle_deferral(*, deferral: Deferral, note: str) -> Deferral:
    """The material came in, such as on paper at the counter; a late one is refused like in law.

    :raises Conflict: ``deferral.settled`` if it is not waited for any more, ``deferral.late`` after the day promised
    :raises InvalidInput: ``note`` when empty
    """
    if not note.strip():
        raise InvalidInput(
            _("Say how it was handed in."),
            field="note",
            code="deferral.note",
            hint=_("Such as: original seen at the counter."),
        )
    today = local_day(timezone.now())
    if deferral.state != DeferralState.WAITING:
        raise Conflict(
            _("This material is not waited for any more."),
            code="deferral.settled",
            hint=_("Reload the page to see how it ended."),
        )
    if today > deferral.due_on:
        raise Conflict(
            _("The day until which it was promised has passed."),
            code="deferral.late",
            hint=_("The application is sent back; a new one may be made at any time."),
        )
    settled = _settled(deferral, DeferralState.SUPPLIED, today, note.strip()[:300])
    emit(DeferralSettled(case=deferral.case_id, deferral=deferral.pk))
    return settled


@action(title=_("End a deferral"), at=lambda *, deferral, **_rest: deferral.unit_id)
def end_deferral(*, deferral: Deferral, state: DeferralState, on: date, note: str = "") -> Deferral:
    """The platform's own: supplied online, overdue, or lapsed with its application; a settled one stays."""
    if deferral.state != DeferralState.WAITING:
        return deferral
    return _settled(deferral, state, on, note[:300])


def _settled(deferral: Deferral, state: DeferralState, on: date, note: str) -> Deferral:
    deferral.state, deferral.settled_on, deferral.note = state, on, note
    deferral.save()
    return deferral
