"""Files that citizens bring: theirs alone, examined, and counted by how materials came."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from chengshu.foundation.asking import NOBODY, asking
from chengshu.foundation.errors import InvalidFile, Missing, NotSignedIn
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api
from chengshu.hub.services.data import ReuseFigures
from chengshu.hub.services.queries.matters import today
from chengshu.hub.services.tests.building import apply, pdf, put_in_force, store

SignedIn = Callable[[str], Client]


def test_nobody_stores_a_file_without_signing_in(db: None) -> None:
    with asking(NOBODY), pytest.raises(NotSignedIn):
        api.store_material(name="a.pdf", content=pdf())


def test_a_file_is_its_owners_alone(cast: Cast) -> None:
    with asking(cast["resident"].asker()):
        file_id = store()
        assert api.material_file(file_id).name == "材料.pdf"
    for other in ("company_agent", "department_head", "unit_head", "reviewer"):
        with asking(cast[other].asker()), pytest.raises(Missing):
            api.material_file(file_id)


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b""), ("a.pdf", b"MZ\x90"), ("a.exe", b"MZ\x90")])
def test_what_is_no_such_file_is_refused(cast: Cast, name: str, content: bytes) -> None:
    with asking(cast["resident"].asker()), pytest.raises(InvalidFile):
        api.store_material(name=name, content=content)


def begin(client: Client, name: str, size: int) -> dict[str, str]:
    answer = client.post(
        "/materials/uploads/", json.dumps({"name": name, "size": size}), content_type="application/json"
    )
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_an_upload_in_pieces_survives_and_is_its_owners(cast: Cast, signed_in: SignedIn) -> None:
    client, content = signed_in("resident"), pdf()
    addresses = begin(client, "材料.pdf", len(content))
    for start, end in ((0, 50), (50, len(content))):
        piece = client.patch(
            addresses["upload"],
            content[start:end],
            content_type="application/octet-stream",
            headers={"Upload-Offset": str(start)},
        )
        assert (piece.status_code, piece["Upload-Offset"]) == (204, str(end))
    assert signed_in("company_agent").head(addresses["upload"]).status_code == 404
    finished = client.post(addresses["finish"])
    assert finished.status_code == 200, finished.content
    with asking(cast["resident"].asker()):
        assert api.material_file(int(finished.json()["id"])).name == "材料.pdf"
    assert client.post(addresses["finish"]).status_code == 404


def test_an_incomplete_upload_is_not_stored(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in("resident")
    addresses = begin(client, "材料.pdf", 900)
    assert client.post(addresses["finish"]).status_code == 409


def test_no_figure_is_made_of_nothing() -> None:
    assert ReuseFigures(0, 0, 0, 0, 0, 0, 0, 0).spared_share is None


def test_materials_are_counted_by_how_they_came(cast: Cast) -> None:
    put_in_force()
    apply(cast["resident"])
    apply(cast["resident"], materials=("site_plan",), reuse=("identity_document",))
    apply(
        cast["resident"],
        answers=("who:person", "site:leased"),
        materials=("identity_document",),
        pledges=("proof",),
        deferrals=("site_plan",),
    )
    figures = api.reuse_figures(today(), today())
    assert (figures.applications, figures.asked) == (3, 7)
    assert (figures.uploaded, figures.reused, figures.pledged, figures.lacking) == (4, 1, 1, 1)
    assert figures.spared_share == Decimal("0.2857")
    assert api.reuse_figures(today() - timedelta(days=9), today() - timedelta(days=8)).asked == 0
    with asking(cast["other_department_officer"].asker()):
        assert api.reuse_figures(today(), today()).asked == 0
