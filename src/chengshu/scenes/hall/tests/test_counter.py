"""The counter: who may not work there, what is refused whole, and what a received application is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengshu.engines.cases import api as cases
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.data import MaterialState
from chengshu.hub.services.models import Application
from chengshu.hub.services.tests.building import CODE, decide, hear, pdf, put_in_force

ADDRESS = f"/hall/receive/{CODE}/"


@pytest.fixture
def clerk(cast: Cast, client: Client) -> Client:
    put_in_force()
    cast["window_clerk"].sign_in(client)
    return client


def sent(**changes: Any) -> dict[str, Any]:
    """The whole screen, filled in for a person with paper of both materials."""
    given: dict[str, Any] = {
        "request_key": "k-1",
        "do": "file",
        "q.who": "who:person",
        "q.site": "site:own",
        "applicant_kind": "person",
        "applicant_identity": "440115200002291234",
        "applicant_name": "某某",
        "applicant_phone": "13800138000",
        "f.project_name": "测试项目",
        "f.site_address": "南沙街",
        "f.phone": "13800138000",
        "f.consent": "1",
        "way.identity_document": "paper",
        "way.site_plan": "paper",
    }
    return {**given, **changes}


@pytest.mark.parametrize("who", ["reviewer", "resident", "other_department_officer"])
def test_only_clerks_work_at_the_counter(cast: Cast, client: Client, who: str) -> None:
    put_in_force()
    cast[who].sign_in(client)
    assert client.get("/hall/").status_code == 403
    assert client.post(ADDRESS, sent()).status_code == 403
    assert not Application.objects.exists()


def test_a_clerk_cannot_decide_what_they_received(clerk: Client, cast: Cast) -> None:
    clerk.post(ADDRESS, sent())
    case_id = Application.objects.get().case_id
    assert case_id is not None
    task = cases.case_view(case_id).tasks[0]
    answer = clerk.post(f"/inbox/tasks/{task.task_id}/complete/", {"outcome": "accept"})
    assert answer.status_code == 403
    assert cases.case_view(case_id).tasks[0].completed_at is None


def test_a_received_application_has_number_code_receipt_and_case(clerk: Client) -> None:
    answer = clerk.post(ADDRESS, sent())
    row = Application.objects.get()
    assert answer.status_code == 201
    assert row.number in answer.content.decode()
    assert (row.channel, row.received_at_unit.key if row.received_at_unit else "") == (
        "window",
        "service-centre",
    )
    view = services.application(row.pk)
    assert view.case_id is not None
    assert [paper.kind for paper in view.papers] == ["receipt"]
    states = {one.key: one.state for one in view.materials if one.state != MaterialState.NOT_NEEDED}
    assert states == {"identity_document": MaterialState.PAPER, "site_plan": MaterialState.PAPER}


def test_a_double_click_receives_once(clerk: Client) -> None:
    first, second = (clerk.post(ADDRESS, sent()) for _click in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"way.identity_document": "none"}, "identity_document"),
        ({"applicant_identity": "440115200002291235"}, "applicant_identity"),
        ({"applicant_name": ""}, "applicant_name"),
        ({"f.project_name": ""}, "project_name"),
        ({"q.site": ""}, "answers"),
    ],
)
def test_what_is_missing_is_told_and_everything_typed_is_kept(
    clerk: Client, changes: dict[str, Any], told: str
) -> None:
    answer = clerk.post(ADDRESS, sent(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert "南沙街" in page
    assert not Application.objects.exists()


def test_a_scan_is_kept_while_something_else_is_wrong(clerk: Client) -> None:
    scan = SimpleUploadedFile("身份证.pdf", pdf(), "application/pdf")
    given = sent(**{"way.identity_document": "scan", "scan.identity_document": scan, "f.project_name": ""})
    page = clerk.post(ADDRESS, given).content.decode()
    assert "身份证.pdf" in page
    assert 'name="kept.identity_document"' in page


def test_a_file_that_is_none_is_refused_by_its_line(clerk: Client) -> None:
    empty = SimpleUploadedFile("空.pdf", b"", "application/pdf")
    answer = clerk.post(ADDRESS, sent(**{"way.identity_document": "scan", "scan.identity_document": empty}))
    assert answer.status_code == 422
    assert not Application.objects.exists()


def test_a_result_is_handed_out_once(clerk: Client) -> None:
    clerk.post(ADDRESS, sent())
    row = Application.objects.get()
    assert row.case_id is not None
    hear()
    decide(row.case_id, "check", "accept")
    decide(row.case_id, "decide", "grant")
    assert row.number in clerk.get("/hall/results/").content.decode()
    nameless = clerk.post(f"/hall/results/{row.pk}/", {"manner": "counter", "to": ""})
    assert nameless.status_code == 422
    done = clerk.post(f"/hall/results/{row.pk}/", {"manner": "counter", "to": "本人"})
    assert done.status_code == 302
    assert f'id="r-{row.pk}"' not in clerk.get("/hall/results/").content.decode()
    again = clerk.post(f"/hall/results/{row.pk}/", {"manner": "counter", "to": "本人"})
    assert again.status_code == 409


def test_papers_go_on_and_are_confirmed_where_they_arrive(clerk: Client, cast: Cast) -> None:
    clerk.post(ADDRESS, sent(region_mode="collect"))
    row = Application.objects.get()
    assert row.number in clerk.get("/hall/hand-overs/").content.decode()
    given = clerk.post(f"/hall/hand-overs/{row.pk}/give/", {"items": "身份证明\n总平面图", "courier": "邮政"})
    assert given.status_code == 302
    view = services.application(row.pk)
    assert [(one.items, one.received_at) for one in view.custody] == [(("身份证明", "总平面图"), None)]
    nothing = clerk.post(f"/hall/hand-overs/{row.pk}/give/", {"items": ""})
    assert nothing.status_code == 422
