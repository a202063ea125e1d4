"""Tokens of machines: what they may do, for how long, and who issues them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.foundation.asking import Asker, asking
from chengshu.foundation.errors import Conflict, InvalidInput, NotSignedIn, Refused
from chengshu.foundation.identity.actions import disable_account, issue_token, revoke_token
from chengshu.foundation.identity.authentication import asker_of_token
from chengshu.foundation.identity.models import Account, MachineToken, TokenUse
from chengshu.foundation.identity.sessions import COOKIE, Terminal, open_session
from chengshu.foundation.identity.tests.conftest import holder, role_of, writing

HERE = Terminal("10.0.0.5", "robot/1.0")
HELD = ("machine.read_rows", "machine.write_rows")


@pytest.fixture
def robot(db: None) -> Account:
    account = holder("robot.one", "integrator")
    role = role_of("integrator")
    role.permissions = sorted({*role.permissions, *HELD, "identity.issue_token"})
    with writing():
        role.save()
    return account


def issue(account: Account, *scopes: str, days: int = 30) -> tuple[MachineToken, str]:
    return issue_token(
        account=account, title="对接", scopes=scopes, expires_at=timezone.now() + timedelta(days=days)
    )


def test_an_unknown_token_is_refused(db: None) -> None:
    with pytest.raises(NotSignedIn):
        asker_of_token("chengshu_made-up", HERE)


def test_an_expired_token_is_refused(robot: Account) -> None:
    token, text = issue(robot, HELD[0])
    with writing():
        MachineToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        asker_of_token(text, HERE)


def test_a_revoked_token_is_refused_and_not_revoked_twice(robot: Account) -> None:
    token, text = issue(robot, HELD[0])
    revoke_token(token=token)
    with pytest.raises(NotSignedIn):
        asker_of_token(text, HERE)
    with pytest.raises(Conflict):
        revoke_token(token=token)


def test_the_token_of_a_disabled_account_is_refused(robot: Account) -> None:
    _token, text = issue(robot, HELD[0])
    disable_account(account=robot, reason="停用")
    with pytest.raises(NotSignedIn):
        asker_of_token(text, HERE)


def test_a_token_has_only_its_scopes(robot: Account) -> None:
    _token, text = issue(robot, HELD[0])
    asker = asker_of_token(text, HERE)
    assert set(asker.powers) == {HELD[0]}
    assert (asker.channel, asker.account_id) == ("api", robot.pk)


def test_a_token_loses_what_its_account_loses(robot: Account) -> None:
    _token, text = issue(robot, *HELD)
    role = role_of("integrator")
    role.permissions = [HELD[1]]
    with writing():
        role.save()
    assert set(asker_of_token(text, HERE).powers) == {HELD[1]}


@pytest.mark.parametrize(
    ("scopes", "days", "field"),
    [
        (("identity.open_account",), 30, "scopes"),
        ((), 30, "scopes"),
        ((HELD[0],), 0, "expires_on"),
        ((HELD[0],), -1, "expires_on"),
        ((HELD[0],), 367, "expires_on"),
    ],
)
def test_what_a_token_must_not_be(robot: Account, scopes: tuple[str, ...], days: int, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        issue(robot, *scopes, days=days)
    assert caught.value.field == field


def test_nobody_issues_a_token_of_another(robot: Account) -> None:
    other = Asker(account_id=robot.pk + 1, name="other", powers={"identity.issue_token": "*"})
    with asking(other), pytest.raises(Refused):
        issue(robot, HELD[0])


def test_an_administrator_has_no_tokens(db: None) -> None:
    with pytest.raises(Conflict):
        issue(holder("admin.one", "system_administrator"), "identity.view_accounts")


def test_nobody_revokes_a_token_of_another(robot: Account) -> None:
    token, _text = issue(robot, HELD[0])
    with asking(Asker(account_id=robot.pk + 1, name="other")), pytest.raises(Refused):
        revoke_token(token=token)


def test_only_the_digest_is_kept_and_the_last_use_is_known(robot: Account) -> None:
    token, text = issue(robot, HELD[0])
    assert text not in token.token_digest
    assert text.startswith("chengshu_")
    asker_of_token(text, HERE)
    assert TokenUse.objects.get(token=token).ip == "10.0.0.5"


def test_a_bad_token_in_a_request_is_not_taken_for_a_session(robot: Account) -> None:
    _session, cookie = open_session(robot, HERE, second_factor=True)
    client = Client(headers={"Authorization": "Bearer chengshu_wrong", "Accept": "application/json"})
    client.cookies[COOKIE] = cookie
    response = client.get("/account/history/")
    assert response.status_code == 401
    assert response.json()["code"] == "token_invalid"


def test_the_page_shows_a_new_token_once(robot: Account) -> None:
    _session, cookie = open_session(robot, HERE, second_factor=True)
    client = Client()
    client.cookies[COOKIE] = cookie
    last_day = (timezone.localdate() + timedelta(days=30)).isoformat()
    form = {"title": "对接", "scopes": [HELD[0]], "expires_on": last_day}
    assert "chengshu_" in client.post("/account/tokens/", form).content.decode().split("<main")[1]
    page = client.get("/account/tokens/").content.decode().split("<main")[1]
    assert "对接" in page
    assert ">chengshu_" not in page
    assert client.post("/account/tokens/", {**form, "expires_on": "someday"}).status_code == 422
    token = MachineToken.objects.get()
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert not MachineToken.objects.get().is_live


def test_who_may_not_issue_tokens_does_not_see_the_page(db: None) -> None:
    _session, cookie = open_session(holder("officer.one"), HERE, second_factor=True)
    client = Client()
    client.cookies[COOKIE] = cookie
    assert client.get("/account/tokens/").status_code == 403
