"""Delegations: lending some of one's own powers for a time. What is done with them says on whose behalf."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.identity.models import Account
from chengshu.foundation.identity.separation import is_administrator
from chengshu.foundation.orgs.models import Delegation
from chengshu.foundation.orgs.powers import NEVER_DELEGATED, own_powers

LONGEST_DAYS = 366
"""A longer absence is a matter of appointing somebody to act."""


@action(title=_("Delegate powers"), at=Reach.SELF)
def delegate(
    *, receiver: Account, permissions: Iterable[str], starts_on: date, ends_on: date, reason: str
) -> Delegation:
    """Lend some of the asker's own powers to another account, with the asker's reach, from one day to another.

    :raises InvalidInput: if the days are wrong, nothing is chosen, or the asker does not hold it by a post of theirs
    :raises Conflict: if the receiver is the asker, disabled, or an administrator
    :raises Refused: if the system itself asks, or the powers may not be lent
    """
    giver = current_asker().account_id
    if giver is None:
        raise Refused(_("Only a person delegates."), code="delegation_by_person")
    wanted = sorted(set(permissions))
    _check_days(starts_on, ends_on, reason)
    _check_permissions(giver, wanted)
    _check_receiver(giver, receiver)
    delegation = Delegation(
        giver_id=giver,
        receiver=receiver,
        permissions=wanted,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
    )
    delegation.save()
    return delegation


def _check_days(starts_on: date, ends_on: date, reason: str) -> None:
    if ends_on < starts_on or ends_on < timezone.localdate():
        raise InvalidInput(_("The last day is past or before the first."), field="ends_on", code="day_order")
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        raise InvalidInput(
            _("At most a year: for longer, somebody is appointed to act."),
            field="ends_on",
            code="delegation_long",
        )
    if not reason.strip():
        raise InvalidInput(_("Say why, such as the leave."), field="reason", code="reason_missing")


def _check_permissions(giver: int, wanted: list[str]) -> None:
    if not wanted:
        raise InvalidInput(_("Choose at least one power."), field="permissions", code="permissions_missing")
    never = [name for name in wanted if name.startswith(NEVER_DELEGATED)]
    if never:
        raise Refused(
            _("Administrators’ powers are never delegated: %(names)s") % {"names": ", ".join(never)},
            code="never_delegated",
            hint=_("Somebody else is appointed to act."),
            data={"permissions": never},
        )
    held = own_powers(giver, timezone.localdate())
    if beyond := [name for name in wanted if name not in held]:
        raise InvalidInput(
            _("You do not hold by your own post: %(names)s") % {"names": ", ".join(beyond)},
            field="permissions",
            code="not_held",
            data={"permissions": beyond},
        )


def _check_receiver(giver: int, receiver: Account) -> None:
    if receiver.pk == giver:
        raise Conflict(_("Choose somebody else than yourself."), code="not_oneself")
    if not receiver.is_active:
        raise Conflict(_("This account is disabled."), code="account_disabled")
    if is_administrator(receiver):
        raise Conflict(
            _("An administrator cannot receive business powers."), code="administrator_in_business"
        )


@action(title=_("Revoke a delegation"), at=Reach.SELF)
def revoke_delegation(*, delegation: Delegation) -> Delegation:
    """End a delegation at once: by who gave it, who received it, or the security administrator.

    :raises Refused: for anybody else
    :raises Conflict: if it is revoked already
    """
    asker = current_asker()
    concerned = asker.account_id in (delegation.giver_id, delegation.receiver_id)
    if not (concerned or asker.holds("orgs.end_appointment")):
        raise Refused(_("This delegation is not yours."), code="delegation_not_own")
    if delegation.revoked_at is not None:
        raise Conflict(_("This delegation is revoked already."), code="already_revoked")
    delegation.revoked_at = timezone.now()
    delegation.save()
    return delegation
