"""Who may act for whom: what the asker gave and what they hold."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.asking import current_asker
from chengshu.foundation.compiled import compiled
from chengshu.foundation.errors import Missing
from chengshu.hub.services import asked
from chengshu.hub.services.data import AuthorisationView
from chengshu.hub.services.models import Authorisation

Views = tuple[AuthorisationView, ...]


def authorisations() -> tuple[Views, Views]:
    """Those that the asker gave, and those that the asker received; newest first."""
    me = current_asker().account_id
    if me is None:
        return (), ()
    found = _of(me)
    given = views_of(each for each in found if each.giver_id == me)
    return given, views_of(each for each in found if each.agent_id == me)


@compiled
def _of(account_id: int) -> QuerySet[Authorisation]:
    mine = Q(giver_id=account_id) | Q(agent_id=account_id)
    return Authorisation.objects.select_related("giver", "agent").filter(mine)


def row(authorisation_id: int) -> Authorisation:
    """
    :raises Missing: if there is none that the asker gave or received
    """
    found = (
        Authorisation.objects.select_related("giver", "agent").filter(pk=authorisation_id).first()
        if 0 < authorisation_id < 2**63
        else None
    )
    if found is None:
        raise Missing(
            _("There is no such authorisation."),
            code="services.authorisation_missing",
            hint=_("Look at the list of your authorisations."),
        )
    return found


def views_of(found: Iterable[Authorisation]) -> Views:
    return tuple(
        AuthorisationView(
            authorisation_id=each.pk,
            giver_id=each.giver_id,
            giver_name=str(each.giver),
            agent_id=each.agent_id,
            agent_name=str(each.agent),
            local_codes=tuple(each.local_codes),
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            revoked_at=each.revoked_at,
            reason=each.reason,
            file_id=each.file_id,
            is_valid=asked.is_valid(each),
        )
        for each in found
    )
