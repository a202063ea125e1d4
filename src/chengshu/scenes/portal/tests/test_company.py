"""A company: its facts come from the register, its licence need not be handed in, its materials are used again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.data import MaterialState
from chengshu.scenes.portal.tests.building import (
    COMPANY_FORM,
    USCC,
    Walk,
    errors_in,
    know_company,
    number_in,
    pdf,
    put_in_force,
    text,
)

SignIn = Callable[[str], Client]


@pytest.fixture
def walk(cast: Cast, signed_in: SignIn) -> Walk:
    put_in_force()
    return Walk(signed_in("company_agent"))


def test_a_wrong_code_is_refused_with_the_reason(walk: Walk) -> None:
    answer = walk.start(whom="organisation", uscc="91440115MA5900004J")
    assert answer.status_code == 422
    assert errors_in(answer)
    assert "91440115MA5900004J" in text(answer)


def test_the_register_fills_the_form_and_says_where_it_is_from(walk: Walk) -> None:
    know_company()
    assert walk.start(whom="organisation", uscc=USCC).status_code == 302
    page = text(walk.get("form/"))
    assert 'value="某某餐饮有限公司"' in page
    assert "市场监管" in page


def test_a_correction_of_the_register_needs_a_reason(walk: Walk) -> None:
    know_company()
    walk.start(whom="organisation", uscc=USCC)
    changed = {**COMPANY_FORM, "f.applicant.address": "南沙区新址"}
    assert walk.form(changed).status_code == 422
    assert walk.form({**changed, "f.applicant.address._reason": "刚搬迁"}).status_code == 302


def test_a_person_sees_nothing_of_a_company_that_the_register_does_not_know(walk: Walk) -> None:
    walk.start(whom="organisation", uscc=USCC)
    page = text(walk.get("form/"))
    assert USCC in page
    assert "市场监管" not in page


def test_the_licence_is_waived_by_data_and_named_with_its_source(walk: Walk) -> None:
    know_company()
    filed = _filed(walk)
    licence = next(each for each in services.application(filed).materials if each.key == "business_licence")
    assert licence.state == MaterialState.WAIVED
    assert "市场监管" in licence.provenance
    assert "数据共享免交" in text(walk.client.get(f"/portal/applications/{filed}/"))


def _filed(walk: Walk) -> int:
    walk.start(whom="organisation", uscc=USCC)
    walk.form(COMPANY_FORM)
    walk.materials(**{"way.report": "upload", "f._materials.report.files": pdf("检测.pdf")})
    return number_in(walk.file())


def test_what_was_handed_in_once_is_offered_again(walk: Walk) -> None:
    know_company()
    first = _filed(walk)
    walk.start(whom="organisation", uscc=USCC)
    walk.form(COMPANY_FORM)
    assert "使用我以前提交过的" in text(walk.get("materials/"))
    walk.materials(**{"way.report": "reuse"})
    second = number_in(walk.file())
    report = next(each for each in services.application(second).materials if each.key == "report")
    assert (report.state, report.provenance) == (MaterialState.REUSED, services.application(first).number)
