"""Four eyes: submitted by one, compared and put in force by another, moved, taken out of force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from chengshu.engines.cases import api
from chengshu.hub.desk.decisions import changes
from chengshu.hub.desk.starting import begun, starter
from chengshu.hub.desk.tests.conftest import bureau, model, version_of

SignedIn = Callable[[str], Client]
AsPersona = Callable[[str], Any]


def states(key: str) -> dict[int, str]:
    return {version.number: version.state for version in api.definition(key).versions}


def test_a_draft_with_errors_stays_a_draft(signed_in: SignedIn, as_persona: AsPersona, cast: object) -> None:
    with as_persona("reviewer"):
        broken = model(condition="1 +")
        api.save_draft(key="office.broken", kind="process", content=broken, unit_id=bureau(), title="有错误")
    signed_in("reviewer").post("/desk/model/office.broken/submit/", {"note": ""})
    assert states("office.broken") == {1: "draft"}


def test_a_draft_is_submitted_compared_and_put_in_force_by_another(signed_in: SignedIn, drawn: str) -> None:
    author, head = signed_in("reviewer"), signed_in("section_head")
    assert author.post(f"/desk/model/{drawn}/submit/", {"note": "增加会签"}).status_code == 302
    assert states(drawn) == {1: "review"}
    page = head.get(f"/desk/version/{version_of(drawn)}/review/").content.decode()
    assert "增加会签" in page
    assert head.post(f"/desk/version/{version_of(drawn)}/deploy/").status_code == 302
    assert states(drawn) == {1: "deployed"}


def test_sending_back_needs_a_reason_and_makes_it_a_draft_again(signed_in: SignedIn, drawn: str) -> None:
    signed_in("reviewer").post(f"/desk/model/{drawn}/submit/")
    head, version = signed_in("section_head"), version_of(drawn)
    assert head.post(f"/desk/version/{version}/reject/", {"reason": " "}).status_code == 422
    assert states(drawn) == {1: "review"}
    assert head.post(f"/desk/version/{version}/reject/", {"reason": "缺少时限"}).status_code == 302
    assert states(drawn) == {1: "draft"}


def test_the_review_of_a_second_version_shows_both(
    signed_in: SignedIn, as_persona: AsPersona, in_force: str
) -> None:
    content = api.version_content(version_of(in_force)).replace("初审".encode(), "业务初审".encode())
    with as_persona("reviewer"):
        api.save_draft(key=in_force, kind="process", content=content, unit_id=bureau())
        api.submit_version(version_id=version_of(in_force))
    page = signed_in("section_head").get(f"/desk/version/{version_of(in_force)}/review/").content.decode()
    assert 'data-island="bpmn-diff"' in page
    assert "业务初审" in page
    compared = signed_in("supervisor").get(f"/desk/model/{in_force}/compare/").content.decode()
    assert 'data-island="bpmn-diff"' in compared


def test_a_version_taken_out_of_force_opens_no_case(signed_in: SignedIn, in_force: str) -> None:
    assert signed_in("section_head").post(f"/desk/version/{version_of(in_force)}/retire/").status_code == 302
    assert states(in_force) == {1: "retired"}
    assert in_force not in {one.key for one in api.startable()}


def test_running_cases_are_previewed_and_moved(
    signed_in: SignedIn, as_persona: AsPersona, in_force: str
) -> None:
    with as_persona("reviewer"):
        case_id = api.open_case(definition=in_force)
        content = api.version_content(version_of(in_force)).replace("审定".encode(), "局长审定".encode())
        api.save_draft(key=in_force, kind="process", content=content, unit_id=bureau())
        api.submit_version(version_id=version_of(in_force))
    with as_persona("section_head"):
        api.deploy_version(version_id=version_of(in_force))
    client = signed_in("section_head")
    page = client.get(f"/desk/model/{in_force}/move/").content.decode()
    assert f'data-case="{case_id}"' in page
    earlier, later = sorted(version.version_id for version in api.definition(in_force).versions)
    answer = client.post(
        f"/desk/model/{in_force}/move/",
        {"from": earlier, "to": later, "case": [case_id]},
        HTTP_ACCEPT="application/json",
    )
    assert answer.json()["effects"][0]["refused"] == ""
    assert answer.json()["effects"][0]["case_id"] == str(case_id)
    assert api.case_version_id(case_id) == later


def test_the_heat_map_counts_what_has_run(signed_in: SignedIn, as_persona: AsPersona, in_force: str) -> None:
    with as_persona("reviewer"):
        api.open_case(definition=in_force)
    page = signed_in("supervisor").get(f"/desk/model/{in_force}/history/", {"by": "open"}).content.decode()
    assert 'data-shows-node="accept"' in page


def test_a_simulation_is_labelled_and_told_in_a_table(signed_in: SignedIn, in_force: str) -> None:
    client = signed_in("supervisor")
    assert "queues-data" not in client.get(f"/desk/model/{in_force}/simulate/").content.decode()
    page = client.post(f"/desk/model/{in_force}/simulate/", {"arrivals": "3", "days": "30", "seed": "5"})
    text = page.content.decode()
    assert page.status_code == 200
    assert 'class="simulated"' in text
    assert 'data-shows-node="countersign"' in text
    assert 'id="queues-data"' in text


def test_a_number_that_is_none_is_refused_by_its_field(signed_in: SignedIn, in_force: str) -> None:
    for field, value in (
        ("arrivals", "viele"),
        ("days", "100000"),
        ("people_reviewer", "0"),
        ("work_accept", "-1"),
    ):
        page = signed_in("supervisor").post(f"/desk/model/{in_force}/simulate/", {field: value})
        assert page.status_code == 422, field
        assert f'id="id_{field}-error"' in page.content.decode(), field


def test_two_versions_of_a_decision_are_compared_rule_by_rule(
    signed_in: SignedIn, as_persona: AsPersona, cast: object
) -> None:
    first = begun(starter("decision"), key="office.level", title="审批层级")
    second = first.replace(b"[30..100)", b"[30..200)")
    assert [(one.before, one.after) for one in changes(first, second)] == [
        ('[30..100) → "分管领导"', '[30..200) → "分管领导"')
    ]
    with as_persona("reviewer"):
        api.save_draft(key="office.level", kind="decision", content=first, unit_id=bureau(), title="审批层级")
        api.submit_version(version_id=version_of("office.level"))
    with as_persona("section_head"):
        api.deploy_version(version_id=version_of("office.level"))
    with as_persona("reviewer"):
        api.save_draft(key="office.level", kind="decision", content=second, unit_id=bureau())
        api.submit_version(version_id=version_of("office.level"))
    page = (
        signed_in("section_head").get(f"/desk/version/{version_of('office.level')}/review/").content.decode()
    )
    assert "[30..200)" in page
