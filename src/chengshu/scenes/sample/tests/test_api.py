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


def test_the_list_masks_the_phone(signed_in: Callable[[str], Client]) -> None:
    a_note(phone="13800138000")
    notes = signed_in("window_clerk").get("/api/v1/sample/notes").json()
    assert [note["masked_phone"] for note in notes] == [notes[0]["masked_phone"]]
    assert "13800138000" not in str(notes)
