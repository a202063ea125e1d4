"""A small organisation of this app's own: posts with roles, made through the actions of ``orgs``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.test import Client

from chengshu.foundation import prepared
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.sessions import COOKIE
from chengshu.foundation.orgs.actions import appoint, assign_role, create_post
from chengshu.foundation.orgs.models import Post, PostRole, Role, RoleReach, Unit, UnitKind
from chengshu.foundation.orgs.roles import declared_roles

PASSWORD = "Mangrove-47-tide"
NEW_PASSWORD = "Estuary-58-lamp"


@contextmanager
def writing() -> Iterator[None]:
    """Write rows of the organisation for which there is no action that a test needs."""
    prepared.tell({"chengshu.action": "test.arrange", "chengshu.write": '{"orgs": "*"}'})
    yield
    prepared.tell({"chengshu.action": "", "chengshu.write": ""})


def role_of(key: str) -> Role:
    """A role as the apps declare it, or one without permissions."""
    known = Role.objects.filter(key=key).first()
    if known is not None:
        return known
    declared = {one.key: one for one in declared_roles()}.get(key)
    role = Role(
        key=key,
        title=declared.title if declared else key,
        permissions=sorted(declared.permissions) if declared else [],
        admin_kind=declared.admin_kind if declared else "",
    )
    with writing():
        role.save()
    return role


def post_with(role: Role) -> Post:
    known = PostRole.objects.filter(role=role, post__key=f"p-{role.key}"[:60]).first()
    if known is not None:
        return known.post
    unit = Unit.objects.filter(parent=None).first()
    if unit is None:
        unit = Unit(key="somewhere", kind=UnitKind.DISTRICT, name="某区", path="somewhere/")
        with writing():
            unit.save()
    post = create_post(unit=unit, key=f"p-{role.key}"[:60], title=role.title)
    assign_role(post=post, role=role, reach=RoleReach.DISTRICT)
    return post


def holder(username: str, *role_keys: str, must_change: bool = False) -> Account:
    """An account appointed to a post of each role."""
    account = open_account(username=username, title="岗位账号", password=PASSWORD, must_change=must_change)
    for key in role_keys:
        appoint(account=account, post=post_with(role_of(key)), starts_on=date(2020, 1, 1), ends_on=None)
    return account


SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _quick_hashes(request: pytest.FixtureRequest, settings: Any) -> None:
    """Argon2 is slow on purpose; the tests that are about it ask for ``real_hashes``."""
    if "real_hashes" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def real_hashes() -> None:
    """Keep the hasher of the settings."""


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """``sign_in("name")`` signs in through the page with the password alone and gives the browser."""

    def through_the_page(username: str, password: str = PASSWORD, ip: str = "10.0.0.1") -> Client:
        client = Client(REMOTE_ADDR=ip)
        client.post("/sign-in/", {"username": username, "password": password})
        return client

    return through_the_page


def is_signed_in(client: Client) -> bool:
    """Whether a page for signed-in people opens."""
    return bool(COOKIE in client.cookies) and client.get("/account/history/").status_code == 200
