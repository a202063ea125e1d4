"""A write through the API on a browser's session needs the token that only our own pages know."""

from __future__ import annotations

from django.test import Client

from chengshu.foundation.testing.personas import Cast


def test_a_call_without_the_token_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    cast["unit_officer"].sign_in(client)
    answer = client.post("/api/v1/promises/imports", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_reading_needs_no_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    cast["unit_officer"].sign_in(client)
    assert client.get("/api/v1/me").status_code == 200
