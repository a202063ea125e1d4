"""What anybody may read without signing in, in three languages, and that nothing unknown is passed off as known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.tests import building
from chengshu.scenes.portal.tests.building import CODE, ELEMENTS, FORM, put_in_force, text

SIGNED_IN_ONLY = (
    "/portal/mine/",
    "/portal/authorisations/",
    f"/portal/apply/{CODE}/",
    f"/portal/apply/{CODE}/form/",
    f"/portal/apply/{CODE}/materials/",
    f"/portal/apply/{CODE}/review/",
    "/portal/applications/1/",
    "/portal/applications/1/receipt/",
)
PUBLIC = (
    "/portal/",
    "/portal/find/?q=排水",
    f"/portal/matters/{CODE}/",
    f"/portal/guide/{CODE}/?q.applicant=person&q.site=leased",
    "/portal/bundles/",
    "/portal/bundles/test.bundle/",
    "/portal/guide/test.bundle/",
    "/portal/progress/",
)


@pytest.mark.parametrize("path", SIGNED_IN_ONLY)
def test_what_is_ones_own_asks_to_sign_in_first_and_comes_back(
    db: None, anonymous: Client, path: str
) -> None:
    answer = anonymous.get(path)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")
    assert "next=" in answer.headers["Location"]


@pytest.mark.parametrize(
    "path", [f"/portal/matters/{'x' * 99}/", "/portal/bundles/nothing/", "/portal/guide/nothing/"]
)
def test_what_is_not_in_force_is_not_there(db: None, anonymous: Client, path: str) -> None:
    assert anonymous.get(path).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_public_page_renders_in_every_language(cast: Cast, anonymous: Client, language: str) -> None:
    put_in_force()
    bundle = building.bundle_of(CODE, form=FORM)
    services.publish_bundle(unit=building.unit("data-bureau"), elements=bundle, effective_from=building.BEGIN)
    anonymous.cookies["chengshu_language"] = language
    for path in PUBLIC:
        answer = anonymous.get(path)
        assert answer.status_code == 200, path


def test_a_matter_is_found_by_another_name_and_in_traditional_characters(
    cast: Cast, anonymous: Client
) -> None:
    put_in_force()
    for words in ("排水证", "排水證", "　排水　許可", "城镇排水"):
        assert "城镇排水许可" in text(anonymous.get("/portal/find/", {"q": words})), words


def test_a_search_without_result_helps_on(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    page = text(anonymous.get("/portal/find/", {"q": "怎么办理排水证"}))
    assert "没有找到" in page
    assert "?q=%E6%8E%92%E6%B0%B4%E8%AF%81" in page, "the shorter word that finds something is offered"
    assert "城镇排水许可" in page


def test_the_list_is_narrowed_by_topic_applicant_and_way(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    building.publish(
        replace(ELEMENTS, local_code="test.other", name="另一事项", topics=("民政",), objects=("1",))
    )
    page = text(anonymous.get("/portal/find/", {"topic": "民政"}))
    assert "另一事项" in page
    assert "城镇排水许可" not in page
    assert "另一事项" not in text(anonymous.get("/portal/find/", {"applicant": "2"}))


def test_odd_addresses_are_read_as_nothing(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    for query in (
        "?page=99999",
        "?page=-1",
        "?page=x",
        "?label=x&applicant=z",
        "?q=%00%ff",
        f"?q={'长' * 500}",
    ):
        assert anonymous.get(f"/portal/find/{query}").status_code == 200


def test_what_is_not_known_is_said_to_be_unknown(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    page = text(anonymous.get(f"/portal/matters/{CODE}/"))
    assert "暂未明确" in page
    assert "不收费" not in page


def test_the_promise_is_compared_with_the_statute(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    page = text(anonymous.get(f"/portal/matters/{CODE}/"))
    assert "20 个工作日" in page
    assert "比法定时限缩短 75%" in page


def test_the_guide_shows_exactly_the_materials_of_the_answers(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    own = text(anonymous.get(f"/portal/guide/{CODE}/", {"q.applicant": "person", "q.site": "own"}))
    leased = text(
        anonymous.get(f"/portal/guide/{CODE}/", {"q.applicant": "organisation", "q.site": "leased"})
    )
    assert ("身份证明" in own, "场地证明" in own, "营业执照" in own) == (True, False, False)
    assert ("身份证明" in leased, "场地证明" in leased, "营业执照" in leased) == (False, True, True)
    assert "您只需要以下 2 份材料" in own


def test_the_guide_hands_its_answers_to_the_application(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    page = text(anonymous.get(f"/portal/guide/{CODE}/", {"q.applicant": "person", "q.site": "own"}))
    assert f"/portal/apply/{CODE}/?q.applicant=person&amp;q.site=own" in page


def test_readers_of_english_are_told_that_the_catalogue_is_chinese(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    anonymous.cookies["chengshu_language"] = "en"
    assert "official Chinese ones" in text(anonymous.get(f"/portal/matters/{CODE}/"))


def test_readers_of_traditional_characters_read_them(cast: Cast, anonymous: Client) -> None:
    put_in_force()
    anonymous.cookies["chengshu_language"] = "zh-hant"
    assert "城鎮排水許可" in text(anonymous.get(f"/portal/matters/{CODE}/"))
