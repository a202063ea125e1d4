"""Who gets a file, and how it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chengshu.foundation.files import previews
from chengshu.foundation.files.models import File
from chengshu.foundation.files.tests.samples import image, pdf

Stored = Callable[..., File]
SignedIn = Callable[[str], Client]


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("persona", ["other_department_officer"])
@pytest.mark.parametrize(
    "route", ["/files/{}/", "/files/{}/content/", "/files/{}/preview/1/", "/api/v1/files/{}"]
)
def test_a_file_of_another_unit_does_not_exist(
    persona: str, route: str, stored: Stored, signed_in: SignedIn
) -> None:
    file = stored()
    assert signed_in(persona).get(route.format(file.pk)).status_code == 404


def test_nobody_without_the_power_comes_in(stored: Stored, signed_in: SignedIn, anonymous: Client) -> None:
    address = f"/files/{stored().pk}/content/"
    assert signed_in("resident").get(address).status_code == 403
    assert anonymous.get(address).status_code == 302
    assert anonymous.get(address, headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.parametrize("guess", ["sha256", "sm3"])
def test_a_digest_opens_nothing(guess: str, stored: Stored, signed_in: SignedIn) -> None:
    file = stored()
    client = signed_in("unit_officer")
    digest = getattr(file.content, guess)
    for address in (f"/files/{digest}/", f"/files/{digest}/content/", f"/api/v1/files/{digest}"):
        assert client.get(address).status_code == 404
    assert client.get(f"/files/{10**30}/content/").status_code == 404


def test_a_download_is_named_typed_and_never_run(stored: Stored, signed_in: SignedIn) -> None:
    file = stored('绩效"报告" 1.pdf')
    response = signed_in("unit_officer").get(f"/files/{file.pk}/content/")
    assert response.status_code == 200
    assert body(response) == file.content.path.read_bytes()
    assert response["Content-Type"] == "application/pdf"
    disposition = response["Content-Disposition"]
    assert disposition.startswith('attachment; filename="')
    assert "filename*=UTF-8''%E7%BB%A9%E6%95%88%E6%8A%A5%E5%91%8A%201.pdf" in disposition
    assert disposition.isascii()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-cache"


def test_what_is_known_is_not_sent_again(stored: Stored, signed_in: SignedIn) -> None:
    client, address = signed_in("unit_officer"), f"/files/{stored().pk}/content/"
    first = client.get(address)
    known = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert client.get(address, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 9),
        ("bytes=10-", 206, 10, None),
        ("bytes=-5", 206, -5, None),
        ("bytes=0-999999999", 206, 0, None),
        ("bytes=999999999-", 416, 0, None),
        ("bytes=-0", 416, 0, None),
        ("bytes=5-2", 200, 0, None),
        ("bytes=0-1,4-5", 200, 0, None),
        ("lines=0-1", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
def test_ranges(
    asked: str, status: int, first: int, last: int | None, stored: Stored, signed_in: SignedIn
) -> None:
    file = stored()
    whole = file.content.path.read_bytes()
    response = signed_in("unit_officer").get(f"/files/{file.pk}/content/", headers={"Range": asked})
    assert response.status_code == status
    if status == 416:
        assert response["Content-Range"] == f"bytes */{len(whole)}"
        return
    expected = whole[first:] if last is None else whole[first : last + 1]
    assert body(response) == expected
    assert response["Content-Length"] == str(len(expected))


def test_a_range_of_another_version_gives_the_whole(stored: Stored, signed_in: SignedIn) -> None:
    file = stored()
    headers = {"Range": "bytes=0-1", "If-Range": '"other"'}
    assert signed_in("unit_officer").get(f"/files/{file.pk}/content/", headers=headers).status_code == 200


def test_lost_bytes_are_said_to_be_lost(stored: Stored, signed_in: SignedIn) -> None:
    file = stored()
    file.content.path.unlink()
    response = signed_in("unit_officer").get(f"/api/v1/files/{file.pk}/content")
    assert (response.status_code, response.json()["code"]) == (503, "file.content_missing")


def test_a_preview_shows_no_more_than_the_picture(stored: Stored, signed_in: SignedIn) -> None:
    file = stored("现场.jpg", image("JPEG", (3200, 1600), exif=True))
    response = signed_in("unit_officer").get(f"/files/{file.pk}/preview/1/")
    assert response["Content-Type"] == "image/webp"
    assert b"Camera of a colleague" not in response.content
    assert b"EXIF" not in response.content
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(response.content)) as picture:
        assert picture.size == (800, 1600)


def test_pages_of_a_pdf_are_drawn_once(stored: Stored, signed_in: SignedIn) -> None:
    file = stored(content=pdf(pages=12))
    client = signed_in("unit_officer")
    assert previews.page_count(file.content) == 10
    assert client.get(f"/files/{file.pk}/preview/2/").content[:4] == b"RIFF"
    file.content.path.unlink()
    assert client.get(f"/files/{file.pk}/preview/2/").status_code == 200
    assert client.get(f"/files/{file.pk}/preview/11/").status_code == 404


def test_a_table_has_no_preview(stored: Stored, signed_in: SignedIn) -> None:
    file = stored("a.csv", b"a,b")
    assert signed_in("unit_officer").get(f"/files/{file.pk}/preview/1/").status_code == 404


def test_the_page_of_a_file_tells_its_facts(stored: Stored, signed_in: SignedIn) -> None:
    file = stored()
    page = signed_in("unit_officer").get(f"/files/{file.pk}/").content.decode()
    assert file.content.sha256 in page
    assert f"/files/{file.pk}/preview/1/" in page


def test_the_api_lists_what_one_may_see_only(stored: Stored, signed_in: SignedIn) -> None:
    mine, other = stored(), stored(unit="finance-bureau")
    listed = signed_in("unit_officer").get("/api/v1/files").json()["items"]
    assert [item["id"] for item in listed] == [mine.pk]
    assert other.pk not in [item["id"] for item in listed]
