"""The API of reviewing: the same refusals as the pages, steps that may be sent twice, and answers as documented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from django.test import Client

from chengshu.hub.promises.drafts import draft_of
from chengshu.hub.promises.models import Finding, Form, Review
from chengshu.hub.promises.subjects import subject_of
from chengshu.hub.promises.tests.reviewing import decide_errors, form_of, small_year

SignedIn = Callable[[str], Client]
ROOT = "/api/v1/promises"


@pytest.fixture
def form(db: None) -> Form:
    return form_of(small_year())


def send(client: Client, path: str, body: dict[str, Any], key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(ROOT + path, body, content_type="application/json", headers=headers)


def content_of(form: Form) -> dict[str, Any]:
    draft = draft_of(subject_of(form).version)
    rows = [{**asdict(row), "weight": None} for row in draft.rows]
    return {"version": 1, "goal": draft.goal, "rows": rows, "reason": "核对"}


def test_another_bureau_finds_no_form(form: Form, signed_in: SignedIn) -> None:
    client = signed_in("other_department_officer")
    assert client.get(f"{ROOT}/review").json()["items"] == []
    answer = client.get(f"{ROOT}/forms/P44")
    assert (answer.status_code, answer.json()["code"]) == (404, "form.missing")


def test_an_unknown_step_and_a_step_of_others_are_refused(form: Form, signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    assert send(client, "/forms/P44/steps/submit_form", {"version": 1}).status_code == 403
    assert send(client, "/forms/P44/steps/abolish", {}).status_code == 404
    assert send(client, "/forms/P99%00/steps/submit_form", {}).status_code == 404


@pytest.mark.parametrize(
    ("path", "given", "code"),
    [
        ("/review", {"state": "lost"}, "schema"),
        ("/review", {"step": "submit_form"}, "unknown_filter"),
        ("/review", {"year": "next"}, "year"),
        ("/public", {"year": "1"}, "schema"),
        ("/public", {"form": "\x00"}, "schema"),
        ("/indicators", {"colour": "red"}, "unknown_filter"),
        ("/indicators", {"size": "1000"}, "schema"),
    ],
)
def test_a_wrong_way_to_ask_is_named(
    form: Form, signed_in: SignedIn, path: str, given: dict[str, str], code: str
) -> None:
    refused = signed_in("unit_head").get(ROOT + path, given)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, *given)


def test_a_step_sent_twice_is_taken_once(form: Form, signed_in: SignedIn) -> None:
    decide_errors(form)
    client = signed_in("unit_head")
    path, body = "/forms/P44/steps/submit_form", {"version": 1}
    first, second = (send(client, path, body, key="submit-P44-once") for _time in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert [row["step"] for row in first.json()["trail"]] == ["submit_form"]
    assert Review.objects.filter(form=form).count() == 1
    assert send(client, path, body).status_code == 409


def test_a_step_for_many_tells_what_became_of_each(form: Form, signed_in: SignedIn) -> None:
    decide_errors(form)
    told = send(signed_in("unit_head"), "/review/submit_form", {"refs": ["P44", "P45"]}).json()
    assert [(row["ref"], row["done"], bool(row["message"])) for row in told] == [
        ("P44", True, False),
        ("P45", False, True),
    ]


def test_the_inbox_is_paged_in_printed_order(form: Form, signed_in: SignedIn) -> None:
    client = signed_in("unit_head")
    first = client.get(f"{ROOT}/review", {"size": "1"}).json()
    second = client.get(f"{ROOT}/review", {"size": "1", "cursor": first["next"]}).json()
    assert [row["ref"] for page in (first, second) for row in page["items"]] == ["P44", "P45"]
    assert second["next"] == ""


def test_a_draft_is_checked_and_saved_only_when_asked(form: Form, signed_in: SignedIn) -> None:
    client, content = signed_in("unit_officer"), content_of(form)
    content["rows"][0]["annual_raw"] = "≥97.5%"
    checked = send(client, "/forms/P44/draft/check", content).json()
    assert "≥97.5%" in {change["after"] for change in checked["changes"]}
    assert set(checked["meanings"]) == {row["ref"] for row in content["rows"]}
    assert client.get(f"{ROOT}/forms/P44").json()["version"] == 1
    saved = client.put(f"{ROOT}/forms/P44/draft", content, content_type="application/json")
    assert (saved.status_code, saved.json()["version"]) == (200, 2)


def test_a_finding_is_dismissed_and_reopened(form: Form, signed_in: SignedIn) -> None:
    found = Finding.objects.filter(form=form, state="open").first()
    assert found is not None
    client, path = signed_in("unit_head"), f"/findings/{found.pk}"
    assert send(client, f"{path}/dismiss", {}).json()["field"] == "reason"
    assert send(client, f"{path}/dismiss", {"reason": "按印发文本执行"}).json()["state"] == "dismissed"
    assert send(client, f"{path}/reopen", {"reason": "再核"}).json()["state"] == "open"


def test_a_correction_that_is_not_offered_is_refused(form: Form, signed_in: SignedIn) -> None:
    found = Finding.objects.filter(form=form, state="open").first()
    assert found is not None
    answer = send(signed_in("unit_head"), f"/findings/{found.pk}/accept", {"index": 999, "reason": "核对"})
    assert (answer.status_code, answer.json()["code"]) == (422, "suggestion.missing")
    assert answer.headers["Content-Type"] == "application/problem+json"
