"""The pages: who gets in, that they render with content, and that forms keep what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.foundation.orgs import actions
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Appointment, Delegation, Post, Unit
from chengshu.foundation.orgs.permissions import known_permissions, permission_title
from chengshu.foundation.testing.personas import Cast

SignedIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _base_data(db: None) -> None:
    load_base_data()


CHANGES = ("create", "rename", "alias", "move", "close", "posts", "contacts")


def test_the_public_is_asked_to_sign_in(anonymous: Client) -> None:
    assert anonymous.get("/orgs/").status_code == 302


@pytest.mark.parametrize("name", ["unit_officer", "system_administrator", "audit_administrator"])
def test_only_the_security_administrator_opens_the_forms(signed_in: SignedIn, name: str) -> None:
    client, unit = signed_in(name), Unit.objects.get(key="service-centre")
    statuses = {client.get(f"/orgs/units/{unit.pk}/{change}/").status_code for change in CHANGES}
    statuses.add(client.get("/orgs/powers/").status_code)
    assert statuses == {403}


def test_every_page_and_form_opens_for_the_security_administrator(signed_in: SignedIn, cast: Cast) -> None:
    client, unit = signed_in("security_administrator"), Unit.objects.get(key="service-centre")
    held = Appointment.objects.get(account=cast["unit_officer"].account)
    paths = [
        "/orgs/",
        f"/orgs/units/{unit.pk}/",
        *(f"/orgs/units/{unit.pk}/{change}/" for change in CHANGES),
        f"/orgs/posts/{held.post_id}/",
        *(f"/orgs/posts/{held.post_id}/{change}/" for change in ("appoint", "assign", "close")),
        f"/orgs/appointments/{held.pk}/end/",
        "/orgs/roles/",
        "/orgs/roles/unit_officer/",
        "/orgs/roles/unit_officer/change/",
        "/orgs/powers/?permission=promises.view",
        "/orgs/delegations/",
    ]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_a_wrong_form_keeps_what_was_typed(signed_in: SignedIn) -> None:
    unit = Unit.objects.get(key="nansha")
    typed = {"name": "某某局", "key": "Not A Key", "kind": "bureau"}
    response = signed_in("security_administrator").post(f"/orgs/units/{unit.pk}/create/", typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert "某某局" in text
    assert "Not A Key" in text


def test_a_unit_is_founded_through_the_form(signed_in: SignedIn) -> None:
    unit = Unit.objects.get(key="nansha")
    typed = {"name": "某某局", "key": "some-bureau", "kind": "bureau", "starts_on": "2026-01-01"}
    response = signed_in("security_administrator").post(f"/orgs/units/{unit.pk}/create/", typed)
    assert response.status_code == 302
    founded = Unit.objects.get(key="some-bureau")
    assert (founded.parent, founded.valid_from) == (unit, date(2026, 1, 1))


def test_powers_are_answered_by_permission_and_by_account(signed_in: SignedIn, cast: Cast) -> None:
    assert cast["unit_officer"].account.pk
    assert cast["finance_reviewer"].account.pk
    client = signed_in("security_administrator")
    by_permission = client.get("/orgs/powers/?permission=promises.view").content.decode()
    assert "unit.officer" in by_permission
    assert "finance.reviewer" in by_permission
    assert "security.administrator" not in by_permission
    by_account = client.get("/orgs/powers/?account=unit.officer").content.decode()
    assert "promises.view" in by_account


def test_powers_are_answered_for_any_day(signed_in: SignedIn, cast: Cast) -> None:
    assert cast["unit_officer"].account.pk
    text = signed_in("security_administrator").get("/orgs/powers/?permission=promises.view&on=2019-12-31")
    assert "unit.officer" not in text.content.decode()


def test_powers_are_lent_and_given_back_on_ones_own_page(signed_in: SignedIn, cast: Cast) -> None:
    receiver = cast["resident"].account
    client = signed_in("unit_officer")
    assert client.get("/orgs/delegations/new/").status_code == 200
    today = timezone.localdate().isoformat()
    typed = {
        "receiver": receiver.pk,
        "permissions": ["promises.view"],
        "starts_on": today,
        "ends_on": today,
        "reason": "休假",
    }
    assert client.post("/orgs/delegations/new/", typed).status_code == 302
    given = Delegation.objects.get()
    assert signed_in("resident").post(f"/orgs/delegations/{given.pk}/revoke/").status_code == 302
    assert Delegation.objects.get().revoked_at is not None


def test_units_are_listed_over_http_by_former_name_and_by_page(signed_in: SignedIn) -> None:
    client = signed_in("unit_officer")
    first = client.get("/api/v1/orgs/units", {"size": 100}).json()
    assert len(first["items"]) == 100
    second = client.get("/api/v1/orgs/units", {"size": 100, "cursor": first["next"]}).json()
    assert {one["id"] for one in first["items"]}.isdisjoint(one["id"] for one in second["items"])
    found = client.get("/api/v1/orgs/units", {"search": "行政审批局"}).json()
    assert [one["key"] for one in found["items"]] == ["data-bureau"]


@pytest.mark.parametrize(
    ("given", "code"),
    [({"kind": "planet"}, "schema"), ({"sort": "name"}, "unknown_filter"), ({"cursor": "/1/"}, "cursor")],
)
def test_a_wrong_way_to_ask_for_units_is_named(signed_in: SignedIn, given: dict[str, str], code: str) -> None:
    refused = signed_in("unit_officer").get("/api/v1/orgs/units", given)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["field"] in given


def test_a_post_with_holders_is_shown_with_their_roles(signed_in: SignedIn, cast: Cast) -> None:
    held = Appointment.objects.get(account=cast["unit_officer"].account)
    text = signed_in("resident").get(f"/orgs/posts/{held.post_id}/").content.decode()
    assert "单位绩效经办岗" in text
    assert "unit_officer" in text
    assert "/appoint/" not in text


def test_every_permission_of_a_declared_role_is_known() -> None:
    known = known_permissions()
    posts = Post.objects.prefetch_related("post_roles__role")
    held = {name for post in posts for one in post.post_roles.all() for name in one.role.permissions}
    assert {name for name in held if name.startswith(("orgs.", "audit.", "identity."))} <= set(known)
    assert str(permission_title("orgs.appoint")) != "orgs.appoint"
    assert permission_title("nothing.known") == "nothing.known"


def test_an_alias_is_noted_once() -> None:
    unit = Unit.objects.get(key="service-centre")
    actions.add_alias(unit=unit, name="政务大厅", note="俗称")
    assert unit.aliases.filter(name="政务大厅").count() == 1
