"""Tickets for rating: a signed note that somebody proved an application to be theirs. Good for two hours."""

from __future__ import annotations

from typing import Final

from django.core import signing
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing

SALT: Final = "supervision.rating"
LIFE_S: Final = 2 * 3600


def issue(application_id: int) -> str:
    """A ticket for one application, for whoever has just proved that it is theirs."""
    return signing.dumps(application_id, salt=SALT)


def application_of(ticket: str) -> int:
    """
    :raises Missing: if the ticket is false or too old
    """
    try:
        return int(signing.loads(ticket, salt=SALT, max_age=LIFE_S))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Missing(
            _("This page has expired."),
            code="supervision.ticket",
            hint=_("Open it again with number and code of the receipt."),
        ) from error
