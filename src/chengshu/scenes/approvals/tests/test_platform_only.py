"""What only the platform writes: pledges, deferrals, licences, conditions, notes. Refused to every official at the very
unit, done by the platform, and told twice without harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, Final

import pytest

from chengshu.foundation.asking import asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import InvalidInput, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.approvals.actions.credit_notes import note_credit
from chengshu.scenes.approvals.actions.deferrals import Deferred, end_deferral, record_deferrals
from chengshu.scenes.approvals.actions.licences import (
    Condition,
    Term,
    record_conditions,
    record_licence,
    revoke_licence,
    set_renewal_day,
)
from chengshu.scenes.approvals.actions.pledges import (
    CaseFacts,
    CheckResult,
    PledgeGiven,
    record_pledge,
    schedule_check,
    settle_pledge,
)
from chengshu.scenes.approvals.environment.following import settle_pause
from chengshu.scenes.approvals.environment.tasks import set_renewal_days
from chengshu.scenes.approvals.models import (
    CreditNote,
    CreditReason,
    Deferral,
    DeferralState,
    Licence,
    LicenceState,
    PermitCondition,
    Pledge,
    PledgeState,
)
from chengshu.scenes.approvals.tests.walking import UNIT, asker_of

OFFICIALS: Final = (
    ("window_clerk", "service-centre"),
    ("reviewer", UNIT),
    ("section_head", UNIT),
    ("department_head", "data-bureau"),
)
GRANTED, CHECKED, LATER = date(2026, 3, 3), date(2026, 3, 20), date(2026, 4, 13)
CONDITION = Condition("化学需氧量", "most", Decimal("40"), "mg/L", "DW001")
REPORT = Deferred("water_quality_report", "排水水质、水量检测报告", date(2026, 3, 6))
_numbers = count(8_000_000)


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def a_case(local_code: str = "approvals.drainage_permit") -> CaseFacts:
    number = next(_numbers)
    return CaseFacts(number, Unit.objects.get(key=UNIT).pk, local_code, f"PS-{number}", "沙涌泵站")


def a_pledge() -> Pledge:
    pledge = record_pledge(case=a_case(), given=PledgeGiven("2025-1", ("complete",)), on=GRANTED)
    return schedule_check(pledge=pledge, by=date(2026, 3, 31))


def a_deferral() -> Deferral:
    [deferral] = record_deferrals(case=a_case(), materials=[REPORT])
    return deferral


def a_licence(until: date | None = None, local_code: str = "approvals.drainage_permit") -> Licence:
    case = a_case(local_code)
    record_conditions(case=case, conditions=[CONDITION], since=GRANTED)
    return record_licence(case=case, term=Term(f"{case.number}号", GRANTED, until))


def refused_to_officials(name: str, attempt: Callable[[], object]) -> None:
    """Whoever holds a post there is refused, and each refusal stands in the audit chain."""
    for who in OFFICIALS:
        asker = asker_of(*who)
        with pytest.raises(Refused), asking(asker):
            attempt()
    assert AuditEntry.objects.filter(action=name, outcome="refused").count() == len(OFFICIALS)


# -- refused ------------------------------------------------------------------------------------------------------


WRITES: Final[Mapping[str, Callable[[CaseFacts], Any]]] = {
    "record_pledge": lambda case: record_pledge(case=case, given=PledgeGiven("2025-1"), on=GRANTED),
    "record_deferrals": lambda case: record_deferrals(case=case, materials=[REPORT]),
    "record_conditions": lambda case: record_conditions(case=case, conditions=[CONDITION], since=GRANTED),
    "record_licence": lambda case: record_licence(case=case, term=Term("1号", GRANTED)),
    "note_credit": lambda case: note_credit(
        case=case, reason=CreditReason.PLEDGE, words="承诺不实", on=CHECKED
    ),
    "settle_pause": lambda case: settle_pause(
        case_id=case.case_id, begun=True, said={"ground": "expert_review"}
    ),
}


@pytest.mark.parametrize("verb", WRITES)
def test_no_official_writes_down_what_follows_a_case(verb: str) -> None:
    case = a_case()
    refused_to_officials(f"approvals.{verb}", lambda: WRITES[verb](case))
    for rows in (Pledge, Deferral, PermitCondition, Licence, CreditNote):
        assert not rows.objects.filter(case_id=case.case_id).exists()


def test_no_official_sets_or_settles_the_check_of_a_pledge() -> None:
    pledge = a_pledge()
    refused_to_officials("approvals.schedule_check", lambda: schedule_check(pledge=pledge, by=LATER))
    found = CheckResult(PledgeState.HOLDS, CHECKED)
    refused_to_officials("approvals.settle_pledge", lambda: settle_pledge(pledge=pledge, result=found))
    kept = Pledge.objects.get(pk=pledge.pk)
    assert (kept.state, kept.check_by, kept.checked_on) == (PledgeState.DUE, date(2026, 3, 31), None)


def test_no_official_ends_a_deferral() -> None:
    deferral = a_deferral()
    refused_to_officials(
        "approvals.end_deferral",
        lambda: end_deferral(deferral=deferral, state=DeferralState.LAPSED, on=CHECKED),
    )
    assert Deferral.objects.get(pk=deferral.pk).state == DeferralState.WAITING


def test_no_official_sets_the_renewal_day_of_a_licence_or_revokes_it() -> None:
    licence = a_licence()
    refused_to_officials("approvals.set_renewal_day", lambda: set_renewal_day(licence=licence, day=LATER))
    refused_to_officials("approvals.revoke_licence", lambda: revoke_licence(licence=licence, on=LATER))
    kept = Licence.objects.get(pk=licence.pk)
    assert (kept.state, kept.renew_by, kept.revoked_on) == (LicenceState.IN_FORCE, None, None)
    assert PermitCondition.objects.get(case_id=licence.case_id).holds_until is None


# -- pledges ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["given", "due", "perhaps"])
def test_what_is_no_result_of_a_check_settles_nothing(state: str) -> None:
    pledge = a_pledge()
    with pytest.raises(InvalidInput) as caught:
        settle_pledge(pledge=pledge, result=CheckResult(state, CHECKED))
    assert (caught.value.code, caught.value.field) == ("pledge.result", "state")
    assert Pledge.objects.get(pk=pledge.pk).state == PledgeState.DUE


def test_the_platform_settles_a_pledge_once() -> None:
    pledge = a_pledge()
    settle_pledge(pledge=pledge, result=CheckResult(PledgeState.HOLDS, CHECKED, "on_site", " 与承诺一致 "))
    settle_pledge(pledge=pledge, result=CheckResult(PledgeState.KEPT, LATER, "online", "再查"))
    settle_pledge(pledge=pledge, result=CheckResult(PledgeState.LAPSED, LATER))
    kept = Pledge.objects.get(pk=pledge.pk)
    assert (kept.state, kept.checked_on) == (PledgeState.HOLDS, CHECKED)
    assert (kept.checked_by_mode, kept.finding) == ("on_site", "与承诺一致")


def test_a_decision_kept_at_first_may_be_revoked_later() -> None:
    pledge = a_pledge()
    settle_pledge(pledge=pledge, result=CheckResult(PledgeState.KEPT, CHECKED, "on_site", "限期整改"))
    for _told_twice in range(2):
        result = CheckResult(PledgeState.REVOKED, LATER, "by telephone", "逾期未改")
        settle_pledge(pledge=pledge, result=result)
    settle_pledge(pledge=pledge, result=CheckResult(PledgeState.HOLDS, LATER))
    kept = Pledge.objects.get(pk=pledge.pk)
    assert (kept.state, kept.checked_on, kept.finding) == (PledgeState.REVOKED, LATER, "逾期未改")
    assert kept.checked_by_mode == "", "a way that the guide does not name is not written down"


# -- deferrals ----------------------------------------------------------------------------------------------------


def test_the_platform_ends_a_deferral_once() -> None:
    deferral = a_deferral()
    end_deferral(deferral=deferral, state=DeferralState.OVERDUE, on=CHECKED, note="期" * 400)
    end_deferral(deferral=deferral, state=DeferralState.SUPPLIED, on=LATER, note="迟到")
    kept = Deferral.objects.get(pk=deferral.pk)
    assert (kept.state, kept.settled_on, kept.note) == (DeferralState.OVERDUE, CHECKED, "期" * 300)


# -- licences -----------------------------------------------------------------------------------------------------


def test_the_round_sets_the_day_of_renewal_once_it_can_be_counted() -> None:
    by_working_days = a_licence(date(2026, 10, 30))
    by_days = a_licence(date(2031, 12, 31), "approvals.pollution_permit_first")
    unpublished, endless = a_licence(date(2031, 10, 30)), a_licence()
    revoked = revoke_licence(licence=a_licence(date(2026, 10, 30)), on=LATER)
    for _round in range(2):
        set_renewal_days()
    days = {one: Licence.objects.get(pk=one.pk).renew_by for one in Licence.objects.all()}
    assert days == {
        by_working_days: date(2026, 9, 14),
        by_days: date(2031, 11, 1),
        unpublished: None,
        endless: None,
        revoked: None,
    }
    assert AuditEntry.objects.filter(action="approvals.set_renewal_day", outcome="done").count() == 2


def test_a_day_of_renewal_that_is_set_stays_when_the_round_comes_again() -> None:
    licence = a_licence(date(2026, 10, 30))
    set_renewal_day(licence=licence, day=date(2026, 9, 1))
    set_renewal_days()
    assert Licence.objects.get(pk=licence.pk).renew_by == date(2026, 9, 1)


def test_the_platform_revokes_a_licence_once_and_its_conditions_end_the_day_before() -> None:
    licence, other = a_licence(), a_licence()
    for day in (LATER, date(2026, 5, 1)):
        revoke_licence(licence=licence, on=day)
    kept = Licence.objects.get(pk=licence.pk)
    assert (kept.state, kept.revoked_on) == (LicenceState.REVOKED, LATER)
    assert PermitCondition.objects.get(case_id=licence.case_id).holds_until == date(2026, 4, 12)
    assert Licence.objects.get(pk=other.pk).state == LicenceState.IN_FORCE
    assert PermitCondition.objects.get(case_id=other.case_id).holds_until is None


def test_conditions_revoked_on_their_first_day_do_not_end_before_they_begin() -> None:
    licence = a_licence()
    revoke_licence(licence=licence, on=GRANTED)
    condition = PermitCondition.objects.get(case_id=licence.case_id)
    assert (condition.holds_from, condition.holds_until) == (GRANTED, GRANTED)
