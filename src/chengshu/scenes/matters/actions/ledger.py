"""The ledger of delegated powers (事权承接台账): what came down, on what paper, how it is used, what becomes of it."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services import api as services
from chengshu.scenes.matters.elements import elements_from
from chengshu.scenes.matters.given import optional_text, text_given
from chengshu.scenes.matters.models import Assessment, DelegatedPower, Manner, Matter, MatterState, PowerUse

FIRST_YEAR = 2012
"""Since when powers were adjusted to the district, as its target table states."""


@action(title=_("Record a delegated power"), at=lambda *, unit, **_rest: unit.pk)
def record_delegated_power(
    *,
    unit: Unit,
    name: str,
    manner: str,
    from_authority: str = "",
    document_number: str = "",
    since: date | None = None,
    plan: str = "",
    agreement_from: date | None = None,
    agreement_until: date | None = None,
    announced_on: date | None = None,
    local_code: str = "",
    remark: str = "",
) -> DelegatedPower:
    """Add a line to the ledger. An entrusted power needs its agreement with a last day (行政许可法 Art. 24).

    :raises InvalidInput: for a manner that is none, days in the wrong order, an entrusted power without agreement
    """
    title = text_given(name, "name", _("Give the name of the power."), most=200)
    if manner not in Manner.values:
        raise InvalidInput(_("Choose how it came to the district."), field="manner", code="matters.manner")
    _insist_agreement(manner, agreement_from, agreement_until)
    power = DelegatedPower(
        unit=unit,
        number=_next_number(),
        name=title,
        manner=manner,
        from_authority=optional_text(from_authority, "from_authority", most=200),
        document_number=optional_text(document_number, "document_number", most=200),
        since=since,
        plan=optional_text(plan, "plan"),
        agreement_from=agreement_from,
        agreement_until=agreement_until,
        announced_on=announced_on,
        local_code=optional_text(local_code, "local_code", most=100),
        remark=optional_text(remark, "remark"),
    )
    power.save()
    return power


def _insist_agreement(manner: str, first: date | None, last: date | None) -> None:
    if manner == Manner.ENTRUSTED and last is None:
        raise InvalidInput(
            _("An entrusted power needs a written agreement with a last day."),
            field="agreement_until",
            code="matters.agreement_missing",
            hint=_("Enter until when the agreement holds."),
        )
    if first and last and last < first:
        raise InvalidInput(
            _("The last day is before the first."), field="agreement_until", code="matters.day_order"
        )


def _next_number() -> str:
    last = DelegatedPower.objects.order_by("-number").values_list("number", flat=True).first()
    return f"{int(last) + 1 if last else 1:05d}"


@action(title=_("Renew an agreement on an entrusted power"), at=lambda *, power, **_rest: power.unit_id)
def renew_agreement(
    *, power: DelegatedPower, agreement_from: date, agreement_until: date, announced_on: date | None = None
) -> DelegatedPower:
    """Note a new agreement; a matter that was not accepted for want of one is offered again from today.

    :raises Conflict: if the power has been given back
    :raises InvalidInput: for days in the wrong order or an agreement that has ended already
    """
    power = DelegatedPower.objects.select_for_update(of=("self",)).select_related("unit").get(pk=power.pk)
    if power.returned_on is not None:
        raise Conflict(_("This power has been given back."), code="matters.power_returned")
    _insist_agreement(power.manner, agreement_from, agreement_until)
    if agreement_until < timezone.localdate():
        raise InvalidInput(
            _("This agreement has ended already."), field="agreement_until", code="matters.past_day"
        )
    power.agreement_from, power.agreement_until = agreement_from, agreement_until
    power.announced_on = announced_on or power.announced_on
    if power.suspended_on is not None:
        power.suspended_on = None
        _offer_again(power)
    power.save()
    return power


def _offer_again(power: DelegatedPower) -> None:
    matter = _matter_of(power, MatterState.SUSPENDED)
    if matter is not None:
        services.publish_matter(
            unit=matter.unit,
            elements=elements_from(matter.elements),
            effective_from=timezone.localdate(),
        )
        matter.state = MatterState.PUBLISHED
        matter.save()


@action(title=_("Stop accepting under an ended agreement"), at=lambda *, power, **_rest: power.unit_id)
def suspend_expired(*, power: DelegatedPower) -> bool:
    """Withdraw the matter of an entrusted power whose agreement has ended; whether that was needed.

    Applications accepted before go on; nothing new is accepted until an agreement is entered.
    """
    power = DelegatedPower.objects.select_for_update(of=("self",)).select_related("unit").get(pk=power.pk)
    today = timezone.localdate()
    has_ended = power.agreement_until is not None and power.agreement_until < today
    if power.manner != Manner.ENTRUSTED or not has_ended or power.suspended_on is not None:
        return False
    power.suspended_on = today
    power.save()
    matter = _matter_of(power, MatterState.PUBLISHED)
    if matter is not None:
        services.withdraw_matter(
            unit=matter.unit,
            local_code=matter.local_code,
            from_day=today,
            reason=str(
                _("The agreement on the entrusted power “%(name)s” has ended.") % {"name": power.name}
            ),
        )
        matter.state = MatterState.SUSPENDED
        matter.save()
    return True


def _matter_of(power: DelegatedPower, state: MatterState) -> Matter | None:
    if not power.local_code:
        return None
    found = Matter.objects.select_for_update(of=("self",)).select_related("unit")
    return found.filter(local_code=power.local_code, state=state).first()


@action(title=_("Record the use of a delegated power"), at=lambda *, power, **_rest: power.unit_id)
def record_use(*, power: DelegatedPower, year: int, count: int) -> PowerUse:
    """Note how often a power was used in a year; a second time corrects the first.

    :raises InvalidInput: for a year before the first or after the present one, or a negative number
    """
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise InvalidInput(
            _("Choose a year from %(first)s on.") % {"first": FIRST_YEAR}, field="year", code="matters.year"
        )
    if not 0 <= count < 10_000_000:
        raise InvalidInput(_("Give a whole number."), field="count", code="matters.number")
    use = PowerUse.objects.filter(power=power, year=year).first() or PowerUse(power=power, year=year)
    use.unit_id, use.count = power.unit_id, count
    use.save()
    return use


@action(title=_("Assess a delegated power"), at=lambda *, power, **_rest: power.unit_id)
def assess_power(*, power: DelegatedPower, assessment: str, remark: str = "") -> DelegatedPower:
    """评估: say how a power is used, with today's day.

    :raises InvalidInput: for an assessment that is none, or one that the recorded use contradicts
    """
    if assessment not in Assessment.values or not assessment:
        raise InvalidInput(_("Choose an assessment."), field="assessment", code="matters.assessment")
    power = DelegatedPower.objects.select_for_update().get(pk=power.pk)
    used = sum(use.count for use in power.uses.all())
    if (assessment == Assessment.UNUSED and used) or (assessment == Assessment.WELL_USED and not used):
        raise InvalidInput(
            _("The recorded use of %(count)s times says otherwise.") % {"count": used},
            field="assessment",
            code="matters.assessment_contradicted",
            hint=_("Correct the recorded use first, or choose another assessment."),
        )
    power.assessment, power.assessed_on = assessment, timezone.localdate()
    power.remark = optional_text(remark, "remark") or power.remark
    power.save()
    return power


@action(title=_("Give a delegated power back"), at=lambda *, power, **_rest: power.unit_id)
def return_power(*, power: DelegatedPower, returned_on: date, reason: str) -> DelegatedPower:
    """Note that a power went back to where it came from.

    :raises Conflict: if it has gone back already
    """
    power = DelegatedPower.objects.select_for_update().get(pk=power.pk)
    if power.returned_on is not None:
        raise Conflict(_("This power has been given back."), code="matters.power_returned")
    power.remark = text_given(reason, "reason", _("Say on what decision."))
    power.returned_on = returned_on
    power.save()
    return power
