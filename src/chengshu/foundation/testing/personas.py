"""The cast: accounts appointed to real posts of the base data, one per persona. Posts, never invented persons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.test import Client

from chengshu.foundation.asking import Asker
from chengshu.foundation.identity.actions import open_account
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.sessions import COOKIE, Terminal, asker_for, open_session
from chengshu.foundation.orgs.actions import appoint, assign_role, create_post
from chengshu.foundation.orgs.models import Post, PostRole, Role, RoleReach, Unit
from chengshu.foundation.orgs.powers import powers_of

PASSWORD = "Nansha-2025-桥"
TERMINAL = Terminal("127.0.0.1", "test")


@dataclass(frozen=True)
class PersonaDescription:
    """``unit`` is a key of the base data; without one the persona has an account and no post."""

    name: str
    unit: str = ""
    role: str = ""
    reach: RoleReach = RoleReach.OWN


PERSONAS = (
    PersonaDescription("resident"),
    PersonaDescription("company_agent"),
    PersonaDescription("window_clerk", "service-centre", "window_clerk"),
    PersonaDescription("reviewer", "data-bureau", "reviewer"),
    PersonaDescription("section_head", "data-bureau", "section_head", RoleReach.SUBTREE),
    PersonaDescription("hotline_operator", "data-bureau", "hotline_operator"),
    PersonaDescription("handling_unit_officer", "service-centre", "handling_unit_officer"),
    PersonaDescription("unit_officer", "service-centre", "unit_officer"),
    PersonaDescription("unit_head", "service-centre", "unit_head"),
    PersonaDescription(
        "department_officer", "data-bureau", "department_performance_officer", RoleReach.SUBTREE
    ),
    PersonaDescription("department_head", "data-bureau", "department_head", RoleReach.SUBTREE),
    PersonaDescription("finance_reviewer", "finance-bureau", "finance_reviewer", RoleReach.DISTRICT),
    PersonaDescription("supervisor", "audit-bureau", "supervisor", RoleReach.DISTRICT),
    PersonaDescription("other_department_officer", "finance-bureau", "unit_officer"),
    PersonaDescription("integrator", "data-bureau", "integrator"),
    PersonaDescription("system_administrator", "data-bureau", "system_administrator", RoleReach.DISTRICT),
    PersonaDescription("security_administrator", "data-bureau", "security_administrator", RoleReach.DISTRICT),
    PersonaDescription("audit_administrator", "data-bureau", "audit_administrator", RoleReach.DISTRICT),
)


@dataclass(frozen=True)
class Persona:
    """A persona with its account."""

    name: str
    account: Account

    def asker(self) -> Asker:
        powers = powers_of(self.account.pk, date.today())
        return asker_for(self.account.pk, self.account.username, self.account.title, powers, TERMINAL)

    def sign_in(self, client: Client) -> None:
        """Give the client a live session, second factor passed."""
        _session, token = open_session(self.account, TERMINAL, second_factor=True)
        client.cookies[COOKIE] = token


class Cast(Mapping[str, Persona]):
    """The personas by name, made when first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Persona] = {}
        self._described = {description.name: description for description in PERSONAS}

    def __getitem__(self, name: str) -> Persona:
        if name not in self._made:
            self._made[name] = _make(self._described[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._described)

    def __len__(self) -> int:
        return len(self._described)


def cast_in() -> Cast:
    return Cast()


def _make(description: PersonaDescription) -> Persona:
    """The persona's account, opened and appointed unless this test has done so already."""
    username = description.name.replace("_", ".")
    known = Account.objects.filter(username=username).first()
    if known is not None:
        return Persona(description.name, known)
    account = open_account(username=username, title=description.name, password=PASSWORD, must_change=False)
    if description.unit:
        appoint(account=account, post=_post_of(description), starts_on=date(2020, 1, 1), ends_on=None)
    return Persona(description.name, account)


def _post_of(description: PersonaDescription) -> Post:
    """A post of the base data with this role and reach, or a new one in the same unit."""
    unit = Unit.objects.get(key=description.unit)
    found = PostRole.objects.filter(
        post__unit=unit, role__key=description.role, reach=description.reach
    ).select_related("post")
    if existing := found.first():
        return existing.post
    post = create_post(unit=unit, key=f"test-{description.role}", title=description.role)
    role = Role.objects.get(key=description.role)
    assign_role(post=post, role=role, reach=description.reach)
    return post
