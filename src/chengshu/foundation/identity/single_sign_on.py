"""OpenID Connect: the district's sign-on service says who somebody is (OpenID Connect Core 1.0, code flow with PKCE).

Off unless ``CHENGSHU_OIDC_ISSUER`` and ``CHENGSHU_OIDC_CLIENT_ID`` are set. This module only validates what the
service says; which account that is, and whether a second factor is asked for, is decided by ``sign_in_by_provider``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chengshu.foundation.errors import NotSignedIn, Unavailable

COOKIE = "chengshu_sign_on"
MAX_AGE_S = 600
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures with the service's own key only; ``none`` and shared secrets are not accepted."""
LEEWAY_S = 60
_SALT = "chengshu.identity.sign_on"


@dataclass(frozen=True)
class Person:
    """Whom the service has identified.

    :param subject: its own unchanging identifier
    :param username: the user name it knows, if it tells one
    """

    subject: str
    username: str


@dataclass(frozen=True)
class Journey:
    """What must come back unchanged from the trip to the service."""

    state: str
    nonce: str
    verifier: str
    next: str

    def packed(self) -> str:
        return signing.dumps(asdict(self), salt=_SALT, compress=True)


class Provider(Protocol):
    """The sign-on service as seen from here; tests have one of their own."""

    def discovery(self) -> Mapping[str, Any]:
        """Its description (OpenID Connect Discovery 1.0)."""
        ...

    def exchange(self, address: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """The token endpoint's answer to a code."""
        ...

    def keys(self, address: str) -> Mapping[str, Any]:
        """Its public keys as a JWK set."""
        ...


@dataclass(frozen=True)
class WebProvider:
    """The service over HTTPS.

    :raises Unavailable: from each method, if the service does not answer as it should
    """

    issuer: str
    timeout_s: float = 5.0

    def discovery(self) -> Mapping[str, Any]:
        return self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")

    def keys(self, address: str) -> Mapping[str, Any]:
        return self._get(address)

    def exchange(self, address: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            answer = httpx.post(address, data=dict(form), timeout=self.timeout_s)
            return dict(answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable() from error

    def _get(self, address: str) -> Mapping[str, Any]:
        try:
            return dict(httpx.get(address, timeout=self.timeout_s).raise_for_status().json())
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable() from error


def is_configured() -> bool:
    return bool(settings.SIGN_ON_URL and settings.SIGN_ON_CLIENT)


def provider() -> Provider:
    """The service that the settings name."""
    return WebProvider(settings.SIGN_ON_URL)


def begin(service: Provider, redirect: str, back_to: str) -> tuple[str, Journey]:
    """Where to send the browser, and what to remember until it comes back.

    :param redirect: our own address that the service sends it back to
    :param back_to: the page wanted in the end
    """
    journey = Journey(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(32),
        next=back_to,
    )
    query = {
        "response_type": "code",
        "client_id": settings.SIGN_ON_CLIENT,
        "redirect_uri": redirect,
        "scope": "openid profile",
        "state": journey.state,
        "nonce": journey.nonce,
        "code_challenge": _challenge(journey.verifier),
        "code_challenge_method": "S256",
    }
    return f"{_described(service)['authorization_endpoint']}?{urlencode(query)}", journey


def unpacked(cookie: str) -> Journey | None:
    """The journey that this browser began, if it did so within ten minutes."""
    try:
        return Journey(**signing.loads(cookie, salt=_SALT, max_age=MAX_AGE_S))
    except (signing.BadSignature, json.JSONDecodeError):
        return None


def finish(service: Provider, journey: Journey | None, *, state: str, code: str, redirect: str) -> Person:
    """Whom the service has identified, once everything it says has been validated.

    :raises NotSignedIn: if the answer belongs to another browser, or the statement is not valid for us
    :raises Unavailable: if the service does not answer
    """
    if journey is None or not code or not hmac.compare_digest(journey.state, state):
        raise _not_accepted("sign_on_state")
    described = _described(service)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "client_id": settings.SIGN_ON_CLIENT,
        "code_verifier": journey.verifier,
    }
    if settings.SIGN_ON_SECRET:
        form["client_secret"] = settings.SIGN_ON_SECRET
    statement = str(service.exchange(described["token_endpoint"], form).get("id_token", ""))
    claims = _validated(statement, service.keys(described["jwks_uri"]), described["issuer"], journey.nonce)
    return Person(str(claims["sub"]), str(claims.get("preferred_username", "")))


def _validated(statement: str, keys: Mapping[str, Any], issuer: str, nonce: str) -> Mapping[str, Any]:
    """The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""
    rules = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": settings.SIGN_ON_CLIENT},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        token = jwt.decode(statement, KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        rules.validate(token.claims)
    except (JoseError, ValueError, KeyError) as error:
        raise _not_accepted("sign_on_statement") from error
    authorised = token.claims.get("azp")
    if authorised not in (None, settings.SIGN_ON_CLIENT):
        raise _not_accepted("sign_on_statement")
    return token.claims


def _described(service: Provider) -> Mapping[str, Any]:
    described = service.discovery()
    needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    if any(not described.get(key) for key in needed) or described["issuer"] != settings.SIGN_ON_URL:
        raise _unavailable()
    return described


def _challenge(verifier: str) -> str:
    """RFC 7636 4.2, method S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _not_accepted(code: str) -> NotSignedIn:
    return NotSignedIn(
        _("Single sign-on did not succeed."), code=code, hint=_("Start again from the sign-in page.")
    )


def _unavailable() -> Unavailable:
    return Unavailable(
        _("The sign-on service does not answer as it should."),
        code="sign_on_unavailable",
        hint=_("Sign in with your user name and password, or try again later."),
    )
