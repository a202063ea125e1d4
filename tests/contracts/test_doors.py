"""Every route names what opens it, and every permission means something to people."""

from __future__ import annotations

from django.utils.functional import Promise

from chengshu.foundation.action import registered_actions
from chengshu.foundation.http.doors import read_permissions
from chengshu.foundation.orgs.roles import declared_roles
from chengshu.hub.catalogue.routes import routes

NO_DOOR = {
    "/api/v1/": "the API's root only names it",
}
"""Routes that cannot carry a door, with the reason."""


def test_every_route_names_its_door() -> None:
    without = {route.pattern for route in routes() if not route.door}
    assert without - set(NO_DOOR) == set()


def test_no_exemption_from_doors_is_stale() -> None:
    without = {route.pattern for route in routes() if not route.door}
    assert set(NO_DOOR) - without == set()


def test_every_permission_of_a_role_exists() -> None:
    known = set(registered_actions()) | set(read_permissions())
    unknown = {(role.key, p) for role in declared_roles() for p in role.permissions if p not in known}
    assert unknown == set()


def test_every_permission_that_opens_a_page_says_what_it_shows() -> None:
    assert [name for name, title in read_permissions().items() if not str(title)] == []


def test_what_a_page_shows_is_told_in_the_language_of_who_asks() -> None:
    translated_once = [name for name, title in read_permissions().items() if not isinstance(title, Promise)]
    assert translated_once == []


def test_every_role_is_declared_with_its_titles() -> None:
    assert [role.key for role in declared_roles() if role.title == role.key] == []
