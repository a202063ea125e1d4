"""Inspection rounds: who may not, the place, faults that become tickets, what is lacking, what is overdue."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.operations import queries
from chengshu.scenes.operations.actions import (
    begin_round,
    finish_round,
    open_rounds,
    plan_rounds,
    record_check,
)
from chengshu.scenes.operations.models import Round, RoundPlan, Ticket
from chengshu.scenes.operations.periods import period_of
from chengshu.scenes.operations.tests.builders import contract, deploy, desk, picture, service, supplier, unit

HERE = {"lat": Decimal("22.801000"), "lng": Decimal("113.525000")}
FAR = {"lat": Decimal("22.901000"), "lng": Decimal("113.525000")}


@pytest.fixture(autouse=True)
def _in_force(db: None) -> None:
    unit()
    deploy()


def planned(**more: object) -> Round:
    given: dict[str, object] = {
        "service": service(contract(supplier=supplier())),
        "title": "机房周检",
        "points": ["空调运行正常", "温度在18–27℃之间"],
        "rhythm": "week",
        "starts_on": timezone.localdate() - timedelta(days=30),
        "needs_photo": False,
        **HERE,
    }
    plan = plan_rounds(**{**given, **more})  # type: ignore[arg-type]
    return plan.rounds.get()


def test_another_supplier_walks_no_round(cast: Cast) -> None:
    walk = planned()
    with asking(desk("乙").asker()):
        assert not Round.objects.exists()
        with pytest.raises(Refused):
            begin_round(walk=walk, **HERE)


def test_far_away_is_refused_without_a_reason(db: None) -> None:
    walk = planned()
    for where in (FAR, {}):
        with pytest.raises(InvalidInput) as refused:
            begin_round(walk=walk, **where)
        assert refused.value.field == "far_because"
    begun = begin_round(walk=walk, **FAR, far_because="道路封闭，远程检查")
    assert begun.far_because
    assert (begun.distance_m or 0) > 10_000


def test_near_enough_needs_no_reason(db: None) -> None:
    assert begin_round(walk=planned(), **HERE).distance_m == 0


def test_the_supplier_walks_it_and_a_fault_becomes_a_ticket(db: None) -> None:
    walk = planned()
    with asking(desk().asker()):
        begin_round(walk=walk, **HERE)
        with pytest.raises(InvalidInput):
            record_check(walk=walk, point=0, seen="fault")
        with pytest.raises(InvalidInput):
            record_check(walk=walk, point=9, seen="good")
        checked = record_check(walk=walk, point=0, seen="fault", note="空调停机", severity="2")
        with pytest.raises(Conflict):
            finish_round(walk=walk)
        record_check(walk=walk, point=1, seen="good")
        assert finish_round(walk=walk).done_at is not None
    row = Ticket.objects.get()
    assert (checked.ticket_id, row.channel, row.title) == (row.pk, "inspection", "空调停机")


def test_one_point_makes_one_ticket_however_often_it_is_corrected(db: None) -> None:
    walk = planned()
    begin_round(walk=walk, **HERE)
    record_check(walk=walk, point=0, seen="fault", note="空调停机")
    record_check(walk=walk, point=0, seen="fault", note="空调停机并漏水")
    assert Ticket.objects.count() == 1


def test_nothing_is_checked_before_the_beginning_or_after_the_end(db: None) -> None:
    walk = planned(points=["一"])
    with pytest.raises(Conflict):
        record_check(walk=walk, point=0, seen="good")
    begin_round(walk=walk, **HERE)
    with pytest.raises(Conflict):
        begin_round(walk=walk, **HERE)
    record_check(walk=walk, point=0, seen="good")
    finish_round(walk=walk)
    with pytest.raises(Conflict):
        record_check(walk=walk, point=0, seen="good")


def test_rounds_open_once_for_each_period(db: None) -> None:
    walk = planned()
    assert open_rounds() == 0
    assert open_rounds(on=walk.last_day + timedelta(days=1)) == 1
    assert open_rounds(on=walk.last_day + timedelta(days=2)) == 0
    assert queries.has_plans(timezone.localdate())


def test_an_ended_plan_opens_no_more(db: None) -> None:
    walk = planned()
    RoundPlan.objects.get(pk=walk.plan_id)
    later = planned(ends_on=timezone.localdate())
    assert open_rounds(on=later.last_day + timedelta(days=8)) == 1


@pytest.mark.parametrize(
    ("rhythm", "first", "last"),
    [
        ("day", date(2024, 2, 29), date(2024, 2, 29)),
        ("week", date(2024, 2, 26), date(2024, 3, 3)),
        ("month", date(2024, 2, 1), date(2024, 2, 29)),
        ("quarter", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_periods(rhythm: str, first: date, last: date) -> None:
    assert period_of(rhythm, date(2024, 2, 29)) == (first, last)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"points": ["  "]}, "points"), ({"lng": None}, "lat"), ({"rhythm": "yearly"}, "rhythm")],
    ids=["no point", "half a place", "no rhythm"],
)
def test_what_cannot_be_planned_is_refused_by_field(given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(**given)
    assert refused.value.field == field


def test_a_round_is_walked_with_a_phone(signed_in: object) -> None:
    walk = planned(needs_photo=True, points=["空调运行正常"])
    client: Client = signed_in("section_head")  # type: ignore[operator]
    page = f"/operations/rounds/{walk.pk}/"
    far = client.post(f"{page}begin/", {"lat": "22.9", "lng": "113.5"})
    assert far.status_code == 422
    assert client.post(f"{page}begin/", {"lat": "22.801", "lng": "113.525"}).status_code == 302
    assert client.post(f"{page}check/", {"point": "0", "seen": "good"}).status_code == 302
    assert client.post(f"{page}finish/").status_code == 422
    photo = SimpleUploadedFile("photo.png", picture(), "image/png")
    assert client.post(f"{page}check/", {"point": "0", "seen": "good", "photo": photo}).status_code == 302
    assert client.post(f"{page}finish/").status_code == 302
    check = walk.checks.exclude(photo=None).get()
    assert client.get(f"/operations/checks/{check.pk}/photo/").content.startswith(b"\x89PNG")
    for state in ("", "done", "missed"):
        assert client.get("/operations/rounds/", {"state": state}).status_code == 200
    given = {"service": walk.plan.service_id, "title": "月检", "points": "一\n二", "rhythm": "month"}
    assert client.post("/operations/rounds/plan/", given).status_code == 422
    assert client.post("/operations/rounds/plan/", {**given, "starts_on": "2025-01-01"}).status_code == 302
