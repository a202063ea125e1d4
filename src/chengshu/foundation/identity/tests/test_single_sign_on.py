"""Single sign-on with a sign-on service of the tests' own; every statement that is not for us is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from chengshu.foundation.errors import NotSignedIn, Unavailable
from chengshu.foundation.identity import single_sign_on
from chengshu.foundation.identity.actions import disable_account, link_account
from chengshu.foundation.identity.models import Account, LoginAttempt, Session
from chengshu.foundation.identity.single_sign_on import Journey, Person, begin, finish
from chengshu.foundation.identity.tests.conftest import holder, is_signed_in

ISSUER = "https://sign-on.example"
CLIENT = "chengshu"
REDIRECT = "http://testserver/sign-in/single/back/"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
FOREIGN_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class StubProvider:
    """A sign-on service that states whatever a test wants it to."""

    changed: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    issuer: str = ISSUER
    nonce: str = ""
    forms: list[Mapping[str, str]] = field(default_factory=list)

    def discovery(self) -> Mapping[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }

    def exchange(self, address: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        self.forms.append(form)
        now = int(timezone.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "person-1",
            "preferred_username": "zhang",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            **self.changed,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"id_token": jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, self.key)}

    def keys(self, address: str) -> Mapping[str, Any]:
        return KeySet([KEY]).as_dict(private=False)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.SIGN_ON_URL, settings.SIGN_ON_CLIENT, settings.SIGN_ON_SECRET = ISSUER, CLIENT, "secret"


JOURNEY = Journey("state", "nonce", "verifier", "")


def finished(state: str = "state", code: str = "code", **provider: Any) -> Person:
    service = StubProvider(**{"nonce": "nonce", **provider})
    return finish(service, JOURNEY, state=state, code=code, redirect=REDIRECT)


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"azp": "another-client"},
    ],
)
def test_a_statement_that_is_not_for_us_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn) as caught:
        finished(changed=changed)
    assert caught.value.code == "sign_on_statement"


def test_a_signature_of_another_key_is_refused() -> None:
    with pytest.raises(NotSignedIn):
        finished(key=FOREIGN_KEY)


@pytest.mark.parametrize("statement", ["", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
def test_an_unsigned_or_broken_statement_is_refused(statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = StubProvider()
    monkeypatch.setattr(service, "exchange", lambda address, form: {"id_token": statement})
    with pytest.raises(NotSignedIn):
        finish(service, JOURNEY, state="state", code="code", redirect=REDIRECT)


@pytest.mark.parametrize(("state", "code"), [("other", "code"), ("", "code"), ("state", "")])
def test_an_answer_to_another_journey_is_refused(state: str, code: str) -> None:
    with pytest.raises(NotSignedIn) as caught:
        finished(state=state, code=code)
    assert caught.value.code == "sign_on_state"


def test_an_answer_without_a_journey_is_refused() -> None:
    with pytest.raises(NotSignedIn):
        finish(StubProvider(), None, state="state", code="code", redirect=REDIRECT)


def test_a_service_that_calls_itself_otherwise_is_not_trusted() -> None:
    with pytest.raises(Unavailable):
        finished(issuer="https://evil.example")


def test_a_valid_statement_names_the_person() -> None:
    assert finished() == Person("person-1", "zhang")


def test_the_way_there_carries_a_challenge_and_never_the_verifier() -> None:
    address, journey = begin(StubProvider(), REDIRECT, "/x/")
    asked = {name: values[0] for name, values in parse_qs(urlparse(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert journey.verifier not in address
    assert (asked["state"], asked["nonce"]) == (journey.state, journey.nonce)


def travel(client: Client, service: StubProvider, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Through the pages: there, and back with the service's answer."""
    monkeypatch.setattr(single_sign_on, "provider", lambda: service)
    there = client.get("/sign-in/single/", {"next": "/account/history/"})
    asked = parse_qs(urlparse(there["Location"]).query)
    service.nonce = asked["nonce"][0]
    return client.get("/sign-in/single/back/", {"state": asked["state"][0], "code": "code"})


def test_a_person_without_a_linked_account_gets_none(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    holder("zhang")
    response = travel(Client(), StubProvider(), monkeypatch)
    assert response.status_code == 403
    assert Account.objects.count() == 1
    assert LoginAttempt.objects.get().outcome == "not_linked"


def test_a_disabled_account_stays_closed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    account = link_account(account=holder("officer.one"), subject="person-1")
    disable_account(account=account, reason="调离")
    assert travel(Client(), StubProvider(), monkeypatch).status_code == 403


def test_a_statement_with_the_wrong_nonce_opens_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    link_account(account=holder("officer.one"), subject="person-1")
    response = travel(Client(), StubProvider(changed={"nonce": "another"}), monkeypatch)
    assert response.status_code == 401
    assert not Session.objects.exists()


def test_a_linked_person_is_signed_in_and_led_to_the_page(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    link_account(account=holder("officer.one"), subject="person-1")
    client, service = Client(), StubProvider()
    response = travel(client, service, monkeypatch)
    assert response["Location"] == "/account/history/"
    assert is_signed_in(client)
    assert service.forms[0]["code_verifier"]


def test_a_link_by_user_name_becomes_one_to_the_person(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    account = link_account(account=holder("officer.one"), subject="@zhang")
    travel(Client(), StubProvider(), monkeypatch)
    account.refresh_from_db()
    assert account.subject == "person-1"


def test_a_person_cannot_pass_for_a_link_by_user_name(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    link_account(account=holder("officer.one"), subject="@zhang")
    service = StubProvider(changed={"sub": "@zhang", "preferred_username": "other"})
    assert travel(Client(), service, monkeypatch).status_code == 403


def test_an_administrator_still_proves_the_second_factor(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    link_account(account=holder("admin.one", "system_administrator"), subject="person-1")
    response = travel(Client(), StubProvider(), monkeypatch)
    assert response["Location"].startswith("/sign-in/set-up/")
    assert not Session.objects.exists()


def test_the_button_is_there_only_when_it_is_configured(client: Client, db: None, settings: Any) -> None:
    assert "/sign-in/single/" in client.get("/sign-in/").content.decode()
    settings.SIGN_ON_URL = ""
    assert "/sign-in/single/" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/single/")["Location"] == "/sign-in/"
