"""The pages as people use them: what is refused stands beside its field, and what was typed stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.scenes.supervision.follow_ups import rate_this
from chengshu.scenes.supervision.models import Card, Rating
from chengshu.scenes.supervision.tests.building import decided, deploy, filed, rate
from chengshu.scenes.supervision.tests.test_cards import a_card

SignIn = Callable[[str], Client]


def test_a_wrong_code_shows_no_form(anonymous: Client, cast: Cast) -> None:
    found = decided(cast)
    answer = anonymous.post("/ratings/", {"number": found.number, "access_code": "ABCDEFGH"})
    assert answer.status_code == 422
    assert found.number in answer.content.decode()
    assert 'name="ticket"' not in answer.content.decode()


def test_the_form_has_no_default_and_keeps_what_was_typed(anonymous: Client, cast: Cast) -> None:
    deploy()
    found = decided(cast)
    form = anonymous.post("/ratings/", {"number": found.number, "access_code": found.access_code})
    text = form.content.decode()
    assert form.status_code == 200
    assert " checked" not in text
    ticket = text.split('name="ticket" value="')[1].split('"')[0]
    given = {"ticket": ticket, "touch_point": "online", "comment": "一次就办好了", "channel": "qr"}
    refused = anonymous.post("/ratings/rate/", given)
    assert refused.status_code == 422
    assert "一次就办好了" in refused.content.decode()
    kept = anonymous.post("/ratings/rate/", {**given, "level": "5", "details": ["513", "109"]})
    assert (kept.status_code, kept.headers["Location"]) == (302, "/ratings/done/")
    rating = Rating.objects.get()
    assert (rating.level, rating.details, rating.channel) == (5, ["513"], "qr")
    again = anonymous.post("/ratings/rate/", {**given, "level": "1"})
    assert again.status_code == 422
    assert Rating.objects.get().level == 5


def test_a_false_ticket_is_not_found(anonymous: Client, db: None) -> None:
    assert anonymous.post("/ratings/rate/", {"ticket": "17", "level": "5"}).status_code == 404


def test_only_the_applicant_opens_the_own_page(signed_in: SignIn, cast: Cast) -> None:
    found = decided(cast)
    assert signed_in("company_agent").get(f"/ratings/{found.application_id}/").status_code == 404
    assert signed_in("supervisor").get(f"/ratings/{found.application_id}/").status_code == 404
    assert signed_in("resident").get(f"/ratings/{found.application_id}/").status_code == 200


def test_the_offer_to_rate_stands_only_on_a_decided_application_of_ones_own(
    as_persona: Callable[[str], object], cast: Cast
) -> None:
    open_one = filed(cast)
    with as_persona("resident"):  # type: ignore[attr-defined]
        assert list(rate_this(services.application(open_one.application_id))) == []


def test_the_offer_goes_when_everything_is_rated(cast: Cast, as_persona: Callable[[str], object]) -> None:
    deploy()
    found = decided(cast)
    with as_persona("resident"):  # type: ignore[attr-defined]
        offers = list(rate_this(services.application(found.application_id)))
    assert [offer.url for offer in offers] == [f"/ratings/{found.application_id}/"]
    rate(found, 5)
    with as_persona("resident"):  # type: ignore[attr-defined]
        assert list(rate_this(services.application(found.application_id))) == []
    with as_persona("reviewer"):  # type: ignore[attr-defined]
        assert list(rate_this(services.application(found.application_id))) == []


@pytest.mark.parametrize("act", ["settle", "accept", "dismiss"])
def test_a_unit_settles_nothing_on_the_page(signed_in: SignIn, cast: Cast, act: str) -> None:
    card = a_card()
    answer = signed_in("section_head").post(f"/supervision/cards/{card.pk}/{act}/", {"text": "自行撤牌"})
    assert answer.status_code == 403


def test_a_unit_replies_on_the_page_and_keeps_what_it_typed(signed_in: SignIn, cast: Cast) -> None:
    card = a_card()
    client = signed_in("section_head")
    assert client.get(f"/supervision/cards/{card.pk}/").status_code == 200
    assert client.post(f"/supervision/cards/{card.pk}/reply/", {"text": " "}).status_code == 422
    assert client.post(f"/supervision/cards/{card.pk}/reply/", {"text": "已整改"}).status_code == 302
    assert client.post(f"/supervision/cards/{card.pk}/reply/", {"text": "再答复"}).status_code == 422
    assert client.post(f"/supervision/cards/{card.pk}/burn/", {"text": "x"}).status_code == 404


def test_a_supervisor_raises_a_card_on_the_page(signed_in: SignIn, cast: Cast) -> None:
    client = signed_in("supervisor")
    unit_id = a_card().unit_id
    given = {"unit": unit_id, "trigger": "other", "level": "red", "evidence": ""}
    refused = client.post("/supervision/cards/new/", given)
    assert refused.status_code == 422
    assert client.post("/supervision/cards/new/", {**given, "evidence": "现场照片"}).status_code == 302
    assert Card.objects.filter(level="red").count() == 1


def test_staff_see_a_rating_and_its_figures(signed_in: SignIn, cast: Cast) -> None:
    deploy()
    rating = rate(decided(cast), 1, details=["109"], comment="要了指南外的材料", phone="13800138000")
    client = signed_in("section_head")
    text = client.get(f"/supervision/ratings/{rating.pk}/").content.decode()
    assert "要了指南外的材料" in text
    assert "13800138000" not in text
    assert client.post(f"/supervision/ratings/{rating.pk}/reveal/", {"purpose": "看看"}).status_code == 403
    for by in ("unit", "matter", "channel", "month", "nonsense"):
        assert client.get("/supervision/ratings/figures/", {"by": by}).status_code == 200
    supervisor = signed_in("supervisor")
    shown = supervisor.post(f"/supervision/ratings/{rating.pk}/reveal/", {"purpose": "差评回访核实"})
    assert "13800138000" in shown.content.decode()
    called = supervisor.post(
        f"/supervision/ratings/{rating.pk}/call-back/", {"disposition": "1.1", "is_satisfied": "yes"}
    )
    assert called.status_code == 302
