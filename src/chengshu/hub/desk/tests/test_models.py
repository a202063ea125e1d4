"""Beginning, bringing in and taking out models; nothing is kept of what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengshu.engines.cases import api
from chengshu.hub.desk.starting import STARTERS, begun
from chengshu.hub.desk.tests.conftest import bureau, model, version_of

SignedIn = Callable[[str], Client]
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY e "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
    b'<d xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&e;</d>'
)


def bring(
    client: Client, content: bytes, *, key: str = "office.brought", name: str = "x.bpmn"
) -> tuple[int, str]:
    answer = client.post(
        "/desk/import/",
        {"key": key, "title": "导入的流程", "unit": str(bureau()), "file": SimpleUploadedFile(name, content)},
        HTTP_ACCEPT_LANGUAGE="en",
    )
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (model()[:-40], "line"),
        (LAUGHS, "finding"),
        (b"PK\x03\x04 not a model", "field__error"),
        (b"", "field__error"),
        (b'<a xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "finding"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(
    content: bytes, says: str, signed_in: SignedIn, cast: object
) -> None:
    before = {one.key for one in api.definitions("")}
    status, page = bring(signed_in("reviewer"), content)
    assert status == 422
    assert says in page
    assert "office.brought" in page, "what was typed is kept"
    assert {one.key for one in api.definitions("")} == before


def test_a_file_that_is_too_large_is_refused(signed_in: SignedIn, cast: object) -> None:
    status, page = bring(signed_in("reviewer"), model() + b"<!-- " + b"x" * (2 * 1024 * 1024) + b" -->")
    assert status == 422
    assert "2 MB" in page


def test_an_imported_file_comes_out_byte_for_byte(signed_in: SignedIn, cast: object) -> None:
    client = signed_in("reviewer")
    assert bring(client, model("往返"))[0] == 302
    answer = client.get(f"/desk/version/{version_of('office.brought')}/export/")
    assert answer.content == model("往返")
    assert "office.brought-v1.bpmn" in answer["Content-Disposition"]


def test_a_decision_does_not_become_a_version_of_a_process(signed_in: SignedIn, drawn: str) -> None:
    table = begun(STARTERS[-1], key="x.y", title="表")
    status, _page = bring(signed_in("reviewer"), table, key=drawn, name="x.dmn")
    assert status == 422
    assert len(api.definition(drawn).versions) == 1


@pytest.mark.parametrize(
    "key", ["", "seal", "Office.Seal", "office seal", "1.2", "office.", "x" * 101 + ".y"]
)
def test_a_key_that_is_none_is_refused_and_what_was_typed_is_kept(
    key: str, signed_in: SignedIn, cast: object
) -> None:
    answer = signed_in("reviewer").post(
        "/desk/new/", {"key": key, "title": "用印申请", "unit": str(bureau()), "starter": "single_step"}
    )
    assert answer.status_code == 422
    assert "用印申请" in answer.content.decode()


def test_a_key_that_is_taken_is_refused(signed_in: SignedIn, drawn: str) -> None:
    answer = signed_in("reviewer").post(
        "/desk/new/", {"key": drawn, "title": "又一个", "unit": str(bureau()), "starter": "blank"}
    )
    assert answer.status_code == 422
    assert api.definition(drawn).title == "请假审批"


@pytest.mark.parametrize("shape", STARTERS, ids=lambda one: one.key)
def test_every_shape_begins_a_draft_that_can_be_opened(
    shape: object, signed_in: SignedIn, cast: object
) -> None:
    client = signed_in("reviewer")
    key = getattr(shape, "key", "")
    answer = client.post(
        "/desk/new/",
        {"key": f"office.{key}", "title": "新<模型>&“引号”", "unit": str(bureau()), "starter": key},
    )
    assert answer.status_code == 302
    assert client.get(f"/desk/model/office.{key}/edit/").status_code == 200
    assert api.definition(f"office.{key}").title == "新<模型>&“引号”"


@pytest.mark.parametrize("shape", [one for one in STARTERS if one.key != "blank"], ids=lambda one: one.key)
def test_a_usual_shape_could_be_deployed_as_it_is(shape: object, cast: object) -> None:
    content = begun(shape, key="office.x", title="x")  # type: ignore[arg-type]
    findings = api.lint(content, getattr(shape, "kind", "process"))
    assert [str(one.message) for one in findings if one.severity == "error"] == []


def test_the_list_tells_state_and_finds_by_title(signed_in: SignedIn, drawn: str) -> None:
    client = signed_in("reviewer")
    assert "请假审批" in client.get("/desk/", {"q": "请假"}).content.decode()
    assert "请假审批" not in client.get("/desk/", {"q": "没有这个"}).content.decode()
    assert "请假审批" not in client.get("/desk/", {"state": "deployed"}).content.decode()
    assert "请假审批" not in client.get("/desk/", {"kind": "decision"}).content.decode()
