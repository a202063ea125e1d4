"""The pages of those who handle applications: closed to others, and every act on them."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from chengshu.foundation.asking import asking
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.data import Filed
from chengshu.hub.services.tests.building import PERSON, apply, decide, hear, put_in_force

SignedIn = Callable[[str], Client]


def filed_by(cast: Cast) -> Filed:
    put_in_force()
    filed = apply(cast["resident"])
    hear()
    return filed


def test_a_citizen_has_no_list_of_applications(cast: Cast, signed_in: SignedIn) -> None:
    assert signed_in("resident").get("/applications/").status_code == 403


def test_another_bureau_does_not_find_it(cast: Cast, signed_in: SignedIn) -> None:
    filed = filed_by(cast)
    client = signed_in("handling_unit_officer")
    assert filed.number not in client.get("/applications/").content.decode()
    assert client.get(f"/applications/{filed.application_id}/").status_code == 404


def test_the_list_finds_by_number_and_status(cast: Cast, signed_in: SignedIn) -> None:
    filed = filed_by(cast)
    client = signed_in("reviewer")
    assert filed.number in client.get("/applications/", {"q": filed.number}).content.decode()
    assert filed.number not in client.get("/applications/", {"status": "11"}).content.decode()
    assert client.get("/applications/", {"cursor": "99", "q": "\x00"}).status_code == 200


def test_one_application_shows_masked_identity_materials_and_papers(cast: Cast, signed_in: SignedIn) -> None:
    filed = filed_by(cast)
    page = signed_in("reviewer").get(f"/applications/{filed.application_id}/").content.decode()
    assert PERSON.identity not in page
    assert "identity_document.pdf" in page
    assert "收件回执" in page


def test_a_personal_value_is_shown_for_a_purpose_only(cast: Cast, signed_in: SignedIn) -> None:
    filed = filed_by(cast)
    client, address = signed_in("reviewer"), f"/applications/{filed.application_id}/applicant/"
    assert client.post(address, {"field": "applicant", "purpose": ""}).status_code == 422
    shown = client.post(address, {"field": "applicant", "purpose": "核对身份"})
    assert PERSON.identity in shown.content.decode()


def test_the_result_is_delivered_from_the_page(cast: Cast, signed_in: SignedIn) -> None:
    filed = filed_by(cast)
    client, address = signed_in("section_head"), f"/applications/{filed.application_id}/deliver/"
    assert client.post(address, {"manner": "online"}).status_code == 409
    decide(filed.case_id or 0, "check", "accept")
    decide(filed.case_id or 0, "decide", "grant")
    assert client.post(address, {"manner": "counter", "to": ""}).status_code == 422
    assert client.post(address, {"manner": "online"}).status_code == 302
    assert api.application(filed.application_id).delivered_at is not None


def test_papers_are_issued_and_revoked_from_the_page(cast: Cast, signed_in: SignedIn) -> None:
    filed = filed_by(cast)
    client = signed_in("section_head")
    issued = client.post(
        f"/applications/{filed.application_id}/papers/", {"kind": "notice", "reasons": "请于下周来取"}
    )
    assert issued.status_code == 302
    paper = api.application(filed.application_id).papers[-1]
    assert client.post(f"/papers/{paper.paper_id}/revoke/", {"reason": ""}).status_code == 422
    assert client.post(f"/papers/{paper.paper_id}/revoke/", {"reason": "写错了"}).status_code == 302
    assert api.paper(paper.paper_id).state == "revoked"


def test_the_applicant_downloads_paper_and_material(cast: Cast, signed_in: SignedIn) -> None:
    filed = filed_by(cast)
    view = api.application(filed.application_id)
    client = signed_in("resident")
    assert client.get(f"/papers/{view.papers[0].paper_id}/").status_code == 200
    file_id = next(each for line in view.materials for each in line.files)
    assert client.get(f"/materials/{file_id}/").status_code == 200
    assert signed_in("company_agent").get(f"/materials/{file_id}/").status_code == 404


def test_a_bundle_and_a_stranger_paper_are_told_apart(cast: Cast, signed_in: SignedIn) -> None:
    with asking(cast["reviewer"].asker()):
        assert api.of_case(1) is None
    assert signed_in("reviewer").get("/papers/999999/").status_code == 404
