"""Pages of this part: who sees them, what stands on them; and what the scene counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import count
from types import SimpleNamespace

import pytest
from django.test import Client
from freezegun import freeze_time

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import budget_year
from chengshu.foundation.action import Reach, registered_actions
from chengshu.foundation.asking import Asker, asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.suites import SceneContract
from chengshu.scenes.approvals.actions.construction_experts import register_expert
from chengshu.scenes.approvals.actions.construction_notices import draft_notice, post_notice
from chengshu.scenes.approvals.actions.construction_projects import register_project
from chengshu.scenes.approvals.actions.construction_visits import call_visit
from chengshu.scenes.approvals.actions.credit_notes import note_credit
from chengshu.scenes.approvals.actions.deferrals import Deferred, record_deferrals
from chengshu.scenes.approvals.actions.licences import Condition, Term, record_conditions, record_licence
from chengshu.scenes.approvals.actions.pledges import CaseFacts, PledgeGiven, record_pledge, schedule_check
from chengshu.scenes.approvals.models import CreditNote, CreditReason, Deferral, Licence
from chengshu.scenes.approvals.tests.con_builders import OWNER
from chengshu.scenes.approvals.tests.walking import deliver_all, done, official, on, opened, put_in_force

PUBLIC_PAGE, ONLY_SENT = "/approvals/notices/", "/approvals/visits/busy/"
_numbers, _visits = count(7_000_000), count()


def a_case(unit: str = "data-bureau") -> CaseFacts:
    number = next(_numbers)
    return CaseFacts(
        number, Unit.objects.get(key=unit).pk, "approvals.drainage_permit", f"PS-{number}", "沙涌泵站"
    )


def one_of_everything(unit: str = "data-bureau") -> CaseFacts:
    """A pledge to check, a deferred material, a licence with a condition and a credit note, all of one case."""
    case = a_case(unit)
    pledge = record_pledge(case=case, given=PledgeGiven("2025-1"), on=date(2026, 3, 2))
    schedule_check(pledge=pledge, by=date(2026, 3, 31))
    record_deferrals(
        case=case, materials=[Deferred("water_quality_report", "水质检测报告", date(2099, 3, 6))]
    )
    limit = Condition("化学需氧量", "most", Decimal("40"), "mg/L", "DW001")
    record_conditions(case=case, conditions=[limit], since=date(2026, 3, 3))
    record_licence(case=case, term=Term(case.number, date(2026, 3, 3), date(2031, 3, 2), date(2031, 1, 20)))
    note_credit(case=case, reason=CreditReason.DEFERRAL, words="逾期未补齐", on=date(2026, 3, 9))
    return case


def one_of_the_construction_part(key: str = "data-bureau") -> None:
    """A project with a visit, a draft and a posted notice, and an expert; visits lie within one working week."""
    unit, number = Unit.objects.get(key=key), next(_numbers)
    project = register_project(
        unit=unit,
        code=f"2504-440115-04-01-{number % 1_000_000 + 1:06d}",
        name="综合管廊",
        kind="enterprise",
        owner_name="建设单位甲",
        owner_code=OWNER,
        site_address="明珠湾",
    )
    days, hour = divmod(next(_visits) % 20, 4)
    start = datetime(2026, 3, 9 + days, (9, 10, 14, 15)[hour], tzinfo=SHANGHAI)
    call_visit(
        unit=unit,
        kind="survey",
        purpose="踏勘",
        place="明珠湾",
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        units=[unit],
        project=project,
    )
    register_expert(unit=unit, name="专家", fields=["energy"], employer_name="设计单位", employer_code=OWNER)
    facts = [("项目", "综合管廊")]
    _draft, posted = (
        draft_notice(unit=unit, kind="before", title=title, facts=facts, days=5, project=project)
        for title in ("草稿", "公示")
    )
    post_notice(notice=posted)


class TestApprovals(SceneContract):
    scene = "approvals"
    reader = "reviewer"
    stranger = "other_department_officer"

    def make_row(self) -> None:
        one_of_everything()
        one_of_the_construction_part()

    def pages(self) -> list[str]:
        """Every page of the staff that is read: the notices are the public's, a busy time is only sent."""
        return [page for page in super().pages() if page not in (PUBLIC_PAGE, ONLY_SENT)]

    def test_what_is_no_page_of_the_staff_is_named_and_behaves_so(self, anonymous: Client) -> None:
        mounted = super().pages()
        assert len(self.pages()) == len(mounted) - 2 >= 11
        assert anonymous.get(PUBLIC_PAGE).status_code == 200
        assert anonymous.get(ONLY_SENT).status_code == 302

    def test_what_is_only_sent_cannot_be_read(self, signed_in: Callable[[str], Client]) -> None:
        assert signed_in(self.stranger).post(ONLY_SENT).status_code == 403
        assert signed_in(self.reader).get(ONLY_SENT).status_code == 405

    def test_every_action_refuses_somebody_without_its_power_and_audits_that(self) -> None:
        """As every scene promises; some of these belong to the unit of a project behind what they are given."""
        nobody = Asker(account_id=10**9, name="somebody")
        anything = SimpleNamespace(pk=1, unit_id=1, project=SimpleNamespace(pk=1, unit_id=1))
        ours = [
            action
            for action in registered_actions().values()
            if action.app == self.scene and action.at not in (Reach.ANYONE, Reach.SELF)
        ]
        assert len(ours) >= 45
        for action in ours:
            with pytest.raises(Refused), asking(nobody):
                action.attempt(anything)
            assert AuditEntry.objects.filter(action=action.name, outcome="refused").exists()


def test_a_reader_of_another_unit_sees_no_row(signed_in: Callable[[str], Client], db: None) -> None:
    import_module("chengshu.foundation.orgs.base_data").load_base_data()
    case = one_of_everything("environment-water-approval")
    client = signed_in("reviewer")
    for page in ("pledges", "deferrals", "licences", "credit-notes"):
        answer = client.get(f"/approvals/{page}/")
        assert (answer.status_code, case.number in answer.content.decode()) == (200, False)
    for page, row in (("deferrals", Deferral), ("licences", Licence), ("credit-notes", CreditNote)):
        assert client.get(f"/approvals/{page}/{row.objects.get(case_id=case.case_id).pk}/").status_code == 404


def test_a_deferred_material_is_taken_in_and_a_note_withdrawn_on_their_pages(db: None) -> None:
    import_module("chengshu.foundation.orgs.base_data").load_base_data()
    case = one_of_everything("environment-water-approval")
    head = Client()
    official("section_head").sign_in(head)
    deferral, note = Deferral.objects.get(case_id=case.case_id), CreditNote.objects.get(case_id=case.case_id)
    assert head.post(f"/approvals/deferrals/{deferral.pk}/", {"note": " "}).status_code == 422
    assert head.post(f"/approvals/deferrals/{deferral.pk}/", {"note": "收到原件"}).status_code == 302
    assert head.post(f"/approvals/credit-notes/{note.pk}/", {"because": ""}).status_code == 422
    assert head.post(f"/approvals/credit-notes/{note.pk}/", {"because": "误记"}).status_code == 302
    deferral.refresh_from_db()
    note.refresh_from_db()
    assert (deferral.state, note.withdrawn_because) == ("supplied", "误记")
    page = head.get(f"/approvals/licences/{Licence.objects.get(case_id=case.case_id).pk}/").content.decode()
    assert "化学需氧量" in page


def test_the_numbers_come_from_the_clocks(db: None) -> None:
    put_in_force()
    for decided_on in ("2026-03-03", "2026-03-04"):
        with on("2026-03-02"):
            case_id = opened("water_preliminary_design")
            done(case_id, "check", "accept")
            done(case_id, "review", "propose_grant")
            done(case_id, "head", "agree")
        with on(decided_on):
            done(case_id, "decide", "grant")
    deliver_all()
    with freeze_time("2026-03-10T02:00:00Z"):
        found = {
            name: indicators.compute(name=f"approvals.{name}", period=budget_year(2026)).value
            for name in (
                "environment_decided",
                "on_time_rate",
                "lawful_rate",
                "compression",
                "compression_of_matters",
                "pledges_checked",
                "deferrals_supplied",
            )
        }
    assert {name: None if value is None else float(value) for name, value in found.items()} == {
        "environment_decided": 2,
        "on_time_rate": 50,
        "lawful_rate": 100,
        "compression": 95,
        "compression_of_matters": 95,
        "pledges_checked": None,
        "deferrals_supplied": None,
    }


@pytest.mark.parametrize("name", ["on_time_rate", "lawful_rate", "compression", "days_to_decision"])
def test_nothing_decided_is_no_number(db: None, name: str) -> None:
    assert indicators.compute(name=f"approvals.{name}", period=budget_year(2026)).value is None
