"""The district that the walking tests walk through, and what each persona should see of it.

What a persona may do is told here from the declared roles and the description of the cast, not from the code under
test: the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from chengshu.foundation.asking import asking, system
from chengshu.foundation.identity.models import Session
from chengshu.foundation.identity.sessions import COOKIE, digest
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import RoleReach, Unit
from chengshu.foundation.orgs.roles import declared_roles
from chengshu.foundation.testing.personas import PERSONAS, Persona, PersonaDescription, cast_in
from chengshu.hub.promises.base_data import load as load_promises

ANONYMOUS = "anonymous"
NAMES = (ANONYMOUS, *(description.name for description in PERSONAS))
"""Everybody who tries: the public, and the whole cast."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who knocks.

    :param permissions: what the declared roles give, wherever it is held
    :param units: ids of the units where they are held
    """

    name: str
    permissions: frozenset[str]
    units: frozenset[int]
    account_id: int | None
    cookie: str
    persona: Persona | None = None

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

    def may(self, permission: str, unit_id: int) -> bool:
        return permission in self.permissions and unit_id in self.units

    def reads(self, app: str, unit_id: int) -> bool:
        """Rows of an app are read where any of its ``view…`` powers is held."""
        return unit_id in self.units and any(name.startswith(f"{app}.view") for name in self.permissions)

    def client(self) -> Client:
        """A browser with a live session and nothing else remembered."""
        client = Client()
        if cookie := self.live_cookie():
            client.cookies[COOKIE] = cookie
        return client

    def live_cookie(self) -> str:
        """The session's cookie, used this moment: a walk on a slow machine outlasts what an administrator may idle."""
        Session.objects.filter(token_digest=digest(self.cookie)).update(last_seen_at=timezone.now())
        return self.cookie


@dataclass(frozen=True)
class District:
    """Everybody who tries, and the units they try it in."""

    visitors: dict[str, Visitor]
    units: dict[str, Unit]

    @cached_property
    def service_centre(self) -> Unit:
        """A unit with projects, below the data bureau."""
        return self.units["service-centre"]

    @cached_property
    def bureau(self) -> Unit:
        """The bureau's own share of the budget: a sister of the service centre."""
        return self.units["data-bureau-proper"]


def build() -> District:
    """Make it in the running transaction."""
    with asking(system("test", "cli")):
        load_base_data()
        load_promises()
        units = {unit.key: unit for unit in Unit.objects.all()}
        cast = cast_in()
        described = {description.name: description for description in PERSONAS}
        personas = {name: cast[name] for name in described}
        visitors = {name: _visitor(described[name], persona, units) for name, persona in personas.items()}
    nobody = Visitor(ANONYMOUS, frozenset(), frozenset(), None, "")
    return District({ANONYMOUS: nobody, **visitors}, units)


def _visitor(description: PersonaDescription, persona: Persona, units: dict[str, Unit]) -> Visitor:
    client = Client()
    persona.sign_in(client)
    permissions = {role.key: role.permissions for role in declared_roles()}
    return Visitor(
        name=description.name,
        permissions=frozenset(permissions[description.role]) if description.role else frozenset(),
        units=_reached(description, units),
        account_id=persona.account.pk,
        cookie=client.cookies[COOKIE].value,
        persona=persona,
    )


def _reached(description: PersonaDescription, units: dict[str, Unit]) -> frozenset[int]:
    if not description.unit:
        return frozenset()
    own = units[description.unit]
    if description.reach == RoleReach.DISTRICT:
        return frozenset(unit.pk for unit in units.values())
    if description.reach == RoleReach.SUBTREE:
        return frozenset(unit.pk for unit in units.values() if unit.path.startswith(own.path))
    return frozenset({own.pk})


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside has not happened afterwards; nobody asks at its beginning."""
    with transaction.atomic():
        forget()
        yield
        transaction.set_rollback(True)


def forget() -> None:
    """Take back who asks, as a fresh connection would know nobody."""
    with connection.cursor() as cursor:
        for setting in ("read", "write", "action", "account"):
            cursor.execute("SELECT set_config(%s, '', true)", [f"chengshu.{setting}"])
