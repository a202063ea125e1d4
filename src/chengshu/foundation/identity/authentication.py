"""Who sends a request: a browser by its session cookie, or a machine by its bearer token; never both."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import Asker
from chengshu.foundation.errors import NotSignedIn
from chengshu.foundation.identity.models import TokenUse
from chengshu.foundation.identity.sessions import (
    COOKIE,
    Terminal,
    asker_for,
    asker_of_session,
    cached_powers,
    digest,
)

_NOTE_USE_EVERY = timedelta(minutes=1)


def asker_of(request: HttpRequest) -> Asker:
    """The asker of a request.

    :raises NotSignedIn: if a bearer token is given that is unknown, expired or revoked
    """
    terminal: Terminal = request.terminal  # type: ignore[attr-defined]
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return asker_of_token(token.strip(), terminal)
    return asker_of_session(request.COOKIES.get(COOKIE, ""), terminal)


def asker_of_token(token: str, terminal: Terminal) -> Asker:
    """The account behind a machine token, with no more powers than the token's scopes.

    :raises NotSignedIn: if the token is unknown, expired or revoked, or its account disabled
    """
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [digest(token), timezone.now()])
        row = cursor.fetchone()
    if row is None:
        raise NotSignedIn(
            _("This token is unknown, expired or revoked."),
            code="token_invalid",
            hint=_("Issue a new token for the account and use that."),
        )
    token_id, account_id, username, title, scopes, used_at, stamp = row
    _note_use(token_id, used_at, terminal)
    asker = asker_for(
        account_id,
        username,
        title,
        cached_powers(account_id, stamp),
        terminal,
        session=f"token:{token_id}",
        channel="api",
    )
    return replace(asker, powers={name: units for name, units in asker.powers.items() if name in scopes})


_LIVE = """
    SELECT t.id, t.account_id, a.username, t.title, t.scopes, u.at,
        (SELECT value FROM orgs_powersstamp WHERE id = 1)
    FROM identity_machinetoken t JOIN identity_account a ON a.id = t.account_id
    LEFT JOIN identity_tokenuse u ON u.token_id = t.id
    WHERE t.token_digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND a.is_active
"""


def _note_use(token_id: int, used_at: datetime | None, terminal: Terminal) -> None:
    """Write down the last use, at most once a minute.

    :param used_at: the last use that is written down
    """
    now = timezone.now()
    if used_at is None or now - used_at > _NOTE_USE_EVERY:
        TokenUse.objects.update_or_create(token_id=token_id, defaults={"at": now, "ip": terminal.ip})
