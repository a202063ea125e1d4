"""The applicant's pool: materials handed in before that can be used again, so that nobody asks for them twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chengshu.foundation.asking import asking, current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.files.queries import files
from chengshu.hub.services import applicants, asked
from chengshu.hub.services.data import Applicant, MaterialState, PoolItem
from chengshu.hub.services.models import ApplicationMaterial, Authorisation

KEPT_FOR = timedelta(days=3 * 365)
"""How long a material may be used again; a shorter validity of its own kind is for the reviewer to see."""
_BROUGHT = (MaterialState.UPLOADED.value, MaterialState.REUSED.value)
_SPENT = ("2", "14", "15")
"""Withdrawn and revoked applications: what was brought with them is not offered again."""


def pool(applicant: Applicant | int | None = None) -> tuple[PoolItem, ...]:
    """What an applicant handed in before, the newest of each kind.

    :param applicant: an account id, or who stands at the window, by identity number; the asker themselves if left out
    """
    condition = _condition(applicant)
    if condition is None:
        return ()
    since = timezone.now() - KEPT_FOR
    with asking(asked.platform()):
        found = (
            ApplicationMaterial.objects.select_related("application")
            .filter(**condition, state__in=_BROUGHT, application__filed_at__gte=since)
            .exclude(application__status__in=_SPENT)
            .order_by("-application__filed_at", "-id")
        )
        return tuple(_newest(list(found)))


def _condition(applicant: Applicant | int | None) -> dict[str, object] | None:
    """Whose materials; None for somebody whose materials are none of the asker's business."""
    asker = current_asker()
    if isinstance(applicant, Applicant):
        if not asker.holds("services.file_at_window"):
            return None
        try:
            return {"application__applicant_digest": applicants.digest_of(applicant)}
        except InvalidInput:
            return None
    account_id = applicant or asker.account_id
    if account_id is None:
        return None
    if account_id != asker.account_id and not asker.is_system and not _is_agent_of(account_id):
        return None
    return {"application__account_id": account_id}


def _is_agent_of(giver_id: int) -> bool:
    given = Authorisation.objects.filter(giver_id=giver_id, agent_id=current_asker().account_id)
    return any(asked.is_valid(each) for each in given)


def _newest(found: list[ApplicationMaterial]) -> list[PoolItem]:
    items: dict[str, PoolItem] = {}
    there = set(files().filter(pk__in={f for each in found for f in each.files}).values_list("pk", flat=True))
    for each in found:
        if each.key in items or not each.files or not there.issuperset(each.files):
            continue
        items[each.key] = PoolItem(
            key=each.key,
            name=each.name,
            files=tuple(each.files),
            number=each.application.number,
            handed_in_on=local_day(each.supplied_at or each.application.filed_at),
        )
    return list(items.values())
