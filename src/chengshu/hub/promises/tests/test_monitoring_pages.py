"""The pages of evidence, payments, monitoring and self-evaluation: who sees them, what a wrong entry leaves behind."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengshu.hub.promises.actions.evaluating import start_self_evaluation
from chengshu.hub.promises.actions.monitoring import open_monitoring
from chengshu.hub.promises.models import Attestation, Form, FormState, Monitoring, Payment, SelfEvaluation
from chengshu.hub.promises.tests.proof_world import COUNT, WITHIN, World
from chengshu.hub.promises.tests.test_self_evaluation_actions import put

JULY = date(2025, 7, 31)
ROOT = "/promises"
PAGES = (
    "/evidence/",
    "/evidence/P02-1/",
    "/payments/",
    "/payments/P02/",
    "/monitoring/",
    "/evaluations/",
)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_signed_out_sees_anything(world: World, page: str) -> None:
    assert Client().get(ROOT + page).status_code == 302


@pytest.mark.parametrize("page", ["/evidence/P02-1/", "/payments/P02/", "/evidence/"])
def test_another_bureau_sees_nothing(world: World, page: str) -> None:
    assert world.client("other_department_officer").get(ROOT + page).status_code == 404


@pytest.mark.parametrize("persona", ["unit_officer", "unit_head", "department_officer", "supervisor"])
@pytest.mark.parametrize("page", PAGES)
def test_whoever_may_see_the_promises_sees_their_proof(world: World, page: str, persona: str) -> None:
    open_monitoring(form=world.form, as_of=JULY)
    answer = world.client(persona).get(ROOT + page)
    assert answer.status_code == 200
    assert "P02" in answer.content.decode()


def test_numbers_of_others_are_missing(world: World) -> None:
    checkpoint = open_monitoring(form=Form.objects.get(ref="P01"), as_of=JULY)
    client = world.client("unit_officer")
    for page in (
        f"/monitoring/{checkpoint.pk}/",
        f"/monitoring/{checkpoint.pk}/form.xlsx",
        "/evaluations/1/",
        "/attestations/1/",
    ):
        assert client.get(ROOT + page).status_code == 404


def test_a_wrong_value_comes_back_as_typed_with_its_file_kept(world: World) -> None:
    world.bind(COUNT)
    client, page = world.client("unit_officer"), f"{ROOT}/evidence/P02-1/"
    sent = {"value": "<b>12件</b>", "as_of": "2025-12-31", "statement": "see page 3"}
    answer = client.post(page, {**sent, "file": SimpleUploadedFile("list.txt", b"120 cases\n")})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "see page 3" in body
    assert "&lt;b&gt;12件&lt;/b&gt;" in body
    assert "<b>12件</b>" not in body
    number = body.split('name="file_id" value="')[1].split('"')[0]
    answer = client.post(page, {**sent, "value": "120", "file_id": number})
    assert answer.status_code == 302
    assert Attestation.objects.get().file_id == int(number)


def test_a_foreign_file_number_is_not_taken(world: World) -> None:
    world.bind(COUNT)
    other = world.file()
    answer = world.client("unit_officer").post(
        f"{ROOT}/evidence/P02-1/",
        {"value": "120", "as_of": "2025-12-31", "statement": "x", "file_id": str(other.pk)},
    )
    assert answer.status_code == 422
    assert not Attestation.objects.exists()


def test_deciding_by_the_page(world: World) -> None:
    world.bind(COUNT)
    waiting = world.attest(COUNT, "120")
    page = f"{ROOT}/attestations/{waiting.pk}/"
    assert world.client("unit_officer").post(page, {"do": "approve"}).status_code == 403
    assert world.client("unit_head").post(page, {"do": "refuse", "reason": ""}).status_code == 422
    assert world.client("unit_head").post(page, {"do": "approve", "reason": ""}).status_code == 302
    assert world.client("unit_head").get(page).status_code == 200


def test_binding_by_the_page_names_what_is_missing(world: World) -> None:
    client = world.client("department_officer")
    answer = client.post(
        f"{ROOT}/evidence/P02-1/bind/", {"kind": "indicator", "source_name": "hotline.calls"}
    )
    assert answer.status_code == 422
    assert "hotline.calls" in answer.content.decode()
    post = world.post_of("unit_officer")
    assert (
        client.post(f"{ROOT}/evidence/P02-1/bind/", {"kind": "attestation", "post": post.pk}).status_code
        == 302
    )
    assert client.post(f"{ROOT}/evidence/P02-1/unbind/", {"reason": ""}).status_code == 422


def test_a_wrong_table_of_payments_comes_back_with_its_rows(world: World) -> None:
    client = world.client("department_officer")
    answer = client.post(f"{ROOT}/payments/import/", {"table": "P02,x,1,2025-07-31", "source": "国库"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "P02,x,1,2025-07-31" in body
    assert not Payment.objects.exists()
    answer = client.post(f"{ROOT}/payments/import/", {"table": "P02,100,60,2025-07-31", "source": "国库"})
    assert answer.status_code == 302
    assert Payment.objects.count() == 1


def test_a_wrong_checkpoint_comes_back_as_typed(world: World) -> None:
    checkpoint = open_monitoring(form=world.form, as_of=JULY)
    client, page = world.client("unit_head"), f"{ROOT}/monitoring/{checkpoint.pk}/"
    assert '<button class="button" name="do" value="submit">' in client.get(page).content.decode()
    answer = client.post(page, {f"actual-{COUNT}": "many", "paid": "lots", "explanation": "我们的说明"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert all(text in body for text in ('value="many"', 'value="lots"', "我们的说明"))
    assert client.post(page, {f"actual-{COUNT}": "70", "paid": "80"}).status_code == 302
    assert client.post(page, {f"actual-{COUNT}": "70", "paid": "80", "do": "submit"}).status_code == 422
    assert Monitoring.objects.get().submitted_at is None


def test_a_checkpoint_for_all_is_opened_by_the_department(world: World) -> None:
    assert (
        world.client("unit_head").post(f"{ROOT}/monitoring/open/", {"as_of": "2025-07-31"}).status_code == 403
    )
    client = world.client("department_officer")
    assert client.post(f"{ROOT}/monitoring/open/", {"as_of": "never"}).status_code == 422
    assert client.post(f"{ROOT}/monitoring/open/", {"as_of": "2025-07-31"}).status_code == 302
    assert Monitoring.objects.count() == 2
    assert client.get(f"{ROOT}/monitoring/").status_code == 200


def test_a_self_evaluation_keeps_what_cannot_be_read(world: World) -> None:
    put(world.form, FormState.SELF_EVAL)
    one = start_self_evaluation(form=world.form)
    client, page = world.client("unit_head"), f"{ROOT}/evaluations/{one.pk}/"
    typed = {"adjusted": "149.44", "paid": "many", f"actual-{WITHIN}": "15", f"actual-{COUNT}": "abc"}
    assert client.post(page, typed).status_code == 302
    body = client.get(page).content.decode()
    assert 'value="many"' in body
    assert 'value="abc"' in body
    assert "(1 − (15 − 12) ÷ 12)" in body
    assert client.post(page, {**typed, "do": "submit"}).status_code == 422
    assert SelfEvaluation.objects.get().submitted_at is None


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_the_official_forms_are_downloaded(world: World, kind: str) -> None:
    checkpoint = open_monitoring(form=world.form, as_of=JULY)
    put(world.form, FormState.SELF_EVAL)
    one = start_self_evaluation(form=world.form)
    client = world.client("supervisor")
    for page in (f"/monitoring/{checkpoint.pk}/form.{kind}", f"/evaluations/{one.pk}/form.{kind}"):
        answer = client.get(ROOT + page)
        assert answer.status_code == 200
        assert answer.content.startswith(b"PK")
