"""Names of accounts, units and roles for lists, several at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from chengshu.foundation.orgs.models import Role, Unit
from chengshu.foundation.published import while_published


def account_names(ids: Iterable[int | None]) -> dict[int, str]:
    """Account id → what people call it."""
    wanted = {account_id for account_id in ids if account_id is not None}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [sorted(wanted)])
        return {pk: title or username for pk, title, username in cursor.fetchall()}


_ACCOUNTS = "SELECT id, title, username FROM identity_account WHERE id = ANY (%s::bigint[])"


def unit_names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {unit_id for unit_id in ids if unit_id is not None}
    if not wanted:
        return {}
    names = _all_units()
    return {unit_id: names[unit_id] for unit_id in wanted if unit_id in names}


@while_published
def _all_units() -> dict[int, str]:
    return {unit.pk: unit.shown_name for unit in Unit.objects.all()}


def role_titles(keys: Iterable[str]) -> dict[str, str]:
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    titles = _all_roles()
    return {key: titles[key] for key in wanted if key in titles}


@while_published
def _all_roles() -> dict[str, str]:
    return dict(Role.objects.values_list("key", "title"))
