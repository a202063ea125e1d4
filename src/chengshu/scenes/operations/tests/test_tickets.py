"""Tickets: who may not, clocks in contract hours, the whole way to the survey, escalation, changes and outages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.operations.actions import (
    announce_change,
    end_outage,
    escalate_ticket,
    link_problem,
    note_restored,
    note_ticket,
    open_problem,
    open_ticket,
    record_call,
    record_outage,
    report_fault,
    set_limit,
    settle_problem,
    withdraw_change,
)
from chengshu.scenes.operations.models import Change, FaultCall, Outage, Service, Survey, Ticket
from chengshu.scenes.operations.tests.builders import (
    contract,
    deploy,
    desk,
    service,
    step,
    supplier,
    ticket,
)


@pytest.fixture(autouse=True)
def _in_force(db: None) -> None:
    contract()
    deploy()


def open_nodes(row: Ticket) -> list[str]:
    return [one.node for one in cases.case_view(row.case_id or 0).tasks if one.completed_at is None]


def test_another_supplier_sees_and_does_nothing(cast: Cast) -> None:
    its = service(contract(supplier=supplier()))
    row = ticket(its)
    stranger = desk("乙")
    with asking(stranger.asker()):
        assert not Ticket.objects.exists()
        with pytest.raises(Refused):
            open_ticket(service=its, title="冒名", severity="2")
        with pytest.raises(Refused):
            record_outage(service=its, starts_at=row.opened_at)


def test_a_citizen_reports_no_fault_of_the_house(cast: Cast) -> None:
    its = service()
    with asking(cast["resident"].asker()), pytest.raises(Refused):
        report_fault(service=its, title="断网", severity="2")


def test_staff_of_another_unit_report_and_see_their_own(cast: Cast) -> None:
    its = service()
    with asking(cast["window_clerk"].asker()):
        row = report_fault(service=its, title="窗口断网", severity="2")
        assert [one.pk for one in Ticket.objects.all()] == [row.pk]
    with asking(cast["unit_officer"].asker()):
        assert not Ticket.objects.exists()
    assert row.reporter_id == cast["window_clerk"].account.pk


def test_what_raised_a_ticket_restores_it_once_and_only_its_own(cast: Cast) -> None:
    its = service(contract(supplier=supplier()))
    begun, over = timezone.now() - timedelta(hours=2), timezone.now() - timedelta(minutes=5)
    row = ticket(its, dedup="probes outage 1", opened_at=begun)
    down = record_outage(service=its, starts_at=begun, origin="probe 1")
    told: dict[str, Any] = {"service": its, "origin": "probe 1", "starts_at": begun, "ends_at": over}
    stranger = desk("乙")
    with asking(stranger.asker()), pytest.raises(Refused):
        note_restored(dedup="probes outage 1", **told)
    assert note_restored(dedup="probes outage 2", **told) is None
    assert note_restored(dedup="", **told) is None
    with pytest.raises(InvalidInput):
        note_restored(dedup="probes outage 1", **{**told, "ends_at": begun})
    for _again in range(2):
        note_restored(dedup="probes outage 1", **told)
    row.refresh_from_db()
    down.refresh_from_db()
    assert (row.restored_at, row.restored_by, row.state, down.ticket) == (over, "probe 1", "open", row)


def test_a_restored_ticket_misses_no_repair_and_counts_from_the_end_of_its_outage(db: None) -> None:
    of = contract()
    set_limit(contract=of, kind="repair", minutes=60, valid_from=date(2025, 1, 1), source="第八条")
    its, begun = service(of), timezone.now() - timedelta(hours=2)
    row = ticket(its, dedup="probes outage 1", opened_at=begun)
    over = begun + timedelta(minutes=30)
    note_restored(service=its, dedup="probes outage 1", origin="probe 1", starts_at=begun, ends_at=over)
    assert escalate_ticket(ticket_id=row.pk, kind="repair") is None
    note_ticket(ticket_id=row.pk, step="responded", at=timezone.now())
    row = note_ticket(ticket_id=row.pk, step="repaired", at=timezone.now())
    assert row.repaired_at == over
    row = note_ticket(ticket_id=row.pk, step="reopened", at=timezone.now())
    assert (row.repaired_at, row.restored_at, row.restored_by) == (None, None, "")


def test_without_an_agreed_limit_nothing_is_due(db: None) -> None:
    row = ticket()
    assert (row.respond_by, row.arrive_by, row.repair_by) == (None, None, None)


def test_limits_run_by_severity_in_contract_hours(db: None) -> None:
    of = contract(hours="5×8", windows="09:00-12:00 13:00-17:00")
    set_limit(contract=of, kind="respond", minutes=30, valid_from=date(2025, 1, 1), source="第八条")
    set_limit(contract=of, kind="repair", minutes=120, valid_from=date(2025, 1, 1), source="第八条")
    set_limit(
        contract=of, kind="repair", minutes=60, severity="1", valid_from=date(2025, 1, 1), source="第八条"
    )
    its = service(of)
    friday = datetime(2025, 3, 14, 16, 30, tzinfo=SHANGHAI)
    minor, grave = ticket(its, opened_at=friday), ticket(its, severity="1", opened_at=friday)
    assert minor.respond_by == datetime(2025, 3, 14, 17, 0, tzinfo=SHANGHAI)
    assert minor.repair_by == datetime(2025, 3, 17, 10, 30, tzinfo=SHANGHAI)
    assert grave.repair_by == datetime(2025, 3, 17, 9, 30, tzinfo=SHANGHAI)


def test_a_fault_goes_from_the_phone_to_the_survey(cast: Cast) -> None:
    its = service(contract(supplier=supplier()))
    with asking(cast["window_clerk"].asker()):
        row = report_fault(service=its, title="窗口断网", severity="2")
    me = desk()
    assert open_nodes(row) == ["respond"]
    step(row, "respond", "respond", me, way="on_site")
    assert (row.state, open_nodes(row)) == ("responded", ["arrive"])
    step(row, "arrive", "arrive", me)
    assert row.arrived_at is not None
    step(row, "repair", "repaired", me, cause="网线松动", remedy="重新压接")
    assert (row.state, row.cause, open_nodes(row)) == ("repaired", "网线松动", ["confirm"])
    step(row, "confirm", "not_fixed", cast["window_clerk"], opinion="仍然断网")
    assert (row.state, row.repaired_at, row.reopened) == ("responded", None, 1)
    step(row, "repair", "repaired", me, cause="交换机端口故障", remedy="更换端口")
    step(row, "confirm", "fixed", cast["window_clerk"], score="5", comment="及时")
    assert (row.state, row.cause) == ("closed", "交换机端口故障")
    assert Survey.objects.get(ticket=row).score == 5
    assert row.number.startswith("YW")


def test_what_is_done_remotely_needs_no_arrival(db: None) -> None:
    of = contract()
    set_limit(contract=of, kind="arrive", minutes=30, valid_from=date(2025, 1, 1), source="第八条")
    row = ticket(service(of))
    assert row.arrive_by is not None
    step(row, "respond", "respond", way="remote")
    assert (row.arrive_by, open_nodes(row)) == (None, ["repair"])


def test_a_step_is_noted_once_whoever_calls_twice(db: None) -> None:
    row = ticket()
    first = timezone.now()
    note_ticket(ticket_id=row.pk, step="responded", at=first)
    note_ticket(ticket_id=row.pk, step="responded", at=first + timedelta(hours=1))
    row.refresh_from_db()
    assert row.responded_at == first


def test_a_missed_limit_is_noted_once_and_a_kept_one_never(db: None) -> None:
    of = contract()
    set_limit(contract=of, kind="repair", minutes=60, valid_from=date(2025, 1, 1), source="第八条")
    late = ticket(service(of), opened_at=timezone.now() - timedelta(hours=3))
    assert escalate_ticket(ticket_id=late.pk, kind="repair") is not None
    assert escalate_ticket(ticket_id=late.pk, kind="repair") is None
    assert escalate_ticket(ticket_id=late.pk, kind="respond") is None
    kept = ticket(of.services.get())
    assert escalate_ticket(ticket_id=kept.pk, kind="repair") is None


def test_a_machine_opens_one_ticket_for_one_cause(db: None) -> None:
    its = service()
    first = ticket(its, channel="alarm", dedup="probe:web")
    assert ticket(its, channel="alarm", dedup="probe:web").pk == first.pk
    assert ticket(its, channel="alarm", dedup="probe:mail").pk != first.pk


def test_tomorrows_fault_is_not_reported_today(db: None) -> None:
    with pytest.raises(InvalidInput):
        ticket(opened_at=timezone.now() + timedelta(hours=1))


def test_a_change_is_announced_before_it_begins(db: None) -> None:
    of, now = contract(), timezone.now()
    with pytest.raises(InvalidInput) as refused:
        announce_change(
            contract=of, title="升级", reason="补丁", starts_at=now - timedelta(hours=1), ends_at=now
        )
    assert refused.value.field == "starts_at"
    row = announce_change(
        contract=of,
        title="升级",
        reason="补丁",
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )
    assert withdraw_change(change=row).withdrawn_at is not None
    with pytest.raises(Conflict):
        withdraw_change(change=row)


def test_what_has_begun_is_not_withdrawn(db: None) -> None:
    now = timezone.now()
    row = announce_change(
        contract=contract(),
        title="升级",
        reason="补丁",
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )
    row.starts_at = now - timedelta(minutes=1)
    with pytest.raises(Conflict):
        withdraw_change(change=row)


def test_an_outage_ends_once_and_after_it_began(db: None) -> None:
    began = timezone.now() - timedelta(hours=2)
    its = service()
    row = record_outage(service=its, starts_at=began, origin="probe")
    assert record_outage(service=its, starts_at=began, origin="probe").pk == row.pk
    with pytest.raises(InvalidInput):
        end_outage(outage=row, ends_at=began)
    end_outage(outage=row, ends_at=began + timedelta(hours=1))
    with pytest.raises(Conflict):
        end_outage(outage=row, ends_at=began + timedelta(hours=1))
    assert Outage.objects.count() == 1


def test_a_known_error_has_a_way_around(db: None) -> None:
    of = contract()
    problem = open_problem(contract=of, title="交换机批次缺陷")
    row = link_problem(ticket=ticket(service(of)), problem=problem)
    assert row.problem_id == problem.pk
    with pytest.raises(InvalidInput):
        settle_problem(problem=problem, state="known", cause="固件缺陷")
    assert settle_problem(problem=problem, state="solved", cause="固件缺陷").solved_at is not None
    with pytest.raises(InvalidInput):
        link_problem(ticket=ticket(), problem=problem)


def test_calls_are_taken_down_without_the_caller(db: None) -> None:
    of = contract()
    with pytest.raises(InvalidInput):
        record_call(contract=of, rang_at=timezone.now() + timedelta(hours=1), answered_after_s=3)
    with pytest.raises(InvalidInput):
        record_call(contract=of, rang_at=timezone.now(), answered_after_s=-1)
    record_call(contract=of, rang_at=timezone.now(), answered_after_s=None, subject="断网")
    names = {field.name for field in FaultCall._meta.get_fields()}
    assert not names & {"phone", "caller", "caller_phone"}


def test_the_pages_of_the_desk(signed_in: object, cast: Cast) -> None:
    client: Client = signed_in("section_head")  # type: ignore[operator]
    its: Service = service(contract(title="网络运维"))
    refused = client.post("/operations/tickets/new/", {"service": its.pk, "title": "", "severity": "2"})
    assert refused.status_code == 422
    given = {"service": its.pk, "title": "断网", "severity": "2", "channel": "phone"}
    assert client.post("/operations/tickets/new/", given).status_code == 302
    row = Ticket.objects.get()
    page = client.get(f"/operations/tickets/{row.pk}/")
    assert page.status_code == 200
    assert row.number in page.content.decode()
    for state in ("", "all", "responded", "nonsense"):
        for late in ("", "repair", "nonsense"):
            answer = client.get("/operations/tickets/", {"state": state, "late": late, "contract": "x"})
            assert answer.status_code == 200
    call = {"contract": its.contract_id, "rang_at": "2025-03-03T09:00", "answered_after_s": "8"}
    assert client.post("/operations/calls/", call).status_code == 302
    assert client.post("/operations/calls/", {**call, "rang_at": "gestern"}).status_code == 422
    assert client.get("/operations/calls/").status_code == 200
    problem = open_problem(contract=its.contract, title="老化")
    assert client.post(f"/operations/tickets/{row.pk}/problem/", {"problem": problem.pk}).status_code == 302
    where = f"/operations/problems/{problem.pk}/"
    assert client.post(where, {"state": "known", "cause": "老化"}).status_code == 422
    assert client.post(where, {"state": "known", "cause": "老化", "workaround": "重启"}).status_code == 302
    assert "重启" in client.get(f"/operations/tickets/{row.pk}/").content.decode()
    outage = {"service": its.pk, "starts_at": "2025-03-03T09:00"}
    base = f"/operations/contracts/{its.contract_id}/"
    assert client.post(f"{base}outage/", outage).status_code == 302
    assert client.post(f"/operations/outages/{Outage.objects.get().pk}/end/", {}).status_code == 302
    soon = timezone.localtime() + timedelta(days=1)
    change = {
        "title": "升级",
        "reason": "补丁",
        "starts_at": f"{soon:%Y-%m-%dT%H:%M}",
        "ends_at": f"{soon + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    assert client.post(f"{base}announce/", change).status_code == 302
    assert client.post(f"/operations/changes/{Change.objects.get().pk}/withdraw/", {}).status_code == 302


def test_the_form_for_all_staff(signed_in: object, cast: Cast) -> None:
    its = service()
    client: Client = signed_in("window_clerk")  # type: ignore[operator]
    assert client.get("/operations/report-fault/").status_code == 200
    refused = client.post("/operations/report-fault/", {"service": its.pk, "title": "窗口断网"})
    assert refused.status_code == 422
    assert "窗口断网" in refused.content.decode()
    given = {"service": its.pk, "title": "窗口断网", "severity": "2"}
    assert client.post("/operations/report-fault/", given).status_code == 302
    assert Ticket.objects.get().title in client.get("/operations/report-fault/").content.decode()
    assert signed_in("resident").get("/operations/report-fault/").status_code == 403  # type: ignore[operator]
