"""Licences and the conditions of permits: written down as the process says, revoked with their decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.errors import InvalidInput
from chengshu.scenes.approvals.actions.pledges import CaseFacts
from chengshu.scenes.approvals.models import Comparison, Licence, LicenceState, PermitCondition


@dataclass(frozen=True)
class Term:
    """What stands on a licence.

    :param until: last day; None when it has no term
    :param renew_by: last day on which a renewal is applied for in time
    """

    number: str
    since: date
    until: date | None = None
    renew_by: date | None = None


@dataclass(frozen=True)
class Condition:
    """A limit of a permit: ``quantity`` at ``outfall`` is ``most`` or ``least`` so much of ``measured_in``."""

    quantity: str
    comparison: str
    limit: Decimal
    measured_in: str
    outfall: str = ""
    standard: str = ""


@action(title=_("Record a licence"), at=lambda *, case, **_rest: case.unit_id)
def record_licence(*, case: CaseFacts, term: Term) -> Licence:
    """Write down the licence of a case, or correct its number and term while it is in force.

    :raises InvalidInput: ``licence_number`` when empty, ``valid_until`` before its beginning
    """
    if not term.number.strip():
        raise InvalidInput(
            _("A licence has a number."),
            field="licence_number",
            code="licence.number",
            hint=_("Enter the number that is printed on it."),
        )
    if term.until is not None and term.until < term.since:
        raise InvalidInput(
            _("A licence cannot end before it begins."),
            field="valid_until",
            code="licence.term",
            hint=_("Check both days."),
        )
    licence = Licence.objects.filter(case_id=case.case_id).first() or Licence(**vars(case))
    licence.licence_number, licence.valid_from = term.number.strip(), term.since
    licence.valid_until, licence.renew_by = term.until, term.renew_by
    licence.save()
    return licence


@action(title=_("Record the conditions of a permit"), at=lambda *, case, **_rest: case.unit_id)
def record_conditions(*, case: CaseFacts, conditions: Sequence[Condition], since: date) -> int:
    """Write down the conditions that a decision set; a second time finds the first. Returns how many there are.

    :raises InvalidInput: ``permit_conditions`` if one of them is incomplete
    """
    known = PermitCondition.objects.filter(case_id=case.case_id).count()
    if known:
        return known
    for condition in conditions:
        _insist_complete(condition)
        PermitCondition(**vars(case), **vars(condition), holds_from=since).save()
    return len(conditions)


@action(title=_("Set the day of renewal"), at=lambda *, licence, **_rest: licence.unit_id)
def set_renewal_day(*, licence: Licence, day: date) -> None:
    """The platform's own, once the working days of that year are published."""
    licence.renew_by = day
    licence.save()


@action(title=_("Revoke a licence"), at=lambda *, licence, **_rest: licence.unit_id)
def revoke_licence(*, licence: Licence, on: date) -> Licence:
    """撤销: the decision was taken back; its conditions hold no longer."""
    if licence.state != LicenceState.REVOKED:
        licence.state, licence.revoked_on = LicenceState.REVOKED, on
        licence.save()
        for condition in PermitCondition.objects.filter(case_id=licence.case_id, holds_until=None):
            condition.holds_until = max(on - timedelta(days=1), condition.holds_from)
            condition.save()
    return licence


def _insist_complete(condition: Condition) -> None:
    if (
        condition.comparison in Comparison.values
        and condition.quantity.strip()
        and condition.measured_in.strip()
    ):
        return
    raise InvalidInput(
        _("A condition names a quantity, a relation, a limit and its unit."),
        field="permit_conditions",
        code="condition.incomplete",
        hint=_("Complete the row, or remove it."),
    )
