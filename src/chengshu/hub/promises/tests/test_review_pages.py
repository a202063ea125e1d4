"""The review pages as a browser meets them: what was typed stays, a second click is a conflict."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.hub.promises.drafts import draft_of
from chengshu.hub.promises.models import Form
from chengshu.hub.promises.subjects import subject_of
from chengshu.hub.promises.tests.reviewing import decide_errors, form_of, small_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(db: None) -> Form:
    return form_of(small_year())


def grid(form: Form) -> dict[str, object]:
    rows = draft_of(subject_of(form).version).rows
    return {
        "version": "1",
        "ref": [row.ref for row in rows],
        "l2": ["" for _row in rows],
        "name": [row.name for row in rows],
        "period": [row.period_raw for row in rows],
        "annual": [row.annual_raw for row in rows],
        "weight": ["" for _row in rows],
    }


def test_a_wrong_cell_answers_422_and_keeps_everything_typed(
    form: Form, signed_in: Callable[[str], Client]
) -> None:
    given = grid(form)
    given["weight"] = ["十分", *given["weight"][1:]]  # type: ignore[index]
    given["annual"] = ["≥97.5%", *given["annual"][1:]]  # type: ignore[index]
    answer = signed_in("unit_officer").post("/promises/forms/P44/adjust/", given)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="十分"' in text
    assert "≥97.5%" in text
    assert 'aria-invalid="true"' in text


def test_the_grid_is_closed_to_those_who_do_not_edit(form: Form, signed_in: Callable[[str], Client]) -> None:
    assert signed_in("department_officer").get("/promises/forms/P44/adjust/").status_code == 403
    assert signed_in("other_department_officer").get("/promises/forms/P44/").status_code == 404


def test_a_second_click_on_submit_is_a_conflict(form: Form, signed_in: Callable[[str], Client]) -> None:
    decide_errors(form)
    browser = signed_in("unit_head")
    address = "/promises/forms/P44/steps/submit_form/"
    assert browser.post(address, {"version": "1"}).status_code == 302
    assert browser.post(address, {"version": "1"}).status_code == 409


def test_the_inbox_counts_what_waits(form: Form, signed_in: Callable[[str], Client]) -> None:
    waiting = [
        row for row in signed_in("unit_head").get("/api/v1/promises/review").json()["items"] if row["step"]
    ]
    assert {(row["ref"], row["step"]) for row in waiting} == {("P44", "submit_form"), ("P45", "submit_form")}
    assert signed_in("supervisor").get("/promises/review/").status_code == 200
