"""Many cases handed over at once: all or none, as if each had been opened alone, and never twice under one key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from chengshu.engines.cases.api import open_case, open_cases
from chengshu.engines.cases.base_data import deploy_case_types
from chengshu.engines.cases.handing_over import MOST
from chengshu.engines.cases.models import Case, Happening, Task, Token
from chengshu.engines.cases.models_clocks import Clock
from chengshu.engines.cases.tests.deploying import deploy, open_tasks, unit
from chengshu.engines.cases.tests.models import LEAVE
from chengshu.foundation import prepared
from chengshu.foundation.asking import asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.audit.verify import verify
from chengshu.foundation.errors import InvalidInput, NotSignedIn, Refused
from chengshu.foundation.events.models import OutboxEvent
from chengshu.foundation.http.models import IdempotencyKey
from chengshu.foundation.testing.personas import Cast

BULK = "/api/v1/cases/cases/bulk"
AsPersona = Callable[[str], AbstractContextManager[None]]
SignedIn = Callable[[str], Client]


def leave(title: str = "年休假", **more: Any) -> dict[str, Any]:
    return {"definition": "test.leave", "title": title, **more}


@pytest.fixture
def leaves(cast: Cast) -> None:
    deploy(LEAVE)


def test_a_stranger_opens_none(leaves: None, as_persona: AsPersona, anonymous: Client) -> None:
    with as_persona("resident"), pytest.raises(Refused):
        open_cases(items=[leave()])
    assert anonymous.post(BULK, {"items": [leave()]}, content_type="application/json").status_code == 401
    assert not Case.objects.exists()


def test_who_may_not_open_one_may_not_open_many(leaves: None, cast: Cast) -> None:
    asker = cast["unit_officer"].asker()
    bulk_only = {name: units for name, units in asker.powers.items() if name != "cases.open_case"}
    single_only = {name: units for name, units in asker.powers.items() if name != "cases.open_cases"}
    for powers in (bulk_only, single_only):
        with asking(replace(asker, powers=powers)), pytest.raises((Refused, NotSignedIn)):
            open_cases(items=[leave()])
    assert not Case.objects.exists()


def test_one_that_cannot_be_opened_keeps_all_from_being_opened(leaves: None, as_persona: AsPersona) -> None:
    items = [
        leave(),
        leave(unit_id=unit("audit-bureau")),
        {"definition": "test.nothing"},
        {"definition": "test.leave", "simulated": True},
        leave(variables={"x": "a" * 300_000}),
        {},
    ]
    with as_persona("unit_officer"), pytest.raises(InvalidInput) as wrong:
        open_cases(items=items)
    told = {each["position"]: (each["code"], each["field"]) for each in wrong.value.data["items"]}
    assert told == {
        1: ("refused", ""),
        2: ("cases.not_deployed", ""),
        3: ("cases.item", "simulated"),
        4: ("cases.variables_too_long", "variables"),
        5: ("cases.item", "definition"),
    }
    assert not Case.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_what_cannot_be_kept_is_found_before_anything_is_written(leaves: None, as_persona: AsPersona) -> None:
    with as_persona("unit_officer"), pytest.raises(InvalidInput) as wrong:
        open_cases(items=[leave(), leave(variables={"x": float("nan")})])
    assert [each["position"] for each in wrong.value.data["items"]] == [1]
    assert not Case.objects.exists()
    with as_persona("unit_officer"):
        assert Case.objects.get(pk=open_case(**leave())).number.endswith("-00001"), "no number was used up"


@pytest.mark.parametrize("count", [0, MOST + 1])
def test_one_call_takes_no_more_than_it_says(leaves: None, as_persona: AsPersona, count: int) -> None:
    with as_persona("unit_officer"), pytest.raises(InvalidInput) as wrong:
        open_cases(items=[leave()] * count)
    assert wrong.value.code == "cases.too_many_items"


def test_each_is_as_if_opened_alone(leaves: None, as_persona: AsPersona) -> None:
    with as_persona("unit_officer"):
        alone = open_case(**leave("一", variables={"x": 1}))
        first, second = open_cases(items=[leave("一", variables={"x": 1}), leave("二")])
        assert set(open_tasks(first)) == set(open_tasks(alone))
    assert whole(first) == whole(alone)
    assert Case.objects.get(pk=second).title == "二"
    numbers = Case.objects.order_by("number").values_list("pk", "number")
    assert [(pk, number[-5:]) for pk, number in numbers] == [
        (alone, "00001"),
        (first, "00002"),
        (second, "00003"),
    ]


def whole(case_id: int) -> dict[str, Any]:
    """Everything that is written of a case, without what tells one from another."""
    kinds = ("kind", "node", "state", "unit_id", "role", "title", "data")
    return {
        "case": Case.objects.values(
            "state", "status", "variables", "seq", "people", "reader_units", "title"
        ).get(pk=case_id),
        "tasks": list(Task.objects.filter(case_id=case_id).order_by("id").values(*kinds[:-1])),
        "tokens": list(Token.objects.filter(case_id=case_id).order_by("id").values("node", "state")),
        "history": list(
            Happening.objects.filter(case_id=case_id).order_by("seq").values("seq", "kind", "node")
        ),
        "clocks": list(Clock.objects.filter(case_id=case_id).values("layer", "limit", "state", "basis")),
        "is_timed": Case.objects.filter(pk=case_id, due_at__isnull=False).exists(),
        "events": [
            (event.name, {**event.facts, "case_id": 0, "at": ""})
            for event in OutboxEvent.objects.order_by("id")
            if event.facts.get("case_id") == case_id
        ],
    }


def test_clocks_of_a_shipped_process_begin_as_alone(cast: Cast, as_persona: AsPersona) -> None:
    deploy_case_types(scene="sample")
    with as_persona("reviewer"):
        alone = open_case(definition="sample.seal_use", title="用印")
        [together] = open_cases(items=[{"definition": "sample.seal_use", "title": "用印"}])
    assert whole(together) == whole(alone)
    assert whole(together)["clocks"]
    assert whole(together)["is_timed"]


def test_each_has_an_audit_entry_of_its_own_in_an_unbroken_chain(leaves: None, as_persona: AsPersona) -> None:
    with as_persona("unit_officer"):
        ids = open_cases(items=[leave(str(number)) for number in range(5)])
        open_case(**leave())
    entries = AuditEntry.objects.filter(action="cases.open_case").order_by("id")[:5]
    assert [entry.thing for entry in entries] == [f"cases.case:{case_id}" for case_id in ids]
    assert [entry.details["given"]["title"] for entry in entries] == list("01234")
    assert AuditEntry.objects.filter(action="cases.open_cases", outcome="done").count() == 1
    assert verify().is_sound


def test_more_cases_take_no_more_messages(leaves: None, as_persona: AsPersona, monkeypatch: Any) -> None:
    def messages(count: int) -> int:
        sent: list[str] = []
        answers = prepared._answers

        def noting(*arguments: Any, **named: Any) -> Any:
            sent.append("prepared")
            return answers(*arguments, **named)

        monkeypatch.setattr(prepared, "_answers", noting)
        with (
            as_persona("unit_officer"),
            connection.execute_wrapper(
                lambda execute, *arguments: (sent.append(arguments[0]), execute(*arguments))[1]
            ),
        ):
            open_cases(items=[leave()] * count)
        monkeypatch.setattr(prepared, "_answers", answers)
        return len(sent)

    messages(2)
    assert messages(40) == messages(2)


def send(client: Client, *items: dict[str, Any]) -> Any:
    return client.post(BULK, {"items": list(items)}, content_type="application/json")


def test_a_key_means_one_case_for_a_day(leaves: None, signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    first = send(client, leave("一", key="key-number-1"), leave("二", key="key-number-2"), leave("三"))
    assert first.status_code == 201
    again = send(client, leave("二", key="key-number-2"), leave("四", key="key-number-4"))
    opened = {each["position"]: each["case_id"] for each in first.json()["cases"]}
    assert again.json()["cases"][0] == {"position": 0, "case_id": opened[1], "repeated": True}
    assert again.json()["cases"][1]["repeated"] is False
    assert sorted(Case.objects.values_list("title", flat=True)) == sorted("一二三四")


def test_the_key_of_another_account_is_another_key(leaves: None, signed_in: SignedIn) -> None:
    for who in ("unit_officer", "reviewer"):
        answer = send(signed_in(who), leave(key="key-number-1"))
        assert answer.json()["cases"][0]["repeated"] is False
    assert Case.objects.count() == 2


def test_a_key_used_for_another_case_or_twice_opens_none(leaves: None, signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    send(client, leave("一", key="key-number-1"))
    for items, code in (
        ([leave("二"), leave("二", key="key-number-1")], "idempotency.other_request"),
        ([leave(key="key-number-2"), leave(key="key-number-2")], "idempotency.key"),
        ([leave(), leave(key="短")], "idempotency.key"),
    ):
        answer = send(client, *items)
        told = [(each["position"], each["code"]) for each in answer.json()["data"]["items"]]
        assert (answer.status_code, told) == (422, [(1, code)])
    assert Case.objects.count() == 1


def test_the_keys_of_a_refused_call_may_be_used_again(leaves: None, signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    refused = send(client, leave(key="key-number-1"), {"definition": "test.nothing", "key": "key-number-2"})
    assert (refused.status_code, refused.json()["code"]) == (422, "cases.items")
    assert refused.json()["data"]["items"][0]["position"] == 1
    assert not IdempotencyKey.objects.exists()
    assert send(client, leave(key="key-number-1")).json()["cases"][0]["repeated"] is False


def test_the_contents_of_a_call_are_bounded(leaves: None, signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    assert send(client).status_code == 422
    assert send(client, *[leave()] * (MOST + 1)).status_code == 422
    assert not Case.objects.exists()
