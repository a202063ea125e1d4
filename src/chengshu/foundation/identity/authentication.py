"""Who sends a request: a browser by its session cookie, or a machine by its bearer token; never both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import Asker
from chengshu.foundation.errors import NotSignedIn
from chengshu.foundation.identity.models import MachineToken, TokenUse
from chengshu.foundation.identity.sessions import (
    COOKIE,
    Terminal,
    asker_for,
    asker_of_session,
    cached_powers,
    digest,
)
from chengshu.foundation.orgs.models import PowersStamp

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
    now = timezone.now()
    found = (
        MachineToken.objects.select_related("account", "use")
        .filter(token_digest=digest(token), revoked_at=None, expires_at__gt=now, account__is_active=True)
        .first()
    )
    if found is None:
        raise NotSignedIn(
            _("This token is unknown, expired or revoked."),
            code="token_invalid",
            hint=_("Issue a new token for the account and use that."),
        )
    _note_use(found, terminal)
    stamp = PowersStamp.objects.values_list("value", flat=True).filter(pk=1).first()
    asker = asker_for(
        found.account_id,
        found.account.username,
        found.title,
        cached_powers(found.account_id, stamp),
        terminal,
        session=f"token:{found.pk}",
        channel="api",
    )
    return replace(
        asker, powers={name: units for name, units in asker.powers.items() if name in found.scopes}
    )


def _note_use(token: MachineToken, terminal: Terminal) -> None:
    """Write down the last use, at most once a minute."""
    known: TokenUse | None = getattr(token, "use", None)
    now = timezone.now()
    if known is None or now - known.at > _NOTE_USE_EVERY:
        TokenUse.objects.update_or_create(token=token, defaults={"at": now, "ip": terminal.ip})
