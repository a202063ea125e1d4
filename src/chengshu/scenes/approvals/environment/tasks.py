"""What comes round by itself: deferred materials that came in, and those that did not."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from chengshu.foundation.calendar import local_day
from chengshu.foundation.jobs.periodic import periodic
from chengshu.hub.services import api as services
from chengshu.hub.services.data import MaterialState
from chengshu.scenes.approvals.actions.credit_notes import note_credit
from chengshu.scenes.approvals.actions.deferrals import end_deferral
from chengshu.scenes.approvals.actions.licences import set_renewal_day
from chengshu.scenes.approvals.actions.pledges import CaseFacts
from chengshu.scenes.approvals.environment.following import tell, tell_case_if_supplied
from chengshu.scenes.approvals.environment.queries import deferrals_waiting, licences_without_renewal_day
from chengshu.scenes.approvals.environment.terms import renew_by
from chengshu.scenes.approvals.models import CreditReason, Deferral, DeferralState


@periodic(every=timedelta(minutes=10))
def watch_deferrals() -> None:
    """Settle what was supplied online, send back what is overdue."""
    today = local_day(timezone.now())
    for deferral in deferrals_waiting():
        if _is_supplied(deferral):
            end_deferral(deferral=deferral, state=DeferralState.SUPPLIED, on=today)
            tell_case_if_supplied(deferral.case_id)
        elif deferral.due_on < today:
            _send_back(deferral, today)


@periodic(every=timedelta(days=1))
def set_renewal_days() -> None:
    """Once the working days of a year are published, say by when the licences that end in it are to be renewed."""
    for licence in licences_without_renewal_day():
        day = renew_by(licence.local_code, licence.valid_until) if licence.valid_until else None
        if day is not None:
            set_renewal_day(licence=licence, day=day)


def _is_supplied(deferral: Deferral) -> bool:
    application = services.of_case(deferral.case_id)
    materials = application.materials if application else ()
    came = {material.key for material in materials if material.state != MaterialState.LACKING}
    return deferral.material_key in came


def _send_back(deferral: Deferral, today: date) -> None:
    """The day promised has passed: 退件, with a note, once the case stands where it waits for it.

    Until its decision a case may still be refused on its merits, so it is only looked at again.
    """
    if not tell(deferral.case_id, "deferral_overdue"):
        return
    end_deferral(deferral=deferral, state=DeferralState.OVERDUE, on=today)
    facts = CaseFacts(
        case_id=deferral.case_id,
        unit_id=deferral.unit_id,
        local_code=deferral.local_code,
        number=deferral.number,
        title=deferral.title,
        application_id=deferral.application_id,
        simulated=deferral.simulated,
    )
    note_credit(
        case=facts,
        reason=CreditReason.DEFERRAL,
        words=f"{deferral.material_name} {deferral.due_on.isoformat()}",
        on=today,
    )
