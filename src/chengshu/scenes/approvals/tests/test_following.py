"""What follows a case: who may not touch it, pledges checked and revoked, materials that follow or never come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chengshu.engines.cases.data import CaseState
from chengshu.foundation.asking import asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, Refused
from chengshu.scenes.approvals.actions.credit_notes import withdraw_credit_note
from chengshu.scenes.approvals.actions.deferrals import Deferred, record_deferrals, settle_deferral
from chengshu.scenes.approvals.environment.following import facts_of
from chengshu.scenes.approvals.environment.queries import licences
from chengshu.scenes.approvals.environment.tasks import watch_deferrals
from chengshu.scenes.approvals.environment.terms import renew_by
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
from chengshu.scenes.approvals.tests.walking import (
    asker_of,
    deliver_all,
    done,
    on,
    opened,
    standing_at,
    statuses,
    task_at,
    view,
)

REPORT = Deferred("water_quality_report", "排水水质、水量检测报告", date(2026, 3, 6))
CONDITIONS = [
    {"outfall": "DW001", "quantity": "化学需氧量", "comparison": "most", "limit": 40, "unit": "mg/L"},
    {"outfall": "DW001", "quantity": "pH", "comparison": "least", "limit": 6.5, "unit": "无量纲"},
    {"outfall": "DW002", "quantity": "氨氮", "comparison": "most", "limit": None, "unit": "mg/L"},
]


pytestmark = pytest.mark.usefixtures("in_force")


def decided(matter: str, **variables: object) -> int:
    """A case at its decision on 2026-03-03."""
    with on("2026-03-02"):
        case_id = opened(matter, variables)
        done(case_id, "check", "accept")
    if "review" in standing_at(case_id):
        with on("2026-03-03"):
            done(case_id, "review", "propose_grant")
            done(case_id, "head", "agree")
    return case_id


def lacking() -> int:
    """An application accepted without the report, at its decision."""
    case_id = decided("drainage_permit", lacking=True)
    with on("2026-03-03"):
        record_deferrals(case=facts_of(view(case_id)), materials=[REPORT])
    return case_id


# -- refused ------------------------------------------------------------------------------------------------------


def test_a_window_clerk_cannot_decide() -> None:
    case_id = decided("drainage_permit")
    task_id = task_at(case_id, "decide")
    for who in (("window_clerk", "service-centre"), ("reviewer",), ("section_head",)):
        with pytest.raises(ChengshuError) as refusal, asking(asker_of(*who)):
            done(case_id, "decide", "grant")
        assert isinstance(refusal.value, Refused | Missing)
    assert statuses(case_id)[-1] == "8"
    assert AuditEntry.objects.filter(action="cases.complete_task", outcome="refused").count() >= 2
    assert task_at(case_id, "decide") == task_id


def test_a_reviewer_of_another_bureau_neither_sees_nor_reviews() -> None:
    case_id = opened("river_construction")
    with asking(asker_of("window_clerk", "service-centre")):
        done(case_id, "check", "accept")
    stranger = asker_of("reviewer", "planning-resources")
    with asking(stranger), pytest.raises(Missing):
        view(case_id)
    review = task_at(case_id, "review")
    with asking(stranger), pytest.raises(ChengshuError):
        done(case_id, "review", "propose_grant")
    assert task_at(case_id, "review") == review


def test_one_officer_is_not_two_on_site() -> None:
    case_id = opened("river_construction")
    done(case_id, "check", "accept")
    with asking(asker_of("reviewer")):
        done(case_id, "review", "site")
        done(case_id, "site", "agree", inspector_certificate="A01")
        done(case_id, "site", "agree", inspector_certificate="A01")
    assert standing_at(case_id) == {"site"}
    for name, certificate in (("first", "A01"), ("second", "A02")):
        with asking(asker_of("reviewer", name=name)):
            done(case_id, "site", "agree", inspector_certificate=certificate)
    assert standing_at(case_id) == {"review"}


def test_no_official_writes_pledges_licences_or_conditions_by_hand() -> None:
    facts = facts_of(view(decided("drainage_permit")))
    for who in (("reviewer",), ("section_head",), ("department_head", "data-bureau")):
        with asking(asker_of(*who)), pytest.raises(Refused):
            record_deferrals(case=facts, materials=[REPORT])
    assert not Deferral.objects.exists()


# -- pledges ------------------------------------------------------------------------------------------------------


def pledged() -> int:
    """Decided by pledge on 2026-03-03, licence made and delivered, at its check."""
    given = {"pledge_text": "2025-1", "pledge_facts": ["complete"], "pledge_check_mode": "on_site"}
    case_id = decided("eia_form_pledged", **given)
    with on("2026-03-03"):
        done(case_id, "decide", "grant")
    with on("2026-03-04"):
        done(case_id, "make", "made", licence_number="穗南环批〔2026〕1号", licence_valid_from="2026-03-04")
        done(case_id, "deliver", "delivered")
        done(case_id, "archive", "archived")
    return case_id


def test_a_pledge_is_written_down_scheduled_and_found_true() -> None:
    case_id = pledged()
    pledge = Pledge.objects.get(case_id=case_id)
    assert (pledge.state, pledge.check_by) == (PledgeState.DUE, date(2026, 3, 31))
    assert (pledge.text_version, pledge.facts, pledge.check_mode) == ("2025-1", ["complete"], "on_site")
    with on("2026-03-20"):
        done(case_id, "verify", "true", pledge_checked_by="on_site", pledge_finding="与承诺一致")
    pledge.refresh_from_db()
    assert (pledge.state, pledge.checked_on, pledge.finding) == (
        PledgeState.HOLDS,
        date(2026, 3, 20),
        "与承诺一致",
    )
    assert view(case_id).state == CaseState.COMPLETED
    assert not CreditNote.objects.exists()


def test_an_untrue_pledge_revokes_the_decision_and_is_noted() -> None:
    case_id = pledged()
    with on("2026-03-20"):
        done(case_id, "verify", "rectify", pledge_finding="未建治理设施")
    with on("2026-04-10"):
        done(case_id, "recheck_pledge", "untrue", pledge_finding="逾期未建治理设施")
        with asking(asker_of("reviewer")), pytest.raises(ChengshuError):
            done(case_id, "revoke", "revoke")
    with on("2026-04-13"), asking(asker_of("department_head", "data-bureau")):
        done(case_id, "revoke", "revoke")
    deliver_all()
    assert statuses(case_id)[-1] == "15"
    assert Pledge.objects.get(case_id=case_id).state == PledgeState.REVOKED
    licence = Licence.objects.get(case_id=case_id)
    assert (licence.state, licence.revoked_on) == (LicenceState.REVOKED, date(2026, 4, 13))
    note = CreditNote.objects.get(case_id=case_id)
    assert "逾期未建治理设施" in note.words
    with pytest.raises(InvalidInput):
        withdraw_credit_note(note=note, because=" ")
    withdraw_credit_note(note=note, because="已整改，信用修复")
    with pytest.raises(Conflict):
        withdraw_credit_note(note=CreditNote.objects.get(pk=note.pk), because="再次")


# -- deferrals ----------------------------------------------------------------------------------------------------


def test_a_licence_is_withheld_until_everything_deferred_is_here() -> None:
    case_id = lacking()
    with on("2026-03-03"):
        done(case_id, "decide", "grant")
    assert statuses(case_id)[-1] == "12"
    assert standing_at(case_id) == set()
    with on("2026-03-05"), asking(asker_of("reviewer")):
        settle_deferral(deferral=Deferral.objects.get(case_id=case_id), note="窗口收到原件")
    deliver_all()
    assert standing_at(case_id) == {"make"}


def test_what_came_before_the_decision_leaves_nothing_lacking() -> None:
    with on("2026-03-02"):
        case_id = opened("drainage_permit", {"lacking": True})
        done(case_id, "check", "accept")
        record_deferrals(case=facts_of(view(case_id)), materials=[REPORT])
        settle_deferral(deferral=Deferral.objects.get(case_id=case_id), note="当场补齐")
    with on("2026-03-03"):
        done(case_id, "review", "propose_grant")
        done(case_id, "head", "agree")
        done(case_id, "decide", "grant")
    assert statuses(case_id)[-1] == "11"


def test_what_never_came_sends_the_application_back_with_a_note() -> None:
    case_id = lacking()
    with on("2026-03-03"):
        done(case_id, "decide", "grant")
    with on("2026-03-06"):
        watch_deferrals()
    assert Deferral.objects.get(case_id=case_id).state == DeferralState.WAITING
    with on("2026-03-07"):
        with pytest.raises(Conflict):
            settle_deferral(deferral=Deferral.objects.get(case_id=case_id), note="晚了一天")
        watch_deferrals()
    assert statuses(case_id)[-2:] == ["12", "13"]
    assert view(case_id).state == CaseState.COMPLETED
    assert Deferral.objects.get(case_id=case_id).state == DeferralState.OVERDUE
    assert CreditNote.objects.filter(case_id=case_id, reason="deferral").count() == 1
    assert not Licence.objects.exists()


def test_a_refusal_lets_what_was_deferred_lapse() -> None:
    case_id = lacking()
    with on("2026-03-03"):
        done(case_id, "decide", "refuse")
    assert Deferral.objects.get(case_id=case_id).state == DeferralState.LAPSED
    assert not CreditNote.objects.exists()


# -- licences -----------------------------------------------------------------------------------------------------


def test_conditions_and_term_come_from_the_decision_and_the_making_of_the_licence() -> None:
    case_id = decided("pollution_permit_first", lawful_limit="20d")
    with on("2026-03-03"):
        done(case_id, "decide", "grant", permit_conditions=CONDITIONS)
        done(
            case_id,
            "make",
            "made",
            licence_number="91440115MA59A0001X001P",
            licence_valid_from="2026-03-03",
            licence_valid_until="2026-12-31",
        )
    found = [
        (each.outfall, each.quantity, each.limit) for each in PermitCondition.objects.filter(case_id=case_id)
    ]
    assert found == [("DW001", "pH", Decimal("6.5")), ("DW001", "化学需氧量", Decimal("40"))]
    licence = Licence.objects.get(case_id=case_id)
    assert (licence.valid_from, licence.renew_by) == (date(2026, 3, 3), date(2026, 11, 1))
    assert list(licences(renewal_before=date(2026, 11, 2))) == [licence]
    assert list(licences(renewal_before=date(2026, 11, 1))) == []


def test_a_renewal_is_applied_for_thirty_working_days_before() -> None:
    assert renew_by("approvals.drainage_permit", date(2026, 10, 30)) == date(2026, 9, 14)
    assert renew_by("approvals.drainage_permit", date(2031, 10, 30)) is None
