"""Who am I."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

SignedIn = Callable[[str], Client]


def test_the_public_is_nobody(anonymous: Client) -> None:
    response = anonymous.get("/api/v1/me")
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_an_officer_learns_where_each_power_is_held(signed_in: SignedIn) -> None:
    me = signed_in("unit_officer").get("/api/v1/me").json()
    assert me["account"] == "unit.officer"
    assert me["unit"] == "service-centre"
    assert me["permissions"]["files.store_file"] == ["service-centre"]


def test_a_supervisor_reads_everywhere(signed_in: SignedIn) -> None:
    assert signed_in("supervisor").get("/api/v1/me").json()["permissions"]["files.view"] == ["*"]
