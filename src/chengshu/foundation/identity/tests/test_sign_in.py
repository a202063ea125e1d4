"""Signing in with a password: what is refused, what is counted, what a session is then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.foundation.action import Reach, registered_actions
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.identity.actions import disable_account, unlock_account
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account, LoginAttempt, Session
from chengshu.foundation.identity.sessions import COOKIE, digest
from chengshu.foundation.identity.tests.conftest import PASSWORD, SignIn, holder, is_signed_in, writing


def attempt(client: Client, username: str, password: str, **more: str) -> object:
    return client.post("/sign-in/", {"username": username, "password": password, **more})


@pytest.fixture
def officer(db: None) -> Account:
    return holder("officer.one")


def test_a_wrong_password_opens_nothing_and_is_counted(officer: Account, client: Client) -> None:
    response = attempt(client, "officer.one", "Wrong-password-1")
    assert response.status_code == 401
    assert COOKIE not in response.cookies
    officer.refresh_from_db()
    assert officer.failed_attempts == 1


def test_an_unknown_name_gets_the_same_page_as_a_wrong_password(officer: Account, client: Client) -> None:
    wrong = attempt(client, "officer.one", "x").content.decode()
    unknown = attempt(client, "officer.two", "x").content.decode()
    assert _without_token(wrong.replace("officer.one", "N")) == _without_token(
        unknown.replace("officer.two", "N")
    )


def _without_token(page: str) -> str:
    import re

    return re.sub(r'(csrfmiddlewaretoken" value=|csrf-token" content=)"[^"]*"', "", page)


def test_five_failures_lock_the_account_even_for_the_right_password(officer: Account, client: Client) -> None:
    for _number in range(4):
        assert attempt(client, "officer.one", "wrong").status_code == 401
    assert attempt(client, "officer.one", "wrong").status_code == 429
    response = attempt(client, "officer.one", PASSWORD)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= limits().lock_minutes * 60
    assert COOKIE not in response.cookies


def test_an_unknown_name_is_locked_like_a_known_one(officer: Account, client: Client) -> None:
    known = [attempt(client, "officer.one", "wrong").status_code for _number in range(6)]
    unknown = [attempt(client, "nobody.here", "wrong").status_code for _number in range(6)]
    assert known == unknown == [401, 401, 401, 401, 429, 429]


def test_the_lock_ends_by_itself(officer: Account, client: Client) -> None:
    with writing():
        Account.objects.filter(pk=officer.pk).update(locked_until=timezone.now() - timedelta(seconds=1))
    assert attempt(client, "officer.one", PASSWORD).status_code == 302


def test_the_system_administrator_can_unlock(officer: Account, client: Client) -> None:
    for _number in range(5):
        attempt(client, "officer.one", "wrong")
    unlock_account(account=officer)
    assert attempt(client, "officer.one", PASSWORD).status_code == 302


def test_a_lock_ends_the_live_sessions(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    assert is_signed_in(browser)
    for _number in range(5):
        attempt(Client(REMOTE_ADDR="10.0.0.9"), "officer.one", "wrong")
    assert not is_signed_in(browser)


def test_one_address_is_slowed_down_whatever_names_it_tries(officer: Account) -> None:
    client = Client(REMOTE_ADDR="10.9.9.9")
    LoginAttempt.objects.bulk_create(
        LoginAttempt(username=f"name{number}", ip="10.9.9.9", outcome="wrong")
        for number in range(limits().failures_per_address)
    )
    response = attempt(client, "officer.one", PASSWORD)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert attempt(Client(REMOTE_ADDR="10.9.9.8"), "officer.one", PASSWORD).status_code == 302


def test_old_failures_leave_the_window_of_an_address(officer: Account) -> None:
    LoginAttempt.objects.bulk_create(
        LoginAttempt(username=f"name{number}", ip="10.9.9.9", outcome="wrong")
        for number in range(limits().failures_per_address)
    )
    LoginAttempt.objects.update(at=timezone.now() - timedelta(minutes=limits().address_window_minutes + 1))
    assert attempt(Client(REMOTE_ADDR="10.9.9.9"), "officer.one", PASSWORD).status_code == 302


def test_a_disabled_account_gets_the_answer_of_a_wrong_password(officer: Account, client: Client) -> None:
    disable_account(account=officer, reason="调离")
    response = attempt(client, "officer.one", PASSWORD)
    assert response.status_code == 401
    assert LoginAttempt.objects.latest("pk").outcome == "disabled"


def test_a_password_of_absurd_length_is_wrong(officer: Account, client: Client) -> None:
    assert attempt(client, "officer.one", "x" * 5000).status_code == 401


def test_a_foreign_page_cannot_sign_anybody_in(officer: Account) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert attempt(strict, "officer.one", PASSWORD).status_code == 403
    assert not Session.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_next_page_is_never_elsewhere(officer: Account, client: Client, elsewhere: str) -> None:
    response = attempt(client, "officer.one", PASSWORD, next=elsewhere)
    assert response.status_code == 302
    assert response["Location"] == "/"


def test_the_next_page_is_kept_when_it_is_ours(officer: Account, client: Client) -> None:
    assert (
        attempt(client, "officer.one", PASSWORD, next="/account/history/")["Location"] == "/account/history/"
    )


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(
    officer: Account, client: Client
) -> None:
    cookie = attempt(client, "officer.one", PASSWORD).cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]
    assert not Session.objects.filter(token_digest=cookie.value).exists()
    assert Session.objects.filter(token_digest=digest(cookie.value)).exists()


def test_over_https_the_cookie_stays_on_https(officer: Account, client: Client, settings: object) -> None:
    settings.HTTPS = True
    assert attempt(client, "officer.one", PASSWORD).cookies[COOKIE]["secure"]


def test_a_new_sign_in_replaces_the_token_of_the_browser(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    first = browser.cookies[COOKIE].value
    attempt(browser, "officer.one", PASSWORD)
    assert browser.cookies[COOKIE].value != first
    assert Session.objects.get(token_digest=digest(first)).end_reason == "rotated"


def test_success_forgets_the_failures_before_it(officer: Account, client: Client) -> None:
    for _number in range(4):
        attempt(client, "officer.one", "wrong")
    attempt(client, "officer.one", PASSWORD)
    for _number in range(4):
        assert attempt(client, "officer.one", "wrong").status_code == 401


def test_blanks_and_capitals_in_the_user_name_do_not_matter(officer: Account, client: Client) -> None:
    assert attempt(client, " Officer.One ", PASSWORD).status_code == 302


def test_every_attempt_is_in_the_history_and_in_the_audit_chain_without_the_password(
    officer: Account, client: Client
) -> None:
    attempt(client, "officer.one", "Wrong-password-1")
    attempt(client, "officer.one", PASSWORD)
    outcomes = list(
        LoginAttempt.objects.filter(account=officer).order_by("pk").values_list("outcome", flat=True)
    )
    assert outcomes == ["wrong", "done"]
    entries = AuditEntry.objects.filter(action="identity.sign_in").order_by("pk")
    assert [_attempt(entry) for entry in entries] == ["wrong", "done"]
    assert "Wrong-password-1" not in str([entry.details for entry in entries])


def test_signing_in_is_open_to_anyone() -> None:
    assert registered_actions()["identity.sign_in"].at is Reach.ANYONE


def test_signing_out_ends_the_session(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    browser.post("/sign-out/")
    assert Session.objects.get().end_reason == "signed_out"
    assert not is_signed_in(browser)


def test_a_link_alone_signs_nobody_out(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    browser.get("/sign-out/")
    assert is_signed_in(browser)


def _attempt(entry: AuditEntry) -> str:
    return next(change["outcome"] for change in entry.details["changes"] if change["verb"] == "attempt")


def test_an_unknown_name_costs_one_hash_like_a_known_one(
    officer: Account, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append("once") or encode(*given))
    attempt(client, "officer.one", "wrong")
    known = len(hashed)
    attempt(client, "officer.two", "wrong")
    assert known == len(hashed) - known == 1
