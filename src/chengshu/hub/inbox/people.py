"""Whom work can be given to: people by their posts, as a list to choose from.

The chooser is a text box with suggestions, so it works without scripts and with a thousand people; a suggestion ends
with the user name in brackets, and that is what counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Appointment

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
    current = Appointment.objects.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))
    rows = list(
        current.filter(account__is_active=True)
        .select_related("account", "post__unit")
        .order_by("post__unit__path", "post_id", "account_id")[:MOST]
    )
    rows.sort(key=lambda row: row.post.unit_id not in wanted)
    return _people(rows)


def _people(rows: Sequence[Appointment]) -> list[Choice]:
    """One suggestion for each account, with all its posts."""
    labels: dict[str, list[str]] = {}
    for row in rows:
        value = f"{row.account.title or row.account.username} ({row.account.username})"
        labels.setdefault(value, []).append(f"{row.post.unit.shown_name} · {row.post.title}")
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
