"""The three administrators stay separate, and nobody gives anything to themselves."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from chengshu.foundation.asking import Asker, asking
from chengshu.foundation.errors import Conflict, Refused
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.separation import assert_separate, roles_of
from chengshu.foundation.identity.tests.conftest import holder, post_with, role_of, writing
from chengshu.foundation.orgs.actions import appoint, assign_role, create_post
from chengshu.foundation.orgs.models import Appointment, RoleReach
from chengshu.foundation.orgs.roles import declared_roles

ADMINISTRATORS = ("system_administrator", "security_administrator", "audit_administrator")


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(ADMINISTRATORS, 2)))
def test_no_account_is_two_kinds_of_administrator(db: None, one: str, other: str) -> None:
    account = holder("admin.one", one)
    with pytest.raises(Conflict) as caught:
        appoint(account=account, post=post_with(role_of(other)), starts_on=date(2026, 1, 1), ends_on=None)
    assert caught.value.code == "administrators_separate"


@pytest.mark.parametrize("administrator", ADMINISTRATORS)
def test_no_administrator_holds_a_business_role(db: None, administrator: str) -> None:
    account = holder("admin.one", administrator)
    with pytest.raises(Conflict) as caught:
        assert_separate(account, [role_of("reviewer")])
    assert caught.value.code == "administrator_in_business"


def test_nobody_in_business_becomes_an_administrator(db: None) -> None:
    account = holder("officer.one", "reviewer")
    with pytest.raises(Conflict):
        appoint(
            account=account,
            post=post_with(role_of("system_administrator")),
            starts_on=date(2026, 1, 1),
            ends_on=None,
        )


def test_a_post_gets_no_role_that_its_holders_must_not_have(db: None) -> None:
    holder("officer.one", "reviewer")
    with pytest.raises(Conflict):
        assign_role(
            post=post_with(role_of("reviewer")), role=role_of("audit_administrator"), reach=RoleReach.DISTRICT
        )


def test_an_appointment_that_is_over_stands_in_nobodys_way(db: None) -> None:
    account = holder("officer.one", "reviewer")
    with writing():
        Appointment.objects.filter(account=account).update(ends_on=date(2021, 1, 1))
    assert roles_of(account) == []
    assert_separate(account, [role_of("audit_administrator")])


def test_one_that_begins_later_does(db: None) -> None:
    account = holder("officer.one")
    appoint(account=account, post=post_with(role_of("reviewer")), starts_on=date(2099, 1, 1), ends_on=None)
    with pytest.raises(Conflict):
        assert_separate(account, [role_of("audit_administrator")])


def test_business_roles_may_meet(db: None) -> None:
    assert_separate(holder("officer.one", "reviewer"), [role_of("section_head")])


def security_administrator(account: Account) -> Asker:
    powers = ("orgs.appoint", "orgs.assign_role", "orgs.change_role")
    return Asker(
        account_id=account.pk,
        name=account.username,
        powers=dict.fromkeys(powers, "*"),
        roles=("security_administrator",),
    )


def test_nobody_appoints_themselves(db: None) -> None:
    account = holder("admin.one", "security_administrator")
    unit = post_with(role_of("security_administrator")).unit
    post = create_post(unit=unit, key="another-post", title="another")
    with asking(security_administrator(account)), pytest.raises(Refused) as caught:
        appoint(account=account, post=post, starts_on=date(2026, 1, 1), ends_on=None)
    assert caught.value.code == "not_oneself"


def test_nobody_gives_their_own_post_a_role(db: None) -> None:
    account = holder("admin.one", "security_administrator")
    post, role = post_with(role_of("security_administrator")), role_of("audit_administrator")
    with asking(security_administrator(account)), pytest.raises(Refused):
        assign_role(post=post, role=role, reach=RoleReach.DISTRICT)


def test_nobody_widens_a_role_of_their_own(db: None) -> None:
    account = holder("admin.one", "security_administrator")
    role = role_of("security_administrator")
    role.permissions = [*role.permissions, "promises.approve_form"]
    with asking(security_administrator(account)), writing(), pytest.raises(Refused):
        role.save()


def test_the_security_administrator_appoints_others(db: None) -> None:
    admin, officer = holder("admin.one", "security_administrator"), holder("officer.one")
    post = post_with(role_of("reviewer"))
    with asking(security_administrator(admin)):
        appoint(account=officer, post=post, starts_on=date(2026, 1, 1), ends_on=None)
    assert [role.key for role in roles_of(officer)] == ["reviewer"]


def test_the_system_administrator_is_declared_without_powers_over_powers() -> None:
    granted = {role.key: role.permissions for role in declared_roles()}
    given = {name for name in granted["system_administrator"] if name.startswith("orgs.")}
    assert given.isdisjoint({"orgs.appoint", "orgs.assign_role", "orgs.change_role"})
    ways_in = {"identity.open_account", "identity.reset_password", "identity.disable_account"}
    assert ways_in <= granted["system_administrator"]
    assert ways_in.isdisjoint(granted["security_administrator"] | granted["audit_administrator"])
