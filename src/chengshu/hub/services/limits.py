"""Limits as matters write them, for people: ``20wd`` in words."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_LIMIT = re.compile(r"(\d{1,4})\s*(wd|d|m|h)\b.*")


def words_of(limit: str) -> str:
    """“20wd” as “20 working days”; an unreadable notation stands as it is, an empty one stays empty."""
    read = read_limit(limit)
    if read is None:
        return limit
    amount, unit = read
    if unit == "wd":
        if amount == 0:
            return _("the same day")
        return ngettext("%(count)s working day", "%(count)s working days", amount) % {"count": amount}
    if unit == "d":
        return ngettext("%(count)s natural day", "%(count)s natural days", amount) % {"count": amount}
    if unit == "m":
        return ngettext("%(count)s month", "%(count)s months", amount) % {"count": amount}
    return ngettext("%(count)s hour", "%(count)s hours", amount) % {"count": amount}


def read_limit(limit: str) -> tuple[int, str] | None:
    """Amount and unit (``wd``, ``d``, ``m``, ``h``); None if the notation cannot be read."""
    found = _LIMIT.fullmatch(limit.strip().lower())
    return (int(found[1]), found[2]) if found else None
