"""Keys of machines: issued by the account that they act for, so that nobody gains another's powers through one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.identity.limits import limits
from chengshu.foundation.identity.models import Account, MachineToken
from chengshu.foundation.identity.separation import is_administrator
from chengshu.foundation.identity.sessions import digest
from chengshu.foundation.orgs.powers import powers_of

PREFIX = "chengshu_"
"""Lets people and scanners recognise a token that went astray."""


@action(title=_("Issue a machine token"), at=Reach.ANYWHERE)
def issue_token(
    *, account: Account, title: str, scopes: Sequence[str], expires_at: datetime
) -> tuple[MachineToken, str]:
    """A token that acts as ``account`` within ``scopes``; returns it with its text, which is shown once.

    :raises Refused: for another's account, unless the operator asks at the console
    :raises Conflict: for an administrator's account
    :raises InvalidInput: if a scope is not among the account's powers, or the end is past or over a year away
    """
    asker = current_asker()
    if not asker.is_system and asker.account_id != account.pk:
        raise Refused(_("A token is issued by the account that it acts for."), code="not_own_account")
    if is_administrator(account):
        raise Conflict(
            _("Administrators act in person and have no tokens."),
            code="administrator_token",
            hint=_("Use a machine's own account with a business role."),
        )
    _check(account, title, scopes, expires_at)
    text = PREFIX + secrets.token_urlsafe(32)
    token = MachineToken(
        account=account,
        title=title.strip(),
        token_digest=digest(text),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    token.save()
    return token, text


def _check(account: Account, title: str, scopes: Sequence[str], expires_at: datetime) -> None:
    if not title.strip():
        raise InvalidInput(_("Say what the token is for."), field="title", code="title_missing")
    if not scopes:
        raise InvalidInput(_("Choose at least one power."), field="scopes", code="scopes_missing")
    held = powers_of(account.pk, timezone.localdate()).units
    beyond = sorted(set(scopes) - set(held))
    if beyond:
        raise InvalidInput(
            _("The account does not hold: %(scopes)s") % {"scopes": ", ".join(beyond)},
            field="scopes",
            code="scope_not_held",
            data={"scopes": beyond},
        )
    now, longest = timezone.now(), limits().token_days
    if not now < expires_at <= now + timedelta(days=longest, hours=24):
        raise InvalidInput(
            _("The last day must be in the future and at most %(days)s days away.") % {"days": longest},
            field="expires_on",
            code="expiry_range",
        )


@action(title=_("Revoke a machine token"), at=Reach.SELF)
def revoke_token(*, token: MachineToken) -> MachineToken:
    """Make a token useless at once.

    :raises Refused: if it is another's, and the asker may not open accounts either
    :raises Conflict: if it is revoked already
    """
    asker = current_asker()
    if (
        not asker.is_system
        and asker.account_id != token.account_id
        and not asker.holds("identity.disable_account")
    ):
        raise Refused(_("You may only revoke your own tokens."), code="not_own_token")
    if token.revoked_at is not None:
        raise Conflict(_("This token is revoked already."), code="already_revoked")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    return token
