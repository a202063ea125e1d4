"""Saved views are their account's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.actions import MOST_VIEWS, delete_view, save_view
from chengshu.foundation.http.saved_views import kept_query, my_views, save_view_url, views_of

SignedIn = Callable[[str], Client]


def test_nobody_sees_or_deletes_anothers_view(as_persona: Any, signed_in: SignedIn) -> None:
    with as_persona("unit_officer"):
        view = save_view(page="/jobs/", name="一", query="")
    with as_persona("unit_head"):
        assert not my_views().exists()
    other = signed_in("unit_head")
    assert other.delete(f"/api/v1/saved-views/{view.pk}").status_code == 404
    assert other.post(f"/views/{view.pk}/delete/").status_code == 404
    assert signed_in("unit_officer").post(f"/views/{view.pk}/delete/").status_code == 302


@pytest.mark.parametrize(
    "page",
    [
        "",
        "jobs/",
        "//evil.example/",
        "https://evil.example/",
        "/no-such-page/",
        "/\\evil.example",
        "/long/" + "x" * 300,
    ],
)
def test_only_a_page_of_ours_can_be_kept(page: str, as_persona: Any) -> None:
    with as_persona("unit_officer"), pytest.raises(InvalidInput) as refusal:
        save_view(page=page, name="一", query="")
    assert refusal.value.code == "view.page"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(name: str, signed_in: SignedIn) -> None:
    response = signed_in("unit_officer").post(
        "/views/save/", {"page": "/jobs/", "query": "state=done", "name": name}
    )
    assert response.status_code == 422
    assert 'value="state=done"' in response.content.decode()


def test_a_deleted_view_is_gone(as_persona: Any) -> None:
    with as_persona("unit_officer"):
        delete_view(view=save_view(page="/jobs/", name="一", query=""))
        assert not my_views().exists()


def test_the_same_name_replaces_and_the_number_is_bounded(as_persona: Any) -> None:
    with as_persona("unit_officer"):
        for number in range(MOST_VIEWS):
            save_view(page="/jobs/", name=f"v{number}", query="")
        save_view(page="/jobs/", name="v0", query="?state=done")
        assert my_views("/jobs/").get(name="v0").href == "/jobs/?state=done"
        assert my_views().count() == MOST_VIEWS


def test_the_table_gets_its_views_with_the_present_one_marked(as_persona: Any) -> None:
    request = RequestFactory().get("/jobs/?state=done&cursor=abc&sort=-id&empty=")
    with as_persona("unit_officer"):
        save_view(page="/jobs/", name="完成", query=kept_query(request))
        save_view(page="/jobs/", name="全部", query="")
        assert {view.label: view.current for view in views_of(request)} == {"完成": True, "全部": False}
    assert save_view_url(request) == "/views/save/?page=%2Fjobs%2F&query=sort%3D-id%26state%3Ddone"
