"""The API of proof: the same refusals as the pages, with stable codes and fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from chengshu.hub.promises.models import Attestation, Binding, Observation, Payment
from chengshu.hub.promises.tests.proof_world import COUNT, World

ROOT = "/api/v1/promises/years/2025"


def post(client: Client, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    answer = client.post(path, body, content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("path", ["/evidence", "/payments", "/evaluations", "/monitorings/2025-07-31"])
def test_nobody_signed_out_reads(world: World, path: str) -> None:
    assert Client().get(ROOT + path).status_code == 401


def test_another_bureau_finds_nothing_to_bind(world: World) -> None:
    status, problem = post(world.client("other_department_officer"), f"{ROOT}/indicators/P02-1/binding", {})
    assert (status, problem["code"]) == (404, "year.missing")


def test_an_officer_may_not_bind(world: World) -> None:
    body = {"post": world.post_of("unit_officer").pk}
    status, problem = post(world.client("unit_officer"), f"{ROOT}/indicators/P02-1/binding", body)
    assert (status, problem["code"]) == (403, "refused")
    assert Binding.objects.filter(indicator=world[COUNT]).count() == 1


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"value": "abc"}, "value", "value.number"),
        ({"as_of": "2024-12-31"}, "as_of", "value.other_year"),
        ({"statement": ""}, "statement", "attestation.statement"),
        ({"file": None}, "file", "attestation.file"),
        ({"file": 999999999}, "file", "attestation.file"),
        ({"as_of": "yesterday"}, "body.as_of", "schema"),
    ],
)
def test_a_wrong_attestation_names_its_field(
    world: World, body: dict[str, Any], field: str, code: str
) -> None:
    world.bind(COUNT)
    good = {"as_of": "2025-12-31", "value": "120", "statement": "见附件", "file": world.file().pk}
    status, problem = post(
        world.client("unit_officer"), f"{ROOT}/indicators/P02-1/attestations", {**good, **body}
    )
    assert (status, problem["code"]) == (422, code)
    assert problem["field"].endswith(field.rpartition(".")[2])


def test_attesting_and_approving_leads_to_a_proven_value(world: World) -> None:
    world.bind(COUNT)
    good = {"as_of": "2025-12-31", "value": "120", "statement": "见附件", "file": world.file().pk}
    status, made = post(world.client("unit_officer"), f"{ROOT}/indicators/P02-1/attestations", good)
    assert status == 201
    address = f"/api/v1/promises/attestations/{made['attestation']}/approve"
    assert post(world.client("unit_officer"), address, {})[0] == 403
    status, problem = post(world.client("unit_head"), address, {"reason": "同意\x00"})
    assert (status, problem["code"], problem["field"]) == (422, "text.characters", "reason")
    status, proven = post(world.client("unit_head"), address, {})
    assert status == 200
    assert proven["evidence_digest"] == Observation.objects.get().evidence_digest
    rows = world.client("supervisor").get(f"{ROOT}/evidence").json()["items"]
    assert {row["ref"]: row["verdict"] for row in rows}[COUNT] == "kept"


def test_a_payment_is_recorded_and_a_wrong_one_named(world: World) -> None:
    client, path = world.client("unit_officer"), f"{ROOT}/projects/P02/payments"
    good = {"as_of": "2025-07-31", "adjusted_budget": "149.44", "paid": "80", "source": "国库"}
    status, problem = post(client, path, {**good, "paid": "eighty"})
    assert (status, problem["field"], problem["code"]) == (422, "paid", "payment.amount")
    assert post(client, path, good)[0] == 201
    assert Payment.objects.count() == 1


def test_a_checkpoint_is_opened_read_and_filled_in(world: World) -> None:
    client = world.client("unit_head")
    status, one = post(client, f"{ROOT}/forms/P02/monitorings", {"as_of": "2025-07-31"})
    assert (status, one["goal_light"]) == (201, "grey")
    address = f"/api/v1/promises/monitorings/{one['monitoring']}"
    wrong = client.put(address, {"lines": {COUNT: {"actual": "x"}}}, content_type="application/json")
    assert (wrong.status_code, list(wrong.json()["data"]["errors"])) == (422, [f"actual-{COUNT}"])
    assert client.post(f"{address}/submit").status_code == 422
    listed = f"{ROOT}/monitorings/2025-07-31"
    assert len(client.get(listed, {"submitted": "false"}).json()["items"]) == 1
    assert client.get(listed, {"submitted": "true"}).json()["items"] == []


def test_an_attestation_sent_twice_is_made_once(world: World) -> None:
    world.bind(COUNT)
    client, address = world.client("unit_officer"), f"{ROOT}/indicators/P02-1/attestations"
    good = {"as_of": "2025-12-31", "value": "120", "statement": "见附件", "file": world.file().pk}

    def send(body: dict[str, Any]) -> Any:
        headers = {"Idempotency-Key": "attest-once-0001"}
        return client.post(address, body, content_type="application/json", headers=headers)

    assert send({**good, "value": "abc"}).status_code == 422
    first, second, other = send(good), send(good), send({**good, "value": "121"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotent-Replay"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.other_request")
    assert Attestation.objects.count() == 1


def test_the_evidence_is_listed_page_by_page_in_printed_order(world: World) -> None:
    client, refs, cursor = world.client("supervisor"), [], ""
    for _page in range(3):
        page = client.get(f"{ROOT}/evidence", {"form": "P02", "size": "3", "cursor": cursor}).json()
        refs += [row["ref"] for row in page["items"]]
        cursor = page["next"]
    assert (refs, cursor) == ([f"P02#{number}" for number in range(1, 9)], "")


@pytest.mark.parametrize(
    ("path", "given", "code"),
    [
        ("/evidence", {"verdict": "perhaps"}, "schema"),
        ("/evidence", {"form": "P02\x00"}, "schema"),
        ("/evidence", {"family": "output"}, "unknown_filter"),
        ("/payments", {"size": "0"}, "schema"),
        ("/evaluations", {"state": "lost"}, "schema"),
        ("/monitorings/2025-07-31", {"cursor": "x"}, "cursor"),
    ],
)
def test_a_wrong_way_to_ask_is_named(world: World, path: str, given: dict[str, str], code: str) -> None:
    refused = world.client("supervisor").get(ROOT + path, given)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert [refused.json()["field"]] == list(given)


def test_payments_and_evaluations_are_listed_within_the_scope(world: World) -> None:
    client = world.client("unit_officer")
    paid = client.get(f"{ROOT}/payments", {"project": "P02"}).json()["items"]
    assert [(row["project"], row["paid"]) for row in paid] == [("P02", None)]
    forms = client.get(f"{ROOT}/evaluations", {"form": "P02"}).json()["items"]
    assert [(row["form"], row["evaluation"]) for row in forms] == [("P02", None)]
