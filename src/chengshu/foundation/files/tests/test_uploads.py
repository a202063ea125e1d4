"""Uploads in pieces: broken, resumed, finished, and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http.request import UnreadablePostError
from django.test import Client

from chengshu.foundation.files import uploads
from chengshu.foundation.files.actions import purge_uploads
from chengshu.foundation.files.models import File, Upload
from chengshu.foundation.files.tests.samples import pdf
from chengshu.foundation.orgs.models import Unit

SignedIn = Callable[[str], Client]
CONTENT = pdf(pages=30)


def begin(client: Client, size: int = len(CONTENT), name: str = "报告.pdf", query: str = "") -> Any:
    return client.post(
        f"/files/uploads/{query}",
        json.dumps({"name": name, "size": size, "type": ""}),
        content_type="application/json",
    )


def piece(client: Client, address: str, offset: int, content: bytes) -> Any:
    return client.patch(
        address,
        content,
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def test_nobody_sends_into_anothers_upload(units: dict[str, Unit], signed_in: SignedIn) -> None:
    begun = begin(signed_in("unit_officer")).json()
    colleague = signed_in("unit_head")
    assert colleague.head(begun["upload"]).status_code == 404
    assert piece(colleague, begun["upload"], 0, b"x").status_code == 404
    assert colleague.post(begun["finish"]).status_code == 404
    assert colleague.delete(begun["upload"]).status_code == 404


def test_nobody_begins_an_upload_for_another_unit(units: dict[str, Unit], signed_in: SignedIn) -> None:
    response = begin(signed_in("unit_officer"), query=f"?unit={units['finance-bureau'].pk}")
    assert (response.status_code, response.json()["code"]) == (403, "refused")
    assert begin(signed_in("resident")).status_code == 403


@pytest.mark.parametrize(
    ("size", "name", "code"),
    [
        (0, "a.pdf", "file.empty"),
        (-1, "a.pdf", "file.empty"),
        (50_000_001, "a.pdf", "file.too_large"),
        (10, "a.exe", "file.type_unknown"),
    ],
)
def test_what_would_be_refused_is_refused_before_it_is_sent(
    size: int, name: str, code: str, units: dict[str, Unit], signed_in: SignedIn
) -> None:
    response = begin(signed_in("unit_officer"), size, name)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "sent", [b"", b"[]", b"{}", b"nonsense", b'{"name": 1}', b'{"name": "a", "size": "x"}']
)
def test_an_announcement_must_say_name_and_size(
    sent: bytes, units: dict[str, Unit], signed_in: SignedIn
) -> None:
    response = signed_in("unit_officer").post("/files/uploads/", sent, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (422, "upload.announcement")


def test_a_broken_upload_goes_on_where_it_stopped(units: dict[str, Unit], signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    begun = begin(client).json()
    sent = piece(client, begun["upload"], 0, CONTENT[:1000])
    assert (sent.status_code, sent["Upload-Offset"]) == (204, "1000")
    again = begin(client)
    assert (again.status_code, again.json()) == (201, {**begun, "offset": 1000})
    assert client.head(begun["upload"])["Upload-Offset"] == "1000"
    assert piece(client, begun["upload"], 1000, CONTENT[1000:]).status_code == 204
    finished = client.post(begun["finish"])
    file = File.objects.get(pk=finished.json()["id"])
    assert file.content.path.read_bytes() == CONTENT
    assert file.name == "报告.pdf"
    assert not Upload.objects.exists()


def test_a_wrong_offset_is_answered_with_the_right_one(units: dict[str, Unit], signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    begun = begin(client).json()
    piece(client, begun["upload"], 0, CONTENT[:500])
    wrong = piece(client, begun["upload"], 0, CONTENT[:500])
    assert (wrong.status_code, wrong["Upload-Offset"]) == (409, "500")


@pytest.mark.parametrize("offset", ["", "x", "-1", "٣", "9" * 30])
def test_an_offset_is_a_whole_number(offset: str, units: dict[str, Unit], signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    begun = begin(client).json()
    response = client.patch(
        begun["upload"],
        b"x",
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": offset},
    )
    assert response.status_code == 422


def test_more_than_was_announced_is_refused(units: dict[str, Unit], signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    begun = begin(client, size=10).json()
    assert piece(client, begun["upload"], 0, b"x" * 11).json()["code"] == "upload.piece_too_long"
    assert client.head(begun["upload"])["Upload-Offset"] == "0"


def test_an_unfinished_upload_cannot_be_finished(units: dict[str, Unit], signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    begun = begin(client).json()
    response = client.post(begun["finish"])
    assert (response.status_code, response.json()["code"]) == (409, "upload.incomplete")


def test_an_upload_of_a_wrong_kind_is_given_up(units: dict[str, Unit], signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    begun = begin(client, size=5).json()
    piece(client, begun["upload"], 0, b"hello")
    response = client.post(begun["finish"])
    assert (response.status_code, response.json()["code"]) == (422, "file.type_mismatch")
    assert client.head(begun["upload"])["Upload-Offset"] == "0"


class Breaking:
    """A sender that goes away in the middle of a piece."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, size: int, /) -> bytes:
        if not self.content:
            raise UnreadablePostError("gone")
        given, self.content = self.content[:size], self.content[size:]
        return given


def test_what_arrived_before_a_break_is_kept(units: dict[str, Unit], as_persona: Any) -> None:
    with as_persona("unit_officer"):
        upload = uploads.begin_upload(unit=units["service-centre"], name="a.pdf", size=len(CONTENT))
        assert uploads.receive(upload, offset=0, length=len(CONTENT), source=Breaking(CONTENT[:700])) == 700
        rest = Breaking(CONTENT[700:])
        assert uploads.receive(upload, offset=700, length=len(CONTENT) - 700, source=rest) == len(CONTENT)
        assert uploads.finish_upload(upload).content.size == len(CONTENT)


def test_abandoned_uploads_are_forgotten(units: dict[str, Unit], as_persona: Any) -> None:
    with as_persona("unit_officer"):
        upload = uploads.begin_upload(unit=units["service-centre"], name="a.pdf", size=10)
        uploads.receive(upload, offset=0, length=5, source=Breaking(b"12345"))
    assert purge_uploads(older_than_s=3600) == 0
    assert purge_uploads(older_than_s=-1) == 1
    assert not upload.path.exists()


def test_a_cancelled_upload_is_gone(units: dict[str, Unit], signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    begun = begin(client).json()
    assert client.delete(begun["upload"]).status_code == 204
    assert client.head(begun["upload"]).status_code == 404


def test_one_account_keeps_a_bounded_number_of_uploads(units: dict[str, Unit], signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    for number in range(uploads.MOST_AT_ONCE):
        assert begin(client, name=f"{number}.pdf").status_code == 201
    assert begin(client, name="last.pdf").json()["code"] == "upload.too_many"
