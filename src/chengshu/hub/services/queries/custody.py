"""Hand-overs as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable

from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.services.data import CustodyView
from chengshu.hub.services.models import Custody


def views_of(found: Iterable[Custody]) -> tuple[CustodyView, ...]:
    """In the order in which they happened."""
    rows = list(found)
    units = _units(rows)
    people = _people(rows)
    return tuple(
        CustodyView(
            custody_id=each.pk,
            from_unit=units.get(each.unit_id, ""),
            to_unit=units.get(each.to_unit_id or 0, ""),
            courier=each.courier,
            tracking=each.tracking,
            items=tuple(each.items),
            handed_at=each.handed_at,
            handed_by=people.get(each.handed_by_id, ""),
            received_at=each.received_at,
            received_by=people.get(each.received_by_id or 0, ""),
            remark=each.remark,
        )
        for each in rows
    )


def _units(rows: list[Custody]) -> dict[int, str]:
    ids = {each for row in rows for each in (row.unit_id, row.to_unit_id) if each}
    return {unit.pk: unit.shown_name for unit in Unit.objects.filter(pk__in=ids)} if ids else {}


def _people(rows: list[Custody]) -> dict[int, str]:
    ids = {each for row in rows for each in (row.handed_by_id, row.received_by_id) if each}
    found = Account.objects.filter(pk__in=ids) if ids else ()
    return {account.pk: str(account) for account in found}
