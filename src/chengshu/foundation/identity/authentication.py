"""Who sends a request: a browser by its session cookie, or a machine by its bearer token; never both."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import Asker
from chengshu.foundation.errors import NotSignedIn
from chengshu.foundation.identity.models import MachineToken
from chengshu.foundation.identity.sessions import (
    COOKIE,
    Terminal,
    asker_for,
    asker_of_session,
    digest,
)
from chengshu.foundation.orgs.models import PowersStamp
from chengshu.foundation.identity.sessions import cached_powers


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
    """The account behind a machine token, with no more powers than the token's scopes."""
    found = (
        MachineToken.objects.select_related("account")
        .filter(token_digest=digest(token), revoked_at=None, expires_at__gt=timezone.now(), account__is_active=True)
        .first()
    )
    if found is None:
        raise NotSignedIn(
            _("This token is unknown, expired or revoked."),
            code="token_invalid",
            hint=_("Issue a new token for the account and use that."),
        )
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
    scoped = {name: units for name, units in asker.powers.items() if name in found.scopes}
    return Asker(**{**asker.__dict__, "powers": scoped})
