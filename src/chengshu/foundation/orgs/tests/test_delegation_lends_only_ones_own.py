"""Lending powers: what may be lent, to whom, for how long, and how it shows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.utils import timezone

from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Refused
from chengshu.foundation.identity.models import Session
from chengshu.foundation.identity.sessions import open_session
from chengshu.foundation.orgs import actions
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Delegation
from chengshu.foundation.orgs.powers import powers_of
from chengshu.foundation.testing.personas import TERMINAL, Cast

Ask = Callable[[str], AbstractContextManager[None]]
TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _base_data(db: None) -> None:
    load_base_data()


def lend(cast: Cast, to: str, *permissions: str, days: int = 3) -> Delegation:
    return actions.delegate(
        receiver=cast[to].account,
        permissions=permissions or ("promises.view",),
        starts_on=TODAY,
        ends_on=TODAY + days * DAY,
        reason="休假",
    )


@pytest.mark.parametrize(
    ("giver", "receiver", "permission", "kind"),
    [
        ("security_administrator", "unit_officer", "orgs.appoint", Refused),
        ("audit_administrator", "unit_officer", "audit.view", Refused),
        ("unit_head", "unit_officer", "orgs.reveal_contact", Refused),
        ("unit_officer", "resident", "promises.import_tables", InvalidInput),
        ("resident", "unit_officer", "promises.view", InvalidInput),
        ("unit_officer", "unit_officer", "promises.view", Conflict),
        ("unit_officer", "audit_administrator", "promises.view", Conflict),
    ],
)
def test_what_may_not_be_lent(
    cast: Cast, as_persona: Ask, giver: str, receiver: str, permission: str, kind: type[ChengshuError]
) -> None:
    target = cast[receiver]
    assert target.account.pk
    with pytest.raises(kind), as_persona(giver):
        lend(cast, receiver, permission)
    assert not Delegation.objects.exists()


def test_what_was_lent_cannot_be_lent_on(cast: Cast, as_persona: Ask) -> None:
    assert cast["company_agent"].account.pk
    assert cast["resident"].account.pk
    with as_persona("unit_officer"):
        lend(cast, "resident")
    with pytest.raises(InvalidInput), as_persona("resident"):
        lend(cast, "company_agent")


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-3, -1), (0, 400)])
def test_days_that_make_no_sense_are_refused(cast: Cast, as_persona: Ask, first: int, last: int) -> None:
    receiver = cast["resident"].account
    with pytest.raises(InvalidInput) as caught, as_persona("unit_officer"):
        actions.delegate(
            receiver=receiver,
            permissions=["promises.view"],
            starts_on=TODAY + first * DAY,
            ends_on=TODAY + last * DAY,
            reason="休假",
        )
    assert caught.value.field == "ends_on"


def test_lent_powers_run_from_the_first_to_the_last_day_and_say_on_whose_behalf(
    cast: Cast, as_persona: Ask
) -> None:
    receiver, giver = cast["resident"].account, cast["unit_officer"].account
    with as_persona("unit_officer"):
        lend(cast, "resident")
    during = powers_of(receiver.pk, TODAY + 3 * DAY)
    assert during.units == {"promises.view": powers_of(giver.pk, TODAY).units["promises.view"]}
    assert during.on_behalf_of == {"promises.view": giver.pk}
    assert powers_of(receiver.pk, TODAY + 4 * DAY).units == {}


def test_lent_powers_end_when_the_giver_loses_them(cast: Cast, as_persona: Ask) -> None:
    receiver, giver = cast["resident"].account, cast["unit_officer"].account
    with as_persona("unit_officer"):
        lend(cast, "resident")
    actions.end_appointment(appointment=giver.appointments.get(), on=TODAY, reason="调动")
    assert powers_of(receiver.pk, TODAY + DAY).units == {}


@pytest.mark.parametrize("name", ["unit_officer", "resident", "security_administrator"])
def test_giver_receiver_and_security_administrator_may_revoke(cast: Cast, as_persona: Ask, name: str) -> None:
    receiver = cast["resident"].account
    with as_persona("unit_officer"):
        given = lend(cast, "resident")
    session, _token = open_session(receiver, TERMINAL, second_factor=True)
    with as_persona(name):
        actions.revoke_delegation(delegation=given)
    assert powers_of(receiver.pk, TODAY).units == {}
    assert Session.objects.get(pk=session.pk).end_reason == "powers"


@pytest.mark.parametrize("name", ["company_agent", "unit_head", "system_administrator"])
def test_nobody_else_revokes(cast: Cast, as_persona: Ask, name: str) -> None:
    assert cast["resident"].account.pk
    with as_persona("unit_officer"):
        given = lend(cast, "resident")
    with pytest.raises(Refused), as_persona(name):
        actions.revoke_delegation(delegation=given)
