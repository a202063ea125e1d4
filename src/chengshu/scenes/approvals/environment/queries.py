"""Reads; the database shows only what the asker may see."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing
from chengshu.scenes.approvals.models import (
    CreditNote,
    Deferral,
    DeferralState,
    Licence,
    LicenceState,
    PermitCondition,
    Pledge,
    PledgeState,
)


def deferrals_waiting() -> QuerySet[Deferral]:
    """Deferred materials that are waited for, the most urgent first."""
    return Deferral.objects.filter(state=DeferralState.WAITING).order_by("due_on", "id")


def deferrals(state: str = "") -> QuerySet[Deferral]:
    """Deferred materials of one state or of all, the most urgent first."""
    found = Deferral.objects.select_related("unit")
    return found.filter(state=state) if state in DeferralState.values else found


def deferral_by_id(deferral_id: int) -> Deferral:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = Deferral.objects.select_related("unit").filter(pk=deferral_id).first()
    if found is None:
        raise _missing()
    return found


def pledges(state: str = "") -> QuerySet[Pledge]:
    """Pledges of one state or of all, those to be checked first."""
    found = Pledge.objects.select_related("unit")
    return found.filter(state=state) if state in PledgeState.values else found


def credit_notes() -> QuerySet[CreditNote]:
    """Credit notes, newest first."""
    return CreditNote.objects.select_related("unit")


def credit_note_by_id(note_id: int) -> CreditNote:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = CreditNote.objects.select_related("unit").filter(pk=note_id).first()
    if found is None:
        raise _missing()
    return found


def licences(*, renewal_before: date | None = None) -> QuerySet[Licence]:
    """Licences, newest first; or those in force whose renewal must be applied for before a day, soonest first."""
    found = Licence.objects.select_related("unit")
    if renewal_before is None:
        return found
    due = found.filter(state=LicenceState.IN_FORCE, renew_by__lt=renewal_before)
    return due.order_by("renew_by", "id")


def licence_by_id(licence_id: int) -> Licence:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = Licence.objects.select_related("unit").filter(pk=licence_id).first()
    if found is None:
        raise _missing()
    return found


def licences_without_renewal_day() -> QuerySet[Licence]:
    """Licences in force that end on a known day and whose day of renewal is not set."""
    return Licence.objects.filter(state=LicenceState.IN_FORCE, valid_until__isnull=False, renew_by=None)


def conditions_of_case(case_id: int) -> QuerySet[PermitCondition]:
    """The conditions that the decision of a case set."""
    return PermitCondition.objects.filter(case_id=case_id)


def _missing() -> Missing:
    return Missing(_("There is no such entry, or you may not see it."), hint=_("Go back to the list."))
