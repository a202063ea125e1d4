"""The system administrator's pages: ways in are opened and closed, never one's own, never another administrator's."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import call_command
from django.test import Client
from typer.testing import CliRunner

from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.identity.actions import link_account, open_account
from chengshu.foundation.identity.commands import cli
from chengshu.foundation.identity.first_accounts import create_first_administrators
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.queries import PAGE_SIZE, account_by_username, accounts
from chengshu.foundation.identity.separation import roles_of
from chengshu.foundation.identity.sessions import COOKIE, Terminal, open_session
from chengshu.foundation.identity.tests.conftest import PASSWORD, SignIn, holder, role_of, writing
from chengshu.foundation.orgs.models import Role

CHANGES = ("reset-password", "disable", "enable", "unlock", "reset-second-factor", "link", "end-sessions")


def browser_of(account: Account) -> Client:
    _session, token = open_session(account, Terminal("10.0.0.1"), second_factor=True)
    client = Client()
    client.cookies[COOKIE] = token
    return client


@pytest.fixture
def admin(db: None) -> Client:
    return browser_of(holder("admin.system", "system_administrator"))


@pytest.fixture
def officer(db: None) -> Account:
    return holder("officer.one", "reviewer")


@pytest.mark.parametrize("page", ["/accounts/", "/accounts/open/", "/accounts/second-factor/"])
def test_others_do_not_see_the_accounts(officer: Account, page: str) -> None:
    assert browser_of(officer).get(page).status_code == 403


@pytest.mark.parametrize("change", CHANGES)
def test_others_change_no_account(officer: Account, change: str) -> None:
    victim = holder("officer.two")
    assert browser_of(officer).post(f"/accounts/{victim.pk}/{change}/", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    "change", ["reset-password", "disable", "enable", "unlock", "reset-second-factor", "link"]
)
def test_not_even_the_system_administrator_acts_on_their_own_account(admin: Client, change: str) -> None:
    own = Account.objects.get(username="admin.system")
    assert admin.post(f"/accounts/{own.pk}/{change}/", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("change", ["reset-password", "reset-second-factor", "link"])
def test_the_way_in_of_another_administrator_is_not_restored_from_a_page(admin: Client, change: str) -> None:
    other = holder("admin.security", "security_administrator")
    response = admin.post(f"/accounts/{other.pk}/{change}/", {"subject": "me"})
    assert response.status_code == 403
    assert AuditEntry.objects.filter(outcome="refused", actor="admin.system").exists()


def test_the_system_administrator_cannot_weaken_the_second_factor(admin: Client) -> None:
    assert admin.get("/accounts/second-factor/").status_code == 403


def test_an_unknown_account_is_missing(admin: Client) -> None:
    assert admin.get("/accounts/999999/").status_code == 404


@pytest.mark.parametrize("username", ["", "Upper", "汉字", "a b", "-x", "x" * 61, "a/b"])
def test_a_user_name_has_a_plain_form(admin: Client, username: str) -> None:
    response = admin.post("/accounts/open/", {"username": username, "title": "绩效经办岗"})
    assert response.status_code == 422
    assert "绩效经办岗" in response.content.decode()


def test_a_user_name_is_given_once(admin: Client, officer: Account) -> None:
    assert admin.post("/accounts/open/", {"username": "officer.one", "title": "x"}).status_code == 422


def one_time(response: object) -> str:
    return re.findall(r"\b(?:\w{4}-){3}\w{4}\b", response.content.decode())[0]  # type: ignore[attr-defined]


def test_an_opened_account_has_a_one_time_password_and_no_powers(admin: Client, sign_in: SignIn) -> None:
    response = admin.post("/accounts/open/", {"username": "officer.new", "title": "绩效经办岗"})
    browser = sign_in("officer.new", one_time(response))
    assert browser.get("/account/history/")["Location"] == "/account/password/"
    assert roles_of(Account.objects.get(username="officer.new")) == []


def test_a_reset_password_is_shown_and_the_old_one_is_useless(
    admin: Client, officer: Account, sign_in: SignIn
) -> None:
    password = one_time(admin.post(f"/accounts/{officer.pk}/reset-password/"))
    assert COOKIE not in sign_in("officer.one", PASSWORD).cookies
    assert COOKIE in sign_in("officer.one", password).cookies
    assert password not in str([entry.details for entry in AuditEntry.objects.all()])


def test_disabling_needs_a_reason_which_the_audit_chain_keeps(admin: Client, officer: Account) -> None:
    assert admin.post(f"/accounts/{officer.pk}/disable/", {"reason": " "}).status_code == 422
    assert admin.post(f"/accounts/{officer.pk}/disable/", {"reason": "调离"}).status_code == 302
    officer.refresh_from_db()
    assert not officer.is_active
    assert AuditEntry.objects.get(action="identity.disable_account", outcome="done").reason == "调离"


def test_a_disabled_account_is_enabled_again_and_not_twice(admin: Client, officer: Account) -> None:
    admin.post(f"/accounts/{officer.pk}/disable/", {"reason": "调离"})
    assert admin.post(f"/accounts/{officer.pk}/enable/").status_code == 302
    assert admin.post(f"/accounts/{officer.pk}/enable/").status_code == 409


def test_a_link_alone_changes_nothing(admin: Client, officer: Account) -> None:
    for change in CHANGES:
        assert admin.get(f"/accounts/{officer.pk}/{change}/").status_code == 302
    officer.refresh_from_db()
    assert officer.is_active
    assert not AuditEntry.objects.filter(actor="admin.system").exists()


def test_two_accounts_are_not_linked_to_one_person(admin: Client, officer: Account) -> None:
    link_account(account=officer, subject="person-1")
    other = holder("officer.two")
    assert admin.post(f"/accounts/{other.pk}/link/", {"subject": "person-1"}).status_code == 422
    assert admin.post(f"/accounts/{other.pk}/link/", {"subject": "p" * 201}).status_code == 422
    assert admin.post(f"/accounts/{other.pk}/link/", {"subject": "person-2"}).status_code == 302


@pytest.mark.parametrize(
    "state", ["", "active", "locked", "disabled", "first_password", "one_factor", "made-up"]
)
def test_every_filter_shows_a_page(admin: Client, officer: Account, state: str) -> None:
    assert admin.get("/accounts/", {"state": state, "search": "officer"}).status_code == 200


def test_the_list_is_searched_by_name_and_by_title(admin: Client, officer: Account) -> None:
    assert [row.username for row in accounts(search="OFFICER").rows] == ["officer.one"]
    assert [row.username for row in accounts(search="岗位账号", state="disabled").rows] == []


def test_pages_go_forward_and_back_without_gap_or_repeat(db: None) -> None:
    for number in range(PAGE_SIZE + 5):
        open_account(username=f"u{number:03}", title="x", password="x")
    first = accounts()
    second = accounts(cursor=first.page.next)
    again = accounts(cursor=second.page.previous)
    names = [row.username for row in (*first.rows, *second.rows)]
    assert names == sorted(set(names))
    assert [row.pk for row in again.rows] == [row.pk for row in first.rows]
    assert (first.page.previous, second.page.next, again.page.previous) == ("", "", "")


def test_the_account_page_tells_posts_and_attempts(admin: Client, officer: Account, sign_in: SignIn) -> None:
    sign_in("officer.one", "wrong", ip="10.0.0.66")
    page = admin.get(f"/accounts/{officer.pk}/").content.decode()
    assert "10.0.0.66" in page
    assert role_of("reviewer").title in page


def test_the_security_administrator_marks_roles_for_the_second_factor(db: None) -> None:
    browser = browser_of(holder("admin.security", "security_administrator"))
    role_of("reviewer")
    assert browser.post("/accounts/second-factor/", {"roles": ["reviewer"]}).status_code == 302
    assert 'value="reviewer" checked' in browser.get("/accounts/second-factor/").content.decode()


@pytest.fixture
def base(db: None) -> None:
    for kind in ("system", "security", "audit"):
        holder(f"example.{kind}", f"{kind}_administrator")


def test_without_the_base_data_there_are_no_first_administrators(db: None) -> None:
    with writing():
        Role.objects.update(admin_kind="")
    with pytest.raises(Missing):
        create_first_administrators()


def test_where_there_are_administrators_none_are_made(base: None) -> None:
    assert create_first_administrators() == []


def test_the_first_administrators_are_three_of_one_kind_each(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in ("system", "security", "audit"):
        role_of(f"{kind}_administrator")
    holder("officer.one", "reviewer")
    call_command("first_administrator")
    told = json.loads(capsys.readouterr().out)
    usernames = [account["username"] for account in told]
    kinds = [[role.admin_kind for role in roles_of(account_by_username(name))] for name in usernames]
    assert kinds == [["system"], ["security"], ["audit"], [""]]
    assert [role.key for role in roles_of(account_by_username(usernames[3]))] == [
        "department_performance_officer"
    ]
    assert all(Account.objects.get(username=name).must_change_password for name in usernames)
    call_command("first_administrator")
    assert capsys.readouterr().out == ""


def test_the_console_lists_accounts_as_json(officer: Account) -> None:
    result = CliRunner().invoke(cli, ["list", "--json"])
    rows = {row["username"]: row for row in json.loads(result.stdout)}
    assert rows["officer.one"]["state"] == "active"


def test_the_console_restores_even_an_administrator(db: None, sign_in: SignIn) -> None:
    holder("admin.system", "system_administrator")
    result = CliRunner().invoke(cli, ["reset-password", "admin.system", "--json"])
    password = json.loads(result.stdout)["password"]
    assert sign_in("admin.system", password).get("/sign-in/set-up/").status_code == 200


def test_the_console_names_an_unknown_account(db: None) -> None:
    result = CliRunner().invoke(cli, ["reset-password", "nobody"])
    assert isinstance(result.exception, Missing)
    assert "nobody" in str(result.exception)


def test_an_account_needs_a_shown_name(db: None) -> None:
    with pytest.raises(InvalidInput):
        open_account(username="x", title=" ", password="x")
