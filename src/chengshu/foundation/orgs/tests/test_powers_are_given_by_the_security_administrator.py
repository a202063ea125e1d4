"""Who may change the organisation and its powers, and what nobody may."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.utils import timezone

from chengshu.foundation.asking import EVERYWHERE
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.identity.models import Session
from chengshu.foundation.orgs import actions
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Appointment, AppointmentKind, Role, RoleReach, Unit
from chengshu.foundation.orgs.powers import powers_of
from chengshu.foundation.testing.personas import TERMINAL, Cast

Ask = Callable[[str], AbstractContextManager[None]]
TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _base_data(db: None) -> None:
    load_base_data()


def unit(key: str) -> Unit:
    return Unit.objects.get(key=key)


@pytest.mark.parametrize("name", ["resident", "unit_head", "system_administrator", "audit_administrator"])
def test_only_the_security_administrator_appoints(cast: Cast, as_persona: Ask, name: str) -> None:
    post = actions.create_post(unit=unit("service-centre"), key="desk", title="窗口")
    account = cast["company_agent"].account
    with pytest.raises(Refused), as_persona(name):
        actions.appoint(account=account, post=post, starts_on=TODAY, ends_on=None)
    assert AuditEntry.objects.filter(action="orgs.appoint", outcome="refused").exists()


def test_the_system_administrator_gives_no_role(cast: Cast, as_persona: Ask) -> None:
    post = actions.create_post(unit=unit("service-centre"), key="desk", title="窗口")
    role = Role.objects.get(key="unit_officer")
    with pytest.raises(Refused), as_persona("system_administrator"):
        actions.assign_role(post=post, role=role, reach=RoleReach.OWN)


def test_the_security_administrator_appoints_others(cast: Cast, as_persona: Ask) -> None:
    post = actions.create_post(unit=unit("service-centre"), key="desk", title="窗口")
    account = cast["company_agent"].account
    with as_persona("security_administrator"):
        actions.appoint(account=account, post=post, starts_on=TODAY, ends_on=None)
    assert Appointment.objects.filter(account=account, post=post).exists()


def test_nobody_appoints_themselves(cast: Cast, as_persona: Ask) -> None:
    post = actions.create_post(unit=unit("service-centre"), key="desk", title="窗口")
    own = cast["security_administrator"].account
    with pytest.raises(Refused) as caught, as_persona("security_administrator"):
        actions.appoint(account=own, post=post, starts_on=TODAY, ends_on=None)
    assert caught.value.code == "not_oneself"


def test_nobody_gives_a_role_to_their_own_post(cast: Cast, as_persona: Ask) -> None:
    own = Appointment.objects.get(account=cast["security_administrator"].account).post
    role = Role.objects.get(key="unit_officer")
    with pytest.raises(Refused), as_persona("security_administrator"):
        actions.assign_role(post=own, role=role, reach=RoleReach.OWN)


@pytest.mark.parametrize("other", ["audit_administrator", "unit_officer"])
def test_an_administrator_holds_nothing_else(cast: Cast, other: str) -> None:
    post = Appointment.objects.get(account=cast[other].account).post
    with pytest.raises(Conflict):
        actions.appoint(
            account=cast["system_administrator"].account, post=post, starts_on=TODAY, ends_on=None
        )


def test_an_administrators_role_reaches_the_whole_district_only() -> None:
    post = actions.create_post(unit=unit("data-bureau"), key="extra", title="审计")
    with pytest.raises(InvalidInput):
        actions.assign_role(post=post, role=Role.objects.get(key="audit_administrator"), reach=RoleReach.OWN)


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("unit_officer", "orgs.appoint"),
        ("unit_officer", "audit.view"),
        ("security_administrator", "identity.reset_password"),
        ("audit_administrator", "orgs.change_role"),
        ("security_administrator", "promises.view"),
    ],
)
def test_a_role_takes_no_permission_of_another_kind(role: str, permission: str) -> None:
    found = Role.objects.get(key=role)
    with pytest.raises(Conflict):
        actions.change_role(role=found, permissions=[*found.permissions, permission], reason="调整")


def test_a_role_takes_no_unknown_permission() -> None:
    with pytest.raises(InvalidInput):
        actions.change_role(
            role=Role.objects.get(key="unit_officer"), permissions=["promises.fly"], reason="调整"
        )


def test_a_narrowed_role_stays_narrow_when_the_base_data_is_loaded_again() -> None:
    role = Role.objects.get(key="unit_officer")
    fewer = [name for name in role.permissions if name != "promises.view"]
    actions.change_role(role=role, permissions=fewer, reason="调整")
    load_base_data()
    assert Role.objects.get(key="unit_officer").permissions == fewer


def test_changing_powers_ends_the_sessions_of_whom_it_concerns(cast: Cast, as_persona: Ask) -> None:
    from chengshu.foundation.identity.sessions import open_session

    account = cast["unit_officer"].account
    post = Appointment.objects.get(account=account).post
    role = Role.objects.get(key="unit_officer")
    session, _token = open_session(account, TERMINAL, second_factor=True)
    with as_persona("security_administrator"):
        actions.withdraw_role(post=post, role=role)
    assert Session.objects.get(pk=session.pk).end_reason == "powers"
    assert "promises.view" not in powers_of(account.pk, TODAY).units


def test_powers_follow_the_days_of_the_appointment(cast: Cast) -> None:
    account = cast["resident"].account
    post = Appointment.objects.get(account=cast["unit_officer"].account).post
    actions.appoint(
        account=account,
        post=post,
        starts_on=TODAY + DAY,
        ends_on=TODAY + 3 * DAY,
        kind=AppointmentKind.ACTING,
        reason="代替休假",
    )
    days = [bool(powers_of(account.pk, TODAY + n * DAY).units) for n in range(5)]
    assert days == [False, True, True, True, False]


def test_acting_needs_an_end_and_a_reason(cast: Cast) -> None:
    post = Appointment.objects.get(account=cast["unit_officer"].account).post
    with pytest.raises(InvalidInput) as caught:
        actions.appoint(
            account=cast["resident"].account,
            post=post,
            starts_on=TODAY,
            ends_on=None,
            kind=AppointmentKind.ACTING,
        )
    assert caught.value.field == "ends_on"


def test_the_same_post_is_not_held_twice_at_once(cast: Cast) -> None:
    held = Appointment.objects.get(account=cast["unit_officer"].account)
    with pytest.raises(Conflict):
        actions.appoint(account=held.account, post=held.post, starts_on=TODAY, ends_on=None)


def test_an_ended_appointment_gives_nothing_from_the_next_day_on(cast: Cast) -> None:
    held = Appointment.objects.get(account=cast["unit_officer"].account)
    actions.end_appointment(appointment=held, on=TODAY, reason="调动")
    assert powers_of(held.account_id, TODAY).units
    assert powers_of(held.account_id, TODAY + DAY).units == {}


def test_own_reaches_one_unit_subtree_what_is_below_and_district_everything(cast: Cast) -> None:
    centre, bureau = unit("service-centre"), unit("data-bureau")

    def reach(name: str) -> object:
        return powers_of(cast[name].account.pk, TODAY).units["promises.view"]

    assert reach("unit_officer") == frozenset({centre.pk})
    assert {centre.pk, bureau.pk} <= set(reach("department_head"))  # type: ignore[call-overload]
    assert reach("finance_reviewer") == EVERYWHERE
