"""A create sent twice creates once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from chengshu.foundation.files.models import File
from chengshu.foundation.http.models import IdempotencyKey, SavedView

SignedIn = Callable[[str], Client]
KEY = "6d2b7b1e-key"


def save(client: Client, name: str = "我的视图", key: str = KEY, page: str = "/jobs/") -> Any:
    body = json.dumps({"page": page, "name": name, "query": "state=done"})
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/saved-views", body, content_type="application/json", headers=headers)


def views_of(client_persona: str, cast: Any) -> int:
    return SavedView.objects.filter(account=cast[client_persona].account).count()


@pytest.mark.parametrize("key", ["short", "with blank in it", "x" * 201, "中文密钥中文密钥"])
def test_a_key_has_a_shape(key: str, signed_in: SignedIn) -> None:
    from urllib.parse import quote

    response = save(signed_in("unit_officer"), key=key if key.isascii() else quote(key) + " ")
    assert (response.status_code, response.json()["code"]) == (422, "idempotency.key")


def test_sent_twice_done_once_with_the_same_answer(signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    first, second = save(client), save(client)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotent-Replay" not in first
    assert second["Idempotent-Replay"] == "true"
    assert len(client.get("/api/v1/saved-views").json()["items"]) == 1


def test_a_file_sent_twice_is_stored_once(signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    answers = [
        client.post(
            "/api/v1/files",
            {"file": SimpleUploadedFile("a.txt", b"hello"), "unit": "service-centre"},
            headers={"Idempotency-Key": KEY},
        )
        for _time in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert File.objects.count() == 1
    other = client.post(
        "/api/v1/files",
        {"file": SimpleUploadedFile("a.txt", b"other"), "unit": "service-centre"},
        headers={"Idempotency-Key": KEY},
    )
    assert other.json()["code"] == "idempotency.other_request"


def test_the_same_key_for_another_request_is_a_conflict(signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    save(client)
    other = save(client, name="另一个")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.other_request")


def test_the_same_key_of_another_account_is_another_key(signed_in: SignedIn) -> None:
    first, second = save(signed_in("unit_officer")), save(signed_in("unit_head"))
    assert first.json()["id"] != second.json()["id"]


def test_what_failed_may_be_tried_again_with_its_key(signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    assert save(client, page="//evil.example/").status_code == 422
    assert save(client).status_code == 201


def test_a_key_is_forgotten_after_a_day(signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    save(client)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    again = save(client)
    assert again.status_code == 201
    assert "Idempotent-Replay" not in again


def test_a_form_sent_twice_is_done_once(signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    form = {"page": "/jobs/", "query": "", "name": "一", "idempotency_key": KEY}
    first, second = client.post("/views/save/", form), client.post("/views/save/", form)
    assert (first.status_code, first["Location"]) == (302, "/jobs/")
    assert (second.status_code, second["Location"]) == (302, "/jobs/")
    assert second["Idempotent-Replay"] == "true"
