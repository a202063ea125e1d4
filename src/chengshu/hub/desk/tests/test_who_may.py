"""Who is turned away from the desk, and from which of its doors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chengshu.engines.cases import api
from chengshu.foundation.errors import Refused
from chengshu.hub.desk.tests.conftest import ask, model, version_of

SignedIn = Callable[[str], Client]


@pytest.mark.parametrize("persona", ["resident", "company_agent", "unit_officer", "hotline_operator"])
def test_people_who_do_not_design_may_not_enter(persona: str, signed_in: SignedIn, drawn: str) -> None:
    client = signed_in(persona)
    for path in (
        "/desk/",
        f"/desk/model/{drawn}/",
        f"/desk/model/{drawn}/edit/",
        "/desk/new/",
        "/desk/import/",
    ):
        assert client.get(path).status_code == 403, path
    assert ask(client, "/desk/check/", {"xml": model().decode()})[0] == 403
    assert ask(client, "/desk/trial/", {"xml": model().decode()})[0] == 403


def test_nobody_enters_without_signing_in(anonymous: Client) -> None:
    assert anonymous.get("/desk/").status_code == 302
    assert ask(anonymous, "/desk/expression/", {"text": "1"})[0] == 401


def test_a_supervisor_reads_but_does_not_draw(signed_in: SignedIn, drawn: str) -> None:
    client = signed_in("supervisor")
    assert client.get("/desk/").status_code == 200
    assert client.get(f"/desk/model/{drawn}/").status_code == 200
    assert client.get(f"/desk/model/{drawn}/edit/").status_code == 403
    assert ask(client, f"/desk/model/{drawn}/save/", {"xml": "", "digest": ""})[0] == 403


def test_whoever_draws_does_not_review(signed_in: SignedIn, drawn: str) -> None:
    client = signed_in("reviewer")
    version = version_of(drawn)
    assert client.get(f"/desk/version/{version}/review/").status_code == 403
    assert client.post(f"/desk/version/{version}/deploy/").status_code == 403
    assert client.post(f"/desk/version/{version}/retire/").status_code == 403
    assert client.get(f"/desk/model/{drawn}/move/").status_code == 403


def test_an_author_who_may_review_others_does_not_deploy_own_work(
    signed_in: SignedIn, as_persona: Callable[[str], Any], drawn: str
) -> None:
    with as_persona("section_head"):
        content = api.version_content(version_of(drawn))
        unit = api.definition(drawn).unit_id
        api.save_draft(key="office.own", kind="process", content=content, unit_id=unit, title="自己的流程")
        api.submit_version(version_id=version_of("office.own"))
        with pytest.raises(Refused):
            api.deploy_version(version_id=version_of("office.own"))
    page = signed_in("section_head").post(f"/desk/version/{version_of('office.own')}/deploy/")
    assert page.status_code == 422
    assert api.definition("office.own").versions[0].state == "review"


def test_a_drawing_of_another_bureau_is_read_only(
    signed_in: SignedIn, drawn: str, as_persona: Callable[[str], Any]
) -> None:
    client = signed_in("unit_head")
    assert client.get(f"/desk/model/{drawn}/edit/").status_code in (403, 404)
