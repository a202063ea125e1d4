"""Sessions: how they end, how many there may be, and what their holder sees and does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.foundation.errors import Missing
from chengshu.foundation.identity.actions import disable_account, end_session, reset_password
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account, Session
from chengshu.foundation.identity.sessions import (
    COOKIE,
    Terminal,
    end_sessions_of_role,
    last_seen_before,
    open_session,
)
from chengshu.foundation.identity.terminals import terminal_name
from chengshu.foundation.identity.tests.conftest import (
    SignIn,
    holder,
    is_signed_in,
    post_with,
    role_of,
    writing,
)
from chengshu.foundation.orgs.actions import appoint, assign_role
from chengshu.foundation.orgs.models import Appointment, RoleReach


def idle_for(minutes: int) -> None:
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=minutes, seconds=1))


@pytest.fixture
def officer(db: None) -> Account:
    return holder("officer.one", "reviewer")


def test_an_idle_session_ends(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    idle_for(limits().idle_minutes)
    assert not is_signed_in(browser)
    assert Session.objects.get().end_reason == "idle"


def test_an_administrator_may_be_idle_for_less_time(db: None) -> None:
    account = holder("admin.one", "audit_administrator")
    _session, token = open_session(account, Terminal("10.0.0.1"), second_factor=True)
    client = Client()
    client.cookies[COOKIE] = token
    assert is_signed_in(client)
    idle_for(limits().idle_minutes_administrator)
    assert not is_signed_in(client)


def test_using_a_session_keeps_it(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    idle_for(limits().idle_minutes - 1)
    assert is_signed_in(browser)
    assert Session.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)


def test_a_session_has_an_end_however_much_it_is_used(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    assert Session.objects.get().expires_at <= timezone.now() + limits().lifetime
    Session.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert not is_signed_in(browser)


def test_an_unknown_token_is_nobody(db: None) -> None:
    client = Client()
    client.cookies[COOKIE] = "made-up"
    assert client.get("/account/history/").status_code == 302


def test_one_more_session_than_allowed_ends_the_oldest_and_says_so(officer: Account, sign_in: SignIn) -> None:
    browsers = [
        sign_in("officer.one", ip=f"10.0.0.{number}") for number in range(limits().sessions_at_once + 1)
    ]
    assert [is_signed_in(one) for one in browsers] == [False] + [True] * limits().sessions_at_once
    assert "chengshu_flash" in browsers[-1].cookies
    page = browsers[0].get("/sign-in/").content.decode()
    assert "其他终端登录" in page or "signed in elsewhere" in page


def test_an_administrator_has_one_session(db: None) -> None:
    account = holder("admin.one", "security_administrator")
    open_session(account, Terminal("10.0.0.1"), second_factor=True)
    open_session(account, Terminal("10.0.0.2"), second_factor=True)
    live = Session.objects.filter(ended_at=None)
    assert [session.ip for session in live] == ["10.0.0.2"]


def test_disabling_an_account_ends_its_sessions(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    disable_account(account=officer, reason="调离")
    assert not is_signed_in(browser)


def test_a_reset_password_ends_the_sessions(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    reset_password(account=officer)
    assert not is_signed_in(browser)


def test_a_new_appointment_ends_the_sessions_of_its_holder_only(officer: Account, sign_in: SignIn) -> None:
    holder("officer.two", "reviewer")
    mine, other = sign_in("officer.one"), sign_in("officer.two")
    appoint(
        account=officer, post=post_with(role_of("section_head")), starts_on=date(2020, 1, 1), ends_on=None
    )
    assert not is_signed_in(mine)
    assert is_signed_in(other)


def test_the_end_of_an_appointment_ends_the_sessions(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    with writing():
        Appointment.objects.get(account=officer).delete()
    assert not is_signed_in(browser)


def test_another_role_for_a_post_ends_the_sessions_of_its_holders(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    assign_role(post=post_with(role_of("reviewer")), role=role_of("section_head"), reach=RoleReach.OWN)
    assert not is_signed_in(browser)
    assert Session.objects.get().end_reason == "powers"


def test_changed_permissions_of_a_role_end_the_sessions_of_its_holders(
    officer: Account, sign_in: SignIn
) -> None:
    browser = sign_in("officer.one")
    role = role_of("reviewer")
    role.permissions = [*role.permissions, "identity.view_accounts"]
    with writing():
        role.save()
    assert not is_signed_in(browser)


def test_sessions_of_a_role_can_be_ended_by_hand(officer: Account, sign_in: SignIn) -> None:
    holder("officer.two", "section_head")
    sign_in("officer.one")
    other = sign_in("officer.two")
    assert end_sessions_of_role(role_of("reviewer")) == 1
    assert is_signed_in(other)


def test_long_unused_sessions_are_swept_up(officer: Account, sign_in: SignIn) -> None:
    sign_in("officer.one")
    idle_for(120)
    assert last_seen_before(timezone.now() - timedelta(minutes=60)) == 1


def test_nobody_ends_a_session_of_another(officer: Account, sign_in: SignIn) -> None:
    holder("officer.two")
    mine, other = sign_in("officer.one"), sign_in("officer.two")
    theirs = Session.objects.get(account__username="officer.two")
    assert mine.post(f"/account/sessions/{theirs.pk}/end/").status_code == 404
    assert is_signed_in(other)


def test_an_ended_session_cannot_be_ended_again(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    with pytest.raises(Missing):
        end_session(session_id=Session.objects.get().pk)
    assert is_signed_in(browser)


def test_the_holder_ends_another_session_of_their_own(officer: Account, sign_in: SignIn) -> None:
    here, there = sign_in("officer.one"), sign_in("officer.one")
    older = Session.objects.order_by("pk").first()
    assert older is not None
    assert there.post(f"/account/sessions/{older.pk}/end/").status_code == 302
    assert (is_signed_in(here), is_signed_in(there)) == (False, True)


def test_the_holder_ends_all_others_at_once(officer: Account, sign_in: SignIn) -> None:
    first, second, third = (sign_in("officer.one") for _number in range(3))
    third.post("/account/sessions/end-others/")
    assert [is_signed_in(one) for one in (first, second, third)] == [False, False, True]


def test_the_page_shows_every_live_session(officer: Account, sign_in: SignIn) -> None:
    sign_in("officer.one", ip="10.0.0.77")
    page = sign_in("officer.one").get("/account/sessions/").content.decode()
    assert "10.0.0.77" in page


def test_a_terminal_is_told_in_words() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    assert terminal_name(edge) == "Edge · Windows"
    assert (
        terminal_name("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36") == "Chrome · Android"
    )
    assert terminal_name("curl/8.5.0") == "curl/8.5.0"
