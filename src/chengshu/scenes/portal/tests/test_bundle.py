"""一件事: one form, one pool, the parts side by side, one page that tells how far all of it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.models import Application
from chengshu.hub.services.tests import building
from chengshu.hub.services.tests.building import decide, hear
from chengshu.scenes.portal.tests.building import CODE, ELEMENTS, FORM, PERSON_WAYS, Walk, put_in_force, text

SignIn = Callable[[str], Client]


@pytest.fixture
def walk(cast: Cast, signed_in: SignIn) -> Walk:
    put_in_force()
    building.publish(replace(ELEMENTS, local_code="test.second", name="第二事项"))
    bundle = building.bundle_of(CODE, "test.second", form=FORM, name="开办测试店")
    services.publish_bundle(unit=building.unit("data-bureau"), elements=bundle, effective_from=building.BEGIN)
    return Walk(signed_in("resident"), code="test.bundle")


def test_its_page_counts_what_one_set_saves(walk: Walk) -> None:
    page = text(walk.client.get("/portal/bundles/test.bundle/"))
    assert "逐项办理共需 8 份" in page
    assert "城镇排水许可" in page
    assert "第二事项" in page


def test_one_filing_opens_every_part_with_one_set_of_materials(walk: Walk) -> None:
    filed = walk.filed()
    children = Application.objects.filter(parent_id=filed).order_by("id")
    assert [child.version.local_code for child in children] == [CODE, "test.second"]
    assert all(child.case_id for child in children)
    page = text(walk.client.get(f"/portal/applications/{filed}/"))
    assert "已办结 0 项，共 2 项" in page


def test_its_page_tells_how_far_all_of_it_is(walk: Walk) -> None:
    filed = walk.filed()
    hear()
    first = Application.objects.filter(parent_id=filed).order_by("id")[0].case_id or 0
    decide(first, "check", "accept")
    decide(first, "decide", "grant")
    assert "已办结 1 项，共 2 项" in text(walk.client.get(f"/portal/applications/{filed}/"))


def test_a_second_click_files_one_thing_once(walk: Walk) -> None:
    walk.start()
    walk.form()
    walk.materials(**PERSON_WAYS())
    key = walk.request_key()
    first, second = (walk.post("review/", {"request_key": key}) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Application.objects.filter(parent=None).count() == 1
