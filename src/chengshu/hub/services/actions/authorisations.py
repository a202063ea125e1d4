"""授权: letting another account apply and act for one, and taking that back at any time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit.canonical import storable
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.files.queries import file_by_id
from chengshu.foundation.identity.models import Account
from chengshu.hub.services.data import AuthorisationView
from chengshu.hub.services.models import Authorisation
from chengshu.hub.services.queries import authorisations, matters

MOST_YEARS = 3
"""An authorisation without an end would be forgotten."""


@action(title=_("Authorise an agent"), at=Reach.SELF)
def grant_authorisation(
    *,
    agent_username: str,
    starts_on: date,
    ends_on: date,
    local_codes: Sequence[str] = (),
    reason: str = "",
    file_id: int | None = None,
) -> AuthorisationView:
    """Let another account apply and act for oneself.

    :param agent_username: of the account that may
    :param local_codes: the matters it covers; all when empty
    :param ends_on: its last day, at most three years after the first
    :param file_id: of a signed letter, stored before
    :raises InvalidInput: naming what is wrong
    """
    giver_id = current_asker().account_id
    if giver_id is None:
        raise Refused(_("The platform itself authorises nobody."), code="services.no_account")
    agent = Account.objects.filter(username=storable(agent_username.strip()), is_active=True).first()
    if agent is None or agent.pk == giver_id:
        raise InvalidInput(
            _("There is no other account of this name."),
            field="agent_username",
            code="services.agent",
            hint=_("Ask your agent for the user name they sign in with."),
        )
    _insist_days(starts_on, ends_on)
    _insist_matters(local_codes)
    row = Authorisation(
        giver_id=giver_id,
        agent=agent,
        local_codes=sorted(set(local_codes)),
        reason=storable(reason.strip())[:500],
        starts_on=starts_on,
        ends_on=ends_on,
        file=file_by_id(file_id) if file_id is not None else None,
    )
    row.save()
    return authorisations.views_of([authorisations.row(row.pk)])[0]


@action(title=_("Revoke an authorisation"), at=Reach.SELF)
def revoke_authorisation(*, authorisation_id: int) -> AuthorisationView:
    """Take it back: from this moment the agent sees and does nothing more under it.

    :raises Missing: if the asker neither gave nor received such a one
    :raises Refused: to the agent
    :raises Conflict: if it was revoked already
    """
    row = authorisations.row(authorisation_id)
    asker = current_asker()
    if row.giver_id != asker.account_id and not asker.is_system:
        raise Refused(_("Only who gave an authorisation revokes it."), code="services.not_the_giver")
    if row.revoked_at is not None:
        raise Conflict(
            _("This authorisation is revoked already."),
            code="services.revoked",
            hint=_("Reload the page to see it."),
        )
    row.revoked_at = timezone.now()
    row.save()
    return authorisations.views_of([row])[0]


def _insist_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on or ends_on < matters.today():
        raise InvalidInput(
            _("The last day must not lie before the first, nor in the past."),
            field="ends_on",
            code="services.days",
        )
    if (ends_on - starts_on).days > MOST_YEARS * 366:
        raise InvalidInput(
            _("An authorisation lasts three years at most."),
            field="ends_on",
            code="services.too_long",
            hint=_("Choose an earlier last day; a new one can be given then."),
        )


def _insist_matters(local_codes: Sequence[str]) -> None:
    known = set(matters.in_force().filter(local_code__in=local_codes).values_list("local_code", flat=True))
    for code in local_codes:
        if code not in known:
            raise InvalidInput(
                _("There is no matter “%(code)s” in force.") % {"code": code[:60]},
                field="local_codes",
                code="services.matter_missing",
                hint=_("Choose from the list."),
            )
