"""Names of accounts and units for lists, several at once."""

from __future__ import annotations

from collections.abc import Iterable

from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Role, Unit


def account_names(ids: Iterable[int | None]) -> dict[int, str]:
    """Account id → what people call it."""
    wanted = {account_id for account_id in ids if account_id is not None}
    if not wanted:
        return {}
    found = Account.objects.filter(pk__in=wanted).values_list("pk", "title", "username")
    return {pk: title or username for pk, title, username in found}


def unit_names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {unit_id for unit_id in ids if unit_id is not None}
    return {unit.pk: unit.shown_name for unit in Unit.objects.filter(pk__in=wanted)} if wanted else {}


def role_titles(keys: Iterable[str]) -> dict[str, str]:
    wanted = {key for key in keys if key}
    return dict(Role.objects.filter(key__in=wanted).values_list("key", "title")) if wanted else {}
