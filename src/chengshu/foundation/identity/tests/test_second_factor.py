"""The second factor: who must have one, what a code is worth, and that nothing is open before it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pyotp
import pytest
from django.test import Client

from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.identity import pending
from chengshu.foundation.identity.actions import require_second_factor, reset_second_factor
from chengshu.foundation.identity.actions.signing_in import offer, reopen
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account, Session
from chengshu.foundation.identity.sealing import keyed_digest, seal, unseal
from chengshu.foundation.identity.second_factor import (
    STEP_S,
    matching_step,
    new_recovery_codes,
    new_secret,
    qr_image,
    recovery_digest,
)
from chengshu.foundation.identity.sessions import COOKIE, Terminal, open_session
from chengshu.foundation.identity.tests.conftest import (
    PASSWORD,
    SignIn,
    holder,
    is_signed_in,
    role_of,
    writing,
)

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 3, 5, 4, 0, 10, tzinfo=UTC)


def code_at(moment: datetime, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(moment.timestamp()) + steps * STEP_S)


def test_rfc_6238_vectors_hold() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for second, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924")):
        moment = datetime.fromtimestamp(second, UTC)
        assert matching_step(secret, code, after=0, now=moment) == second // STEP_S


@pytest.mark.parametrize("code", ["", "abc", "000000", "12345", "１２３４５６", "287 08"])
def test_a_wrong_code_matches_nothing(code: str) -> None:
    assert matching_step(SECRET, code, after=0, now=NOON) is None


def test_a_code_works_once_and_none_before_it_any_more() -> None:
    step = matching_step(SECRET, code_at(NOON), after=0, now=NOON)
    assert step is not None
    assert matching_step(SECRET, code_at(NOON), after=step, now=NOON) is None
    assert matching_step(SECRET, code_at(NOON, -1), after=step, now=NOON) is None
    assert matching_step(SECRET, code_at(NOON, 1), after=step, now=NOON) == step + 1


def test_a_clock_may_be_one_step_off_and_not_two() -> None:
    assert matching_step(SECRET, code_at(NOON, -1), after=0, now=NOON)
    assert matching_step(SECRET, code_at(NOON, -2), after=0, now=NOON) is None
    assert matching_step(SECRET, code_at(NOON, 2), after=0, now=NOON) is None


def test_a_sealed_secret_opens_only_for_its_own_account() -> None:
    sealed = seal(SECRET, "totp:1")
    assert SECRET not in sealed
    assert unseal(sealed, "totp:1") == SECRET
    with pytest.raises(InvalidInput):
        unseal(sealed, "totp:2")


@pytest.mark.parametrize("broken", ["", "AAAA", "not base64 !!", "ü"])
def test_a_broken_seal_is_refused(broken: str) -> None:
    with pytest.raises(InvalidInput):
        unseal(broken, "totp:1")


def test_an_altered_seal_is_refused() -> None:
    sealed = seal(SECRET, "totp:1")
    altered = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]
    with pytest.raises(InvalidInput):
        unseal(altered, "totp:1")


def test_recovery_codes_are_unlike_one_another_and_kept_as_digests() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == len(codes) == 10
    assert recovery_digest(codes[0]) == recovery_digest(codes[0].lower().replace("-", " "))
    assert codes[0] not in recovery_digest(codes[0])
    assert recovery_digest(codes[0]) != keyed_digest(codes[0])


def test_the_picture_needs_no_other_address() -> None:
    assert qr_image(new_secret(), "officer.one").startswith("data:image/svg+xml")


def enrolled(username: str, *role_keys: str) -> tuple[Account, list[str]]:
    """An account with the second factor ``SECRET``, and its recovery codes."""
    account = holder(username, *role_keys)
    codes = new_recovery_codes()
    account.totp_secret = seal(SECRET, f"totp:{account.pk}")
    account.totp_confirmed_at = datetime.now(UTC)
    account.recovery_codes = [recovery_digest(one) for one in codes]
    with writing():
        account.save()
    return account, codes


def code_now() -> str:
    return pyotp.TOTP(SECRET).at(int(time.time()))


def test_the_password_alone_opens_nothing_once_there_is_a_second_factor(db: None, sign_in: SignIn) -> None:
    enrolled("officer.one")
    browser = sign_in("officer.one")
    assert COOKIE not in browser.cookies
    assert not Session.objects.exists()
    assert browser.get("/account/history/").status_code == 302


def test_the_pending_note_is_no_session(db: None, sign_in: SignIn) -> None:
    enrolled("officer.one")
    browser = sign_in("officer.one")
    browser.cookies[COOKIE] = browser.cookies[pending.COOKIE].value
    assert not is_signed_in(browser)


def test_a_forged_pending_note_leads_back_to_the_start(db: None, client: Client) -> None:
    client.cookies[pending.COOKIE] = "forged"
    response = client.post("/sign-in/code/", {"code": "123456"})
    assert response["Location"] == "/sign-in/"


def test_a_pending_note_is_of_no_use_after_the_password_changed(db: None, sign_in: SignIn) -> None:
    account, _codes = enrolled("officer.one")
    browser = sign_in("officer.one")
    with writing():
        Account.objects.filter(pk=account.pk).update(password="changed")
    assert browser.post("/sign-in/code/", {"code": code_now()}).status_code == 401


def test_a_wrong_code_is_counted_until_the_account_is_locked(db: None, sign_in: SignIn) -> None:
    enrolled("officer.one")
    browser = sign_in("officer.one")
    statuses = [browser.post("/sign-in/code/", {"code": "000000"}).status_code for _number in range(6)]
    assert statuses == [401, 401, 401, 401, 429, 429]
    assert not Session.objects.exists()


def test_password_and_code_open_a_session(db: None, sign_in: SignIn) -> None:
    enrolled("officer.one")
    browser = sign_in("officer.one")
    assert browser.post("/sign-in/code/", {"code": code_now()}).status_code == 302
    assert is_signed_in(browser)
    assert Session.objects.get().second_factor_at is not None


def test_a_code_that_was_used_does_not_work_again(db: None, sign_in: SignIn) -> None:
    enrolled("officer.one")
    code = code_now()
    assert sign_in("officer.one").post("/sign-in/code/", {"code": code}).status_code == 302
    assert sign_in("officer.one").post("/sign-in/code/", {"code": code}).status_code == 401


def test_a_recovery_code_works_once(db: None, sign_in: SignIn) -> None:
    account, codes = enrolled("officer.one")
    assert sign_in("officer.one").post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert sign_in("officer.one").post("/sign-in/code/", {"code": codes[0]}).status_code == 401
    account.refresh_from_db()
    assert len(account.recovery_codes) == len(codes) - 1


@pytest.mark.parametrize("role", ["system_administrator", "security_administrator", "audit_administrator"])
def test_an_administrator_sets_up_a_second_factor_before_the_first_session(
    db: None, sign_in: SignIn, role: str
) -> None:
    account = holder("admin.one", role)
    browser = sign_in("admin.one")
    assert not Session.objects.exists()
    sealed = offer(account)[1]
    wrong = browser.post("/sign-in/set-up/", {"sealed": sealed, "code": "000000"})
    assert wrong.status_code == 401
    code = pyotp.TOTP(reopen(account, sealed)).now()
    response = browser.post("/sign-in/set-up/", {"sealed": sealed, "code": code})
    assert response.status_code == 200
    assert response.content.decode().count("<li><code>") == 10
    assert is_signed_in(browser)


def test_a_secret_offered_to_one_account_sets_up_no_other(db: None, sign_in: SignIn) -> None:
    holder("admin.one", "system_administrator")
    other = holder("officer.one")
    secret, sealed = offer(other)
    browser = sign_in("admin.one")
    response = browser.post("/sign-in/set-up/", {"sealed": sealed, "code": pyotp.TOTP(secret).now()})
    assert response.status_code == 422
    assert not Session.objects.exists()


def test_a_session_without_the_factor_ends_when_the_duties_come_to_ask_for_one(
    db: None, sign_in: SignIn
) -> None:
    holder("officer.one", "reviewer")
    browser = sign_in("officer.one")
    assert is_signed_in(browser)
    require_second_factor(role=role_of("reviewer"), required=True)
    assert not is_signed_in(browser)
    assert Session.objects.get().end_reason == "factor"


def test_a_role_can_do_without_again(db: None, sign_in: SignIn) -> None:
    holder("officer.one", "reviewer")
    require_second_factor(role=role_of("reviewer"), required=True)
    require_second_factor(role=role_of("reviewer"), required=False)
    assert is_signed_in(sign_in("officer.one"))


def test_the_roles_of_administrators_never_do_without(db: None) -> None:
    with pytest.raises(Conflict):
        require_second_factor(role=role_of("audit_administrator"), required=False)


def test_a_session_that_never_saw_the_factor_gives_an_administrator_no_powers(db: None) -> None:
    account = holder("admin.one", "system_administrator")
    _session, token = open_session(account, Terminal("10.0.0.1"), second_factor=False)
    client = Client()
    client.cookies[COOKIE] = token
    assert client.get("/accounts/").status_code == 302


def signed_in_with_factor(account: Account) -> Client:
    _session, token = open_session(account, Terminal("10.0.0.1"), second_factor=True)
    client = Client()
    client.cookies[COOKIE] = token
    return client


def test_setting_it_up_in_a_session_needs_the_password(db: None) -> None:
    account = holder("officer.one")
    secret, sealed = offer(account)
    form = {"sealed": sealed, "code": pyotp.TOTP(secret).now(), "password": "wrong"}
    assert signed_in_with_factor(account).post("/account/second-factor/", form).status_code == 422
    account.refresh_from_db()
    assert not account.has_second_factor


def test_setting_it_up_in_a_session_shows_the_recovery_codes_once(db: None) -> None:
    account = holder("officer.one")
    secret, sealed = offer(account)
    browser = signed_in_with_factor(account)
    form = {"sealed": sealed, "code": pyotp.TOTP(secret).now(), "password": PASSWORD}
    response = browser.post("/account/second-factor/", form)
    assert response.content.decode().count("<li><code>") == 10
    account.refresh_from_db()
    assert account.has_second_factor
    assert secret not in account.totp_secret
    assert "<li><code>" not in browser.get("/account/second-factor/").content.decode()


def test_whose_duties_ask_for_it_cannot_remove_it(db: None) -> None:
    account, _codes = enrolled("admin.one", "audit_administrator")
    form = {"password": PASSWORD, "code": code_now()}
    assert signed_in_with_factor(account).post("/account/second-factor/remove/", form).status_code == 409


def test_others_remove_it_with_password_and_code(db: None) -> None:
    account, _codes = enrolled("officer.one")
    browser = signed_in_with_factor(account)
    remove = "/account/second-factor/remove/"
    assert browser.post(remove, {"password": PASSWORD, "code": "000000"}).status_code == 422
    assert browser.post(remove, {"password": PASSWORD, "code": code_now()}).status_code == 302
    account.refresh_from_db()
    assert (account.totp_secret, account.recovery_codes) == ("", [])


def test_new_recovery_codes_replace_the_old_ones(db: None, sign_in: SignIn) -> None:
    account, codes = enrolled("officer.one")
    browser = signed_in_with_factor(account)
    assert browser.post("/account/second-factor/recovery/", {"code": code_now()}).status_code == 200
    assert sign_in("officer.one").post("/sign-in/code/", {"code": codes[0]}).status_code == 401


def test_guessing_codes_in_a_session_locks_the_account(db: None) -> None:
    account, _codes = enrolled("officer.one")
    browser = signed_in_with_factor(account)
    for _number in range(limits().failures_until_lock):
        browser.post("/account/second-factor/recovery/", {"code": "000000"})
    account.refresh_from_db()
    assert account.is_locked


def test_a_reset_ends_the_sessions(db: None) -> None:
    account, _codes = enrolled("officer.one")
    browser = signed_in_with_factor(account)
    reset_second_factor(account=account)
    assert not is_signed_in(browser)
