"""Letting somebody act for one: what is refused, and what both sides see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services.models import Authorisation
from chengshu.hub.services.queries.matters import today
from chengshu.scenes.portal.tests.building import CODE, errors_in, put_in_force, text

SignIn = Callable[[str], Client]
PAGE = "/portal/authorisations/"


def given(**changes: str) -> dict[str, str]:
    whole = {
        "agent": "company.agent",
        "matters": "some",
        "local_codes": CODE,
        "starts_on": today().isoformat(),
        "ends_on": (today() + timedelta(days=30)).isoformat(),
        "reason": "代为办理",
    }
    return {**whole, **changes}


@pytest.mark.parametrize(
    "wrong",
    [
        {"agent": ""},
        {"agent": "nobody.of.this.name"},
        {"agent": "resident"},
        {"matters": ""},
        {"local_codes": ""},
        {"local_codes": "no.such.matter"},
        {"starts_on": "x"},
        {"ends_on": "2020-01-01"},
        {"ends_on": "2099-01-01"},
        {"ends_on": "2026-W01-1"},
        {"agent": "\x00"},
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_kept(
    cast: Cast, signed_in: SignIn, wrong: dict[str, str]
) -> None:
    put_in_force()
    cast["company_agent"]
    answer = signed_in("resident").post(PAGE, given(**wrong))
    assert answer.status_code == 422
    assert errors_in(answer)
    assert "代为办理" in text(answer)
    assert not Authorisation.objects.exists()


def test_both_see_it_and_the_giver_takes_it_back(cast: Cast, signed_in: SignIn) -> None:
    put_in_force()
    cast["company_agent"]
    giver, agent = signed_in("resident"), signed_in("company_agent")
    assert giver.post(PAGE, given()).status_code == 302
    made = Authorisation.objects.get()
    assert made.local_codes == [CODE]
    assert "有效" in text(agent.get(PAGE))
    assert f"authorisation:{made.pk}:person" in text(agent.get(f"/portal/apply/{CODE}/"))
    giver.post(f"{PAGE}{made.pk}/revoke/")
    assert "已撤销" in text(agent.get(PAGE))
    assert f"authorisation:{made.pk}" not in text(agent.get(f"/portal/apply/{CODE}/"))
