"""What the editor asks: saving, checking, expressions, the test run, decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chengshu.engines.cases import api
from chengshu.hub.desk.starting import begun, starter
from chengshu.hub.desk.tests.conftest import ask, model

SignedIn = Callable[[str], Client]


@pytest.fixture
def client(signed_in: SignedIn) -> Client:
    return signed_in("reviewer")


def test_a_question_that_is_none_is_refused(client: Client) -> None:
    for path in ("/desk/check/", "/desk/trial/", "/desk/expression/", "/desk/evaluate/"):
        assert ask(client, path, [])[0] == 422, path
        assert ask(client, path, {"xml": 7, "text": None})[0] == 422, path


def test_saving_over_somebody_elses_save_is_refused(client: Client, drawn: str) -> None:
    path = f"/desk/model/{drawn}/save/"
    digest = api.definition(drawn).versions[0].digest
    status, first = ask(client, path, {"xml": model("一").decode(), "digest": digest})
    assert status == 200
    status, problem = ask(client, path, {"xml": model("二").decode(), "digest": digest})
    assert (status, problem["code"]) == (409, "desk.draft_changed")
    assert ask(client, path, {"xml": model("三").decode(), "digest": first["digest"]})[0] == 200
    assert "三".encode() in api.version_content(api.definition(drawn).versions[0].version_id)


def test_a_drawing_under_review_is_not_saved(
    client: Client, drawn: str, as_persona: Callable[[str], Any]
) -> None:
    version = api.definition(drawn).versions[0]
    with as_persona("reviewer"):
        api.submit_version(version_id=version.version_id)
    status, _problem = ask(client, f"/desk/model/{drawn}/save/", {"xml": model().decode(), "digest": ""})
    assert status in (409, 422)
    assert 'data-do="submit"' not in client.get(f"/desk/model/{drawn}/edit/").content.decode()


def test_the_check_locates_what_is_wrong(client: Client) -> None:
    status, answer = ask(client, "/desk/check/?kind=process", {"xml": model(condition="1 +").decode()})
    assert status == 200
    errors = [one for one in answer["findings"] if one["severity"] == "error"]
    assert [one["element"] for one in errors] == ["c"]
    assert errors[0]["message"]


def test_the_check_knows_which_forms_exist(client: Client) -> None:
    _status, answer = ask(
        client, "/desk/check/?kind=process", {"xml": model(form="office.no_such_form").decode()}
    )
    assert any(
        "office.no_such_form" in one["message"] for one in answer["findings"] if one["severity"] == "error"
    )


def test_what_is_no_model_is_told_as_a_finding(client: Client) -> None:
    status, answer = ask(client, "/desk/check/?kind=process", {"xml": "<broken"})
    assert status == 200
    assert answer["findings"][0]["severity"] == "error"


@pytest.mark.parametrize(("text", "ok"), [("amount > 5", True), ("amount >", False), ("${amount}", False)])
def test_an_expression_is_judged_while_it_is_written(text: str, ok: bool, client: Client) -> None:
    status, verdict = ask(client, "/desk/expression/", {"text": text})
    assert status == 200
    assert verdict["ok"] is ok
    assert verdict["message"]


def five_steps() -> str:
    return begun(starter("five_steps"), key="office.leave", title="请假审批").decode()


def test_a_test_run_goes_where_the_outcomes_lead(client: Client, cast: object) -> None:
    steps: list[dict[str, Any]] = []

    def run() -> dict[str, Any]:
        status, state = ask(client, "/desk/trial/", {"xml": five_steps(), "variables": {}, "steps": steps})
        assert status == 200, state
        return state

    def take(outcome: str) -> dict[str, Any]:
        steps.append({"kind": "task", "task": run()["waiting"][0]["id"], "outcome": outcome})
        return run()

    assert run()["waiting"][0]["node"] == "accept"
    assert take("")["waiting"][0]["node"] == "review"
    signing = take("agree")
    assert [one["node"] for one in signing["waiting"]] == ["countersign", "countersign"]
    assert signing["tokens"] == [{"node": "countersign", "count": 2, "faulty": False}]
    assert signing["waiting"][0]["due"]
    take("agree")
    assert take("disagree")["waiting"][0]["node"] == "review", "a countersign that fails goes back"
    for outcome in ("agree", "agree", "agree", "agree"):
        state = take(outcome)
    state = take("agree")
    assert state["ended"]
    assert state["variables"]["decide_outcome"] == "agree"


def test_a_step_that_nothing_waits_for_is_refused(client: Client, cast: object) -> None:
    step = {"kind": "task", "task": "999", "outcome": ""}
    status, problem = ask(client, "/desk/trial/", {"xml": five_steps(), "steps": [step]})
    assert status == 200
    assert problem["problem"]
    assert ask(client, "/desk/trial/", {"xml": five_steps(), "steps": ["no step"]})[0] == 422


def test_a_test_run_of_what_cannot_run_says_why(client: Client, cast: object) -> None:
    status, problem = ask(client, "/desk/trial/", {"xml": model(condition="1 +").decode()})
    assert status == 422
    assert problem["data"]["findings"][0]["element"] == "c"


def table() -> str:
    return begun(starter("decision"), key="office.level", title="审批层级").decode()


@pytest.mark.parametrize(
    ("amount", "result", "rule"), [("12", "科室", 1), ("30", "分管领导", 2), ("100", "集体审议", 3)]
)
def test_a_decision_tells_its_result_and_the_matched_rules(
    amount: str, result: str, rule: int, client: Client
) -> None:
    status, answer = ask(
        client, "/desk/evaluate/", {"xml": table(), "decision": "office_level", "inputs": {"amount": amount}}
    )
    assert status == 200
    assert answer["result"] == result
    assert answer["matched"] == [{"table": "office_level", "rules": [rule]}]


def test_an_input_that_cannot_be_read_is_named(client: Client) -> None:
    status, problem = ask(
        client, "/desk/evaluate/", {"xml": table(), "decision": "office_level", "inputs": {"amount": "1 +"}}
    )
    assert (status, problem["field"]) == (422, "amount")
