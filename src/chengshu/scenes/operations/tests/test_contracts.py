"""The register: who may not, what is refused, dated rows, the shipped contracts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.operations import facts
from chengshu.scenes.operations.actions import (
    add_penalty,
    change_contract,
    close_contract,
    record_survey,
    set_limit,
    ship_contracts,
)
from chengshu.scenes.operations.limits import limit_in_force, penalty_rules
from chengshu.scenes.operations.models import Contract, Service
from chengshu.scenes.operations.tests.builders import contract, deploy, desk, service, supplier, ticket, unit


def test_a_supplier_sees_its_contracts_and_writes_none(cast: Cast) -> None:
    mine, other = contract(supplier=supplier()), contract()
    me = desk()
    with asking(me.asker()):
        assert list(Contract.objects.values_list("pk", flat=True)) == [mine.pk]
        with pytest.raises(Refused):
            change_contract(contract=mine, title="改名")
        with pytest.raises(Refused):
            set_limit(contract=mine, kind="repair", minutes=9999, valid_from=date(2025, 1, 1), source="自定")
    assert other.pk != mine.pk


def test_a_unit_without_contracts_sees_none(cast: Cast) -> None:
    contract()
    with asking(cast["unit_head"].asker()):
        assert not Contract.objects.exists()


def test_a_number_is_taken_once(db: None) -> None:
    contract(number="HT-2025-1")
    with pytest.raises(Conflict):
        contract(number="HT-2025-1")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": " "}, "title"),
        ({"hours": "6×12"}, "hours"),
        ({"hours": "5×8", "windows": "nine to five"}, "windows"),
        ({"starts_on": date(2025, 2, 1), "ends_on": date(2025, 1, 1)}, "ends_on"),
        ({"monthly_fee": Decimal(-1)}, "monthly_fee"),
    ],
    ids=lambda one: str(one),
)
def test_what_cannot_be_is_refused_by_field(db: None, given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        contract(**given)
    assert refused.value.field == field


def test_a_unit_that_is_no_supplier_is_refused(db: None) -> None:
    with pytest.raises(InvalidInput):
        contract(supplier=unit("finance-bureau"))


def test_limits_are_dated_and_the_severity_goes_before_all(db: None) -> None:
    of = contract()
    set_limit(contract=of, kind="repair", minutes=240, valid_from=date(2025, 1, 1), source="第八条")
    set_limit(contract=of, kind="repair", minutes=120, valid_from=date(2025, 7, 1), source="补充协议")
    set_limit(
        contract=of, kind="repair", minutes=60, severity="1", valid_from=date(2025, 1, 1), source="第八条"
    )

    def minutes(severity: str, on: date) -> int | None:
        found = limit_in_force(of, "repair", severity, on)
        return found.minutes if found else None

    assert minutes("2", date(2024, 12, 31)) is None
    assert minutes("2", date(2025, 6, 30)) == 240
    assert minutes("2", date(2025, 7, 1)) == 120
    assert minutes("1", date(2025, 7, 1)) == 60
    with pytest.raises(Conflict):
        set_limit(contract=of, kind="repair", minutes=1, valid_from=date(2025, 7, 1), source="倒签")


def test_a_penalty_says_what_for_and_how_much(db: None) -> None:
    of = contract()
    with pytest.raises(InvalidInput):
        add_penalty(contract=of, measure="availability", valid_from=date(2025, 1, 1), source="第九条")
    with pytest.raises(InvalidInput):
        add_penalty(
            contract=of,
            measure="availability",
            percent=Decimal(5),
            valid_from=date(2025, 1, 1),
            source="第九条",
        )
    add_penalty(
        contract=of, measure="late_repair", yuan=Decimal(500), valid_from=date(2025, 1, 1), source="第九条"
    )
    assert [one.yuan for one in penalty_rules(of, date(2025, 1, 1))] == [500]
    assert penalty_rules(of, date(2024, 12, 31)) == ()


def test_a_new_supplier_takes_over_what_is_open(db: None) -> None:
    deploy()
    of = contract()
    row = ticket(service(of))
    change_contract(contract=of, title=of.title, supplier=supplier(), hours="7×24")
    row.refresh_from_db()
    assert row.supplier_id == supplier().pk
    assert of.services.get().supplier_id == supplier().pk


def test_a_contract_with_open_tickets_does_not_close(db: None) -> None:
    deploy()
    of = contract()
    ticket(service(of))
    with pytest.raises(Conflict):
        close_contract(contract=of, on=date(2025, 12, 31))


def test_nothing_new_is_reported_under_a_closed_contract(db: None) -> None:
    of = contract()
    its = service(of)
    close_contract(contract=of, on=date(2025, 12, 31))
    with pytest.raises(Conflict):
        ticket(Service.objects.select_related("contract").get(pk=its.pk))
    with pytest.raises(Conflict):
        close_contract(contract=of, on=date(2025, 12, 31))


def test_a_grade_lies_between_one_and_five(db: None) -> None:
    of = contract()
    with pytest.raises(InvalidInput):
        record_survey(contract=of, score=6)
    assert record_survey(contract=of, score=4, group="managing").score == 4


def test_the_contracts_ship_once_and_say_what_is_unknown(db: None) -> None:
    load_base_data()
    assert ship_contracts() == len(facts.contracts()) == 30
    assert ship_contracts() == 0
    network = Contract.objects.get(project="P13")
    assert not network.hours_known
    assert (network.supplier_name, network.monthly_fee, network.ends_on) == ("", None, None)
    assert [str(one.target) for one in network.services.all()] == ["99.9000", "99.9000"]
    website = Contract.objects.get(project="P21")
    assert [(one.kind, one.minutes, one.source[:5]) for one in website.limits.all()] == [
        ("repair", 120, "P21#5")
    ]
    owed = [(one.kind, one.due_on, one.post) for one in website.deliverables.all()]
    assert owed == [("system", None, None)]


def test_a_contract_is_registered_and_filled_on_its_page(signed_in: object, cast: Cast) -> None:
    client: Client = signed_in("section_head")  # type: ignore[operator]
    given = {"unit": unit().pk, "number": "HT-9", "title": "网站运维", "hours": "5×8", "windows": "bad"}
    refused = client.post("/operations/contracts/new/", given)
    assert refused.status_code == 422
    assert "HT-9" in refused.content.decode()
    assert client.post("/operations/contracts/new/", {**given, "windows": ""}).status_code == 302
    of = Contract.objects.get(number="HT-9")
    page = f"/operations/contracts/{of.pk}/"
    more = {"name": "网站", "key": "web", "formula": "service", "hours": "7×24", "target": "99.9"}
    assert client.post(f"{page}service/", more).status_code == 302
    assert client.post(f"{page}service/", more).status_code == 422
    row = {"kind": "repair", "minutes": "120", "valid_from": "2025-01-01", "source": "第八条"}
    assert client.post(f"{page}limit/", row).status_code == 302
    fine = {"measure": "late_repair", "yuan": "500", "valid_from": "2025-01-01", "source": "第九条"}
    assert client.post(f"{page}penalty/", fine).status_code == 302
    assert client.post(f"{page}problem/", {"title": "交换机老化"}).status_code == 302
    assert client.post(f"{page}survey/", {"score": "5", "group": "users"}).status_code == 302
    assert client.post(f"{page}nonsense/", {}).status_code == 404
    text = client.get(page).content.decode()
    assert "第八条" in text
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {"title": "网站运维二", "hours": "7×24"}).status_code == 302
    assert client.post(f"{page}close/", {"on": "2025-12-31"}).status_code == 302
    assert signed_in("window_clerk").get(page).status_code == 403  # type: ignore[operator]
