"""What a password must be, and how it is changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.foundation.identity.actions import change_password
from chengshu.foundation.identity.limits import limits, limits_on, table
from chengshu.foundation.identity.models import Account, PasswordRecord, Session
from chengshu.foundation.identity.passwords import (
    Candidate,
    broken_rules,
    classes,
    is_common,
    one_time_password,
)
from chengshu.foundation.identity.tests.conftest import (
    NEW_PASSWORD,
    PASSWORD,
    SignIn,
    holder,
    is_signed_in,
    writing,
)


def broken(password: str, **more: object) -> list[str]:
    return [rule.code for rule in broken_rules(Candidate(password, **more))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Ab3$efghi", "password_length"),
        ("x" * 201 + "A1", "password_length"),
        ("onlysmallletters", "password_classes"),
        ("small4ndd1g1ts", "password_classes"),
        ("Password123!", "password_common"),
        ("P@ssw0rd2025", "password_common"),
        ("Nansha-2025-!", "password_common"),
        ("Guangzhou@12345", "password_common"),
        ("My-officer.one-77", "password_name"),
        ("Eno.Reciffo-77x", "password_name"),
        ("The-Officer-77-x", "password_name"),
        ("经办岗-Abc-2468", "password_name"),
    ],
)
def test_a_bad_password_breaks_the_rule_that_says_so(password: str, code: str) -> None:
    assert code in broken(password, username="officer.one", title="经办岗")


@pytest.mark.parametrize("password", ["Mangrove-47-tide", "correct Horse 9", "潮汐Lamp58xyz", "Ab3$efghij"])
def test_a_good_password_breaks_none(password: str) -> None:
    assert broken(password, username="officer.one", title="经办岗") == []


def test_every_broken_rule_is_named_at_once() -> None:
    assert broken("nansha") == ["password_length", "password_classes", "password_common"]


@pytest.mark.parametrize(
    ("password", "count"), [("", 0), ("abc", 1), ("abC", 2), ("abC1", 3), ("abC1-", 4), ("汉字", 1)]
)
def test_kinds_of_characters_are_counted(password: str, count: int) -> None:
    assert classes(password) == count


def test_ornaments_do_not_hide_a_common_word() -> None:
    assert is_common("!!dragon2024")
    assert not is_common("dragonfly-lantern")


def test_a_one_time_password_keeps_every_rule_and_never_repeats() -> None:
    made = {one_time_password() for _number in range(50)}
    assert len(made) == 50
    assert all(broken(one) == [] for one in made)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_the_rules_themselves(password: str) -> None:
    codes = broken(password, username="officer.one", title="经办岗")
    assert len(codes) == len(set(codes))


def test_every_figure_is_dated_and_cited() -> None:
    assert all(row.source and row.unit and row.value > 0 for row in table())
    assert limits_on(date(2026, 1, 1)).failures_until_lock == 5


def test_a_day_before_every_figure_has_no_limits() -> None:
    with pytest.raises(TypeError):
        limits_on(date(2000, 1, 1))


def change(client: Client, current: str, new: str, again: str = "") -> object:
    return client.post("/account/password/", {"current": current, "new": new, "again": again or new})


@pytest.fixture
def officer(db: None) -> Account:
    return holder("officer.one")


def test_without_the_present_password_nothing_changes_and_the_failure_is_counted(
    officer: Account, sign_in: SignIn
) -> None:
    response = change(sign_in("officer.one"), "wrong", NEW_PASSWORD)
    assert response.status_code == 422
    officer.refresh_from_db()
    assert check_password(PASSWORD, officer.password)
    assert officer.failed_attempts == 1


def test_guessing_the_present_password_in_a_session_locks_the_account_and_ends_the_session(
    officer: Account, sign_in: SignIn
) -> None:
    browser = sign_in("officer.one")
    for _number in range(limits().failures_until_lock):
        change(browser, "wrong", NEW_PASSWORD)
    officer.refresh_from_db()
    assert officer.is_locked
    assert not is_signed_in(browser)


def test_two_different_new_passwords_are_refused(officer: Account, sign_in: SignIn) -> None:
    assert change(sign_in("officer.one"), PASSWORD, NEW_PASSWORD, "Another-68-one").status_code == 422


def test_the_page_shows_the_rules_before_anything_is_typed(officer: Account, sign_in: SignIn) -> None:
    page = sign_in("officer.one").get("/account/password/").content.decode()
    assert "至少 10 个字符" in page or "At least 10 characters" in page


def test_a_broken_rule_is_told_at_the_field(officer: Account, sign_in: SignIn) -> None:
    response = change(sign_in("officer.one"), PASSWORD, "short")
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_new-error"' in page


def test_the_last_five_passwords_are_not_used_again(officer: Account, sign_in: SignIn) -> None:
    browser = sign_in("officer.one")
    used = [PASSWORD]
    for number in range(4):
        used.append(f"Estuary-5{number}-lamp")
        assert change(browser, used[-2], used[-1]).status_code == 302
    assert [change(browser, used[-1], one).status_code for one in used] == [422] * 5
    assert change(browser, used[-1], "Estuary-99-lamp").status_code == 302
    assert change(browser, "Estuary-99-lamp", PASSWORD).status_code == 302
    assert PasswordRecord.objects.filter(account=officer).count() == limits().passwords_remembered


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(
    officer: Account, sign_in: SignIn
) -> None:
    here, there = sign_in("officer.one"), sign_in("officer.one")
    assert change(here, PASSWORD, NEW_PASSWORD).status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert Session.objects.filter(end_reason="password").count() == 1


def test_a_first_password_opens_only_the_page_that_changes_it(sign_in: SignIn, db: None) -> None:
    holder("officer.new", must_change=True)
    browser = sign_in("officer.new")
    assert browser.get("/account/history/")["Location"] == "/account/password/"
    assert browser.get("/account/password/").status_code == 200
    change(browser, PASSWORD, NEW_PASSWORD)
    assert browser.get("/account/history/").status_code == 200


def test_a_password_older_than_ninety_days_must_be_changed(officer: Account, sign_in: SignIn) -> None:
    with writing():
        Account.objects.update(
            password_changed_at=timezone.now() - timedelta(days=limits().password_days + 1)
        )
    browser = sign_in("officer.one")
    assert browser.get("/account/history/")["Location"] == "/account/password/"
    change(browser, PASSWORD, NEW_PASSWORD)
    assert browser.get("/account/history/").status_code == 200


def test_the_platform_itself_has_no_password_to_change(db: None) -> None:
    from chengshu.foundation.errors import NotSignedIn

    with pytest.raises(NotSignedIn):
        change_password(current="x", new="y")


def test_passwords_are_kept_as_argon2_hashes(real_hashes: None, db: None) -> None:
    account = holder("officer.one")
    assert account.password.startswith("argon2$argon2id$")
