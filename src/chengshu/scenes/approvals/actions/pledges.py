"""告知承诺: written down at the acceptance, checked after the decision, settled by what the check found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.errors import InvalidInput
from chengshu.scenes.approvals.models import CheckMode, Pledge, PledgeState


@dataclass(frozen=True)
class CaseFacts:
    """The case that something belongs to.

    :param unit_id: whose case it is
    :param number: the case's number, and its title
    """

    case_id: int
    unit_id: int
    local_code: str
    number: str
    title: str
    application_id: int | None = None
    simulated: bool = False


@dataclass(frozen=True)
class PledgeGiven:
    """What was pledged.

    :param text_version: which text of the pledge was signed
    :param facts: keys of the facts pledged
    """

    text_version: str
    facts: Sequence[str] = field(default=())
    check_mode: str = CheckMode.WRITTEN


@action(title=_("Record a pledge"), at=lambda *, case, **_rest: case.unit_id)
def record_pledge(*, case: CaseFacts, given: PledgeGiven, on: date) -> Pledge:
    """Write down what was pledged; a second time finds the first.

    :raises InvalidInput: ``check_mode`` if it is none of the four ways
    """
    known = Pledge.objects.filter(case_id=case.case_id).first()
    if known is not None:
        return known
    if given.check_mode not in CheckMode.values:
        raise InvalidInput(
            _("A pledge is checked in one of four ways."),
            field="check_mode",
            code="pledge.mode",
            hint=_("Choose on paper, online, on site or by public notice."),
        )
    pledge = Pledge(
        **vars(case),
        text_version=given.text_version,
        facts=list(given.facts),
        check_mode=given.check_mode,
        given_on=on,
    )
    pledge.save()
    return pledge


@action(title=_("Set the day by which a pledge is checked"), at=lambda *, pledge, **_rest: pledge.unit_id)
def schedule_check(*, pledge: Pledge, by: date) -> Pledge:
    """The decision is made: the check is due by ``by``."""
    if pledge.state == PledgeState.GIVEN:
        pledge.state, pledge.check_by = PledgeState.DUE, by
        pledge.save()
    return pledge


@dataclass(frozen=True)
class CheckResult:
    """What the check of a pledge found.

    :param state: ``holds``, ``kept`` or ``revoked``
    """

    state: str
    on: date
    mode: str = ""
    finding: str = ""


@action(title=_("Settle a pledge"), at=lambda *, pledge, **_rest: pledge.unit_id)
def settle_pledge(*, pledge: Pledge, result: CheckResult) -> Pledge:
    """Write down what the check found; what is settled stays, except that a decision is revoked later.

    :raises InvalidInput: ``state`` if that is no result of a check
    """
    if result.state not in (PledgeState.HOLDS, PledgeState.KEPT, PledgeState.REVOKED, PledgeState.LAPSED):
        raise InvalidInput(
            _("A check finds a pledge true or untrue."),
            field="state",
            code="pledge.result",
            hint=_("Say whether it holds, or whether the decision is kept or revoked."),
        )
    settled = pledge.state not in (PledgeState.GIVEN, PledgeState.DUE)
    if settled and result.state != PledgeState.REVOKED:
        return pledge
    pledge.state, pledge.checked_on = PledgeState(result.state), result.on
    pledge.checked_by_mode = result.mode if result.mode in CheckMode.values else ""
    pledge.finding = result.finding.strip()
    pledge.save()
    return pledge
