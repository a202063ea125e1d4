"""Whom work can be given to: people by their posts, as a list to choose from.

The chooser is a text box with suggestions, so it works without scripts and with a thousand people; a suggestion ends
with the user name in brackets, and that is what counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.identity.models import Account

MOST = 400
"""Suggestions of one page; whoever is not among them can be named by user name all the same."""
_NAMED = re.compile(r"[(（]([^()（）]+)[)）]\s*$")


@dataclass(frozen=True, slots=True)
class Choice:
    """One suggestion.

    :param value: what stands in the box once it is chosen
    :param label: unit and post, to tell people of one name apart
    """

    value: str
    label: str


def choices(near: Iterable[int], on: date) -> list[Choice]:
    """People to choose from, those of the units ``near`` first.

    :param near: units of the task and of the asker
    :param on: the day on which the appointments count
    """
    wanted = set(near)
    with connection.cursor() as cursor:
        cursor.execute(_APPOINTED, {"day": on, "most": MOST})
        rows = cursor.fetchall()
    rows.sort(key=lambda row: row[0] not in wanted)
    return _people(rows)


_APPOINTED = """
    SELECT post.unit_id, coalesce(nullif(account.title, ''), account.username), account.username,
        coalesce(nullif(unit.short_name, ''), unit.name), post.title
    FROM orgs_appointment AS given
    JOIN identity_account AS account ON account.id = given.account_id AND account.is_active
    JOIN orgs_post AS post ON post.id = given.post_id
    JOIN orgs_unit AS unit ON unit.id = post.unit_id
    WHERE given.starts_on <= %(day)s AND (given.ends_on IS NULL OR given.ends_on >= %(day)s)
    ORDER BY unit.path, post.id, account.id LIMIT %(most)s
"""


def _people(rows: Sequence[tuple[int, str, str, str, str]]) -> list[Choice]:
    """One suggestion for each account, with all its posts.

    :param rows: id of the unit, name and user name of the account, names of unit and post
    """
    labels: dict[str, list[str]] = {}
    for _unit_id, name, username, unit, post in rows:
        labels.setdefault(f"{name} ({username})", []).append(f"{unit} · {post}")
    return [Choice(value, "；".join(posts)) for value, posts in labels.items()]


def chosen(text: str, *, field: str = "person") -> Account:
    """The account that is meant by what stands in the box.

    :param text: a suggestion, a user name, or a shown name that only one account has
    :raises InvalidInput: ``field`` if it is empty or names nobody
    """
    text = text.strip()
    named = _NAMED.search(text)
    account = _account_named((named[1] if named else text).strip())
    if account is None:
        raise InvalidInput(
            _("Nobody is called “%(name)s”.") % {"name": text[:60]} if text else _("Choose somebody."),
            field=field,
            code="inbox.nobody",
            hint=_("Type a part of a name, unit or post and pick one of the suggestions."),
        )
    return account


def _account_named(key: str) -> Account | None:
    if not key or "\x00" in key:
        return None
    active = Account.objects.filter(is_active=True)
    return active.filter(username=key).first() or _only(active.filter(title=key)[:2])


def _only(rows: Iterable[Account]) -> Account | None:
    found = list(rows)
    return found[0] if len(found) == 1 else None
