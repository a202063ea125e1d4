"""The scene's API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.scenes.sample.tests.builders import a_note


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def test_a_stranger_is_refused_with_a_problem(signed_in: Callable[[str], Client]) -> None:
    answer = signed_in("other_department_officer").get("/api/v1/sample/notes")
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["data"] == {"permission": "sample.view"}


def test_a_stranger_learns_nothing_of_what_a_request_must_hold(client: Client) -> None:
    answer = client.get("/api/v1/sample/notes", {"state": "lost"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("given", "code"), [({"state": "lost"}, "schema"), ({"colour": "red"}, "unknown_filter")]
)
def test_a_filter_that_cannot_be_understood_is_named(
    signed_in: Callable[[str], Client], given: dict[str, str], code: str
) -> None:
    refused = signed_in("window_clerk").get("/api/v1/sample/notes", given)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, *given)


def test_notes_are_listed_page_by_page_newest_first(signed_in: Callable[[str], Client]) -> None:
    left = [a_note(subject=f"第{number}条").pk for number in range(3)]
    client = signed_in("window_clerk")
    asked = {"size": "2", "state": "open"}
    first = client.get("/api/v1/sample/notes", asked).json()
    second = client.get("/api/v1/sample/notes", {**asked, "cursor": first["next"]}).json()
    assert [note["id"] for page in (first, second) for note in page["items"]] == left[::-1]
    assert (first["previous"], second["next"]) == ("", "")


def test_the_list_masks_the_phone(signed_in: Callable[[str], Client]) -> None:
    a_note(phone="13800138000")
    notes = signed_in("window_clerk").get("/api/v1/sample/notes").json()["items"]
    assert [note["masked_phone"] for note in notes] == [notes[0]["masked_phone"]]
    assert "13800138000" not in str(notes)
